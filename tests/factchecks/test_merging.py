"""Two people changed one check: both changes survive, and what collides is decided by a person."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factchecks import documents, merging
from factchecks.documents import Document
from factchecks.merging import merge, resolve
from tests.factories import key, make_document, make_source_part

BASE = make_document()


def citation(number: int, source: int, **changes: Any) -> Any:
    """Source number ``source`` of the world, at the place ``number`` of the list."""
    part = {
        "key": key(40 + source),
        "number": number,
        "accessed_on": "2026-02-28",
        "source": make_source_part(source),
        "quotations": [],
    }
    return {**part, **changes}


def with_source_first(source: int) -> Document:
    """One more source in the first place, cited by the summary; the texts follow."""
    document = make_document(summary="Nearly: it is **flattened** by a little [2], says [1].")
    for old in document["citations"]:
        old["number"] += 1
    document["citations"].insert(0, citation(1, source))
    document["findings"][0]["text"] = "By laser [2][3]."
    document["findings"][1]["text"] = "It bulges [4]."
    return document


def ids(merged: merging.Merge) -> list[str]:
    return [conflict.id for conflict in merged.conflicts]


def urls(document: Document) -> list[str]:
    return [part["source"]["url"] for part in document["citations"] if part["source"]]


def test_changes_of_different_fields_both_survive() -> None:
    merged = merge(BASE, make_document(question="Mine?"), make_document(language="de"))
    assert merged.conflicts == []
    assert merged.document == make_document(question="Mine?", language="de")


def test_changes_of_different_findings_both_survive() -> None:
    mine, theirs = make_document(), make_document()
    mine["findings"][0]["text"] = "By radar [1][2]."
    theirs["findings"][1]["heading"] = "It is an egg"
    theirs["findings"].append({"key": key(33), "heading": "New", "text": "Theirs [1]."})
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == []
    assert [part["heading"] for part in merged.document["findings"]] == [
        "It is measured",
        "It is an egg",
        "New",
    ]
    assert merged.document["findings"][0]["text"] == "By radar [1][2]."


def test_changes_of_different_paragraphs_both_survive() -> None:
    base = make_document(summary="One [1].\n\nTwo.\n\nThree.")
    mine = make_document(summary="One, by me [1].\n\nTwo.\n\nThree.")
    theirs = make_document(summary="One [1].\n\nTwo, by them.\n\nThree.\n\nFour.")
    merged = merge(base, mine, theirs)
    assert merged.conflicts == []
    assert merged.document["summary"] == "One, by me [1].\n\nTwo, by them.\n\nThree.\n\nFour."


def test_what_both_changed_holds_both_texts_and_is_decided_by_choice() -> None:
    mine, theirs = make_document(summary="By me [1]."), make_document(summary="By them [2].")
    merged = merge(BASE, mine, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.mine, conflict.theirs) == ("By me [1].", "By them [2].")
    assert conflict.base == BASE["summary"]
    assert merged.document["summary"] == "By me [1]."
    assert resolve(BASE, mine, theirs, {"summary": "theirs"})["summary"] == "By them [2]."


def test_texts_follow_when_the_other_side_renumbers_the_sources() -> None:
    mine = make_document()
    mine["findings"][1]["text"] = "It bulges a lot [3]."
    merged = merge(BASE, mine, with_source_first(9))
    assert merged.conflicts == []
    assert merged.document["findings"][1]["text"] == "It bulges a lot [4]."
    assert merged.document["findings"][0]["text"] == "By laser [2][3]."


def test_both_sides_add_a_source_in_the_same_place_and_cite_it() -> None:
    mine = make_document()
    mine["citations"].append(citation(4, 8))
    mine["findings"][0]["text"] = "By laser [1][2], mine [4]."
    theirs = make_document()
    theirs["citations"].append(citation(4, 9))
    theirs["findings"][1]["text"] = "It bulges [3], theirs [4]."
    document = merge(BASE, mine, theirs).document
    assert document["findings"][0]["text"] == "By laser [1][2], mine [5]."
    assert document["findings"][1]["text"] == "It bulges [3], theirs [4]."
    assert urls(document)[3:] == ["https://source9.example/page", "https://source8.example/page"]


def test_the_same_source_added_by_both_is_one_source() -> None:
    mine, theirs = make_document(), make_document()
    mine["citations"].append(citation(4, 9, key=key(98)))
    mine["findings"][0]["text"] = "Mine [4]."
    theirs["citations"].append(citation(4, 9, key=key(99)))
    theirs["findings"][1]["text"] = "Theirs [4]."
    document = merge(BASE, mine, theirs).document
    assert len(document["citations"]) == 4
    assert document["findings"][0]["text"] == "Mine [4]."


def test_a_source_that_one_side_swapped_for_one_that_the_other_added_is_one_source() -> None:
    mine, theirs = make_document(), make_document()
    mine["citations"][0]["source"] = make_source_part(9)  # type: ignore[typeddict-item]
    theirs["citations"].append(citation(4, 9))
    theirs["findings"][1]["text"] = "Theirs [4]."
    document = merge(BASE, mine, theirs).document
    assert documents.problems_of(document) == []
    assert document["findings"][1]["text"] == "Theirs [1]."


def test_a_source_deleted_by_one_and_cited_anew_by_the_other_stays() -> None:
    mine = make_document()
    del mine["citations"][1]
    mine["citations"][1]["number"] = 2
    mine["findings"][0]["text"] = "By laser [1]."
    mine["findings"][1]["text"] = "It bulges [2]."
    theirs = make_document(summary="Nearly: it is **flattened** by a little [1][2].")
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == []
    assert urls(merged.document) == urls(BASE)
    assert merged.document["summary"] == theirs["summary"]
    assert merged.document["findings"][1]["text"] == "It bulges [3]."


def test_a_finding_deleted_by_one_and_changed_by_the_other_is_decided_by_choice() -> None:
    mine, theirs = make_document(), make_document()
    del mine["findings"][1]
    theirs["findings"][1]["text"] = "It bulges more [3]."
    merged = merge(BASE, mine, theirs)
    (conflict,) = merged.conflicts
    assert (conflict.field, conflict.mine) == ("", "")
    assert conflict.theirs == "It is not a ball\n\nIt bulges more [3]."
    assert len(merged.document["findings"]) == 1
    kept = resolve(BASE, mine, theirs, {conflict.id: "theirs"})
    assert kept["findings"] == theirs["findings"]


def test_a_passage_whose_finding_is_gone_belongs_to_the_whole_check() -> None:
    mine, theirs = make_document(), make_document(question="Theirs?")
    del mine["findings"][0]
    mine["citations"][0]["quotations"][0]["finding"] = None
    theirs["citations"][1]["quotations"] = [{"key": key(62), "text": "Q", "finding": key(31)}]
    document = merge(BASE, mine, theirs).document
    assert documents.problems_of(document) == []
    assert document["citations"][1]["quotations"][0]["finding"] is None


def test_passages_of_one_source_are_merged_one_by_one() -> None:
    mine, theirs = make_document(), make_document()
    mine["citations"][0]["quotations"][0]["text"] = "Mine."
    theirs["citations"][0]["quotations"].append({"key": key(62), "text": "Q", "finding": None})
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == []
    assert [q["text"] for q in merged.document["citations"][0]["quotations"]] == ["Mine.", "Q"]
    theirs["citations"][0]["quotations"][0]["text"] = "Theirs."
    assert ids(merge(BASE, mine, theirs)) == [f"quotations.{key(61)}.text"]


def test_an_order_that_one_side_changed_is_kept_with_what_the_other_added() -> None:
    mine, theirs = make_document(), make_document()
    mine["findings"].reverse()
    theirs["findings"].insert(1, {"key": key(33), "heading": "New", "text": ""})
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == []
    assert [part["key"] for part in merged.document["findings"]] == [key(32), key(31), key(33)]


def test_two_new_orders_are_decided_by_choice() -> None:
    more = [{"key": key(20 + n), "text": f"search {n}"} for n in (1, 2, 3)]
    base, mine, theirs = (make_document(searches=more) for _ in range(3))
    mine["searches"].reverse()
    theirs["searches"].insert(0, theirs["searches"].pop(1))
    merged = merge(base, mine, theirs)
    (conflict,) = merged.conflicts
    assert conflict.mine == "1. search 3\n2. search 2\n3. search 1"
    assert merged.document["searches"] == mine["searches"]
    assert resolve(base, mine, theirs, {conflict.id: "theirs"}) == theirs


def test_tags_and_authors_of_both_survive() -> None:
    mine = make_document(tags=["myths", "moon", "space"])
    theirs = make_document(tags=["Moon", "myths"])
    theirs["authors"].append({"key": key(13), "name": "C. Other"})
    merged = merge(BASE, mine, theirs)
    assert merged.conflicts == []
    assert merged.document["tags"] == ["Moon", "myths"]
    assert [person["name"] for person in merged.document["authors"]] == ["A. Writer", "C. Other"]


def test_the_fields_of_a_claim_are_merged_apart() -> None:
    claim: Any = {"text": "C", "claimant": "D", "claimed_on": None, "appearance": ""}
    base = make_document(claim=claim)
    mine = make_document(claim={**claim, "claimant": "Mine"})
    theirs = make_document(claim={**claim, "claimed_on": "2026-01-02"})
    merged = merge(base, mine, theirs)
    assert merged.conflicts == []
    assert merged.document["claim"] == {**claim, "claimant": "Mine", "claimed_on": "2026-01-02"}
    assert ids(merge(base, make_document(claim=None), theirs)) == ["claim"]


def test_pictures_of_one_name_are_decided_by_choice() -> None:
    picture = {"name": "map", "alt": "A", "credit": "C", "licence": "L"}
    size = {"width": 1, "height": 1}
    mine = make_document(pictures=[{"key": key(71), "sha256": "a" * 64, **picture, **size}])
    theirs = make_document(pictures=[{"key": key(72), "sha256": "b" * 64, **picture, **size}])
    merged = merge(BASE, mine, theirs)
    assert ids(merged) == [f"pictures.{key(72)}.file"]
    assert merged.document["pictures"][0]["sha256"] == "a" * 64


def test_more_than_a_check_may_hold_is_decided_as_a_whole() -> None:
    mine = make_document(tags=[f"mine {n}" for n in range(10, 50)])
    theirs = make_document(tags=[f"theirs {n}" for n in range(10, 50)])
    merged = merge(BASE, mine, theirs)
    assert ids(merged) == ["document"]
    assert merged.document == mine
    assert resolve(BASE, mine, theirs, {"document": "theirs"}) == theirs


def test_a_number_without_a_source_does_not_find_one_by_accident() -> None:
    mine, theirs = make_document(), make_document()
    mine["findings"][0]["text"] = "By laser [4]."
    theirs["citations"].append(citation(4, 9))
    theirs["summary"] = "Theirs [4]."
    document = merge(BASE, mine, theirs).document
    assert document["findings"][0]["text"] == "By laser [8]."
    assert document["summary"] == "Theirs [4]."


def test_numbers_that_mean_other_sources_are_spelled_out() -> None:
    base = make_document(citations=[], findings=[], summary="Old.")
    sides = [
        make_document(citations=[citation(1, source)], findings=[], summary="New [1].")
        for source in (8, 9)
    ]
    (conflict,) = merge(base, sides[0], sides[1]).conflicts
    assert conflict.mine == "New [1: https://source8.example/page]."
    assert conflict.theirs == "New [1: https://source9.example/page]."


def test_a_document_from_before_pictures_is_merged() -> None:
    base: Any = make_document()
    del base["pictures"], base["one_publisher_reason"]
    theirs: Any = {**base, "question": "Theirs?"}
    document = merge(base, make_document(language="de"), theirs).document
    assert documents.problems_of(document) == []
    assert (document["question"], document["language"]) == ("Theirs?", "de")


# Whatever two people do --------------------------------------------------------------------------


def _renumber(document: Any, keys: dict[str, list[str]]) -> None:
    """Give the sources numbers in order, and each text markers of the keys that it is to cite."""
    numbers = {}
    for number, part in enumerate(document["citations"], 1):
        part["number"] = numbers[part["key"]] = number
    for finding in document["findings"]:
        cited = [numbers[k] for k in keys.get(finding["key"], []) if k in numbers]
        finding["text"] += "".join(f"[{number}]" for number in cited)


@st.composite
def document_strategy(draw: Any) -> Document:
    """Any check that is a rewriting of ``BASE``: parts dropped, added, changed and reordered."""
    words = st.sampled_from(["a", "b", "a\n\nb", "c\n\nd", ""])
    sources = draw(st.permutations([1, 2, 3, 4, 5]))[: draw(st.integers(0, 5))]
    headings = draw(st.permutations([31, 32, 33, 34]))[: draw(st.integers(0, 4))]
    document: Any = make_document(
        question=draw(st.sampled_from(["Is the Moon round?", "Is it?", "Why?"])),
        summary=draw(words),
        checked_on=draw(st.sampled_from(["2026-03-01", None])),
        tags=sorted(draw(st.sets(st.sampled_from(["myths", "space", "moon"])))),
        findings=[{"key": key(n), "heading": f"H{n}", "text": draw(words)} for n in headings],
        citations=[
            citation(0, source, key=key(draw(st.sampled_from([40 + source, 50 + source]))))
            for source in sources
        ],
        follow_ups=[],
        searches=[
            {"key": key(20 + n), "text": f"search {draw(st.integers(1, 2))}"}
            for n in draw(st.permutations([1, 2, 3]))[: draw(st.integers(0, 3))]
        ],
    )
    for part in document["citations"]:
        finding = draw(st.sampled_from([None, *(key(n) for n in headings)]))
        number = int(part["key"].replace("-", ""), 16)
        quote = {"key": key(100 + number), "text": draw(words) or "q", "finding": finding}
        part["quotations"] = [quote][: draw(st.integers(0, 1))]
    known = [part["key"] for part in document["citations"]]
    cite = st.lists(st.sampled_from(known), max_size=2) if known else st.just([])
    _renumber(document, {key(n): draw(cite) for n in headings})
    document["summary"] += "".join(f"[{n}]" for n in draw(st.lists(st.integers(1, 9), max_size=2)))
    return document  # type: ignore[no-any-return]


ANY = document_strategy()


@given(base=ANY, changed=ANY)
@settings(max_examples=50, deadline=None)
def test_where_one_side_changed_nothing_the_other_is_taken_over(
    base: Document, changed: Document
) -> None:
    assert merge(base, base, changed) == merging.Merge(changed, [])
    assert merge(base, changed, base) == merging.Merge(changed, [])
    assert merge(base, changed, changed) == merging.Merge(changed, [])
    # also without the short way
    for mine, theirs in ((base, changed), (changed, base), (changed, changed)):
        way = merging._Merging(base, mine, theirs, {})
        assert way.document() == changed
        assert way.conflicts == []


@given(base=ANY, mine=ANY, theirs=ANY, chosen=st.sampled_from(["mine", "theirs"]))
@settings(max_examples=100, deadline=None)
def test_a_merge_is_always_a_document(
    base: Document, mine: Document, theirs: Document, chosen: str
) -> None:
    before = copy.deepcopy([base, mine, theirs])
    merged = merge(base, mine, theirs)
    assert documents.problems_of(merged.document) == []
    assert len(set(ids(merged))) == len(merged.conflicts)
    assert all(conflict.mine != conflict.theirs for conflict in merged.conflicts)
    resolved = resolve(base, mine, theirs, dict.fromkeys(ids(merged), chosen))
    assert documents.problems_of(resolved) == []
    assert [base, mine, theirs] == before


@given(mine=st.sets(st.integers(0, 5)), theirs=st.sets(st.integers(0, 5)), shift=st.booleans())
@settings(max_examples=60, deadline=None)
def test_changes_in_different_parts_never_collide_and_both_survive(
    mine: set[int], theirs: set[int], shift: bool
) -> None:
    theirs -= mine

    def change(document: Any, parts: set[int], who: str) -> Any:
        number = {c["key"]: c["number"] for c in document["citations"]}
        for part in parts:
            match part:
                case 0:
                    document["question"] = who
                case 1:
                    document["findings"][0]["text"] = f"{who} [{number[key(42)]}]"
                case 2:
                    document["findings"][1]["heading"] = who
                case 3:
                    document["searches"][0]["text"] = who
                case 4:
                    document["citations"][-1]["accessed_on"] = "2026-03-03"
                case 5:
                    document["follow_ups"].append({"key": key(59), "text": who})
        return document

    my = change(make_document(), mine, "mine")
    their = change(with_source_first(9) if shift else make_document(), theirs, "theirs")
    merged = merge(BASE, my, their)
    both = change(
        change(with_source_first(9) if shift else make_document(), mine, "mine"), theirs, "theirs"
    )
    assert merged.conflicts == []
    assert merged.document == both


@pytest.mark.parametrize("chosen", ["mine", "theirs"])
def test_nothing_is_taken_for_a_choice_but_theirs(chosen: str) -> None:
    mine, theirs = make_document(question="Mine?"), make_document(question="Theirs?")
    document = resolve(BASE, mine, theirs, {"question": chosen, "summary": "nonsense"})
    assert document["question"] == f"{chosen.title()}?"
