"""Markdown to safe HTML, with citations as links and the check's own pictures as figures. Pure, no queries.

``html`` is off in the parser, and nh3 cleans its output once more: two locks on one door.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import unquote

import nh3
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from factchecks import citations, pictures
from factchecks.documents import PicturePart

ALLOWED_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "span", "div"),
    *("figure", "picture", "source", "img", "figcaption"),
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "role", "aria-label"},
    "span": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "ol": {"start"},
    "figure": {"class"},
    "source": {"type", "srcset", "sizes"},
    "img": {"src", "width", "height", "alt", "loading", "decoding"},
}
OWN_FILE = re.compile(r"/pictures/[0-9a-f]{64}-[0-9]{1,5}\.(webp|jpg)( [0-9]{1,5}w)?")
CELL_END = re.compile(r"(?<!\\)\|")  # in a row of a table
# The column of the page, in CSS pixels; see site.css.
PICTURE_SIZES = "(min-width: 44rem) 38rem, 92vw"


class CitedAt:
    """Where each source is cited while the texts of one check are rendered: ``{3: ["cite-3-1", "cite-3-2"]}``."""

    def __init__(self, known: Collection[int]) -> None:
        self.known = known
        self.places: dict[int, list[str]] = defaultdict(list)

    def link(self, number: int) -> str:
        """The marker for one number: a link to its source, or plain text when there is no such source."""
        if number not in self.known:
            return f'<span class="citation citation-missing">[{number}]</span>'
        place = f"cite-{number}-{len(self.places[number]) + 1}"
        self.places[number].append(place)
        label = escape(_("Source %(number)s") % {"number": number})
        return (
            f'<a class="citation" id="{place}" href="#source-{number}" role="doc-noteref"'
            f' aria-label="{label}">[{number}]</a>'
        )


def _figure(part: PicturePart, caption: str) -> str:
    """A picture as readers see it, with its credit and licence; ``caption`` is safe HTML."""
    files = ", ".join(
        f"{_address(name)} {width}w" for width, name in pictures.offered(part).items()
    )
    credit = escape(_("Picture: %(credit)s, %(licence)s") % part)
    return (
        f'<figure class="picture"><picture><source type="image/webp" srcset="{files}" sizes="{PICTURE_SIZES}">'
        f'<img src="{_address(pictures.fallback(part))}" width="{part["width"]}" height="{part["height"]}"'
        f' alt="{escape(part["alt"])}" loading="lazy" decoding="async"></picture>'
        f"<figcaption>{_span('picture-caption', caption)} {_span('picture-credit', credit)}</figcaption>"
        "</figure>\n"
    )


def _span(name: str, html: str) -> str:
    return f'<span class="{name}">{html}</span>' if html else ""


def _address(file: str) -> str:
    return reverse("factchecks:picture", args=[file])


class _Renderer(RendererHTML):
    def citation(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        cited: CitedAt = env["cited"]
        return " ".join(cited.link(number) for number in tokens[idx].meta["numbers"])

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture from elsewhere becomes its text: readers fetch nothing from another host."""
        return escape(tokens[idx].content)

    def placed_picture(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """The check's own picture; a name that it does not know is marked as missing."""
        name, caption = tokens[idx].meta["name"], tokens[idx].meta["caption"]
        known: Mapping[str, PicturePart] = env["pictures"]
        html = self.renderInline(caption, options, env)
        if name in known:
            return _figure(known[name], html)
        missing = escape(_("There is no picture “%(name)s”.") % {"name": unquote(name)})
        return f"<p>{_span('picture-missing', missing)} {html}</p>\n"

    def table_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        label = escape(_("Table"))
        return f'<div class="table" role="region" tabindex="0" aria-label="{label}"><table>\n'

    def table_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return "</table></div>\n"


def _level_headings(state: StateCore) -> None:
    """Headings stand below the one over the text (a finding's own is an ``h2``), and leave out no level."""
    over: int = state.env.get("heading_over", 2)
    above: list[str] = []
    for token in state.tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, over + len(above))}"


def _place_pictures(state: StateCore) -> None:
    """A picture is a block of its own: one within a paragraph, heading or cell stands after its text."""
    tokens: list[Token] = []
    waiting: list[Token] = []
    for token in state.tokens:
        found = _taken_out(token) if token.type == "inline" else []
        tokens.append(token)
        if found and tokens[-2].type in {"paragraph_open", "heading_open"}:
            waiting = found
        elif found:
            tokens += found
        elif waiting:  # this one closes the paragraph or heading
            if not _says_something(tokens[-2]):
                del tokens[-3:]
            tokens += waiting
            waiting = []
    state.tokens = tokens


