"""The smallest PDFs that a reader opens, written by hand."""

import zlib
from collections.abc import Sequence

HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>"


def make_pdf(
    *pages: Sequence[str], info: str = "", catalog: str = "", packed: bool = False
) -> bytes:
    """Each page is its lines, in letters of Windows-1252; ``info`` and ``catalog`` are written as they are."""
    first = 5
    kids = " ".join(f"{first + 2 * index} 0 R" for index in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode("cp1252"),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        HELVETICA,
        f"<< {info} >>".encode("cp1252"),
    ]
    for index, lines in enumerate(pages):
        shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
        content = f"BT /F1 11 Tf 72 720 Td 14 TL {shown} ET".encode("cp1252")
        objects += [_page(first + 2 * index + 1), _stream(content, packed=packed)]
    return _file(objects)


def make_bomb(size: int) -> bytes:
    """A page whose content is so many bytes when unpacked, and a thousandth of that packed."""
    packed = zlib.compress(b" " * size)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return _file([CATALOG, ONE_PAGE, HELVETICA, b"<< >>", _page(6), stream])


def make_drawn(drawn: Sequence[tuple[int, int, str]]) -> bytes:
    """A page of lines, each at its place: points from the left and from the bottom."""
    shown = " ".join(f"1 0 0 1 {x} {y} Tm ({_escaped(line)}) Tj" for x, y, line in drawn)
    content = _stream(f"BT /F1 11 Tf {shown} ET".encode("cp1252"), packed=False)
    return _file([CATALOG, ONE_PAGE, HELVETICA, b"<< >>", _page(6), content])


def make_lettered(text: str, *, says_which: bool = True) -> bytes:
    """A page of one line, drawn by the numbers of a font's shapes; the file may say which letters they are."""
    numbers = {letter: number for number, letter in enumerate(sorted(set(text)), 1)}
    shown = "".join(f"{numbers[letter]:04x}" for letter in text)
    told = "\n".join(
        f"<{number:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, number in numbers.items()
    )
    letters = (
        "begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
        f"{len(numbers)} beginbfchar {told} endbfchar endcmap"
    )
    which = b"/ToUnicode 8 0 R" if says_which else b""
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
    shapes = b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 600 >>"
    return _file(
        [
            CATALOG,
            ONE_PAGE,
            font + b"/DescendantFonts [7 0 R] " + which + b" >>",
            b"<< >>",
            _page(6),
            _stream(f"BT /F1 11 Tf 72 720 Td <{shown}> Tj ET".encode(), packed=False),
            shapes,
            _stream(letters.encode(), packed=False),
        ]
    )


def _page(content: int) -> bytes:
    fonts = "/Resources << /Font << /F1 3 0 R >> >>"
    return f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {fonts} /Contents {content} 0 R >>".encode()


def _stream(content: bytes, *, packed: bool) -> bytes:
    content = zlib.compress(content) if packed else content
    how = b"/Filter /FlateDecode" if packed else b""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), how, content)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: Sequence[bytes]) -> bytes:
    written = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    written += (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R /Info 4 0 R >>\n"
        % (
            count,
            table,
            count,
        )
    )
    return written + b"startxref\n%d\n%%%%EOF" % (written.index(b"xref\n0 "))
