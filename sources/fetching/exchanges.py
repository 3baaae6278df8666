"""What was asked, and what came back: plain data."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

Headers = tuple[tuple[str, str], ...]
"""In the order they came, names as they were spelled; each character is one byte (ISO 8859-1)."""

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


@dataclass(frozen=True)
class Validators:
    """What a server gave to ask “has it changed?” by (RFC 9110, 13.1). They hold for this address alone."""

    url: str
    etag: str = ""
    last_modified: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. ``payload`` is the body as sent: without transfer coding, with content coding."""

    method: str
    url: str
    address: str  # the IP address that was connected to
    request_headers: Headers
    version: str  # "HTTP/1.1"
    status: int
    reason: str
    headers: Headers
    started_at: datetime
    ended_at: datetime
    payload: bytes = field(default=b"", repr=False)
    is_truncated: bool = False  # there may have been a body, which was not read: a redirect's

    def all(self, name: str) -> list[str]:
        """The values of all headers of that name, in any case."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def header(self, name: str) -> str:
        """The first header of that name, in any case; empty without one."""
        return next(iter(self.all(name)), "")

    @property
    def coding(self) -> str:
        """All of ``Content-Encoding``, should it be said several times."""
        return ", ".join(self.all("content-encoding"))

    @property
    def leads_to(self) -> str:
        """The ``Location`` of a redirect, read as UTF-8 where it is that; empty for every other answer."""
        if self.status not in REDIRECTS:
            return ""
        return self.header("location").encode("latin-1").decode("utf-8", "replace")


@dataclass(frozen=True)
class Fetched:
    """An answer, whatever its status says, and the redirects on the way. ``body`` is unpacked: the page's own bytes."""

    exchanges: tuple[Exchange, ...]
    body: bytes = field(repr=False)

    @property
    def answer(self) -> Exchange:
        return self.exchanges[-1]

    @property
    def hops(self) -> tuple[Exchange, ...]:
        """The redirects that were followed, in their order."""
        return self.exchanges[:-1]

    @property
    def asked_url(self) -> str:
        return self.exchanges[0].url

    @property
    def final_url(self) -> str:
        return self.answer.url

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def headers(self) -> Headers:
        return self.answer.headers

    def header(self, name: str) -> str:
        return self.answer.header(name)

    @property
    def started_at(self) -> datetime:
        return self.exchanges[0].started_at

    @property
    def ended_at(self) -> datetime:
        return self.answer.ended_at

    @property
    def is_unchanged(self) -> bool:
        """The server said so itself (304), of what the validators stand for."""
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def has_moved_for_good(self) -> bool:
        """There was a redirect, and each one said that it is permanent."""
        return bool(self.hops) and all(hop.status in PERMANENT for hop in self.hops)

    @property
    def validators(self) -> Validators:
        return Validators(self.final_url, self.header("etag"), self.header("last-modified"))

    @property
    def sha256(self) -> str:
        """Of the body, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()
