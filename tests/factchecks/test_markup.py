"""Markdown becomes safe HTML, with citations as links to their sources."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factchecks import citations, markup
from factchecks.markup import CitedAt, plain
from tests.factchecks.images import make_picture_part


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


def shown(text: str) -> str:
    """A text of a check that has one picture, called moon, 1,200 pixels wide."""
    return str(markup.render(text, CitedAt({1}), [make_picture_part(alt='"Moon" & <roof>')]))


def test_a_placed_picture_is_a_figure_with_its_caption_credit_and_licence() -> None:
    file = f"/pictures/{'0' * 64}"
    assert shown("![The *Moon* [1]](picture:moon)") == (
        f'<figure class="picture"><picture><source type="image/webp" srcset="{file}-480.webp 480w,'
        f' {file}-960.webp 960w, {file}-1200.webp 1200w" sizes="(min-width: 44rem) 38rem, 92vw">'
        f'<img src="{file}-960.jpg" width="1200" height="800"'
        ' alt="&quot;Moon&quot; &amp; &lt;roof&gt;" loading="lazy" decoding="async"></picture>'
        '<figcaption><span class="picture-caption">The <em>Moon</em> <a class="citation"'
        ' id="cite-1-1" href="#source-1" role="doc-noteref" aria-label="Source 1">[1]</a></span>'
        ' <span class="picture-credit">Picture: A. Photographer, CC BY 4.0</span></figcaption>'
        "</figure>\n"
    )


def test_what_the_caption_cites_counts_as_cited() -> None:
    text = "![The Moon [1]](picture:moon) and ![no [2]](https://a.example/m.png)"
    assert citations.numbers_in(text) == [1]
    assert citations.renumber(text, {1: 3}).startswith("![The Moon [3]](picture:moon)")


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("![](picture:moon)", "<figure>"),
        ("![](picture:moon)\n![](picture:moon)", "<figure><figure>"),
        ("See ![](picture:moon) there.", "<p>See  there.</p>\n<figure>"),
        ("**bold ![](picture:moon)**", "<p><strong>bold </strong></p>\n<figure>"),
        ("# Head ![](picture:moon)", "<h3>Head </h3>\n<figure>"),
        ("- one ![](picture:moon)\n- two", "<ul>\n<li>one <figure></li>\n<li>two</li>\n</ul>\n"),
        ("> ![](picture:moon)", "<blockquote>\n<figure></blockquote>\n"),
        ("[![](picture:moon)](https://a.example/)", "<figure>"),
        ("`![](picture:moon)`", "<p><code>![](picture:moon)</code></p>\n"),
        ("See [![](picture:moon)](https://a.example/)", "<p>See </p>\n<figure>"),
    ],
)
def test_a_picture_stands_after_the_text_that_it_is_placed_in(text: str, around: str) -> None:
    assert re.sub(r"<figure.*?</figure>\n", "<figure>", shown(text)) == around


def test_a_picture_in_a_table_stands_in_its_cell() -> None:
    html = shown("| a |\n|---|\n| ![](picture:moon) |")
    assert html.index("<td>") < html.index("<figure") < html.index("</td>")


@pytest.mark.parametrize("name", ["sun", "Moon", "&lt;b&gt;", "../moon", "mönd", "%22"])
def test_a_picture_that_the_check_has_not_is_marked_as_missing(name: str) -> None:
    html = shown(f"![The sun [1]](picture:{name})")
    assert '<p><span class="picture-missing">There is no picture “' in html
    assert "The sun <a" in html
    assert "<img" not in html
    assert "<b>" not in html


def test_the_names_of_placed_pictures_are_found() -> None:
    text = (
        "![](picture:b)\n\n- ![x](picture:a) ![](picture:b)\n\n`![](picture:c)`\n\n[d](picture:d)"
    )
    assert markup.placed(text) == ["b", "a"]


def test_a_pictures_caption_is_not_part_of_the_plain_text() -> None:
    assert plain("So it is.\n\n![The Moon](picture:moon)") == "So it is."


class _Tags(HTMLParser):
    """Collects each tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


HOSTILE = st.sampled_from(
    ["![", "](picture:moon)", "](picture:x\" onerror=y)", "![a](picture:moon)", "<img src=/pictures/x>",
     "<script>", "</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "java\tscript:x", "](", ")",
     "[a](javascript:alert(1))", "[a](  JAVAscript:x )", "<a href='javascript:x'>", "&#106;avascript:x", "<svg/onload=x>",
     "[1]", "[1, 2]", "[", "]", "!", "`", "\n", "\n\n", "    ", "|a|b|\n|-|-|\n", '"', "'", "<", ">", "\\", "\0",
     "<style>*{}</style>", "style=x", "<!--", "-->", "<![CDATA[", "[a]: javascript:x\n", "[a][a]", "<https://a.example>",
     "<javascript:x>", "data:text/html,x", "vbscript:x", "é", " "]
)  # fmt: skip


@given(st.lists(HOSTILE, max_size=20).map("".join))
def test_no_text_becomes_a_script(text: str) -> None:
    for tag, attributes in _Tags(shown(text)).found:
        assert tag in markup.ALLOWED_TAGS
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        address = attributes.get("href") or "#"
        assert (attributes.get("src") or "/pictures/").startswith("/pictures/")
        assert address.startswith(("http:", "https:", "mailto:", "#")) or ":" not in address
