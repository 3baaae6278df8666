"""A page as plain text: what is read from it, and what is said about the rest."""

import re

import pytest

from factchecks.importing import UnreadableDraft, read
from tests.factchecks.importing.reading import PAGE, blocking, messages, read_changed, read_sample

HEADINGS = [
    "Where the saying comes from — and what it meant",
    "Tall buildings are hit again and again",
    "What it means for you",
]
NORMAL = [
    (14, "5 sources have no address yet: [1], [2], [3], [4], [5]."),
    (14, "Found but never cited: [5]."),
]


def headings(text: str) -> list[str]:
    return [finding["heading"] for finding in read(text).document["findings"]]


def test_a_published_page_is_read_part_by_part() -> None:
    draft = read_sample("page.txt")
    document = draft.document
    assert draft.form == "text"
    assert document["question"] == "Does lightning never strike the same place twice?"
    assert document["slug"] == "does-lightning-never-strike-the-same-place-twice"
    assert document["checked_on"] == "2026-03-04"
    assert [search["text"] for search in document["searches"]] == [
        "lightning strikes same place twice",
        "how often is the Empire State Building struck",
    ]
    assert document["summary"].startswith("Lightning can and does strike")
    assert [finding["heading"] for finding in document["findings"]] == HEADINGS
    assert document["findings"][1]["text"].endswith("in an ordinary year [1] [3].")
    assert [follow_up["text"] for follow_up in document["follow_ups"]] == [
        "How far from a storm can lightning strike?",
        "Is it safe to use a telephone during a thunderstorm?",
        "Why do lightning rods have points?",
    ]


def test_found_sources_become_numbers_without_a_source_which_block_publication() -> None:
    draft = read_sample("page.txt")
    citations = draft.document["citations"]
    assert [(part["number"], part["source"]) for part in citations] == [
        (n, None) for n in range(1, 6)
    ]
    assert messages(draft) == NORMAL
    assert blocking(draft) == NORMAL[:1]


def test_nothing_of_the_appeal_is_content() -> None:
    assert "donation" not in str(read_sample("page.txt").document).lower()
    assert "1,000" not in str(read_sample("page.txt").document)


def test_other_text_above_the_title_is_named() -> None:
    draft = read("For the night desk, please read.\n\n" + PAGE)
    assert (1, "“For the night desk, please read.” above the title was left out.") in messages(
        draft
    )


def test_a_word_processors_draft_is_read() -> None:
    document = read_sample("word_processor.txt").document
    assert document["question"] == "Is a tomato a fruit?"
    assert document["checked_on"] == "2026-03-04"
    assert [search["text"] for search in document["searches"]] == [
        "tomato botany",
        "tomato customs law",
    ]
    assert document["summary"] == "To a botanist it is a fruit [1], to a cook\na vegetable [2]."
    assert [part["heading"] for part in document["findings"]] == [
        "What botany says",
        "What the law says",
    ]
    assert [part["text"] for part in document["follow_ups"]] == [
        "Is rhubarb a fruit?",
        "Is a cucumber a berry?",
    ]


def test_bullets_one_and_two_deep_become_markdown_lists() -> None:
    text = read_sample("word_processor.txt").document["findings"][0]["text"]
    assert text.endswith(
        "A tomato does both:\n\n"
        "- it grows from the ovary [1]\n    - as does a cucumber\n    - and a bean pod\n- it holds seeds"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Fact check: ", ""),
        ("Fact check: ", "FACT-CHECK – "),
        ("Fact check: ", "Fact check:\n"),
        ("Executive Summary\n\n", "EXECUTIVE SUMMARY: "),
        ("Executive Summary\n\n", "executive summary "),
        ("Executive Summary", "**Executive summary**"),
        ("Want to dive deeper?", "WANT TO DIVE DEEPER"),
        ("\n", "\r\n"),
        ("\n", "\r"),
        (" ", "\u00a0"),
        ("Checked on March 4, 2026", "Checked on:\nMarch 4, 2026"),
    ],
)
def test_a_page_written_a_little_differently_reads_the_same(old: str, new: str) -> None:
    assert read_changed(PAGE, (old, new)).document == read(PAGE).document


@pytest.mark.parametrize(
    "numbers", [r"", r"1. ", r"\1) ", r"## \1. ", r"**\1. ", r"(\1) ", r"Finding \1: "]
)
def test_findings_are_told_apart_however_they_are_numbered(numbers: str) -> None:
    assert headings(re.sub(r"^([1-3])\. ", numbers, PAGE, flags=re.MULTILINE)) == HEADINGS


