"""Where the kept copies of sources are: what ``EVIDENCE_STORAGE`` means to Django's storages."""

from typing import Any


def storage(where: str) -> dict[str, Any]:
    """A folder's path."""
    return {"BACKEND": "factually.storage.WholeFileStorage", "OPTIONS": {"location": where}}
