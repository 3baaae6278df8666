"""What was read out of a document, and how reading it can fail. No Django: the child process imports it too."""

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

LONGEST_TEXT = 5_000_000  # characters; what comes later is cut
LONGEST_LINE = 500  # characters of a title or a name
MOST_AUTHORS = 20

Kind = Literal["html", "pdf", "text"]


class Hint(StrEnum):
    """What a person should know who judges the text; none of them is proof."""

    LOOKS_MISSING = "looks-missing"  # a “soft 404”: it says “not found”, whatever the status was
    LOOKS_PAYWALLED = "looks-paywalled"  # it says that it is not free to read
    FRAMES = "frames"  # what readers see is on other pages, which were not followed
    NEEDS_SCRIPT = "needs-script"  # without script only a notice is there
    NO_TEXT = "no-text"  # a scanned PDF, a page of pictures
    CUT = "cut"  # longer than is read


class Trouble(StrEnum):
    """Why a document can't be read."""

    TOO_LARGE = "too-large"
    KIND = "kind"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    COSTLY = "costly"
    STOPPED = "stopped"  # from outside: it may be read another time


class Unreadable(Exception):
    """The document can't be read; ``trouble`` says why, for a sentence see ``apart.sentence``."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Read:
    """A document's text and what it says of itself. Everything is its own word, and none of it is checked.

    ``text`` is NFC, in reading order, a line for each block or each line of a PDF, cells of a table parted by tabs.
    ``published_on`` is the day as written, whatever its time zone. ``language`` is a BCP 47 tag. The addresses are
    absolute http(s) addresses or empty; ``amp`` and ``mobile`` are the other forms that the page names.
    """

    kind: Kind
    text: str
    title: str = ""
    publisher_name: str = ""
    authors: tuple[str, ...] = ()
    published_on: date | None = None
    language: str = ""
    canonical: str = ""
    amp: str = ""
    mobile: str = ""
    doi: str = ""
    encoding: str = ""
    pages: int = 0  # of a PDF
    hints: tuple[Hint, ...] = ()

    def as_json(self) -> dict[str, Any]:
        day = self.published_on
        return {**asdict(self), "published_on": day.isoformat() if day else None}


def from_json(values: dict[str, Any]) -> Read:
    """The reverse of ``Read.as_json``. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
    day = values["published_on"]
    return Read(
        **{
            **values,
            "authors": tuple(values["authors"]),
            "hints": tuple(map(Hint, values["hints"])),
            "published_on": date.fromisoformat(day) if day else None,
        }
    )
