"""One publisher alone is not enough, or the reason is stated."""

from datetime import date
from typing import Any

from factchecks import rules
from tests.factories import make_document, make_source_part

TODAY = date(2026, 3, 2)
PUBLISHER = {"name": "P", "domain": "p.example"}


def sentences(document: Any) -> list[str]:
    return [problem.message for problem in rules.problems(document, TODAY)]


def of_one_publisher(**changes: Any) -> Any:
    document = make_document(**changes)
    for citation in document["citations"]:
        citation["source"] = make_source_part(citation["number"], publisher=PUBLISHER)  # type: ignore[typeddict-item]
    return document


def test_sources_of_one_publisher_stop_publication() -> None:
    assert sentences(of_one_publisher()) == [
        "All sources have one publisher. Add another, or say why this one is enough."
    ]


def test_a_stated_reason_lets_one_publisher_stand() -> None:
    assert sentences(of_one_publisher(one_publisher_reason="It is the only archive.")) == []


def test_every_rule_is_on_the_checklist_kept_or_not() -> None:
    kept = rules.checklist(make_document(), TODAY)
    assert len(kept) == 10
    assert not any(rule.problems for rule in kept)
