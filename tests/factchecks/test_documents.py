"""The document's schema, its one spelling and its hash."""

from typing import Any

import pytest

from factchecks import documents
from tests.factories import key, make_document, make_source_part


def with_source(**changes: Any) -> Any:
    document: Any = make_document()
    document["citations"][0]["source"] = make_source_part(1, **changes)
    return document


def test_a_whole_document_has_no_problem() -> None:
    assert documents.problems_of(make_document()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"key": "no-key"},
        {"slug": "two words"},
        {"slug": ""},
        {"question": ""},
        {"question": "a" * 301},
        {"summary": "null\x00byte"},
        {"language": "not a language"},
        {"checked_on": "2026-02-30"},
        {"checked_on": "1 March 2026"},
        {"tags": ["space", "space"]},
        {"tags": ["!!!"]},
        {"notes": "private"},
        {"rating": {"name": "", "description": ""}},
        {
            "claim": {
                "text": "",
                "claimant": "",
                "claimed_on": None,
                "appearance": "ftp://a.example",
            }
        },
    ],
)
def test_what_does_not_fit_the_schema_is_named(change: dict[str, Any]) -> None:
    assert documents.problems_of({**make_document(), **change})


@pytest.mark.parametrize("value", [None, [], "text", 3, {}])
def test_something_else_altogether_is_no_document(value: Any) -> None:
    assert documents.problems_of(value)


def test_a_key_is_used_once_in_a_check() -> None:
    document: Any = make_document()
    document["searches"][0]["key"] = document["findings"][0]["key"]
    assert documents.problems_of(document) == ["Two parts have the same key."]


def test_the_numbers_of_sources_run_from_one_without_a_gap() -> None:
    document: Any = make_document()
    document["citations"][1]["number"] = 7
    assert documents.problems_of(document) == ["citations: the numbers do not run from 1 in order."]


def test_a_quotation_names_a_finding_of_its_own_check() -> None:
    document: Any = make_document()
    document["citations"][0]["quotations"][0]["finding"] = key(99)
    assert documents.problems_of(document) == [
        "citations: a quotation names a finding that is not in the check."
    ]


def test_one_address_in_two_spellings_is_listed_once() -> None:
    document = with_source(url="https://SOURCE2.example:443/page#top")
    assert documents.problems_of(document) == [
        "citations: https://source2.example/page stands twice in the list of sources."
    ]


def test_an_address_with_a_password_is_refused() -> None:
    document = with_source(url="https://user:secret@source1.example/page")
    assert documents.problems_of(document) == [
        "citations.0.source.url: A web address must not carry a user name or password."
    ]


def test_the_place_where_a_claim_can_be_seen_is_an_address() -> None:
    claim = {"text": "x", "claimant": "", "claimed_on": None, "appearance": "http://a:b@c.example"}
    assert documents.problems_of(make_document(claim=claim)) == [
        "claim.appearance: A web address must not carry a user name or password."
    ]


def test_a_publisher_is_known_by_a_domain_in_lower_case() -> None:
    document = with_source(publisher={"name": "É", "domain": "É.example"})
    assert documents.problems_of(document) == [
        "citations.0.source.publisher.domain: it is not in lower case."
    ]


def test_a_value_with_many_faults_is_told_of_a_few_of_them() -> None:
    document = make_document(searches=[{"key": "x", "text": ""}] * 100)
    assert len(documents.problems_of(document)) == documents.MAX_PROBLEMS


def test_a_long_fault_is_told_in_short() -> None:
    [problem] = documents.problems_of(make_document(question="a" * 5000))
    assert len(problem) < 250


def test_texts_have_one_spelling() -> None:
    assert documents.clean_text("e\u0301  \r\n\x00b\r\ud800c\n\n") == "é\nb\nc"


def test_a_line_has_single_spaces() -> None:
    assert documents.clean_line("  one\t two\nthree ") == "one two three"


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    document: Any = make_document()
    backwards: Any = dict(reversed(document.items()))
    assert documents.sha256(backwards) == documents.sha256(document)


def test_the_hash_changes_with_any_word() -> None:
    assert documents.sha256(make_document(summary="Other.")) != documents.sha256(make_document())


def test_a_topic_keeps_the_letters_of_its_script() -> None:
    assert documents.topic_slug("Çevre ve Sağlık") == "çevre-ve-sağlık"