@pytest.mark.parametrize("numbers", ["", r"\1. "])
def test_findings_are_told_apart_without_empty_lines(numbers: str) -> None:
    dense = re.sub(r"\n+", "\n", PAGE)
    assert headings(re.sub(r"^([1-3])\. ", numbers, dense, flags=re.MULTILINE)) == HEADINGS


def test_a_number_that_restarts_is_reported() -> None:
    draft = read_changed(PAGE, ("3. What", "1. What"))
    note = (28, "“What it means for you” is numbered 1 in the text; it is finding 3.")
    assert note in messages(draft)
    assert note not in blocking(draft)


def test_a_numbered_list_is_no_heading() -> None:
    draft = read_changed(
        PAGE, ("go indoors, and wait", "this.\n\n1. Go indoors.\n2. Wait.\n\nWait")
    )
    assert [finding["heading"] for finding in draft.document["findings"]] == HEADINGS
    assert "\n\n1. Go indoors.\n2. Wait.\n\n" in draft.document["findings"][2]["text"]


def test_a_citation_in_a_heading_is_reported() -> None:
    draft = read_changed(PAGE, ("means for you", "means for you [1]"))
    message = (
        "The heading “What it means for you [1]” has a citation; only the text below it can cite."
    )
    assert (28, message) in blocking(draft)


def test_another_check_announced_further_down_is_not_the_question() -> None:
    draft = read_changed(PAGE + "\nFact check: Is glass a liquid?\n", ("Fact check: Does", "Does"))
    assert draft.document["question"] == "Does lightning never strike the same place twice?"


def test_a_question_about_donations_is_not_taken_for_the_appeal() -> None:
    draft = read("Are donations taxed?\n\nChecked on March 4, 2026\n\nExecutive summary\n\nYes.")
    assert draft.document["question"] == "Are donations taxed?"


def test_an_empty_section_is_reported() -> None:
    draft = read_changed(PAGE, ("A place that was hit is", "4. A fourth thing\n\nIt is"))
    assert (28, "The finding “What it means for you” has no text.") in blocking(draft)
    assert len(draft.document["findings"]) == 4


def test_a_number_beyond_the_sources_is_reported_and_makes_no_source() -> None:
    draft = read_changed(PAGE, ("fortune [2]", "fortune [12]"))
    assert (22, "Finding 1 cites [12], but there are only 5 sources.") in blocking(draft)
    assert len(draft.document["citations"]) == 5


def test_without_found_sources_the_highest_cited_number_decides() -> None:
    assert len(read_changed(PAGE, ("Found 5 sources\n", "")).document["citations"]) == 4


def test_an_impossible_number_of_sources_is_refused() -> None:
    draft = read_changed(PAGE, ("Found 5 sources", "Found 99,999,999 sources"))
    assert (14, "A check can have at most 500 sources; this number was left out.") in blocking(
        draft
    )
    assert len(draft.document["citations"]) == 4


def test_citations_out_of_order_stay_as_they_are() -> None:
    draft = read_changed(PAGE, ("[3] [4]", "[4][3, 1]"))
    assert draft.document["findings"][2]["text"].endswith("[4][3, 1].")
    assert messages(draft) == NORMAL


def test_a_range_of_citations_is_written_out() -> None:
    draft = read_changed(PAGE, ("[3] [4]", "[1–4]"))
    assert draft.document["findings"][2]["text"].endswith("thunder [1][2][3][4].")


def test_leaked_markers_are_removed_and_reported() -> None:
    draft = read_changed(PAGE, ("fortune [2].", "fortune [2] (p1_s1, published 2025-04-20)."))
    assert draft.document["findings"][0]["text"].endswith("fortune [2].")
    assert (22, "The leaked marker “(p1_s1, published 2025-04-20)” was removed.") in messages(draft)


def test_characters_that_only_look_like_spaces_and_hyphens_become_plain() -> None:
    draft = read_changed(PAGE, ("half an hour", "half\u00a0an\u202fhour, non\u2011stop\u200b"))
    assert "half an hour, non-stop after" in draft.document["findings"][2]["text"]


@pytest.mark.parametrize(
    "written",
    [
        "4 March 2026",
        "2026-03-04",
        "Mar. 4th, 2026",
        "the 4th of March 2026",
        "Wednesday, March 4, 2026",
        "2026/3/4",
    ],
)
def test_a_date_is_read_in_its_english_forms(written: str) -> None:
    assert read_changed(PAGE, ("March 4, 2026", written)).document["checked_on"] == "2026-03-04"


