"""The web server's way in: plain WSGI, so that any server can run it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factually.settings")

application = get_wsgi_application()
