"""Finding and renumbering ``[3]``, ``[1][2]`` and ``[1, 2]`` in Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factchecks import citations
from factchecks.citations import numbers_in, renumber

SHIFT = {1: 2, 2: 3, 3: 1}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("One [3].", [3]),
        ("Two [1][2].", [1, 2]),
        ("Two [2, 1].", [2, 1]),
        ("With spaces [1 ,\t2].", [1, 2]),
        ("Twice [4] and [4].", [4]),
        ("**Bold [1]** and *leaning [2]*.", [1, 2]),
        ("> quoted [1]\n\n- listed [2]\n\n# headed [3]", [1, 2, 3]),
        ("| a | b |\n|---|---|\n| [1] | [2] |", [1, 2]),
        ("[1]: https://a.example/ is no definition", [1]),
        ("[1](https://a.example/)", []),
        ("[see [2] there](https://a.example/)", []),
        ("`code [1]`", []),
        ("```\n[1]\n```", []),
        ("    [1]", []),
        (r"\[1]", []),
        ("A year [2025].", []),
        ("Nothing [], [a], [1a], [1,], [1;2].", []),
        ("[0] and [999]", [0, 999]),
        ("<b>[1]</b>", [1]),
    ],
)
def test_what_counts_as_a_citation(text: str, numbers: list[int]) -> None:
    assert numbers_in(text) == numbers


def test_a_marker_knows_its_place_and_line() -> None:
    text = "First [1].\n\nThird [2, 3]."
    assert [(m.line, m.numbers, text[m.start : m.end]) for m in citations.markers(text)] == [
        (1, (1,), "[1]"),
        (3, (2, 3), "[2, 3]"),
    ]


@pytest.mark.parametrize(
    ("text", "renumbered"),
    [
        ("[1][2] and [3, 1].", "[2][3] and [1, 2]."),
        ("[4] stays.", "[4] stays."),
        (
            "`[1]` and [1](https://a.example/) and [1].",
            "`[1]` and [1](https://a.example/) and [2].",
        ),
        ("```\n[1]\n```\n\n[1]", "```\n[1]\n```\n\n[2]"),
        ("\\[1] and [1]", "\\[1] and [2]"),
        ("[1] é 漢 [2]", "[2] é 漢 [3]"),
    ],
)
def test_renumbering_changes_the_citations_and_nothing_else(text: str, renumbered: str) -> None:
    assert renumber(text, SHIFT) == renumbered


def test_characters_that_look_like_our_own_tags_change_nothing() -> None:
    text = f"[{citations.OPEN}0{citations.CLOSE}1] and [2]"
    assert renumber(text, SHIFT) == f"[{citations.OPEN}0{citations.CLOSE}1] and [3]"


PIECES = st.sampled_from(
    ["[1]", "[2][3]", "[1, 3]", "[12]", "`[1]`", "[a](http://x.example)", "[", "]", "(", ")", "`", "``",
     "```\n", "\n", "\n\n", "    ", "\\", "*", "_", "~~", "|", "> ", "- ", "<", ">", "!", "#", "é", "漢", " word ",
     citations.OPEN, citations.CLOSE, "&amp;", "[x][1]", "[1]:", "\t"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@given(TEXTS)
def test_renumbering_there_and_back_gives_the_same_text(text: str) -> None:
    normal = renumber(text, {})
    there = renumber(normal, SHIFT)
    assert renumber(there, {new: old for old, new in SHIFT.items()}) == normal


@given(TEXTS)
def test_what_is_no_citation_stands_as_it_was(text: str) -> None:
    def without(text: str) -> str:
        for marker in reversed(citations.markers(text)):
            text = text[: marker.start] + text[marker.end :]
        return text

    assert without(renumber(text, SHIFT)) == without(text)


@given(TEXTS)
def test_the_citations_that_are_found_are_those_that_are_rendered(text: str) -> None:
    from factchecks import markup

    cited = markup.CitedAt(range(1000))
    markup.render(text, cited)
    assert {number for number, places in cited.places.items() if places} == set(numbers_in(text))
