"""How a passage stands in a kept text, in words and pieces for a page of the desk. No queries."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sources.reading.folding import UNSPACED
from sources.reading.passages import Different, NotFound, Result, Verified

# (possessive, and from the beginning of a word only: in time that grows with the passage, and no faster)
DIVIDED = re.compile(r"(?<!\w)(\w++)[-\u2010\u00ad][^\S\n]*+\n\s*+(\w++)")
LOOKED_UP = 15  # divided words of a passage that are searched for in the text
NO_INK = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
NO_SPACE_BEFORE = re.compile(rf"[.,;:!?%)\]}}»”’…\u060c\u061b\u061f{UNSPACED}]")
NO_SPACE_AFTER = re.compile(rf"[(\[{{«“‘„{UNSPACED}]\Z")


@dataclass(frozen=True)
class Run:
    """Words that both have, or that only the quotation or only the source has."""

    kind: str  # same, quoted or standing
    text: str
    is_apart: bool = False  # a space stands before it


@dataclass(frozen=True)
class Found:
    """What a look-up of a passage found, where it stands, its words there, and the differences.

    ``is_apart``: its parts stand there word for word, but further apart or in another order.
    """

    name: Literal["verified", "different", "not-found"]
    spans: tuple[tuple[int, int], ...] = ()
    standing: str = ""
    runs: tuple[Run, ...] = ()
    is_apart: bool = False


def found(result: Result, text: str) -> Found:
    match result:
        case Verified():
            return Found("verified", result.parts, undivided(result.passage, text))
        case Different():
            span = (result.start, result.end)
            pieces = [(piece.kind, piece.text) for piece in result.pieces]
            standing = undivided(result.passage, text)
            return Found("different", (span,), standing, runs(pieces), result.is_apart)
        case NotFound():
            return Found("not-found")


def runs(pieces: Iterable[Sequence[str]]) -> tuple[Run, ...]:
    """Of pairs as a ``Verification`` has them: a kind and words."""
    made: list[Run] = []
    for kind, words in pieces:
        text = " ".join(words.split())
        before = made[-1].text if made else ""
        is_apart = bool(before) and not (
            NO_SPACE_BEFORE.match(text) or NO_SPACE_AFTER.search(before)
        )
        made.append(Run(kind, text, is_apart))
    return tuple(made)


def undivided(passage: str, text: str) -> str:
    """A passage as one line, without what leaves no ink, and with the words whole that were divided at the end of a line.

    Whether a hyphen there belongs to the word is seen by how the text writes it elsewhere; beyond the first
    ``LOOKED_UP`` words that are divided, by the letter that follows.
    """
    known: dict[tuple[str, str], str] = {}

    def whole(match: re.Match[str]) -> str:
        first, last = match.groups()
        with_hyphen, without = f"{first}-{last}", f"{first}{last}"
        if (first, last) not in known:
            is_searched = len(known) < LOOKED_UP
            is_one = is_searched and without in text
            is_two = is_searched and not is_one and with_hyphen in text
            known[first, last] = (
                without if is_one or (not is_two and last[0].islower()) else with_hyphen
            )
        return known[first, last]

    return " ".join(DIVIDED.sub(whole, passage).translate(NO_INK).split())
