"""What kind of document some bytes are, whatever was said of them, and reading it."""

import re
import unicodedata

from sources.reading import charsets, page
from sources.reading.result import LONGEST_TEXT, Hint, Read, Trouble, Unreadable

PDF_MARK, PDF_WITHIN = b"%PDF-", 1024  # bytes before the mark, at most (ISO 32000, annex H)
BINARIES = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"{\\rtf", b"OggS", b"ID3",
    b"\x1aE\xdf\xa3", b"7z\xbc\xaf", b"Rar!", b"BM", b"II*\0", b"MM\0*", b"\x7fELF", b"MZ", b"wOF",
)  # fmt: skip
MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|script|p|div|h1)[\s>/]", re.IGNORECASE
)
PLAIN = re.compile(
    r"\s*(?:text/(?!html|xml)|application/(?:json|x-ndjson|yaml|csv))", re.IGNORECASE
)
WEB = re.compile(r"\s*(?:text/html|text/xml|application/(?:xhtml\+)?xml)", re.IGNORECASE)
NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
MEDIA = re.compile(r"\s*(?:image/(?!svg)|audio/|video/|font/)", re.IGNORECASE)


def read(data: bytes, content_type: str = "", url: str = "") -> Read:
    """The document as what its bytes are; the Content-Type decides only between texts. Raises ``Unreadable``."""
    if PDF_MARK in data[:PDF_WITHIN] and not MARKUP.search(data[:PDF_WITHIN]):
        from sources.reading import pdf  # half of the time that a web page takes goes without it

        return pdf.read(data)
    has_markup = MARKUP.search(data[:20_000].replace(b"\0", b"")) is not None
    if data.startswith(BINARIES) or (MEDIA.match(content_type) and not has_markup):
        raise Unreadable(Trouble.KIND)
    sample = charsets.decode(data[:20_000], content_type)[0]
    if len(NO_TEXT.findall(sample)) > max(len(sample) // 10, 8) and not has_markup:
        raise Unreadable(Trouble.KIND)
    if PLAIN.match(content_type) or not (WEB.match(content_type) or has_markup):
        return _plain(data, content_type)
    return page.read(data, content_type, url)


def _plain(data: bytes, content_type: str) -> Read:
    written, encoding = charsets.decode(data, content_type)
    lines = (line.strip() for line in page.CONTROLS.sub("", written).splitlines())
    text = unicodedata.normalize("NFC", "\n".join(filter(None, lines)))
    hints = {Hint.NO_TEXT: not text, Hint.CUT: len(text) > LONGEST_TEXT}
    return Read(
        kind="text",
        text=page.LONE_SURROGATES.sub("\ufffd", text[:LONGEST_TEXT]),
        encoding=encoding,
        hints=tuple(hint for hint, is_said in hints.items() if is_said),
    )
