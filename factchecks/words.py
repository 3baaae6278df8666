"""Two texts, word by word: what stayed, what is gone, what is new. Pure, and quick on long texts.

Sentences are paired first and words only within what is left over, by the words that both sides have exactly once
(patience diff). Where a stretch is too long and has no such word it is shown as replaced: the time stays bounded.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# A citation marker, white space, a sign of a script without spaces, a word with its combining signs, anything else.
TOKEN = re.compile(
    r"\[[\d\U000F0000-\U000FFFFD][\d\U000F0000-\U000FFFFD, \t]*\]"
    r"|\s+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|(?:[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    r"|[\u0300-\u036f\u0900-\u0dff\u0e00-\u109f\u200c\u200d\U000F0000-\U000FFFFD])+|.",
    re.DOTALL,
)
SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]+\s*|[^.!?。！？\n]+")
SMALL = 10_000  # pairs of words that are compared one by one
DEPTH = 10

Block = tuple[int, int, int]
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Piece:
    """A run of words that stands in both texts, only in the old one, or only in the new one."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass
class Edit:
    """What a stretch was and what it is, and the words after it that stayed."""

    gone: str = ""
    new: str = ""
    same: str = ""


def diff(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The old text as pieces that are the same or gone, and the new one as pieces that are the same or new."""
    edits = _joined(_edits(old, new))
    before, after = [], []
    for edit in edits:
        before += [Piece("gone", edit.gone), Piece("same", edit.same)]
        after += [Piece("new", edit.new), Piece("same", edit.same)]
    return _some(before), _some(after)


def _some(pieces: list[Piece]) -> list[Piece]:
    """Without empty ones. What stayed stands on both sides in as many pieces."""
    return [piece for piece in pieces if piece.text]


def _edits(old: str, new: str) -> Iterator[Edit]:
    """Sentence by sentence, and word by word where sentences differ."""
    a, b = SENTENCE.findall(old), SENTENCE.findall(new)
    i = j = 0
    for x, y, size in [*blocks(a, b), (len(a), len(b), 0)]:
        yield from _word_edits("".join(a[i:x]), "".join(b[j:y]))
        yield Edit(same="".join(a[x : x + size]))
        i, j = x + size, y + size


def _word_edits(old: str, new: str) -> Iterator[Edit]:
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    i = j = 0
    for x, y, size in [*blocks(a, b), (len(a), len(b), 0)]:
        yield Edit("".join(a[i:x]), "".join(b[j:y]), "".join(a[x : x + size]))
        i, j = x + size, y + size


def _joined(edits: Iterator[Edit]) -> list[Edit]:
    """Without seams: a space or a comma that stayed between two changes is part of one change."""
    joined = [Edit()]
    for edit in edits:
        last = joined[-1]
        if not edit.gone and not edit.new:
            last.same += edit.same
        elif not (last.gone or last.new) and not last.same:
            joined[-1] = edit
        elif (last.gone or last.new) and not re.search(r"[\w\U000F0000-\U000FFFFD]", last.same):
            last.gone += last.same + edit.gone
            last.new += last.same + edit.new
            last.same = edit.same
        else:
            joined.append(edit)
    return joined


def blocks(a: Sequence[str], b: Sequence[str]) -> list[Block]:
    """Where ``a[i:i+n] == b[j:j+n]``, as ``(i, j, n)`` in ascending order."""
    found: list[Block] = []
    open_ranges: list[tuple[Range, int]] = [((0, len(a), 0, len(b)), 0)]
    while open_ranges:
        (alo, ahi, blo, bhi), depth = open_ranges.pop()
        while alo < ahi and blo < bhi and a[alo] == b[blo]:
            found.append((alo, blo, 1))
            alo, blo = alo + 1, blo + 1
        while alo < ahi and blo < bhi and a[ahi - 1] == b[bhi - 1]:
            ahi, bhi = ahi - 1, bhi - 1
            found.append((ahi, bhi, 1))
        if alo == ahi or blo == bhi:
            continue
        if (ahi - alo) * (bhi - blo) <= SMALL:
            matcher = SequenceMatcher(None, a[alo:ahi], b[blo:bhi], autojunk=False)
            found += [(alo + i, blo + j, n) for i, j, n in matcher.get_matching_blocks() if n]
        elif depth < DEPTH:
            inner = _between(_anchors(a, b, (alo, ahi, blo, bhi)), (alo, ahi, blo, bhi))
            found += [(i, j, 1) for i, j in inner[1]]
            open_ranges += [(part, depth + 1) for part in inner[0]]
    return _runs(sorted(found))


def _anchors(a: Sequence[str], b: Sequence[str], within: Range) -> list[tuple[int, int]]:
    """The places of what both sides have exactly once, as many as stand in the same order."""
    alo, ahi, blo, bhi = within
    once_a, once_b = Counter(a[alo:ahi]), Counter(b[blo:bhi])
    places = {b[j]: j for j in range(blo, bhi) if once_b[b[j]] == 1}
    pairs = [(i, places[a[i]]) for i in range(alo, ahi) if once_a[a[i]] == 1 and a[i] in places]
    return [pairs[index] for index in increasing([j for _i, j in pairs])]


def increasing(numbers: Sequence[int]) -> list[int]:
    """The indices of a longest increasing subsequence."""
    ends: list[int] = []
    indices: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
        indices[place : place + 1] = [index]
        before.append(indices[place - 1] if place else -1)
    chain = []
    index = indices[-1] if indices else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def _between(
    anchors: list[tuple[int, int]], within: Range
) -> tuple[list[Range], list[tuple[int, int]]]:
    """The stretches around the anchors; none when there are no anchors."""
    alo, ahi, blo, bhi = within
    if not anchors:
        return [], []
    ranges = []
    for i, j in [*anchors, (ahi, bhi)]:
        ranges.append((alo, i, blo, j))
        alo, blo = i + 1, j + 1
    return ranges, anchors


def _runs(found: list[Block]) -> list[Block]:
    runs: list[Block] = []
    for i, j, n in found:
        if runs and runs[-1][0] + runs[-1][2] == i and runs[-1][1] + runs[-1][2] == j:
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + n)
        else:
            runs.append((i, j, n))
    return runs
