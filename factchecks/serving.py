"""The files of pictures, for readers and the desk alike."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import etag, require_safe

from factchecks import pictures

TYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
A_YEAR = 365 * 24 * 3600  # seconds


def _tag(request: HttpRequest, name: str) -> str | None:
    return f'"{name}"' if default_storage.exists(f"{pictures.FOLDER}/{name}") else None


@require_safe
@etag(_tag)
def picture(request: HttpRequest, name: str) -> FileResponse:
    """One file; its name says what is in it, so that a browser never asks for it twice.

    Of a check that is not public, nobody can guess the name; a picture that was taken down has left the folder.
    """
    try:
        file: Any = default_storage.open(f"{pictures.FOLDER}/{name}")
    except FileNotFoundError as error:
        raise Http404(_("There is no such picture.")) from error
    # What is compressed already would only become slower by it.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return FileResponse(
        file,
        content_type=TYPES[name.rpartition(".")[2]],
        headers={"Cache-Control": f"public, max-age={A_YEAR}, immutable"},
    )
