"""The product's settings in local mode, with what tests need: a throw-away folder and quick passwords."""

import os
import tempfile

os.environ.pop("DATABASE_URL", None)
os.environ["FACTUALLY_DATA"] = tempfile.mkdtemp(prefix="factually-tests-")

from factually.settings import *  # noqa: E402, F403
from factually.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The manifest would raise for every file that was not collected.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
del DATABASES["default"]["OPTIONS"]["pool"]
