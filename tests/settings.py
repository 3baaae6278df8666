"""The product's settings in local mode, with what tests need: a folder of their own and quick passwords."""

import os
import tempfile
from pathlib import Path

os.environ.pop("DATABASE_URL", None)
# One folder an account, for the key and the static files; the database gets a new one in every run.
os.environ["FACTUALLY_DATA"] = f"{tempfile.gettempdir()}/factually-tests-{os.geteuid()}"

from factually.settings import *  # noqa: F403
from factually.settings import DATABASES, STATIC_ROOT, STORAGES

# A one-person newsroom, so that a test of something else may publish; tests of approval set it themselves.
PUBLISHING_NEEDS_SECOND_PERSON = False
FETCH_LOOPBACK = []  # a test admits its own server
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The manifest would raise for every file that was not collected.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
del DATABASES["default"]["OPTIONS"]["pool"]

Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none
