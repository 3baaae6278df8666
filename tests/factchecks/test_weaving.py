"""A change as one text for readers."""

from factchecks.comparing import Change, Piece
from factchecks.weaving import runs


def woven(before: list[Piece], after: list[Piece]) -> str:
    """-gone-, +new+, … for what is cut."""
    marks = {"same": "", "gone": "-", "new": "+", "cut": ""}
    return "".join(
        f"{marks[run.kind]}{run.text or '…'}{marks[run.kind]}"
        for run in runs(Change("summary", "", "changed", "Summary", before, after))
    )


def same(text: str) -> Piece:
    return Piece("same", text)


def gone(text: str) -> Piece:
    return Piece("gone", text)


def new(text: str) -> Piece:
    return Piece("new", text)


def test_what_went_stands_before_what_came_in_its_place() -> None:
    before = [same("It is "), gone("round"), same(" and "), gone("small")]
    after = [same("It is "), new("flat"), same(" and "), new("big")]
    assert woven(before, after) == "It is -round-+flat+ and -small-+big+"


def test_what_only_went_and_what_only_came_keep_their_places() -> None:
    assert woven([gone("a "), same("b ")], [same("b "), new("c")]) == "-a -b +c+"
    assert woven([gone("all")], []) == "-all-"
    assert woven([], [new("all")]) == "+all+"


def test_unchanged_words_are_shown_as_they_are_numbered_now() -> None:
    assert woven([same("See [2] "), gone("x")], [same("See [3] "), new("y")]) == "See [3] -x-+y+"


def test_long_unchanged_stretches_are_cut_between_words() -> None:
    long = "word " * 100
    text = woven([same(long), gone("a"), same(long)], [same(long), new("b"), same(long)])
    assert text.startswith("…word word")
    assert text.endswith("word word…")
    assert "word -a-+b+word" in text
    assert len(text) < 300


def test_a_script_without_spaces_is_cut_anywhere() -> None:
    text = woven([same("月" * 500), gone("a")], [same("月" * 500), new("b")])
    assert text == f"…{'月' * 120}-a-+b+"
