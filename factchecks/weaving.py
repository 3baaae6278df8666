"""A change as one text in reading order: what went beside what came in its place. Pure.

``comparing`` gives two columns, for the desk; readers get one, with long stretches that stayed as they were cut short.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from factchecks.comparing import Change, Piece

LONGEST_SAME = 400  # characters; of a longer stretch that stayed, its ends are shown
SHOWN_BESIDE = 120  # characters at each end


@dataclass(frozen=True)
class Run:
    """Words that stayed, went, came, or stayed and are not shown."""

    kind: Literal["same", "gone", "new", "cut"]
    text: str = ""


def runs(change: Change) -> list[Run]:
    """The words of a change, those that went before those that came in their place."""
    woven = list(_woven(change.before, change.after))
    last = len(woven) - 1
    return [
        short
        for place, run in enumerate(woven)
        for short in _shortened(run, first=place == 0, last=place == last)
    ]


def column(pieces: list[Piece]) -> list[Run]:
    """The words of one side alone, with the same cuts."""
    last = len(pieces) - 1
    return [
        short
        for place, piece in enumerate(pieces)
        for short in _shortened(Run(piece.kind, piece.text), first=place == 0, last=place == last)
    ]


def _woven(before: list[Piece], after: list[Piece]) -> Iterator[Run]:
    """Both columns hold the same unchanged words in the same order; what went stands before what came."""
    left = deque(before)
    for piece in after:
        while left and left[0].kind == "gone":
            yield Run("gone", left.popleft().text)
        if piece.kind == "same" and left:
            left.popleft()
        yield Run(piece.kind, piece.text)
    yield from (Run("gone", piece.text) for piece in left if piece.kind == "gone")


def _shortened(run: Run, *, first: bool, last: bool) -> Iterator[Run]:
    """A long unchanged stretch keeps the end that touches a change."""
    if run.kind != "same" or len(run.text) <= LONGEST_SAME:
        yield run
        return
    if not first:
        yield Run("same", _to_a_space(run.text[:SHOWN_BESIDE]))
    yield Run("cut")
    if not last:
        yield Run("same", _to_a_space(run.text[-SHOWN_BESIDE:][::-1])[::-1])


def _to_a_space(text: str) -> str:
    """Without the word that was cut; a script without spaces is cut anywhere."""
    return text.rpartition(" ")[0] or text
