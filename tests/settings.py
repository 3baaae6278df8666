"""The product's settings in local mode, with what tests need: a throw-away folder and quick passwords."""

import os
import tempfile
from pathlib import Path

os.environ.pop("DATABASE_URL", None)
os.environ["FACTUALLY_DATA"] = tempfile.mkdtemp(prefix="factually-tests-")

from factually.settings import *  # noqa: F403
from factually.settings import DATABASES, STATIC_ROOT, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The manifest would raise for every file that was not collected.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
del DATABASES["default"]["OPTIONS"]["pool"]

Path(STATIC_ROOT).mkdir(parents=True)  # WhiteNoise warns of a folder that is not there
