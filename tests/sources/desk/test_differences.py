"""How a passage that was pasted from a page is shown on one line."""

import time

import pytest

from sources.desk.differences import undivided

TEXT = "It is a well-known example of exam-\nples. " * 50_000  # about two million characters


def test_a_word_that_was_divided_at_the_end_of_a_line_is_whole_again() -> None:
    text = "Some examples.\nA well-known one."
    assert undivided("exam-\nples that are well-\nknown", text) == "examples that are well-known"
    assert undivided("the co-\noperation of Rhine-\nLand", text) == "the cooperation of Rhine-Land"


@pytest.mark.parametrize(
    "passage",
    [
        "foo-\nbar " * 2_200,
        "".join(f"a{number}-\nb{number} " for number in range(2_000)),
        "a" * 20_000,
        "a-" * 10_000,
        "a-" + "\n" * 20_000,
    ],
)
def test_a_long_passage_is_no_burden(passage: str) -> None:
    began = time.process_time()
    assert undivided(passage, TEXT)
    assert time.process_time() - began < 0.5
