"""Markdown becomes safe HTML, with citations as links to their sources."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factchecks import markup
from factchecks.markup import CitedAt, plain


def render(text: str, known: int = 3) -> str:
    return str(markup.render(text, CitedAt(range(1, known + 1))))


def test_a_citation_is_a_link_to_its_source_with_a_name_of_its_own() -> None:
    assert render("So [2].") == (
        '<p>So <a class="citation" id="cite-2-1" href="#source-2" role="doc-noteref"'
        ' aria-label="Source 2">[2]</a>.</p>\n'
    )


def test_each_place_that_cites_a_source_is_noted_across_the_texts_of_a_check() -> None:
    cited = CitedAt({1, 2})
    markup.render("One [1] and [1, 2].", cited)
    markup.render("Again [1].", cited)
    assert cited.places == {1: ["cite-1-1", "cite-1-2", "cite-1-3"], 2: ["cite-2-1"]}


def test_a_number_without_a_source_is_marked_as_missing_and_links_nowhere() -> None:
    html = render("So [9].")
    assert '<span class="citation citation-missing">[9]</span>' in html
    assert "href" not in html


def test_citations_within_a_link_or_code_stay_text() -> None:
    assert "citation" not in render("`[1]` and [see [1]](https://a.example/)")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# One\n\n## Two\n\n#### Four", "<h3>One</h3>\n<h4>Two</h4>\n<h5>Four</h5>\n"),
        ("#### Alone", "<h3>Alone</h3>\n"),
        ("3. three\n4. four", '<ol start="3">\n<li>three</li>\n<li>four</li>\n</ol>\n'),
        ("~~no~~ **yes**", "<p><s>no</s> <strong>yes</strong></p>\n"),
        ("![a moon](https://a.example/m.png)", "<p>a moon</p>\n"),
        ("<b>bold</b>", "<p>&lt;b&gt;bold&lt;/b&gt;</p>\n"),
        ("a & b", "<p>a &amp; b</p>\n"),
        ("[mail](mailto:a@b.example)", '<p><a href="mailto:a@b.example">mail</a></p>\n'),
        ("[x](data:text/html,y)", "<p>[x](data:text/html,y)</p>\n"),
    ],
)
def test_what_markdown_becomes(text: str, html: str) -> None:
    assert render(text) == html


def test_a_wide_table_can_be_scrolled_by_keyboard() -> None:
    html = render("| a | b |\n|---|---|\n| 1 | 2 |")
    assert html.startswith(
        '<div class="table" role="region" tabindex="0" aria-label="Table"><table>'
    )


def test_plain_text_has_no_marks_and_no_citations() -> None:
    text = "# Head\n\nIt is **flat** [1], `almost`\nround [2].\n\n- [one](https://a.example/)"
    assert plain(text) == "Head It is flat, almost round. one"


class _Tags(HTMLParser):
    """Collects each tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = st.sampled_from(
    ["<script>", "</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "java\tscript:x", "](", ")",
     "[a](javascript:alert(1))", "[a](  JAVAscript:x )", "<a href='javascript:x'>", "&#106;avascript:x", "<svg/onload=x>",
     "[1]", "[1, 2]", "[", "]", "!", "`", "\n", "\n\n", "    ", "|a|b|\n|-|-|\n", '"', "'", "<", ">", "\\", "\0",
     "<style>*{}</style>", "style=x", "<!--", "-->", "<![CDATA[", "[a]: javascript:x\n", "[a][a]", "<https://a.example>",
     "<javascript:x>", "data:text/html,x", "vbscript:x", "é", " "]
)  # fmt: skip


@given(st.lists(HOSTILE, max_size=20).map("".join))
def test_no_text_becomes_a_script(text: str) -> None:
    for tag, attributes in _Tags(render(text)).found:
        assert tag in markup.ALLOWED_TAGS
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        address = attributes.get("href") or "#"
        assert address.startswith(("http:", "https:", "mailto:", "#")) or ":" not in address
