"""The parts of a check's page, made once."""

import re
from typing import Any

import pytest

from factchecks import pages
from factchecks.documents import Document
from factchecks.evidence import Evidence
from tests.factories import key, make_document, make_source_part

EVIDENCE = {"https://source1.example/page": Evidence(71)}


def parts(**changes: Any) -> dict[str, str]:
    return pages.parts(make_document(**changes), EVIDENCE)


def test_the_parts_follow_the_order_of_the_page() -> None:
    assert tuple(parts()) == pages.PARTS


def test_the_header_tells_the_question_the_day_the_searches_and_how_many_sources() -> None:
    header = parts()["header"]
    assert "Is the Moon round?" in header
    assert '<time datetime="2026-03-01">March 1, 2026</time>' in header
    assert "moon shape" in header
    assert "Found 3 sources" in header
    assert "A. Writer" in header
    assert "B. Editor" in header


CLAIM = {"text": "It is flat.", "claimant": "A. Speaker", "claimed_on": None, "appearance": ""}
FALSE = {"name": "False", "description": "The evidence contradicts it."}
TRUE = {"name": "True", "description": "The evidence supports it."}


def test_a_rating_is_explained_by_the_whole_scale_with_its_own_step_marked() -> None:
    document = make_document(claim=CLAIM, rating=FALSE)
    verdict = pages.parts(document, {}, pages.Newsroom.of([TRUE, FALSE], []))["verdict"]  # type: ignore[list-item]
    assert "The evidence supports it." in verdict
    assert re.findall(r"<dt>(\w+) <span", verdict) == ["False"]


def test_an_author_with_a_biography_is_linked_to_it() -> None:
    made = pages.parts(make_document(), {}, pages.Newsroom.of([], [key(11)]))["header"]
    assert f'<a href="/people/#{key(11)}"><b>A. Writer</b></a>' in made
    assert f"#{key(12)}" not in made


def test_what_could_not_be_established_is_told_after_the_findings_and_named_on_top() -> None:
    made = parts(limitations="Nobody has looked at\nthe far side.")
    assert '<section class="limits" id="limits"' in made["limits"]
    assert 'href="#limits"' in made["header"]
    assert "limits" not in parts()["header"]


def test_findings_are_numbered_and_can_be_linked_to() -> None:
    findings = parts()["findings"]
    assert re.findall(r'id="(finding-\d)"', findings) == ["finding-1", "finding-2"]
    assert "It is measured" in findings


def test_every_citation_leads_to_its_source_and_the_source_leads_back() -> None:
    made = parts()
    cited = re.findall(r'id="(cite-[^"]+)" href="#(source-\d)"', made["summary"] + made["findings"])
    assert cited == [
        ("cite-1-1", "source-1"),
        ("cite-1-2", "source-1"),
        ("cite-2-1", "source-2"),
        ("cite-3-1", "source-3"),
    ]
    assert re.findall(r'<li class="source" id="([^"]+)"', made["sources"]) == [
        "source-1",
        "source-2",
        "source-3",
    ]
    assert re.findall(r'href="#(cite-[^"]+)"', made["sources"]) == [place for place, _ in cited]


def test_a_source_shows_its_publisher_its_dates_and_its_own_page() -> None:
    sources = parts()["sources"]
    assert "Publisher 1" in sources
    assert 'href="/publishers/source1.example/"' in sources
    assert 'href="/sources/71/"' in sources
    assert '<time datetime="2020-01-02">' in sources
    assert '<time datetime="2026-02-28">' in sources


def test_a_source_that_nothing_cites_is_shown_as_found() -> None:
    findings = [{"key": key(31), "heading": "It is measured", "text": "By laser [2]."}]
    sources = parts(findings=findings)["sources"]
    assert sources.count("Found, not cited") == 1


def test_a_placeholder_is_shown_as_missing_in_a_preview() -> None:
    citations: Any = make_document()["citations"]
    citations[1] |= {"source": None, "quotations": []}
    made = parts(citations=citations)
    assert "The address of this source is still missing." in made["sources"]
    assert '<li class="source" id="source-2"' in made["sources"]