def _taken_out(inline: Token) -> list[Token]:
    """The pictures of a text, as tokens of their own; the text goes on without them."""
    found: list[Token] = []
    left: list[Token] = []
    for child in inline.children or []:
        if citations.picture_name(child):
            found.append(child)
        elif child.type == "link_close" and left and left[-1].type == "link_open":
            left.pop()  # the link was around the picture alone
        else:
            left.append(child)
    if found:
        inline.children = left
    return [
        Token(
            "placed_picture",
            "figure",
            0,
            block=True,
            meta={"name": citations.picture_name(image), "caption": image.children or []},
        )
        for image in found
    ]


def _says_something(inline: Token) -> bool:
    return any(child.content.strip() for child in inline.children or [])


_parser = citations.install(
    MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable(
        ["table", "strikethrough"]
    )
)
_parser.core.ruler.push("level_headings", _level_headings)
_parser.core.ruler.push("place_pictures", _place_pictures)


def render(text: str, cited: CitedAt, own: Iterable[PicturePart] = ()) -> SafeString:
    """A Markdown text as safe HTML; each place that cites a source is noted in ``cited``.

    ``own`` are the check's pictures, which the text places by their names.
    """
    return _safe(text, {"cited": cited, "pictures": {part["name"]: part for part in own}})


def _safe(text: str, env: dict[str, Any]) -> SafeString:
    return mark_safe(  # noqa: S308  (cleaned by nh3 in the same breath)
        nh3.clean(
            _parser.render(citations.without_tags(text), env),
            tags=ALLOWED_TAGS,
            attributes=ALLOWED_ATTRIBUTES,
            attribute_filter=_of_this_house,
            link_rel=None,
            url_schemes={"http", "https", "mailto"},
        )
    )


def _of_this_house(tag: str, attribute: str, value: str) -> str | None:
    """A picture's address leads to a picture's file here, or is left out."""
    if attribute == "src" and not OWN_FILE.fullmatch(value):
        return None
    if attribute == "srcset" and not all(OWN_FILE.match(each) for each in value.split(", ")):
        return None
    return value


def placed(text: str) -> list[str]:
    """The names of the pictures that a text places, each once, in order of appearance."""
    if citations.PICTURE not in text:
        return []
    tokens = (token for token in _parser.parse(text) if token.type == "placed_picture")
    return list(dict.fromkeys(unquote(token.meta["name"]) for token in tokens))


def torn_rows(text: str) -> list[str]:
    """Lines typed as rows of a table that readers would not see as such.

    Either no table is there, because its head and its line of dashes do not fit together (GFM, section 4.10), or the row
    has more cells than the head: those would be left out.
    """
    if "|" not in text:
        return []
    lines, torn, columns = text.split("\n"), [], 0
    before = ""
    for token in _parser.parse(text):
        if token.type == "inline" and before in {"paragraph_open", "heading_open"}:
            torn += [line for line in token.content.split("\n") if _looks_like_a_row(line.strip())]
        elif token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and before != "thead_open" and token.map:
            row = lines[token.map[0]].strip(" >\t")
            if len(CELL_END.split(row.removeprefix("|").removesuffix("|"))) > columns:
                torn.append(row)
        before = token.type
    return torn


def _looks_like_a_row(line: str) -> bool:
    """Two cells or more between bars, or the line of dashes."""
    if "|" in line and "-" in line and not line.strip("|-: \t"):
        return True
    return line.startswith("|") and line.endswith("|") and len(CELL_END.findall(line)) > 2


def page(text: str) -> SafeString:
    """The Markdown of a page that cites nothing and stands under the page's own title, an ``h1``, as safe HTML."""
    return _safe(text, {"cited": CitedAt(()), "pictures": {}, "heading_over": 1})


def plain(text: str) -> str:
    """A Markdown text as one line of plain text without its citations, for lists and descriptions."""
    pieces: list[str] = []
    for token in _parser.parse(text):
        for child in token.children or []:
            if child.type in {"text", "code_inline"}:
                pieces.append(child.content)
            elif child.type in {"softbreak", "hardbreak"}:
                pieces.append(" ")
        if token.type in {"inline", "fence", "code_block"}:
            pieces.append(" ")
    joined = " ".join("".join(pieces).split())
    for mark in ".,;:!?":
        joined = joined.replace(f" {mark}", mark)
    return joined
