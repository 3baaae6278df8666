"""CSV and Excel files as lines of text cells, whoever wrote them: nothing here knows what a gift is."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

LARGEST = 5 * 1024 * 1024  # bytes of a file
LARGEST_UNPACKED = 60 * 1024 * 1024  # of an Excel file, which is a ZIP
MOST_LINES = 20_000
MOST_COLUMNS = 100
LONGEST_CELL = 5_000

FORMULA = "\0formula"
"""Stands for a cell whose value a spreadsheet would have to work out."""


@dataclass(frozen=True)
class Line:
    """One line of the file, counted from 1 as a spreadsheet counts. Empty lines are left out."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """The first line and the others; ``notes`` are what a person should know of how it was read."""

    header: Line
    lines: list[Line]
    notes: list[str]


def read(content: bytes) -> Sheet:
    """The first sheet of an Excel file, or a CSV with commas, semicolons or tabs.

    Raises ``ValidationError`` with a sentence.
    """
    if len(content) > LARGEST:
        raise ValidationError(_("The file is larger than 5 MB: divide it into several."))
    notes: list[str] = []
    is_excel = content.startswith(b"PK\x03\x04")
    rows = _excel(content) if is_excel else _csv(_text(content, notes))
    lines = [
        Line(number, cells)
        for number, cells in enumerate(_bounded(rows), 1)
        if any(cell.strip() for cell in cells)
    ]
    if not lines:
        raise ValidationError(_("There is nothing in the file."))
    return Sheet(lines[0], lines[1:], notes)


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, cells in enumerate(rows, 1):
        if number > MOST_LINES + 1:
            raise ValidationError(_("The file has more than 20,000 lines: divide it into several."))
        if len(cells) > MOST_COLUMNS:
            raise ValidationError(
                _("Line %(line)s has more than 100 columns: this is no list of gifts."),
                params={"line": number},
            )
        yield [cell[: LONGEST_CELL + 1] for cell in cells]


def _text(content: bytes, notes: list[str]) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = _western(content)
        notes.append(
            _(
                "The file is not in UTF-8, and was read as Western European (Latin-1, Windows). "
                "Look whether names such as Zoë are right below; if not, save it as UTF-8."
            )
        )
    if "\0" in text:
        raise ValidationError(_("This is neither a CSV nor an Excel file (.xlsx)."))
    return text


def _western(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _csv(text: str) -> Iterator[list[str]]:
    first = text.lstrip("\r\n").splitlines()[:1] or [""]
    delimiter = max(",;\t", key=first[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise ValidationError(
            _("Line %(line)s cannot be read: look for a quotation mark that is never closed."),
            params={"line": reader.line_num},
        ) from None


def _excel(content: bytes) -> Iterator[list[str]]:
    unreadable = ValidationError(_("This Excel file cannot be read: save it again as .xlsx."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise ValidationError(_("The file is too large once unpacked: divide it into several."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        try:
            if not book.worksheets:
                raise unreadable
            for row in book.worksheets[0].iter_rows():
                yield _without_empty_end([_cell(cell.value) for cell in row])
        finally:
            book.close()
    # What openpyxl says of files that are no workbook, or a broken one.
    except (
        *(zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError),
        *(TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError),
    ) as error:
        raise unreadable from error


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return FORMULA if value.startswith("=") else value
        case bool():
            return str(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.10f}".rstrip("0")
    # A formula over several cells, or a table of data.
    return FORMULA
