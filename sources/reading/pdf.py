"""PDF: what a file says of itself, and the text of its first ``MOST_PAGES`` pages, a line for each of its lines.

Read it in a process of its own (``sources.reading.apart``): a broken or hostile file can cost any time and memory.
A file that only forbids printing or copying opens with an empty password and is read.
"""

import io
import logging
import unicodedata
from collections.abc import Iterator
from typing import Any

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from sources.reading.dates import read_day
from sources.reading.result import LONGEST_LINE, LONGEST_TEXT, Hint, Read, Trouble, Unreadable

MOST_PAGES = 1000
LARGEST_STREAM = 30_000_000  # bytes, unpacked
LIMITS = Configuration(
    zlib_maximum_output_length=LARGEST_STREAM,
    lzw_maximum_output_length=LARGEST_STREAM,
    run_length_maximum_output_length=LARGEST_STREAM,
    brotli_maximum_output_length=LARGEST_STREAM,
    array_based_stream_maximum_output_length=LARGEST_STREAM,
    stream_decoding_work_maximum_length=4 * LARGEST_STREAM,
)
# What pypdf raises for broken files besides its own errors.
BROKEN = (
    PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError,
    RecursionError, NotImplementedError, OSError, EOFError,
)  # fmt: skip
END = b"%%EOF"
PROGRAMS = ("microsoft word - ", "microsoft powerpoint - ")
# Fonts of Arabic have a shape for each place in a word; the letters are the same (Unicode's presentation forms). Fonts
# that don't say what their shapes mean are read as control characters.
LETTERS: dict[int, str | None] = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFB50, 0xFDFC), *range(0xFE80, 0xFEFD))
}
LETTERS |= dict.fromkeys((*range(9), *range(10, 32), 127))

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read(data: bytes) -> Read:
    """A PDF from its bytes. Raises ``Unreadable`` for one that is broken, costly, or needs a password."""
    if END not in data:  # cut off; what came may be enough
        data += b"\nstartxref\n0\n" + END
    try:
        with apply_configuration(LIMITS):
            return _read(PdfReader(io.BytesIO(data), strict=False))
    except (DependencyError, FileNotDecryptedError) as error:
        raise Unreadable(Trouble.ENCRYPTED) from error
    except (LimitReachedError, MemoryError) as error:
        raise Unreadable(Trouble.COSTLY) from error
    except BROKEN as error:
        raise Unreadable(Trouble.BROKEN) from error


def _read(reader: PdfReader) -> Read:
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(Trouble.ENCRYPTED)
    count = len(reader.pages)
    text, is_cut = _text(reader, count)
    told = dict(reader.metadata or {})
    title = _line(told.get("/Title"))
    for program in PROGRAMS:
        if title.lower().startswith(program):
            title = title[len(program) :]
    hints = {Hint.NO_TEXT: not text, Hint.CUT: is_cut}
    return Read(
        kind="pdf",
        text=text,
        title=title or _line(text.partition("\n")[0]),
        authors=tuple(filter(None, [_line(told.get("/Author"))])),
        published_on=read_day(str(told.get("/CreationDate", ""))),
        language=_line(reader.root_object.get("/Lang"))[:35],
        pages=count,
        hints=tuple(hint for hint, is_said in hints.items() if is_said),
    )


def _text(reader: PdfReader, count: int) -> tuple[str, bool]:
    pages: list[str] = []
    room = LONGEST_TEXT
    for number in range(min(count, MOST_PAGES)):
        lines = "\n".join(_lines(_page_text(reader, number)))
        pages.append(unicodedata.normalize("NFC", lines)[:room])
        room -= len(pages[-1]) + 1
        if room <= 0:
            break
    return "\n".join(filter(None, pages)), room <= 0 or count > MOST_PAGES


def _page_text(reader: PdfReader, number: int) -> str:
    """Nothing for a page that is broken: the others may hold the passage."""
    try:
        return reader.pages[number].extract_text()
    except (LimitReachedError, FileNotDecryptedError, DependencyError):
        raise
    except BROKEN:
        return ""


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if bare := line.translate(LETTERS).strip():
            yield bare.encode("utf-8", "replace").decode()


def _line(written: Any) -> str:
    """One line of what may be anything, without what can't be kept."""
    line = " ".join(str(written or "").replace("\0", "").split())[:LONGEST_LINE]
    return unicodedata.normalize("NFC", line.encode("utf-8", "replace").decode())
