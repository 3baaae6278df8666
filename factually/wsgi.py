"""The web server's way in: plain WSGI, so that any server can run it."""

import gc
import os

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factually.settings")

application = get_wsgi_application()

# No half-configured server ever answers.
if problems := run_checks(tags=["production"]):
    raise ImproperlyConfigured(" ".join(f"{problem.msg} {problem.hint}" for problem in problems))

# What was loaded stays; a long page makes tens of thousands of objects, and hardly one in a circle.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
