"""What a page says of itself, as the fields of a source take it."""

from datetime import date
from typing import Any

import pytest

from sources.reading.result import Read
from sources.saying import FIELDS, line, said


def read(**changes: Any) -> Read:
    return Read(kind="html", text="Nearly round.", **changes)


def test_what_the_page_says_is_told_by_field() -> None:
    everything = read(
        title="The Moon",
        authors=("A. Writer", "B. Writer"),
        published_on=date(2020, 1, 2),
        language="en-GB",
        canonical="HTTPS://moon.example#top",
    )
    values = ["The Moon", "A. Writer, B. Writer", "2020-01-02", "en-GB", "https://moon.example/"]
    assert said(everything) == dict(zip(FIELDS, values, strict=True))
    assert said(read()) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 501},
        {"title": "\u202e \u2066\u200f"},
        {"language": "not a language"},
        {"canonical": "https://me:secret@moon.example/"},
        {"canonical": f"https://moon.example/{'x' * 2000}"},
        {"canonical": "https://moon.example/\u202e"},
        {"authors": ("x" * 301,)},
    ],
)
def test_what_does_not_fit_is_not_said(changes: dict[str, Any]) -> None:
    assert said(read(**changes)) == {}


def test_of_many_authors_those_are_named_that_there_is_room_for() -> None:
    names = tuple(f"{number:02} {'x' * 97}" for number in range(9))
    assert said(read(authors=names))["author"] == ", ".join(names[:2])


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\u202eneddih\u202c", "neddih"),
        ("a\u200eb\u200fc\u2066d\u2069\0\x9b", "abcd"),
        ("half \ud800", "half ?"),
        ("של\u05d5ם", "של\u05d5ם"),
    ],
)
def test_no_name_turns_the_letters_after_it(written: str, shown: str) -> None:
    assert line(written) == shown
