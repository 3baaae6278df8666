"""A draft that comes again keeps the keys of the parts that it continues."""

from typing import Any

from factchecks import documents, keys
from tests.factories import key, make_document


def without_keys() -> dict[str, Any]:
    """``make_document`` as a text form gives it: no keys, findings named by number."""
    document: Any = make_document()
    del document["key"]
    named = [document["reviewed_by"], *document["authors"]]
    for part in [*named, *document["searches"], *document["findings"], *document["follow_ups"]]:
        del part["key"]
    for citation in document["citations"]:
        del citation["key"]
        for quotation in citation["quotations"]:
            quotation |= {"finding": 1}
            del quotation["key"]
    return document  # type: ignore[no-any-return]


def test_a_new_draft_gets_new_keys() -> None:
    document = keys.with_keys(without_keys(), None)
    assert documents.problems_of(document) == []
    assert document["citations"][0]["quotations"][0]["finding"] == document["findings"][0]["key"]


def test_the_same_draft_again_is_the_same_document() -> None:
    again: Any = keys.with_keys(without_keys(), make_document())
    expected: Any = make_document()
    for document in (again, expected):  # people are found by name when the document is applied
        del document["authors"], document["reviewed_by"]
    assert again == expected


def test_a_finding_that_moved_is_known_by_its_heading() -> None:
    draft = without_keys()
    draft["findings"].reverse()
    document = keys.with_keys(draft, make_document())
    assert [finding["key"] for finding in document["findings"]] == [key(32), key(31)]


def test_a_finding_with_a_new_heading_is_known_by_its_place() -> None:
    draft = without_keys()
    draft["findings"][1]["heading"] = "It bulges"
    document = keys.with_keys(draft, make_document())
    assert [finding["key"] for finding in document["findings"]] == [key(31), key(32)]


def test_a_further_finding_takes_no_key_of_another() -> None:
    draft = without_keys()
    draft["findings"].insert(0, {"heading": "New", "text": ""})
    document = keys.with_keys(draft, make_document())
    assert [f["key"] for f in document["findings"]][1:] == [key(31), key(32)]
    assert document["findings"][0]["key"] not in {key(31), key(32)}


def test_a_source_that_moved_is_known_by_its_address() -> None:
    draft = without_keys()
    draft["citations"].reverse()
    for number, citation in enumerate(draft["citations"], 1):
        citation["number"] = number
    document = keys.with_keys(draft, make_document())
    assert [citation["key"] for citation in document["citations"]] == [key(43), key(42), key(41)]


def test_a_placeholder_is_known_by_its_number() -> None:
    current: Any = make_document()
    draft = without_keys()
    for document in (current, draft):
        document["citations"][2]["source"] = None
    assert keys.with_keys(draft, current)["citations"][2]["key"] == key(43)


def test_a_search_and_its_twin_keep_their_two_keys() -> None:
    draft = without_keys()
    draft["searches"] = [{"text": "moon shape"}, {"text": "moon shape"}]
    first = keys.with_keys(draft, make_document())
    assert first["searches"][0]["key"] == key(21)
    assert keys.with_keys(draft, first)["searches"] == first["searches"]


def test_a_document_with_keys_keeps_its_own() -> None:
    document: Any = make_document(key=key(2))
    assert keys.with_keys(document, make_document()) == document
