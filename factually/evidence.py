"""Where the kept copies of sources are: what ``EVIDENCE_STORAGE`` means to Django's storages.

A folder's whole path, or a bucket of S3 or of something that speaks like it:
``s3://bucket/prefix?endpoint_url=https://s3.example.org&region_name=eu-central-1``.
"""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

OPTIONS = {"endpoint_url", "region_name", "addressing_style"}
STYLES = {"path", "virtual", "auto"}
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def storage(where: str, access_key: str = "", secret_key: str = "") -> dict[str, Any]:
    """An entry of ``STORAGES``. One that nothing can be written to for what can't be understood: a system check says so.

    Without keys, those of the machine are used, as Amazon's tools find them.
    """
    try:
        options = _options(where)
    except ValueError:
        return {"BACKEND": "django.core.files.storage.Storage"}
    if "bucket_name" not in options:
        return {"BACKEND": "factually.storage.WholeFileStorage", "OPTIONS": options}
    keys = {"access_key": access_key, "secret_key": secret_key} if access_key else {}
    return {"BACKEND": "factually.bucket.Bucket", "OPTIONS": {**options, **keys}}


def problem(where: str) -> str:
    """What is wrong with it, in a sentence; empty where nothing is."""
    try:
        _options(where)
    except ValueError as error:
        return str(error)
    return ""


def _options(where: str) -> dict[str, str]:
    scheme, colon, _rest = where.partition(":")
    if not colon or where.startswith("/"):
        if not where.startswith("/"):
            raise ValueError(f"“{where}” is not a folder’s whole path, which begins with a slash.")
        return {"location": where}
    if scheme != "s3":
        raise ValueError(f"“{scheme}:” is nowhere that copies can be kept.")
    return _bucket(where)


def _bucket(where: str) -> dict[str, str]:
    parts = urlsplit(where)
    if not BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"“{parts.netloc.rpartition('@')[2]}” is not the name of a bucket.")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(given.keys() - OPTIONS):
        raise ValueError(f"“{unknown[0]}” is not known of a bucket.")
    if not re.fullmatch(r"https?://[^/\s]+/?", given.get("endpoint_url", "https://its-own")):
        raise ValueError("endpoint_url is not the address of a server.")
    if given.get("addressing_style", "auto") not in STYLES:
        raise ValueError("addressing_style is path, virtual or auto.")
    return {**given, "bucket_name": parts.netloc, "location": parts.path.strip("/")}
