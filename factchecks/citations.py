"""``[3]``, ``[1][2]`` and ``[1, 2]``: finding, checking and renumbering them in Markdown. Pure text, no queries.

A marker is 1 to 3 digits a number, so that ``[2025]`` in a quotation stays text. What stands in code or in a link is
left alone; the caption of a placed picture may cite. What counts is decided by the Markdown parser itself, once:
before a text is parsed, every candidate gets a tag of two private-use characters around its index, and the parser's
citation rule reports the tags it came across.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

PICTURE = "picture:"  # the scheme of a placed picture's address; its caption may cite
MARKER = re.compile(r"\[(\d{1,3}(?:[ \t]*,[ \t]*\d{1,3})*)\]")
OPEN, CLOSE = "\ue000", "\ue001"
_TAGGED = re.compile(rf"\[{OPEN}(\d+){CLOSE}(\d{{1,3}}(?:[ \t]*,[ \t]*\d{{1,3}})*)\]")


@dataclass(frozen=True)
class Marker:
    """One ``[…]`` in a text: its place in characters, its line from 1, and the numbers it cites."""

    start: int
    end: int
    line: int
    numbers: tuple[int, ...]


def _citation_rule(state: StateInline, silent: bool) -> bool:
    """Inline rule: a marker that is no link. Runs after the link rule, so links win.

    Silent, the parser looks for the end of a link's text and must see the brackets one by one.
    """
    match = MARKER.match(state.src, state.pos) or _TAGGED.match(state.src, state.pos)
    if silent or match is None or state.linkLevel:
        return False
    token = state.push("citation", "", 0)
    token.content = match[0]
    token.meta = {"numbers": _numbers(match[match.lastindex or 1])}
    if match.re is _TAGGED:
        token.meta["index"] = int(match[1])
    state.pos = match.end()
    return True


def install(parser: MarkdownIt) -> MarkdownIt:
    """Teach a parser the citation rule, and un-teach it link definitions: ``[1]: …`` is a citation, not a link."""
    parser.disable("reference")
    parser.inline.ruler.after("link", "citation", _citation_rule)
    return parser


def _numbers(inside: str) -> tuple[int, ...]:
    return tuple(int(number) for number in inside.split(","))


_parser = install(MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]))


@lru_cache(maxsize=256)  # a check's texts are read again and again while somebody writes it
def markers(text: str) -> tuple[Marker, ...]:
    """The markers of a text, in order."""
    candidates = list(MARKER.finditer(text))
    if not candidates:
        return ()
    real = _indices_in_running_text(text)
    line_ends = [m.start() for m in re.finditer("\n", text)]
    return tuple(
        Marker(m.start(), m.end(), bisect(line_ends, m.start()) + 1, _numbers(m[1]))
        for index, m in enumerate(candidates)
        if index in real
    )


def without_tags(text: str) -> str:
    """A text in which nobody else has put the two characters of a tag."""
    return text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")


def _indices_in_running_text(text: str) -> set[int]:
    text = without_tags(text)
    count = iter(range(len(text)))
    tagged = MARKER.sub(lambda m: f"[{OPEN}{next(count)}{CLOSE}{m[1]}]", text)
    return {
        child.meta["index"]
        for token in _parser.parse(tagged)
        for child in _running(token.children or [])
        if child.type == "citation" and "index" in child.meta
    }


def _running(children: list[Token]) -> Iterator[Token]:
    """What readers see as text: the captions of placed pictures too."""
    for child in children:
        if picture_name(child):
            yield from child.children or []
        yield child


def picture_name(token: Token) -> str:
    """The name in ``![…](picture:name)``; empty for every other token."""
    address = str(token.attrGet("src") or "") if token.type == "image" else ""
    return address.removeprefix(PICTURE) if address.startswith(PICTURE) else ""


def numbers_in(text: str) -> list[int]:
    """The numbers that a text cites, each once, in order of appearance."""
    return list(dict.fromkeys(number for marker in markers(text) for number in marker.numbers))


def renumber(text: str, new: Mapping[int, int]) -> str:
    """The text with each cited number replaced; a number that ``new`` does not know stays."""
    return _rewrite(text, lambda numbers: [new.get(number, number) for number in numbers])


def fold(text: str, new: Mapping[int, int]) -> str:
    """As ``renumber``, where several numbers may become one: markers side by side then cite it once."""
    pieces: list[str] = []
    end = 0
    old: dict[int, int] = {}  # by the new number: which one stands for it in this run of markers
    for marker in markers(text):
        between = text[end : marker.start]
        if between.strip(" \t"):
            old = {}
        numbers = [(new.get(number, number), number) for number in marker.numbers]
        stay = [to for to, number in numbers if old.setdefault(to, number) == number]
        if stay:
            pieces += [between, f"[{', '.join(map(str, stay))}]"]
        end = marker.end
    return "".join([*pieces, text[end:]])


def _rewrite(text: str, change: Callable[[tuple[int, ...]], list[int]]) -> str:
    pieces, end = [], 0
    for marker in markers(text):
        pieces += [text[end : marker.start], f"[{', '.join(map(str, change(marker.numbers)))}]"]
        end = marker.end
    return "".join([*pieces, text[end:]])
