"""The bytes of pages: stored once for each hash, behind Django's storage API, whole or not at all.

The file comes first, its row later, in the transaction of whoever keeps the copy. Killed in between, a file without a row
is left: it is taken over when the same bytes come again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from sources import connections, rereading, saying
from sources.fetching import warc
from sources.fetching.exchanges import Fetched
from sources.fetching.failures import Failure
from sources.models import Body
from sources.models.copies import evidence_storage
from sources.reading import apart
from sources.reading.result import Trouble, Unreadable

IN_MEMORY = (
    4_000_000  # bytes of a WARC file; a longer one is written to the disk before it is handed on
)
LARGE = (
    1_000_000  # bytes of a page that is read while no other is: reading takes many times as much
)
OF_A_READ_PAGE = ("kind", "title", "language", "text")
OF_A_BODY = (*OF_A_READ_PAGE, "said", "size", "media_type", "hints", "trouble", "reader", "warc")


class Unkept(Exception):
    """The copy could not be stored: the disk is full, or the store does not answer. Later it may be."""


def name_of(sha256: str) -> str:
    """Where a page's file is in the storage; 256 folders share them."""
    return f"{sha256[:2]}/{sha256}.warc.gz"


def body_of(fetched: Fetched) -> Body:
    """The page's bytes and what they say: the row, where they are kept already; else one that is not saved yet.

    Of a row, the reading may be a new one, for ``rereading.save``. Raises ``Unreadable`` where somebody has stopped it.
    """
    sha256 = fetched.sha256
    known = Body.objects.filter(sha256=sha256).first()
    connections.give_back()  # reading takes a while, and others have a use for it
    if known and not rereading.is_due(known, fetched):
        return known
    try:
        read = _read(fetched, sha256)
    except Unreadable:  # stopped: once more
        read = _read(fetched, sha256)
    return rereading.put(known, read) if known else read


def write(body: Body, fetched: Fetched) -> None:
    """Write the WARC file of a body that is not saved yet. Raises ``Unkept``."""
    storage, body.warc = evidence_storage(), name_of(body.sha256)
    try:
        if storage.exists(body.warc.name) and _is_whole(storage, body):
            return
        with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            warc.write(fetched, file)
            file.seek(0)
            storage.save(body.warc.name, File(file, name=body.warc.name))
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unkept(_("The copy could not be stored: %s.") % reason) from error


def saved(body: Body) -> Body:
    """Its row, made unless it is there: perhaps by somebody else since."""
    if body.pk:
        return body
    values = {name: getattr(body, name) for name in OF_A_BODY}
    return Body.objects.get_or_create(sha256=body.sha256, defaults=values)[0]


def _read(fetched: Fetched, sha256: str) -> Body:
    kind = fetched.header("content-type")
    body = Body(sha256=sha256, size=len(fetched.body), reader=apart.READER)
    body.media_type = rereading.media_type(fetched)
    if fetched.status == HTTPStatus.NO_CONTENT:
        return body
    try:
        with _place(len(fetched.body)):
            read = apart.read(fetched.body, kind, fetched.final_url)
    except Unreadable as unreadable:
        if unreadable.trouble is Trouble.STOPPED:
            raise
        body.trouble = unreadable.trouble.value
        return body
    for name in OF_A_READ_PAGE:
        longest = Body._meta.get_field(name).max_length  # type: ignore[union-attr]
        setattr(body, name, _storable(getattr(read, name))[:longest])
    body.title = saying.line(body.title)
    body.said = saying.said(read)
    body.hints = [hint.value for hint in read.hints]
    return body


@contextmanager
def _place(size: int) -> Iterator[None]:
    """Two pages are read at one time, each in a process of its own; a large one alone."""
    if size <= LARGE:
        with _PLACES:
            yield
    else:
        with _ALONE, _PLACES, _PLACES:
            yield


_ALONE, _PLACES = threading.Lock(), threading.BoundedSemaphore(2)


def _storable(text: str) -> str:
    """Without what Postgres refuses: NUL, and half a pair of surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _is_whole(storage: Any, body: Body) -> bool:
    """Whether the file that is in its place holds these very bytes."""
    try:
        with storage.open(body.warc.name) as file:
            kept = warc.read(BytesIO(file.read()))
    except Failure:
        return False
    return Fetched((), kept.body).sha256 == body.sha256
