"""Content codings (RFC 9110, 8.4.1) that can be unpacked within bounds: gzip, deflate, br. No bomb goes off."""

import zlib
from typing import Protocol

import brotli
from django.utils.translation import gettext as _

from sources.fetching.failures import Broken, TooLarge

ACCEPTED = "gzip, deflate, br"  # neither zstd nor stacked codings


_NO_CODINGS = {"", "identity", "none", "binary", "utf-8"}  # the last three are servers' mistakes


class Unpacker(Protocol):
    """Takes a coded body piece by piece. ``feed`` returns at most ``room`` bytes or raises ``TooLarge``; broken data
    raises ``Broken``, in ``finish`` if there is an end missing."""

    def feed(self, piece: bytes, room: int) -> bytes: ...

    def finish(self) -> None: ...


def unpacker(coding: str) -> Unpacker | None:
    """For the value of ``Content-Encoding``; none where nothing is packed. Raises ``Broken`` for what was not asked for."""
    match coding.strip().lower():
        case "gzip" | "x-gzip":
            return _Gzip()
        case "deflate":
            return _Deflate()
        case "br":
            return _Brotli()
        case named if named in _NO_CODINGS:
            return None
    named = "".join(filter(str.isprintable, coding[:40]))
    raise Broken(_("The page is packed in a way that was not asked for (%s).") % named)


def unpack(payload: bytes, coding: str, most: int) -> bytes:
    """The whole of a body that came whole. ``most``: bytes."""
    unpacking = unpacker(coding)
    if unpacking is None:
        return payload
    body = unpacking.feed(payload, most)
    unpacking.finish()
    return body


class _Gzip:
    """RFC 1952. Several members follow one another; what follows them and is none is left out, as browsers do."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._fed = self._trailing = False
        self._held = b""

    def feed(self, piece: bytes, room: int) -> bytes:
        self._fed = self._fed or bool(piece)
        found: list[bytes] = []
        while piece and not self._trailing:
            if self._member.eof and not (piece := self._next_member(piece)):
                break
            part = _inflate(self._member, piece, room)
            room -= len(part)
            found.append(part)
            piece = self._member.unused_data if self._member.eof else b""
        return b"".join(found)

    def finish(self) -> None:
        if self._fed and not self._member.eof:
            raise _cut_off()

    def _next_member(self, piece: bytes) -> bytes:
        """The piece, if it begins a member; held back until two bytes tell."""
        piece = self._held + piece
        self._held = b""
        if len(piece) < 2:
            self._held = piece
            return b""
        if not piece.startswith(b"\x1f\x8b"):
            self._trailing = True
            return b""
        self._member = zlib.decompressobj(wbits=31)
        return piece


class _Deflate:
    """RFC 1950 by name; bare RFC 1951 from servers that misread it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None
        self._held = b""

    def feed(self, piece: bytes, room: int) -> bytes:
        if self._stream is None:
            self._held += piece
            if len(self._held) < 2:
                return b""
            piece, self._held = self._held, b""
            is_zlib = piece[0] & 0x0F == 8 and int.from_bytes(piece[:2]) % 31 == 0
            self._stream = zlib.decompressobj(wbits=15 if is_zlib else -15)
        return b"" if self._stream.eof else _inflate(self._stream, piece, room)

    def finish(self) -> None:
        if self._held or (self._stream and not self._stream.eof):
            raise _cut_off()


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._fed = False

    def feed(self, piece: bytes, room: int) -> bytes:
        self._fed = self._fed or bool(piece)
        if self._stream.is_finished():
            return b""
        found: list[bytes] = []
        try:
            while True:
                part = self._stream.process(piece, output_buffer_limit=room + 1)
                found.append(_within(part, room))
                room -= len(part)
                if self._stream.is_finished() or self._stream.can_accept_more_data():
                    return b"".join(found)
                piece = b""
        except brotli.error as error:
            raise _damaged() from error

    def finish(self) -> None:
        if self._fed and not self._stream.is_finished():
            raise _cut_off()


def _inflate(stream: "zlib._Decompress", piece: bytes, room: int) -> bytes:
    """One byte more than there is room for tells that there is more; a limit of 0 would mean none."""
    try:
        return _within(stream.decompress(piece, room + 1), room)
    except zlib.error as error:
        raise _damaged() from error


def _within(part: bytes, room: int) -> bytes:
    if len(part) > room:
        raise TooLarge(_("Unpacked, the page is larger than what is kept."))
    return part


def _damaged() -> Broken:
    return Broken(_("The page is packed, and does not unpack."))


def _cut_off() -> Broken:
    return Broken(_("The page is packed, and its end is missing."))
