"""From bytes to text: encodings, and files that are no text at all."""

import codecs
import re

from django.utils.translation import gettext as _

from factchecks.importing.draft import Notes, UnreadableDraft

LARGEST = 10_000_000  # bytes, or characters of a pasted text

# Longer marks first: UTF-32's begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PICTURE, ARCHIVE, OLD_OFFICE, PDF, RICH_TEXT = "picture", "archive", "office", "pdf", "rtf"
SIGNATURES = (
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"PK\x03\x04", ARCHIVE),
    (b"\xd0\xcf\x11\xe0", OLD_OFFICE),
    (b"%PDF-", PDF),
    (b"{\\rtf", RICH_TEXT),
)
WEB_PAGE = re.compile(r"\s{0,100}<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
CONTROLS = bytes(sorted({*range(0x20), 0x7F} - set(b"\t\n\v\f\r\x1b")))

# Bytes that are not UTF-8 arrive as lone surrogates; as Windows-1252, which holds Latin-1's letters, they are these.
FROM_WINDOWS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte)
    for byte in range(0x80, 0x100)
}
NOT_UTF8 = re.compile("[\udc80-\udcff]")


def decode(data: bytes | str, notes: Notes) -> str:
    """The text of a file: UTF-8, UTF-16 or UTF-32 by their marks; what is not UTF-8 is read as Windows-1252."""
    if len(data) > LARGEST:
        raise UnreadableDraft(
            _("This has %(size).1f MB; at most %(most)d MB can be read.")
            % {"size": len(data) / 1_000_000, "most": LARGEST // 1_000_000}
        )
    text = data if isinstance(data, str) else _text_of(data, notes)
    text = text.removeprefix("\ufeff")
    if not text.strip("\0 \t\r\n"):
        raise UnreadableDraft(_("The file is empty."))
    if WEB_PAGE.match(text):
        raise UnreadableDraft(
            _("This is a web page's HTML. Open the page, and copy and save its text instead.")
        )
    return text


def _text_of(data: bytes, notes: Notes) -> str:
    _refuse_known_binaries(data)
    encoding = _marked_encoding(data)
    if encoding:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            message = _("The file says that it is %(encoding)s, but it is not.")
            name = encoding.removesuffix("-sig").upper()
            raise UnreadableDraft(message % {"encoding": name}) from error
    if len(data) - len(data.translate(None, CONTROLS)) > max(len(data) // 20, 8):
        raise UnreadableDraft(_("This is not a text file."))
    text = data.decode("utf-8", "surrogateescape")
    stranger = NOT_UTF8.search(text)
    if stranger:
        notes.add(
            text.count("\n", 0, stranger.start()) + 1,
            _(
                "The file is not UTF-8; it was read as Windows-1252 (Latin-1). Look at its accented letters."
            ),
        )
        text = text.translate(FROM_WINDOWS)
    return text


def _marked_encoding(data: bytes) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    # Without a mark, mostly Western text in UTF-16 has a zero in every second byte.
    head = data[:2000]
    if len(head) >= 4 and len(data) % 2 == 0:
        if head[1::2].count(0) > 0.7 * len(head) / 2 and head[0::2].count(0) == 0:
            return "utf-16-le"
        if head[0::2].count(0) > 0.7 * len(head) / 2 and head[1::2].count(0) == 0:
            return "utf-16-be"
    return None


def _refuse_known_binaries(data: bytes) -> None:
    sentences = {
        PICTURE: _("This is a picture, not a text."),
        ARCHIVE: _(
            "This is a word processor's document or an archive. Save it as plain text, or paste its text."
        ),
        OLD_OFFICE: _(
            "This is a word processor's document. Save it as plain text, or paste its text."
        ),
        PDF: _("This is a PDF. Copy its text, and save or paste that."),
        RICH_TEXT: _("This is rich text (RTF). Save it as plain text, or paste its text."),
    }
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise UnreadableDraft(sentences[kind])
