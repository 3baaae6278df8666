"""What reading gives: a document, and notes on everything that was not plain sailing."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

Form = Literal["markdown", "text", "json"]

# A terminal and a page are read by people: a file of a million leaked markers gets this many notes and a count.
MOST_NOTES = 200


@dataclass(frozen=True, slots=True)
class Note:
    """One thing an editor should know about the reading. ``blocking``: the draft must not be published as it is.

    What was lost, changed in meaning or left unresolved blocks; what was only tidied does not.
    """

    line: int | None
    message: str
    blocking: bool = False


@dataclass
class Draft:
    """A document as ``factchecks/schema`` describes it, made from a file, before anything is stored.

    Only the JSON form has keys. Without them a quotation names its finding by number, from 1.
    """

    document: dict[str, Any]
    notes: list[Note]
    form: Form


class UnreadableDraft(ValueError):
    """Nothing can be made of this; the message is a sentence."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass
class Notes:
    """Collects notes while a file is read."""

    found: list[Note] = field(default_factory=list)

    def add(self, line: int | None, message: str) -> None:
        self.found.append(Note(line, message))

    def block(self, line: int | None, message: str) -> None:
        self.found.append(Note(line, message, blocking=True))

    def in_order(self) -> list[Note]:
        """By line, at most ``MOST_NOTES`` of them, those that block publication kept first."""
        by_weight = sorted(self.found, key=lambda note: not note.blocking)
        kept, dropped = by_weight[:MOST_NOTES], by_weight[MOST_NOTES:]
        kept.sort(key=lambda note: (note.line is None, note.line or 0))
        if dropped:
            message = _("%(count)d more notes are not shown.") % {"count": len(dropped)}
            kept.append(Note(None, message, blocking=any(note.blocking for note in dropped)))
        return kept


def excerpt(text: str, length: int = 60) -> str:
    """The beginning of a text on one line, to name it in a sentence."""
    start = " ".join(text[: length * 4].split())
    return start if len(start) <= length else start[: length - 1].rstrip() + "…"
