"""What changed between two documents, for a person."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factchecks import comparing, words
from factchecks.comparing import Change, compare
from factchecks.documents import Document
from tests.factories import key, make_document


def pairs(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.kind, change.title) for change in changes]


def text(pieces: list[words.Piece]) -> str:
    return "".join(f"<{p.kind} {p.text}>" if p.kind != "same" else p.text for p in pieces)


def without_source_one() -> Document:
    """As ``make_document``, with the first source taken out and the others renumbered."""
    document = make_document(summary="Nearly: it is **flattened** by a little.")
    del document["citations"][0]
    for number, citation in enumerate(document["citations"], 1):
        citation["number"] = number
    document["findings"][0]["text"] = "By laser [1]."
    document["findings"][1]["text"] = "It bulges [2]."
    return document


def test_a_document_does_not_differ_from_itself() -> None:
    assert compare(make_document(), make_document()) == []
    assert comparing.summary([]) == "Nothing changed"


def test_a_text_is_compared_word_by_word() -> None:
    (change,) = compare(make_document(), make_document(summary="Nearly: it is flat [1]."))
    assert (change.part, change.kind, change.title) == ("summary", "changed", "Executive summary")
    assert text(change.before) == "Nearly: it is <gone **flattened** by a little> [1]."
    assert text(change.after) == "Nearly: it is <new flat> [1]."


def test_numbers_that_only_followed_the_sources_are_no_change() -> None:
    changes = compare(make_document(), without_source_one())
    assert pairs(changes) == [
        ("changed", "Executive summary"),
        ("changed", "Finding 1: It is measured"),
        ("removed", "Source [1]: Title 1"),
    ]
    assert text(changes[1].before).endswith("By laser <gone [1]>[2].")
    assert text(changes[1].after).endswith("By laser [1].")


def test_a_finding_that_was_moved_is_found_again() -> None:
    new = make_document()
    new["findings"].reverse()
    new["findings"][0]["heading"] = "It bulges"
    changes = compare(make_document(), new)
    assert {change.key for change in changes} <= {key(31), key(32)}
    assert sorted(change.kind for change in changes) == ["changed", "moved"]


def test_parts_that_were_added_or_removed_stand_with_their_text() -> None:
    new = make_document(follow_ups=[{"key": key(52), "text": "Since when?"}])
    removed, added = compare(make_document(), new)
    assert (removed.kind, text(removed.before), removed.after) == (
        "removed",
        "<gone Why does it bulge?>",
        [],
    )
    assert (added.kind, added.before, text(added.after)) == ("added", [], "<new Since when?>")


def test_every_field_is_compared() -> None:
    claim = {"text": "C", "claimant": "D", "claimed_on": "2026-01-02", "appearance": ""}
    new = make_document(
        question="Other?",
        slug="other",
        language="de",
        checked_on=None,
        review_on="2028-01-01",
        authors=[],
        reviewed_by=None,
        tags=["myths"],
        searches=[],
        claim=claim,
        rating={"name": "False", "description": "Not so."},
        one_publisher_reason="There is one.",
        limitations="Not all of it.",
        answers=key(99),
    )
    changed = {change.part for change in compare(make_document(), new)}
    same = {"version", "key", "summary", "findings", "citations", "follow_ups", "pictures"}
    assert changed == set(new) - same


def test_the_summary_is_one_short_sentence() -> None:
    new = make_document(summary="Yes [1].")
    new["findings"].append({"key": key(33), "heading": "New", "text": ""})
    new["findings"].append({"key": key(34), "heading": "New", "text": ""})
    del new["searches"][1]
    sentence = comparing.summary(compare(make_document(), new))
    assert sentence == "Search 2 removed; Executive summary changed; 2 findings added"


def test_the_summary_of_many_changes_is_short_too() -> None:
    new = make_document(question="Q?", summary="S", tags=[], authors=[], language="de", slug="s")
    assert comparing.summary(compare(make_document(), new)).endswith("; and more")


@given(st.text(alphabet="ab .\n漢[1]", max_size=60), st.text(alphabet="ab .\n漢[1]", max_size=60))
def test_the_pieces_are_the_texts(old: str, new: str) -> None:
    before, after = words.diff(old, new)
    assert "".join(piece.text for piece in before) == old
    assert "".join(piece.text for piece in after) == new
    same = [
        "".join(p.text for p in side if p.kind == "same" and p.text) for side in (before, after)
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("It is 5.", "It is 6.", "It is <gone 5>.", "It is <new 6>."),
        ("One two three.", "One three.", "One <gone two >three.", "One three."),
        ("Cité là.", "Cité ici.", "Cité <gone là>.", "Cité <new ici>."),
        ("月は丸い。", "月は白い。", "月は<gone 丸>い。", "月は<new 白>い。"),
        ("A first, B last", "C first, D last", "<gone A> first, <gone B> last", None),
        ("old words here", "new text there", "<gone old words here>", "<new new text there>"),
    ],
)
def test_words_are_found(old: str, new: str, before: str, after: str | None) -> None:
    gone, fresh = words.diff(old, new)
    assert text(gone) == before
    assert after is None or text(fresh) == after


@pytest.mark.parametrize("way", ["rewritten", "shuffled", "monotonous", "signs"])
def test_long_texts_are_compared_quickly(way: str) -> None:
    chance = random.Random(1)
    if way == "monotonous":
        old, new = "a b " * 25_000, "b a " * 25_000
    elif way == "signs":
        old, new = ("".join(chance.choices("漢字日本語。", k=100_000)) for _ in range(2))
    else:
        vocabulary = ["".join(chance.choices("abcdefghij", k=6)) for _ in range(4000)]
        many = chance.choices(vocabulary, k=14_000)
        old = " ".join(many)
        chance.shuffle(many)
        new = " ".join(many if way == "shuffled" else chance.choices(vocabulary, k=14_000))
    begun = time.process_time()
    words.diff(old, new)
    assert time.process_time() - begun < 2
