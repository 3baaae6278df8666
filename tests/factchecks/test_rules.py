"""What stops publication."""

from datetime import date
from typing import Any

import pytest

from factchecks import rules
from factchecks.documents import Document
from tests.factories import key, make_document, make_source_part

TODAY = date(2026, 3, 2)
CLAIM = {
    "text": "The Moon is a ball.",
    "claimant": "A. Claimant",
    "claimed_on": None,
    "appearance": "https://claims.example/1",
}
RATING = {"name": "False", "description": ""}


def messages(document: Document) -> list[str]:
    return [problem.message for problem in rules.problems(document, TODAY)]


def with_citation(**changes: Any) -> Document:
    document: Any = make_document()
    document["citations"][1] |= changes
    return document  # type: ignore[no-any-return]


def test_nothing_stops_a_whole_check() -> None:
    assert messages(make_document()) == []
    assert messages(make_document(claim=CLAIM, rating=RATING)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"authors": []}, "The check has no author."),
        ({"checked_on": None}, "The date of checking is missing."),
        ({"checked_on": "2026-03-03"}, "The date of checking lies in the future."),
        ({"summary": ""}, "The executive summary is missing."),
        (
            {"summary": "So [12]."},
            "The executive summary cites [12], but there are only 3 sources.",
        ),
        (
            {"findings": [{"key": key(31), "heading": "It is", "text": "By law [0] [1]."}]},
            "Finding 1 cites [0], but there are only 3 sources.",
        ),
    ],
)
def test_what_stops_publication_is_named(changes: dict[str, Any], message: str) -> None:
    assert messages(make_document(**changes)) == [message]


def test_a_check_needs_a_finding() -> None:
    assert messages(make_document(findings=[])) == ["The check has no finding."]


def test_a_finding_needs_text() -> None:
    findings = [{"key": key(31), "heading": "It is measured", "text": ""}]
    [problem] = rules.problems(make_document(findings=findings), TODAY)
    assert problem == rules.Problem("Finding 1 has no text.", "findings", key(31), "text")


def test_a_check_cites_something() -> None:
    findings = [{"key": key(31), "heading": "It is measured", "text": "By laser."}]
    document = make_document(summary="Nearly.", findings=findings)
    assert messages(document) == ["Nothing in the check cites a source."]


def test_a_number_in_code_or_in_a_link_cites_nothing() -> None:
    document = make_document(summary="`[12]` and [13](https://a.example/), see [1].")
    assert messages(document) == []


def test_a_cited_number_of_a_check_without_sources_stops_publication() -> None:
    document = make_document(citations=[], summary="So [1].", findings=[])
    assert "The executive summary cites [1], but there are no sources." in messages(document)


def test_a_cited_number_without_a_source_stops_publication() -> None:
    [problem] = rules.problems(with_citation(source=None, quotations=[]), TODAY)
    assert problem.message == "Source [2] has no address yet."
    assert (problem.part, problem.key, problem.field) == ("citations", key(42), "source")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accessed_on": None}, "Source [2] has no date of access."),
        ({"source": make_source_part(2, title="")}, "Source [2] has no title."),
        ({"source": make_source_part(2, publisher=None)}, "Source [2] has no publisher."),
    ],
)
def test_a_source_says_what_it_is_and_when_it_was_read(
    changes: dict[str, Any], message: str
) -> None:
    assert messages(with_citation(**changes)) == [message]


def test_a_source_needs_no_date_of_publication() -> None:
    assert messages(with_citation(source=make_source_part(2, published_on=None))) == []


def test_a_rating_needs_the_claim_its_claimant_and_where_it_was_made() -> None:
    assert messages(make_document(rating=RATING)) == [
        "A rating needs the claim that it rates.",
        "A rating needs to say who made the claim.",
        "A rating needs an address at which the claim can be seen.",
    ]
    part = {**CLAIM, "claimant": ""}
    assert messages(make_document(rating=RATING, claim=part)) == [
        "A rating needs to say who made the claim."
    ]


def test_a_claim_without_a_rating_needs_nothing() -> None:
    assert messages(make_document(claim={**CLAIM, "claimant": "", "appearance": ""})) == []


def test_a_source_that_no_text_cites_is_told_and_stops_nothing() -> None:
    document = make_document(
        findings=[{"key": key(31), "heading": "It is measured", "text": "By laser [2]."}]
    )
    assert messages(document) == []
    assert [citation["number"] for citation in rules.uncited(document)] == [3]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("| a | b |\n|---|\n| c | d |", "| a | b |"),
        ("| a | b |\n| c | d |", "| a | b |"),
        ("a | b\n---|---|---\nc | d", "---|---|---"),
        ("| a | b |\n|---|---|\n| c | d | e |", "| c | d | e |"),
        ("> | a | b |\n> |---|---|\n> | c | d | e |", "| c | d | e |"),
    ],
)
def test_a_broken_table_stops_publication_and_is_named_at_its_text(table: str, row: str) -> None:
    findings = [{"key": key(31), "heading": "It is", "text": f"By laser [1].\n\n{table}"}]
    [problem] = rules.problems(make_document(findings=findings), TODAY)
    assert problem.message.startswith(f"Finding 1 has a broken table at “{row}”")
    assert (problem.part, problem.key, problem.field) == ("findings", key(31), "text")


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n| c \\| d | e |\n| f |",
        "a | b\n--|--\n1 | 2",
        "- | a | b |\n  |---|---|\n  | 1 | 2 |",
        "```\n| a | b |\n| c | d |\n```",
        "Where |x| is less than |y|.",
    ],
)
def test_a_whole_table_or_a_bar_in_a_text_stops_nothing(text: str) -> None:
    assert messages(make_document(summary=f"So [1].\n\n{text}")) == []


def test_two_publishers_are_not_ticked_off_before_a_source_has_one() -> None:
    document = make_document(summary="So.", findings=[], citations=[])
    assert "No source with its publisher is there yet." in messages(document)
