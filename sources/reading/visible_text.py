"""The text of an HTML document that a reader sees, in reading order.

A line for each block and each ``<br>``, cells of a table parted by a tab; ``<pre>`` keeps its lines. Left out: scripts,
styles, templates, what is hidden, form fields' choices, embedded media with their fallbacks, readings in ruby text, the
page's title. Frames are not followed, and what stands instead of them for browsers of long ago is left out. What stands
in ``<noscript>`` is kept apart: readers see it only where nothing else is.
"""

import re


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


BLOCKS = _names(
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option "
    "p pre search section summary table tbody tfoot thead tr ul"
)
CELLS = frozenset({"td", "th"})
SKIPPED = _names(
    "script style template title textarea select datalist iframe object embed applet audio video canvas picture map "
    "rp rt rtc annotation annotation-xml desc metadata defs noembed noframes"
)
VOID = _names("br hr img input link meta area base col embed source track wbr frame")
HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
CELL = "\x1f"
AROUND_CELL = re.compile(rf" *{CELL} *")
SPACES = re.compile(r"[ \t\n\r\f]+")


class VisibleText:
    """Takes the events of a parser and collects lines, at most so many characters of them."""

    def __init__(self, most: int) -> None:
        self.lines: list[str] = []
        self.fallback: list[str] = []
        self.is_cut = False
        self._most = most
        self._inline: list[str] = []
        self._skipping: list[
            str
        ] = []  # the element that is left out, once for each of its name inside
        self._fallbacks = 0
        self._pre = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._skipping:
            if tag == self._skipping[0]:
                self._skipping.append(tag)
            return
        if tag not in VOID and (tag in SKIPPED or _is_hidden(tag, attributes)):
            self._skipping.append(tag)
            return
        self._around(tag)
        if tag in CELLS:
            self._inline.append(CELL)
        elif tag == "noscript":
            self._break()
            self._fallbacks += 1
        self._pre += tag == "pre"

    def end(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[0]:
                self._skipping.pop()
            return
        self._around(tag)
        if tag == "noscript":
            self._break()
            self._fallbacks -= 1
        self._pre -= tag == "pre"

    def data(self, text: str) -> None:
        if not self._skipping and not self.is_cut:
            self._inline.append(text)

    def close(self) -> None:
        self._break()

    def _around(self, tag: str) -> None:
        if tag in BLOCKS:
            self._break()
        elif tag == "q":
            self._inline.append('"')

    def _break(self) -> None:
        if not self._inline:
            return
        written = "".join(self._inline)
        self._inline.clear()
        for line in written.split("\n") if self._pre > 0 else [SPACES.sub(" ", written)]:
            self._add(AROUND_CELL.sub("\t", line).strip(" \t\r\n\f"))

    def _add(self, line: str) -> None:
        if not line:
            return
        if self._most < len(line):
            self.is_cut = True
            line = line[: self._most]
        self._most -= len(line) + 1
        (self.fallback if self._fallbacks > 0 else self.lines).append(line)


def _is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    return (
        ("hidden" in attributes and attributes["hidden"].lower() != "until-found")
        or (tag == "dialog" and "open" not in attributes)
        or bool(HIDDEN_STYLE.search(attributes.get("style", "")[:2000]))
    )
