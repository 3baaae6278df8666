"""Do the numbers that the texts cite and the sources that the draft lists fit together?"""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks.citations import MARKER, markers
from factchecks.importing import lengths
from factchecks.importing.draft import Notes, excerpt


class Line(NamedTuple):
    """A line of a text, with its number in the file."""

    number: int | None
    text: str


class Passage(NamedTuple):
    """A text of the draft, and the lines of the file that it was made from."""

    name: str
    lines: list[Line]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def kept_text(self) -> str:
        """As much of the text as a document can have; the rest is cut when the document is made."""
        return self.text[: lengths.TEXT]


def cited_in(passages: Iterable[Passage], known: int, notes: Notes) -> set[int]:
    """The cited numbers among 1 to ``known``. A number beyond them is reported once in each passage.

    Parsing Markdown is slow, so a passage is parsed only when it might tell something new.
    """
    cited: set[int] = set()
    for passage in passages:
        candidates = {
            int(number)
            for match in MARKER.finditer(passage.kept_text)
            for number in match[1].split(",")
        }
        if candidates <= cited:
            continue
        reported: set[int] = set()
        for marker in markers(passage.kept_text):
            for number in marker.numbers:
                if 1 <= number <= known:
                    cited.add(number)
                elif number not in reported:
                    reported.add(number)
                    _report_beyond(number, known, passage, marker.line, notes)
    return cited


def _report_beyond(number: int, known: int, passage: Passage, line: int, notes: Notes) -> None:
    message = ngettext(
        "%(place)s cites [%(number)d], but there is only one source.",
        "%(place)s cites [%(number)d], but there are only %(known)d sources.",
        known,
    )
    if known == 0:
        message = _("%(place)s cites [%(number)d], but there are no sources.")
    values = {"place": passage.name, "number": number, "known": known}
    notes.block(passage.lines[line - 1].number, message % values)


def report_cited_heading(heading: str, line: int | None, notes: Notes) -> None:
    if MARKER.search(heading):
        message = _("The heading “%(heading)s” has a citation; only the text below it can cite.")
        notes.block(line, message % {"heading": excerpt(heading)})


def highest_in(passages: Iterable[Passage], most: int) -> int:
    """The highest number up to ``most`` that the passages cite; 0 when they cite nothing."""
    return max(
        (
            number
            for passage in passages
            for marker in markers(passage.kept_text)
            for number in marker.numbers
            if number <= most
        ),
        default=0,
    )


def listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"[{number}]" for number in numbers)


def report_uncited(numbers: list[int], line: int | None, notes: Notes) -> None:
    if numbers:
        message = _("Found but never cited: %(numbers)s.")
        notes.add(line, message % {"numbers": listed(numbers)})


def report_missing_addresses(numbers: list[int], line: int | None, notes: Notes) -> None:
    if numbers:
        message = ngettext(
            "%(count)d source has no address yet: %(numbers)s.",
            "%(count)d sources have no address yet: %(numbers)s.",
            len(numbers),
        )
        notes.block(line, message % {"count": len(numbers), "numbers": listed(numbers)})
