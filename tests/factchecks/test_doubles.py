"""Two citations of one source become one: both passages stay, and the numbers in the texts follow."""

from typing import Any

import pytest

from factchecks import citations, documents
from factchecks.doubles import folded
from tests.factories import key, make_document, make_source_part


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("So it is [3].", "So it is [1]."),
        ("So it is [1][3].", "So it is [1]."),
        ("So it is [1, 3].", "So it is [1]."),
        ("So it is [1] [2] [3] [4].", "So it is [1] [2] [3]."),
        ("Here [1], and there [3].", "Here [1], and there [1]."),
        ("One [1]\n\nTwo [3]", "One [1]\n\nTwo [1]"),
        (
            "`[3]` and [a link [3]](https://x.example/)",
            "`[3]` and [a link [3]](https://x.example/)",
        ),
        ("Written twice [2][2].", "Written twice [2][2]."),
    ],
)
def test_a_number_that_two_became_stands_once_in_a_row(text: str, after: str) -> None:
    assert citations.fold(text, {1: 1, 2: 2, 3: 1, 4: 3}) == after


def test_one_citation_is_left_with_the_passages_of_both_and_the_later_day() -> None:
    document = make_document(summary="Nearly [1][3].")
    first, _second, third = document["citations"]
    third["source"], third["accessed_on"] = first["source"], "2026-03-01"
    third["quotations"] = [
        {"key": key(62), "text": "It is flattened.", "finding": None},
        {"key": key(63), "text": "The  Moon is nearly round.", "finding": key(31)},
    ]
    after = folded(document)
    assert [part["key"] for part in after["citations"]] == [key(41), key(42)]
    assert [part["key"] for part in after["citations"][0]["quotations"]] == [key(61), key(62)]
    assert after["citations"][0]["accessed_on"] == "2026-03-01"
    assert (after["summary"], after["findings"][1]["text"]) == ("Nearly [1].", "It bulges [1].")
    assert documents.problems_of(after) == []


def test_the_numbers_behind_move_up() -> None:
    document: Any = make_document(summary="It is [3].")
    document["citations"][1]["source"] = make_source_part(1)
    after = folded(document)
    assert [part["number"] for part in after["citations"]] == [1, 2]
    assert (after["summary"], after["findings"][0]["text"]) == ("It is [2].", "By laser [1].")


def test_a_document_that_names_every_source_once_is_left_alone() -> None:
    document = make_document()
    document["citations"][1]["source"] = document["citations"][2]["source"] = None
    assert folded(document) is document
