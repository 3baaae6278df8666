"""A revision's document as JSON: the round trip."""

import json
from typing import Any

import pytest

from factchecks.importing import UnreadableDraft, read
from tests.factchecks.importing.reading import BY_HAND, blocking, messages, with_keys


def document() -> dict[str, Any]:
    return with_keys(read(BY_HAND).document)


def test_a_document_comes_back_as_it_was() -> None:
    draft = read(json.dumps(document()).encode())
    assert draft.form == "json"
    assert draft.document == document()
    assert draft.notes == []


def test_a_place_without_a_source_and_a_number_without_a_place_block_publication() -> None:
    changed = document() | {"summary": "It can [3]."}
    changed["citations"][1]["source"] = None
    assert blocking(read(json.dumps(changed))) == [
        (None, "The summary cites [3], but there are only 2 sources."),
        (None, "1 source has no address yet: [2]."),
    ]


def test_a_source_that_nothing_cites_is_only_reported() -> None:
    changed = document() | {"summary": "", "findings": []}
    changed["citations"] = [part | {"quotations": []} for part in changed["citations"]]
    draft = read(json.dumps(changed))
    assert messages(draft) == [(None, "Found but never cited: [1], [2].")]
    assert blocking(draft) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"version": 1}', "'slug' is a required property"),
        ('{"version": 1,\n "key" 2}', "This is not valid JSON"),
        ('{"a": 1, "a": 2}', "The key “a” stands twice"),
        ('{"a": ' + "[" * 100_000, "nested too deeply"),
        ('{"a": ' + "[" * 50 + "]" * 50 + "}", "nested too deeply"),
        ('{"version": ' + "9" * 10_000 + "}", "is not a fact check's document"),
        ('{"version": NaN}', "is not a fact check's document"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableDraft, match=sentence):
        read(text)


def test_a_mistake_in_the_json_is_found_by_its_line() -> None:
    with pytest.raises(UnreadableDraft) as refusal:
        read('{"version": 1,\n "key" 2}')
    assert refusal.value.line == 2