@pytest.mark.parametrize(
    ("written", "read_as"), [("13/03/2026", "2026-03-13"), ("03/13/2026", "2026-03-13")]
)
def test_a_date_in_figures_is_read_when_it_can_be_only_one_day(written: str, read_as: str) -> None:
    assert read_changed(PAGE, ("March 4, 2026", written)).document["checked_on"] == read_as


def test_a_date_that_can_be_two_days_is_left_empty_and_reported() -> None:
    draft = read_changed(PAGE, ("March 4, 2026", "04/03/2026"))
    assert draft.document["checked_on"] is None
    message = (
        "Checked on: “04/03/2026” can be two different days. Write it as 2026-04-03 or 2026-03-04."
    )
    assert (10, message) in blocking(draft)


def test_an_impossible_date_is_reported() -> None:
    draft = read_changed(PAGE, ("March 4, 2026", "February 30, 2026"))
    assert draft.document["checked_on"] is None
    assert blocking(draft)[0][0] == 10


@pytest.mark.parametrize(
    "line", ['Searched for: "a b", "c"', "Searched for: a b; c", "Searched for:\n\n• “a b”\n\n• c"]
)
def test_searches_are_read_from_one_line_or_from_several(line: str) -> None:
    draft = read(re.sub(r"Searched for:\n.*\n.*", line, PAGE))
    assert [search["text"] for search in draft.document["searches"]] == ["a b", "c"]


def test_questions_at_the_end_are_follow_ups_even_unannounced() -> None:
    draft = read_changed(PAGE, ("Want to dive deeper?\n", ""))
    assert draft.document["follow_ups"] == read(PAGE).document["follow_ups"]
    assert messages(draft)[-1][1].startswith(
        "The questions at the end were read as follow-up questions"
    )


def test_the_foot_of_the_page_is_left_out_and_named() -> None:
    draft = read(PAGE + "\nSupport us with a donation\n\nAll rights reserved\n")
    assert len(draft.document["follow_ups"]) == 3
    assert blocking(draft)[-1] == (
        39,
        "“All rights reserved” was left out: it belongs to no part of a fact check.",
    )


def test_a_list_of_sources_gives_their_addresses() -> None:
    draft = read(
        PAGE + "\nSources\n[1] Strikes in a year, https://example.org/strikes\n2. No address here\n"
    )
    sources = [citation["source"] for citation in draft.document["citations"]]
    assert sources[0]["url"] == "https://example.org/strikes"
    assert sources[0]["title"] == "Strikes in a year"
    assert sources[1:] == [None] * 4
    assert (14, "4 sources have no address yet: [2], [3], [4], [5].") in blocking(draft)


@pytest.mark.parametrize(
    ("written", "escaped"),
    [
        ("# of cases", r"\# of cases"),
        ("> 5 cases", r"\> 5 cases"),
        ("2019. That year", r"2019\. That year"),
        ("5*3 and a * b", r"5\*3 and a * b"),
        ("a **bold** word and snake_case, _so_", r"a **bold** word and snake_case, \_so\_"),
        ("`code` <b> &amp; \\*", r"\`code\` \<b> \&amp; \\\*"),
        ("Wow![1](2)", "Wow! [1] (2)"),
    ],
)
def test_signs_of_plain_text_stay_signs(written: str, escaped: str) -> None:
    draft = read_changed(PAGE, ("The proverb says", f"{written} x"))
    assert draft.document["findings"][0]["text"].startswith(f"{escaped} x")


def test_a_value_that_is_too_long_is_cut_and_reported() -> None:
    draft = read_changed(PAGE, ("never strike", "never " + "really " * 60 + "strike"))
    assert len(draft.document["question"]) <= 300
    assert len(draft.document["slug"]) <= 80
    assert blocking(draft)[0][0] == 8


def test_a_question_in_another_script_keeps_its_letters_in_the_address() -> None:
    assert read("Fact check: Правда ли это?\n\nДа.").document["slug"] == "правда-ли-это"
    assert read("Fact check: Où est Łódź?\n\nIci.").document["slug"] == "ou-est-lodz"


def test_a_text_without_a_question_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnreadableDraft, match="No question was found"):
        read("Dear desk,\n\nplease find nothing attached.")


def test_five_megabytes_are_read_in_linear_time() -> None:
    finding = "3. Heading\n\n" + "Words with a citation [1] and a star * now. " * 550 + "\n\n"
    draft = read_changed(PAGE, ("3. What", finding * 190 + "3. What"))
    assert len(draft.document["findings"]) == 193
