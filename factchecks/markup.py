"""Markdown to safe HTML, with citations as links. Pure, no queries.

``html`` is off in the parser, and nh3 cleans its output once more: two locks on one door.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from factchecks import citations

ALLOWED_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "span", "div"),
}
ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "role", "aria-label"},
    "span": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "ol": {"start"},
}


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


class _Renderer(RendererHTML):
    def citation(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        cited: CitedAt = env["cited"]
        return " ".join(cited.link(number) for number in tokens[idx].meta["numbers"])

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture from elsewhere becomes its text: readers fetch nothing from another host."""
        return escape(tokens[idx].content)

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
    """Headings in a text stand below the finding's own, an ``h2``, and leave out no level."""
    above: list[str] = []
    for token in state.tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, 2 + len(above))}"


_parser = citations.install(
    MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable(
        ["table", "strikethrough"]
    )
)
_parser.core.ruler.push("level_headings", _level_headings)


def render(text: str, cited: CitedAt) -> SafeString:
    """A Markdown text as safe HTML; each place that cites a source is noted in ``cited``."""
    return mark_safe(  # noqa: S308  (cleaned by nh3 in the same breath)
        nh3.clean(
            _parser.render(citations.without_tags(text), {"cited": cited}),
            tags=ALLOWED_TAGS,
            attributes=ALLOWED_ATTRIBUTES,
            link_rel=None,
            url_schemes={"http", "https", "mailto"},
        )
    )


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
