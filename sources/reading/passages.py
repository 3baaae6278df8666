"""Looking a quotation up in a source's text: verified, found with differences, or not found. Pure.

What counts as the same is said in ``folding``. A passage must also begin and end where a word does: “5 percent” does
not stand in “25 percent” or “−5 percent”, nor “toxic” in “non-toxic”.

A quotation with an ellipsis (…, ..., also in brackets) is looked up part by part: the parts stand in this order, with at
most ``GAP`` characters left out between two. A part of one short word would stand anywhere, and counts for nothing.

Where a passage does not stand as quoted, pieces of the skeleton that both have in common point to likely places, and the
words there are compared. ``LEAST`` of the text must be the same, else it is not found.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import Match, SequenceMatcher
from itertools import takewhile
from typing import Literal

from sources.reading.folding import DASHES, QUOTES, UNSPACED, Skeleton, alike, folded, skeleton

GAP = 2000  # characters left out at an ellipsis, at most
LEAST = 0.6  # of the characters of both texts stand in words that both have
LONGEST = 20_000  # characters of a quotation
LONGEST_COMPARED = 4000  # characters of a quotation that is compared word by word
MOST_PARTS = 20  # of a quotation with ellipses
SHORTEST_PART = 8  # bytes of the skeleton of a part beside an ellipsis

PLACES = 50  # of one quotation that are looked at closely
SEED, SEEDS = 12, 6  # bytes of a piece; pieces tried in one go, twice at most
MOST_OF_A_SEED = 200  # places; a piece that stands more often points nowhere
ONE_VOTE = 1000
MOST_PAIRS = 60_000  # equal words; a monotonous text is not compared
WINDOWS = 3  # likely places whose words are compared

ELLIPSIS = re.compile(r"\s*(?:[\[(]\s*(?:…|\.\s?\.\s?\.)\s*[\])]|…|(?<!\.)\.\s?\.\s?\.(?!\.))\s*")
# Accents, vowel points, vowel signs: they belong to the letter before. And what joins or parts letters without ink.
MARKS = "".join(
    sign
    for sign in map(chr, range(0x300, 0x1E00))
    if unicodedata.category(sign).startswith("M") and not re.match(f"[{UNSPACED}]", sign)
)
JOINERS = "\u00ad\u200c\u200d\u2060"
# A sign of a script without spaces; a word or number with what may stand inside; a row of dashes or quotation marks.
TOKEN = re.compile(
    rf"[{UNSPACED}]|(?:[^\W{UNSPACED}]|(?<=\d)[.,](?=\d)|(?<=\w)[-‐\u00ad]\s*\n\s*(?=\w)|[{MARKS}{JOINERS}])+"
    rf"|[{re.escape(DASHES)}]+|[{re.escape(QUOTES)}]+|\S"
)
# Full-width letters and digits stand among signs of such scripts, and yet make words and numbers.
WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
LETTER = re.compile(rf"[^\W_{UNSPACED}]|[{WIDE}{MARKS}]")
# What goes on, before and after: a word, also over a hyphen, at the end of a line too; a number, and its minus sign.
HYPHEN = r"(?:[-\u2010\u2011](?:[^\S\n]*\n\s*)?|\u00ad[^\S\n]*\n\s*)"
WORD_BEFORE = re.compile(rf"(?:[^\W_{UNSPACED}]|[{WIDE}])[{MARKS}{JOINERS}]*{HYPHEN}?\Z")
WORD_AFTER = re.compile(rf"[{JOINERS}]*{HYPHEN}?(?:[^\W_{UNSPACED}]|[{WIDE}])|[{MARKS}]")
NUMBER_BEFORE = re.compile(r"(?:\d[.,．，]|(?:\A|[\s(\[])[-−–])\Z")
NUMBER_AFTER = re.compile(r"[.,．，]\d")
NUMERAL = re.compile(r"[\d〇零一二三四五六七八九十百千万萬億亿兆]")  # a row of them is one number
MOST_SIGNS = 30  # characters before the first or after the last letter
WORD_BEGINS = re.compile(r"(?:\S*[-\u00ad\u2010\u2011][^\S\n]*\n\s*)?\S*\Z")
WORD_ENDS = re.compile(r"\S*(?:(?<=[-\u00ad\u2010\u2011])[^\S\n]*\n\s*\S+)?")


@dataclass(frozen=True)
class Piece:
    """Words that both have (as they stand in the source), or that only the quotation or only the source has."""

    kind: Literal["same", "quoted", "standing"]
    text: str


@dataclass(frozen=True)
class Verified:
    """The quotation stands at ``text[start:end]``; ``passage`` is that. At an ellipsis, ``parts`` are the spans."""

    start: int
    end: int
    passage: str
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Different:
    """Something like it stands at ``text[start:end]``; ``ratio`` (0 to 1) is how much of both is the same.

    ``is_apart``: every part of a quotation with ellipses stands there, but not in this order or not this near.
    """

    start: int
    end: int
    passage: str
    pieces: tuple[Piece, ...]
    ratio: float
    is_apart: bool = False


@dataclass(frozen=True)
class NotFound:
    """Nothing like it stands in the text, or the quotation is empty or too long."""


Result = Verified | Different | NotFound


def look_up(text: str, quotation: str) -> Result:
    """Look one quotation up. For several in the same text, make a ``Text`` once."""
    return Text(text).look_up(quotation)


class Text:
    """A source's text, made ready for looking up quotations. Offsets are those of ``text``, in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._skeleton = Skeleton(text)

    def look_up(self, quotation: str) -> Result:
        if len(quotation) > LONGEST:
            return NotFound()
        composed = unicodedata.normalize("NFC", quotation)
        for spelling in dict.fromkeys([quotation, composed]):
            if found := self._verified(spelling):
                return found
        return self._different(composed)

    def _verified(self, quotation: str) -> Verified | None:
        """The whole as it is, with an ellipsis that may stand in the source; else the parts around its ellipses."""
        spans = [self._span_of(quotation)]
        parts = _parts(quotation)
        if not spans[0] and parts not in ([], [quotation]):
            spans = list(self._chain(parts))
        if not all(spans):
            return None
        known = tuple(span for span in spans if span)
        start, end = known[0][0], known[-1][1]
        return Verified(start, end, self.text[start:end], known)

    def _chain(self, parts: list[str]) -> Iterator[tuple[int, int] | None]:
        """A span for each part, each after the one before and near it; none for the part that breaks the chain."""
        for first in self._spans_of(parts[0]):
            chain: list[tuple[int, int] | None] = [first]
            end = first[1]
            for part in parts[1:]:
                span = self._span_of(part, end, end + GAP)
                chain.append(span)
                if span is None:
                    break
                end = span[1]
            if all(chain):
                yield from chain
                return
        yield None

    def _span_of(
        self, quotation: str, after: int = 0, before: int | None = None
    ) -> tuple[int, int] | None:
        return next(self._spans_of(quotation, after, before), None)

    def _spans_of(
        self, quotation: str, after: int = 0, before: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Where this stands word for word, beginning between the two offsets."""
        bare = skeleton(quotation)
        if not bare:
            return
        at = (self._skeleton.at(after) if after else 0) - 1
        for _ in range(PLACES):
            at = self._skeleton.bare.find(bare, at + 1)
            if at < 0:
                return
            start, end = self._with_signs(*self._skeleton.span(at, at + len(bare)), quotation)
            if before is not None and start > before:
                return
            if start >= after and self._stands(start, end, quotation):
                yield start, end

    def _with_signs(self, start: int, end: int, quotation: str) -> tuple[int, int]:
        """With the signs before and after its letters that the quotation has too, such as a full stop."""
        before, after = folded(_signs(quotation)), folded(_signs(quotation[::-1])[::-1])
        for size in range(MOST_SIGNS if before else 0):
            if start - size >= 0 and folded(self.text[start - size : start]) == before:
                start -= size
                break
        for size in range(MOST_SIGNS if after else 0):
            if folded(self.text[end : end + size]) == after:
                end += size
                break
        return start, end

    def _stands(self, start: int, end: int, quotation: str) -> bool:
        return self._is_edge(start, end) and alike(self.text[start:end], quotation)

    def _is_edge(self, start: int, end: int) -> bool:
        """No word or number is cut in two at either end."""
        before, after = self.text[max(0, start - 20) : start], self.text[end : end + 20]
        first, last = self.text[start], self.text[end - 1]
        return not (
            (LETTER.match(first) and WORD_BEFORE.search(before))
            or (LETTER.match(last) and WORD_AFTER.match(after))
            or (first.isdigit() and NUMBER_BEFORE.search(before))
            or (last.isdigit() and NUMBER_AFTER.match(after))
            or (NUMERAL.match(first) and NUMERAL.match(before[-1:]))
            or (NUMERAL.match(last) and NUMERAL.match(after))
        )

    def _different(self, quotation: str) -> Different | NotFound:
        parts = _parts(quotation)
        if len(quotation) > LONGEST_COMPARED or not parts:
            return NotFound()
        nearest = [self._nearest(part) for part in parts]
        known = [one for one in nearest if one]
        if not known:
            return NotFound()
        sizes = [len(part) for part in parts]
        ratio = sum(
            size * one.ratio for size, one in zip(sizes, nearest, strict=True) if one
        ) / sum(sizes)
        if ratio < LEAST:
            return NotFound()
        pieces = [
            piece
            for part, one in zip(parts, nearest, strict=True)
            for piece in (one.pieces if one else (Piece("quoted", part),))
        ]
        start, end = min(one.start for one in known), max(one.end for one in known)
        whole = self.text[start:end] if end - start <= len(quotation) * 2 + GAP * len(parts) else ""
        first = known[0]
        return Different(
            start if whole else first.start,
            end if whole else first.end,
            whole or first.passage,
            tuple(pieces),
            ratio,
            is_apart=len(parts) > 1 and all(one and one.ratio == 1 for one in nearest),
        )

    def _nearest(self, quotation: str) -> Different | None:
        """The place whose words are most like those of the quotation, if any is likely."""
        bare = skeleton(quotation)
        at = self._skeleton.bare.find(bare)
        if at >= 0:  # other words or signs, but the same letters
            span = self._whole_words(*self._skeleton.span(at, at + len(bare)), quotation)
            one = self._compared(*span, quotation, is_whole=True)
            return replace(one, ratio=max(one.ratio, LEAST)) if len(bare) >= SEED else one
        found = [
            self._compared(*self._stretch(at, len(bare)), quotation) for at in self._likely(bare)
        ]
        return max(found, key=lambda one: one.ratio, default=None)

    def _likely(self, bare: bytes) -> list[int]:
        """Where in the skeleton the quotation may begin, the likeliest first: most of its pieces point there."""
        votes: Counter[int] = Counter()
        width = max(len(bare) // 4, 16)
        for seeds in _seeds(bare):
            for offset, seed in seeds:
                places = self._places_of(seed)
                for at in places:  # a piece that stands once says as much as two that stand twice
                    votes[(at - offset) // width] += ONE_VOTE // len(places)
            if max(votes.values(), default=0) > ONE_VOTE:
                break
        pairs = {slot: votes[slot] + votes[slot + 1] for slot in list(votes)}
        ranked = sorted(pairs, key=pairs.__getitem__, reverse=True)[:WINDOWS]
        return [slot * width for slot in ranked]

    def _places_of(self, seed: bytes) -> list[int]:
        """None for a piece that stands too often to point anywhere."""
        places: list[int] = []
        at = self._skeleton.bare.find(seed)
        while at >= 0:
            places.append(at)
            if len(places) > MOST_OF_A_SEED:
                return []
            at = self._skeleton.bare.find(seed, at + 1)
        return places

    def _stretch(self, at: int, size: int) -> tuple[int, int]:
        """The text from well before there to well after, whole words."""
        margin = max(size // 3, 40)
        length = len(self._skeleton.bare)
        low, high = min(max(0, at - margin), length - 1), min(length, at + size + 2 * margin)
        start, end = self._skeleton.span(low, max(high, low + 1))
        return self._widened(start, end)

    def _whole_words(self, start: int, end: int, quotation: str) -> tuple[int, int]:
        """With the signs that the quotation has, and the rest of a word or number that is cut in two."""
        letters_end = end
        start, end = self._with_signs(start, end, quotation)
        if end == letters_end and not quotation[-1].isalnum() and self.text[end : end + 1].strip():
            end += not self.text[end].isalnum()  # another sign than the quotation's
        if self._is_edge(start, end):
            return start, end
        first, last = self._widened(start, end)
        while first < start and not (self.text[first].isalnum() or self.text[first] in DASHES):
            first += 1
        while last > end and not (self.text[last - 1].isalnum() or self.text[last - 1] in MARKS):
            last -= 1
        return first, last

    def _widened(self, start: int, end: int) -> tuple[int, int]:
        before = WORD_BEGINS.search(self.text, max(0, start - 100), start)
        after = WORD_ENDS.match(self.text, end, end + 100)
        return before.start() if before else start, after.end() if after else end

    def _compared(
        self, start: int, end: int, quotation: str, *, is_whole: bool = False
    ) -> Different:
        """The words of the quotation beside those between the two offsets, without what stands around them.

        ``is_whole``: nothing stands around them; all of it is meant.
        """
        standing = [match.span() for match in TOKEN.finditer(self.text, start, end)]
        quoted = [match.span() for match in TOKEN.finditer(quotation)]
        keys = [_key(self.text[i:j]) for i, j in standing]
        words = [_key(quotation[i:j]) for i, j in quoted]
        if _pairs(words, keys) > MOST_PAIRS:
            passage = self.text[start:end]
            pieces = [Piece("quoted", quotation), Piece("standing", passage)]
            return Different(start, end, passage, tuple(pieces), 0.0)
        matcher = SequenceMatcher(None, words, keys, autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        first, last = (
            (0, len(standing)) if is_whole else _borders(blocks, len(words), len(standing))
        )
        pieces = []
        for kind, i, j, k, m in matcher.get_opcodes():
            here = _slice(self.text, standing[max(k, first) : min(m, last)])
            if kind == "equal":
                pieces.append(Piece("same", here))
                continue
            pieces += [Piece("quoted", _slice(quotation, quoted[i:j])), Piece("standing", here)]
        same = sum(len(keys[block.b + n]) for block in blocks for n in range(block.size))
        whole = sum(map(len, words)) + sum(map(len, keys[first:last]))
        low, high = (standing[first][0], standing[last - 1][1]) if last > first else (start, start)
        some = tuple(piece for piece in pieces if piece.text)
        return Different(low, high, self.text[low:high], some, 2 * same / whole if whole else 0.0)


def _pairs(words: list[str], keys: list[str]) -> int:
    """How often a word of the one is a word of the other: what comparing them costs."""
    counts = Counter(keys)
    return sum(counts[word] for word in words)


def _slice(text: str, spans: list[tuple[int, int]]) -> str:
    return text[spans[0][0] : spans[-1][1]] if spans else ""


def _parts(quotation: str) -> list[str]:
    """The quotation, or what stands between its ellipses."""
    said = [part for part in ELLIPSIS.split(quotation) if any(map(str.isalnum, part))]
    parts = [part for part in said if skeleton(part)]
    if parts != said:  # a “½” alone
        return [quotation] if parts else []
    if len(parts) > MOST_PARTS or min(map(_size, parts), default=0) < SHORTEST_PART:
        return [quotation] if parts else []
    return parts


def _signs(quotation: str) -> str:
    """What stands before its first letter, digit or picture: all that leaves nothing in the skeleton."""
    return "".join(takewhile(lambda sign: not skeleton(sign), quotation))


def _size(part: str) -> int:
    return len(skeleton(part))


def _seeds(bare: bytes) -> Iterator[list[tuple[int, bytes]]]:
    """Pieces of the skeleton with their offsets, spread evenly; a second lot lies between those of the first."""
    size = min(SEED, max(4, len(bare) // 3))
    offsets = range(0, max(1, len(bare) - size + 1), max(1, size // 3))
    step = max(1, len(offsets) // (2 * SEEDS) * 2)
    for first in (0, max(1, step // 2)):
        chosen = list(offsets[first::step])[:SEEDS]
        yield [(offset, bare[offset : offset + size]) for offset in chosen]


def _key(word: str) -> str:
    """What two words are compared by. Nothing is left of quotation marks: they are all the same."""
    return folded(word) or '"'


def _borders(blocks: list[Match], words: int, standing: int) -> tuple[int, int]:
    """Which words stand for the quotation: from its first common word to its last, and as many more as it has."""
    if not blocks:
        return 0, 0
    first = max(0, blocks[0].b - blocks[0].a)
    last = blocks[-1]
    return first, min(standing, last.b + last.size + words - last.a - last.size)
