"""Kept copies as WARC 1.1 files (ISO 28500:2017), one gzip member a record, for this and every other tool to read.

A copy holds, for each exchange in its order, a response record and its request record. The HTTP header block is kept as
it came, byte for byte, with one exception: transfer coding is already undone, so ``Transfer-Encoding`` is renamed to
``X-Orig-Transfer-Encoding``, as crawlers do. Content coding is kept. Digests are SHA-256 in hexadecimal.
"""

import hashlib
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from sources.fetching import unpacking
from sources.fetching.exchanges import Exchange, Fetched, Headers
from sources.fetching.failures import Broken, TooLarge
from sources.fetching.policy import Limits

VERSION = "1.1"
_TRANSFER = "transfer-encoding"
DAMAGE = (  # what warcio, and Python, say of a file in which something is missing or is something else
    ArchiveLoadFailed,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
)


@dataclass(frozen=True)
class Kept:
    """What a copy holds of the page itself, its redirects left out. ``body`` is unpacked."""

    url: str
    at: datetime
    status: int
    headers: Headers
    body: bytes = field(repr=False)


def write(fetched: Fetched, file: IO[bytes]) -> None:
    """Write the answer and the redirects that led to it. An answer of 304 or to HEAD has no body to keep."""
    if fetched.is_unchanged or fetched.answer.method != "GET":
        raise ValueError("Only a page that came with its body can be kept.")
    writer = WARCWriter(file, gzip=True, warc_version=VERSION)
    for exchange in fetched.exchanges:
        record_id = f"<urn:uuid:{uuid.uuid4()}>"
        writer.write_record(_response(writer, exchange, record_id))
        writer.write_record(_request(writer, exchange, record_id))


def read(file: IO[bytes], limits: Limits | None = None) -> Kept:
    """The last response in the copy. Raises ``Broken`` for a file that is none or is damaged, ``TooLarge`` beyond limits."""
    limits = limits or Limits()
    kept = None
    try:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                kept = _kept(record, limits)
    except DAMAGE as error:
        raise Broken(_("The kept copy is damaged.")) from error
    if kept is None:
        raise Broken(_("The kept copy holds no page."))
    return kept


class _Block(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """A header block that is written as it came. warcio would rewrite what is not ASCII."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        written: bytes = self.to_bytes(filter_func, encoding="latin-1")
        return written


def _response(writer: WARCWriter, exchange: Exchange, record_id: str) -> Any:
    headers = [
        (f"X-Orig-{name}" if name.lower() == _TRANSFER else name, value)
        for name, value in exchange.headers
    ]
    status = f"{exchange.status} {exchange.reason}"
    block = _Block(status, headers, protocol=exchange.version)
    named = {"WARC-Record-ID": record_id, "WARC-IP-Address": exchange.address}
    if exchange.is_truncated:
        named["WARC-Truncated"] = "unspecified"
    return _record(writer, "response", exchange, block, exchange.payload, named)


def _request(writer: WARCWriter, exchange: Exchange, response_id: str) -> Any:
    target = exchange.url.partition("://")[2]
    path = "/" + target.partition("/")[2]
    line = f"{path} {exchange.version}"
    block = _Block(line, list(exchange.request_headers), protocol=exchange.method)
    return _record(writer, "request", exchange, block, b"", {"WARC-Concurrent-To": response_id})


def _record(
    writer: WARCWriter,
    kind: str,
    exchange: Exchange,
    block: _Block,
    payload: bytes,
    named: dict[str, str],
) -> Any:
    whole = hashlib.sha256(block.to_ascii_bytes())
    whole.update(payload)
    headers = {
        **named,
        "WARC-Date": exchange.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "WARC-Block-Digest": f"sha256:{whole.hexdigest()}",
        "WARC-Payload-Digest": f"sha256:{hashlib.sha256(payload).hexdigest()}",
    }
    return writer.create_warc_record(
        exchange.url,
        kind,
        payload=BytesIO(payload),
        length=len(payload),
        http_headers=block,
        warc_headers_dict=headers,
    )


def _kept(record: Any, limits: Limits) -> Kept:
    payload = _payload(record, limits)
    coding = record.http_headers.get_header("Content-Encoding", "")
    return Kept(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
        status=int(record.http_headers.get_statuscode()),
        headers=tuple(record.http_headers.headers),
        body=unpacking.unpack(payload, coding, limits.body),
    )


def _payload(record: Any, limits: Limits) -> bytes:
    """The body as it was sent, its digest compared. warcio's streams give what they have, not what is asked for."""
    payload = bytearray()
    while piece := record.raw_stream.read(65_536):
        payload += piece
        if len(payload) > limits.payload:
            raise TooLarge(_("The kept copy is larger than what is kept."))
    digest = record.rec_headers.get_header("WARC-Payload-Digest", "")
    if digest.startswith("sha256:") and digest[7:] != hashlib.sha256(payload).hexdigest():
        raise Broken(_("The kept copy is damaged."))
    return bytes(payload)
