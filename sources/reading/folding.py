"""When two spellings are one passage: white space, hyphenation, quotation marks, dashes, ligatures, and nothing else.

Two foldings. The *skeleton* is coarse and quick: every sign is gone, so equal passages have equal skeletons, but
not the reverse. ``alike`` is exact, and is asked about the few places that the skeleton points to.

- White space of any kind and length is one space; beside a sign of a script without spaces it is nothing. Signs that
  leave no ink (soft hyphens, zero-width spaces, marks of direction) are nothing.
- A hyphen at the end of a line, soft or not, may belong to the word or not: “exam-↵ple” is “example” and “exam-ple”.
- Any quotation mark or apostrophe is any other, a row of them is one, and white space beside it is nothing (the French
  put some inside).
- Any dash is any other (a minus sign too), two or three hyphens are one, and white space around it is nothing.
- The Latin ligatures of U+FB00–FB06 are their letters (Unicode's NFKC, for these alone).
"""

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

SOFT_HYPHEN = "\u00ad"
INVISIBLE = (
    SOFT_HYPHEN + "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
)
INVISIBLE += "\u2066\u2067\u2068\u2069\ufeff"
QUOTES = "\"'`´‘’‚‛“”„‟‹›«»「」『』〝〞〟\u02bc\u02bb\u05f3\u05f4＂＇"
DASHES = "-\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
# Kana, Han, Thai, Lao, Khmer, Myanmar: written without spaces between words.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
)

MAYBE = "\0"  # in a folded text: a hyphen or nothing

_AS_IT_IS = {ord(sign): None for sign in INVISIBLE if sign != SOFT_HYPHEN} | {
    ord(ligature): letters for ligature, letters in LIGATURES.items()
}
_QUOTES, _DASHES = re.escape(QUOTES), re.escape(DASHES)
_QUOTED = re.compile(rf" ?[{_QUOTES}](?: ?[{_QUOTES}])* ?")
_HYPHEN = rf"(?<=[^\W\d_]){SOFT_HYPHEN}*[{_DASHES}{SOFT_HYPHEN}]"
_LINE_END = re.compile(rf"{_HYPHEN}[^\S\n]*\n\s*(?=[^\W\d_])")
_MAYBE_LINE_END = re.compile(rf"{_HYPHEN}\s+(?=[^\W\d_])")
_MAYBE_HARD_LINE_END = re.compile(rf"(?<=[^\W\d_])[{_DASHES}]\s+(?=[^\W\d_])")
_DASHED = re.compile(rf" ?[{_DASHES}](?: ?[{_DASHES}])* ?")
_BESIDE_UNSPACED = re.compile(rf"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])")
_SPACES = re.compile(r"\s+")
BLOCK = 8192  # characters

# Bytes of UTF-8, in which no lead byte stands inside a character. Each begins signs alone, so many bytes long:
# Latin-1's, general punctuation and symbols, CJK punctuation.
_LEADS = ((b"\xc2", 1), (b"\xe2", 2), (b"\xe3\x80", 1))
# Modifier apostrophes, Hebrew's hyphen and quotation marks, the Ogham space, the byte order mark, small and full-width signs.
_OTHERS = re.compile(
    rb"\xca[\xbb\xbc]|\xd6\xbe|\xd7[\xb3\xb4]|\xe1\x9a\x80|\xef(?:\xbb\xbf|\xb9.|\xbc[\x80-\x8f\x9a-\xa0])",
    re.DOTALL,
)
_OTHER_LEADS = (b"\xca", b"\xd6", b"\xd7", b"\xe1\x9a", b"\xef")
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_LIGATURES = [(sign.encode(), letters.encode()) for sign, letters in LIGATURES.items()]


def skeleton(text: str) -> bytes:
    """The letters and digits in UTF-8, ligatures as their letters; white space and signs are gone.

    Each character turns into none, one or more bytes on its own, so that the skeleton of a whole is that of its parts.
    """
    bare = text.encode("utf-8", "surrogatepass").translate(None, _ASCII_SIGNS)
    if bare.isascii():
        return bare
    for lead, more in _LEADS:
        if lead[:1] in bare:  # one byte is looked for many times quicker than two
            first, *others = bare.split(lead)
            bare = b"".join([first, *[other[more:] for other in others]])
    if any(lead[:1] in bare and lead in bare for lead in _OTHER_LEADS):
        bare = _OTHERS.sub(b"", bare)
    if b"\xef\xac" in bare:
        for ligature, letters in _LIGATURES:
            bare = bare.replace(ligature, letters)
    return bare


class Skeleton:
    """A text's skeleton that knows which byte came from where."""

    def __init__(self, text: str) -> None:
        self.text = text
        blocks = [skeleton(text[start : start + BLOCK]) for start in range(0, len(text), BLOCK)]
        self.bare = b"".join(blocks)
        self._starts = [0, *accumulate(map(len, blocks))]

    def place(self, index: int) -> int:
        """Where the character of the text begins that became ``self.bare[index]``, a byte."""
        block = bisect_right(self._starts, index) - 1
        rest = index - self._starts[block]
        low, high = block * BLOCK, min((block + 1) * BLOCK, len(self.text))
        begin = low
        while high - low > 1:  # the last start before which at most ``rest`` bytes come
            middle = (low + high) // 2
            if len(skeleton(self.text[begin:middle])) <= rest:
                low = middle
            else:
                high = middle
        return low

    def at(self, place: int) -> int:
        """How many bytes of the skeleton come from what stands before this place of the text."""
        block = min(place // BLOCK, len(self._starts) - 1)
        return self._starts[block] + len(skeleton(self.text[block * BLOCK : place]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text that became ``self.bare[start:end]``, which isn't empty."""
        return self.place(start), self.place(end - 1) + 1


def alike(standing: str, quoted: str) -> bool:
    """Are they one passage? ``standing`` is the source's text with its ends of lines, ``quoted`` may have lost them."""
    there = folded(standing, _LINE_END)
    if _same(there, folded(quoted, _MAYBE_LINE_END)):
        return True
    return SOFT_HYPHEN in quoted and _same(there, folded(quoted, _MAYBE_HARD_LINE_END))


def folded(text: str, line_end: re.Pattern[str] = _LINE_END) -> str:
    """The exact folding; ``MAYBE`` is where a word may go on. Quotation marks at both ends are no part of a passage."""
    text = text.replace(MAYBE, "\ufffd").translate(_AS_IT_IS)
    text = _SPACES.sub(" ", line_end.sub(MAYBE, text).replace(SOFT_HYPHEN, ""))
    text = _QUOTED.sub('"', _DASHED.sub("-", text))
    return _BESIDE_UNSPACED.sub("", text).strip(' "')


def _same(first: str, second: str) -> bool:
    i = j = 0
    while i < len(first) or j < len(second):
        one, other = first[i : i + 1], second[j : j + 1]
        if one == other or {one, other} == {MAYBE, "-"}:
            i, j = i + 1, j + 1
        elif one == MAYBE:
            i += 1
        elif other == MAYBE:
            j += 1
        else:
            return False
    return True