def test_a_quotation_leads_to_its_passage_at_the_source_and_to_its_finding() -> None:
    sources = parts()["sources"]
    passage = "https://source1.example/page#:~:text=The%20Moon%20is%20nearly%20round."
    assert f'href="{passage}"' in sources
    assert 'href="#finding-1"' in sources


@pytest.mark.parametrize(
    ("passage", "fragment"),
    [
        ("Short, with a comma", "#:~:text=Short%2C%20with%20a%20comma"),
        ("a-b & c", "#:~:text=a%2Db%20%26%20c"),
        ("A short one. It goes over.", "#:~:text=A%20short%20one.,It%20goes%20over."),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen sixteen",
            "#:~:text=one%20two%20three%20four,twelve%20thirteen%20fourteen%20sixteen",
        ),
    ],
)
def test_a_long_passage_is_named_by_its_first_and_last_words(passage: str, fragment: str) -> None:
    assert pages.text_fragment(passage) == fragment


def test_many_places_that_cite_one_source_have_a_letter_each() -> None:
    made = parts(summary="Here [1]. " * 28)
    labels = re.findall(r'href="#cite-1-\d+"[^>]*>(\w+)</a>', made["sources"])
    assert labels[:2] + labels[25:28] == ["a", "b", "z", "aa", "ab"]


def test_what_editors_type_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    document: Any = make_document(
        question=evil,
        summary=f"{evil} [1]",
        searches=[{"key": key(21), "text": evil}],
        follow_ups=[{"key": key(51), "text": evil}],
        authors=[{"key": key(11), "name": evil}],
        claim={"text": evil, "claimant": evil, "claimed_on": None, "appearance": ""},
        rating={"name": evil, "description": evil},
    )
    document["findings"][0]["heading"] = evil
    document["citations"][0]["source"] = make_source_part(1, title=evil)
    document["citations"][0]["quotations"][0]["text"] = evil
    newsroom = pages.Newsroom.of([{"name": evil, "description": evil}], [])
    document["limitations"] = evil
    assert not [part for part in pages.parts(document, {}, newsroom).values() if "<script" in part]


@pytest.mark.parametrize("language", ["en", "pt-BR", "ar", "zz", "abcdefgh-12345678", "tlh-a-b-c"])
def test_a_check_in_any_language_has_a_page(language: str) -> None:
    assert "1" in parts(language=language)["findings"]


def test_no_part_of_the_page_needs_an_inline_style_or_script() -> None:
    made = "".join(parts().values())
    assert not re.search(r"\sstyle=|\son\w+=|<script|<style", made)


def test_the_version_is_the_same_until_templates_or_rules_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = pages.version()
    pages.version.cache_clear()
    assert pages.version() == before
    monkeypatch.setattr("factchecks.pages.LIBRARIES", ("nh3",))
    pages.version.cache_clear()
    assert pages.version() != before
    pages.version.cache_clear()


def test_the_version_changes_with_what_the_newsroom_says_of_itself() -> None:
    said = {
        pages.version(),
        pages.version(pages.Newsroom.of([TRUE], [])),  # type: ignore[list-item]
        pages.version(pages.Newsroom.of([], [key(11)])),
    }
    assert len(said) == 3


def test_templates_that_a_part_includes_count_for_the_version() -> None:
    texts = "".join(pages._texts(["factchecks/_header.html", "factchecks/_verdict.html"]))
    assert "person.key in listed" in texts
    assert "scale-whole" in texts


def a_document_without_anything() -> Document:
    return make_document(
        summary="", checked_on=None, review_on=None, authors=[], reviewed_by=None, tags=[],
        searches=[], findings=[], citations=[], follow_ups=[],
    )  # fmt: skip


def test_an_empty_draft_has_a_preview_too() -> None:
    made = pages.parts(a_document_without_anything(), {})
    assert "Is the Moon round?" in made["header"]
