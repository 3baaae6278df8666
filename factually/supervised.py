"""The WSGI application as ``manage.py serve`` runs it: a web process never outlives the web server that started it.

Without this, the processes of a web server that was killed would go on holding the port.
"""

import importlib
import os
import signal
import sys

from factually import supervisor

supervisor.end_with_parent(signal.SIGKILL)
if os.getppid() != os.getpgrp():  # the server leads the group: it died before the line above
    sys.exit("The web server is gone.")

# Not before: to load Django takes long enough for the server to die meanwhile.
application = importlib.import_module("factually.wsgi").application
