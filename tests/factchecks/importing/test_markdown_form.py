"""Markdown with a YAML header: the form to write by hand."""

import pytest

from factchecks.importing import Draft, UnreadableDraft, read
from tests.factchecks.importing.reading import (
    BY_HAND,
    blocking,
    messages,
    read_changed,
    read_sample,
)

SHORT = "---\nquestion: Why?\n{header}\n---\n{body}"


def short(header: str = "", body: str = "") -> Draft:
    return read(SHORT.format(header=header, body=body))


def test_a_whole_check_is_read_without_a_note() -> None:
    draft = read_sample("by_hand.md")
    document = draft.document
    assert (draft.form, draft.notes) == ("markdown", [])
    assert document["slug"] == "lightning-twice"
    assert document["authors"] == [{"name": "A. Writer"}, {"name": "B. Writer"}]
    assert document["reviewed_by"] == {"name": "C. Editor"}
    assert (document["checked_on"], document["review_on"]) == ("2026-03-04", "2027-03-04")
    assert document["tags"] == ["weather", "myths"]
    assert document["searches"][1] == {"text": "strikes on tall buildings"}
    assert document["follow_ups"] == [{"text": "How far from a storm can lightning strike?"}]
    assert document["rating"] == {"name": "False", "description": ""}
    assert document["claim"] == {
        "text": "Lightning never strikes twice.",
        "claimant": "A proverb",
        "claimed_on": "2026-02-01",
        "appearance": "https://example.com/said",
    }


def test_a_source_is_read_with_its_address_in_one_spelling_and_its_quotations() -> None:
    first, second = read_sample("by_hand.md").document["citations"]
    assert first == {
        "number": 1,
        "accessed_on": "2026-03-02",
        "source": {
            "url": "https://www.example.org/lightning",
            "title": "Lightning facts",
            "publisher": {"name": "Example Weather Office", "domain": "example.org"},
            "published_on": "2019-06-01",
        },
        "quotations": [{"text": "It is struck about two dozen times a year.", "finding": 1}],
    }
    assert second["quotations"] == [{"text": "Said of misfortune.", "finding": None}]


def test_a_heading_in_a_code_block_is_text() -> None:
    document = read_sample("by_hand.md").document
    assert document["summary"].endswith("```\n## not a heading, and [7] no citation\n```")
    assert [part["heading"] for part in document["findings"]] == [
        "Tall buildings are hit again and again",
        "What it means for you",
    ]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    data = b"\xef\xbb\xbf" + BY_HAND.replace("\n", "\r\n").encode()
    assert read(data) == read(BY_HAND)


def test_only_the_question_must_be_given() -> None:
    document = short(body="Because.").document
    assert (document["slug"], document["language"], document["summary"]) == (
        "why",
        "en",
        "Because.",
    )


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("sorces: []", "The header has no key “sorces”; it was left out. Did you mean “sources”?"),
        ("layout: post", "The header has no key “layout”; it was left out."),
        ("question: Again?", "question stands twice in the header; the first one is used."),
        ("tags: [{a: b}]", "tags[1] is not a text; it was left out."),
        ("checked_on: 2026-02-30", "checked_on: “2026-02-30” is not a date. Write it as 2026-03-01."),
        ("checked_on: [2026-02-03]", "checked_on is not a text; it was left out."),
        ("claim: It is so", "claim should have “text”, “claimant”, “claimed_on”, “appearance” below it; it was left out."),
        ("sources: [{title: A}]", "sources[1] has no url; it is kept as a number without a source."),
        ("sources: [{url: 'ftp://a.example/b'}]", "sources[1].url: A web address starts with http:// or https://. (“ftp://a.example/b”)"),
        ("sources: [{url: 'https://'}]", "sources[1].url: This web address names no host, or has a space in it. (“https://”)"),
        ("sources: [{url: 'https://a.example', quotes: [{text: So, finding: 3}]}]", "sources[1].quotes[1].finding: there is no finding 3; the passage stands for the whole check."),
        ("sources: [{url: 'https://a.example', quotes: [{text: So, finding: one}]}]", "sources[1].quotes[1].finding is not a number; it was left out."),
        ("language: in English", "language: “in English” is not a language tag such as en or pt-BR; en is used."),
        ("{checked_on: 2026-03-04, review_on: 2026-03-04}", None),
    ],
)  # fmt: skip
def test_what_a_header_gets_wrong_is_reported_with_its_line(
    header: str, message: str | None
) -> None:
    if message is None:
        header, message = (
            header[1:-1].replace(", ", "\n"),
            "review_on is not later than checked_on; it was left empty.",
        )
    assert (3 + header.count("\n"), message) in blocking(short(header, "Because [1]."))


def test_what_yaml_takes_for_something_else_is_read_as_written_and_noted() -> None:
    draft = short("language: no\nrating: False\ntags: [2024]\nauthors: A. Writer")
    assert draft.document["language"] == "no"
    assert draft.document["rating"]["name"] == "False"
    assert draft.document["tags"] == ["2024"]
    assert draft.document["authors"] == [{"name": "A. Writer"}]
    assert [note.line for note in draft.notes] == [3, 4, 5, 6]
    assert blocking(draft) == []


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("---\nquestion: Is it: so?\n---\n", 2, "mapping values are not allowed here"),
        ("---\nquestion: Why?\ntags: [a, b\n---\n", 3, "The YAML header cannot be read"),
        ("---\nquestion: Why?\n", 1, "no closing line"),
        ("---\nslug: why\n---\n", 2, "The header has no question."),
        ("---\nqestion: Why?\n---\n", 2, "Did you misspell it as “qestion”?"),
        ("---\nquestion: [Why]\n---\n", 2, "The question in the header is not a text."),
        ("---\njust words\n---\n", 2, "key: value"),
        ("---\n---\n", 2, "key: value"),
        ("---\nquestion: &a Why?\nslug: *a\n---\n", 2, "anchors"),
        ("---\nquestion: Why?\ntags: " + "[" * 5000 + "\n---\n", 3, "nested too deeply"),
        ("---\nquestion: Why?\ntags: [" + "a," * 200_000 + "]\n---\n", 2, "at most 250000"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused_with_its_line(
    text: str, line: int, sentence: str
) -> None:
    with pytest.raises(UnreadableDraft) as refusal:
        read(text)
    assert refusal.value.line == line
    assert sentence in refusal.value.message


def test_no_object_is_made_from_a_yaml_tag() -> None:
    draft = short("reviewed_by: !!python/object/apply:os.getcwd []")
    assert draft.document["reviewed_by"] is None
    assert blocking(draft) == [(3, "reviewed_by is not a text; it was left out.")]


def test_a_number_beyond_the_list_is_reported_with_its_line() -> None:
    draft = read_changed(BY_HAND, ("Go indoors [2, 1].", "Go\nindoors [2, 12]."))
    assert blocking(draft) == [(42, "Finding 2 cites [12], but there are only 2 sources.")]


def test_a_source_that_nothing_cites_is_reported_at_its_entry() -> None:
    draft = read_changed(BY_HAND, ("[1][2]", "[1]"), ("[2, 1]", "[1]"))
    assert messages(draft) == [(18, "Found but never cited: [2].")]
    assert blocking(draft) == []


def test_the_same_address_under_two_numbers_is_reported() -> None:
    draft = short("sources:\n- url: https://a.example\n- url: HTTPS://A.example/", "So [1][2].")
    assert draft.document["citations"][1]["source"] is None
    assert (5, "Source [2] has the same address as [1]. Cite [1] instead.") in blocking(draft)


def test_a_slug_that_cannot_stand_in_an_address_is_mended_and_reported() -> None:
    draft = short("slug: The Great Wall!")
    assert draft.document["slug"] == "the-great-wall"
    assert blocking(draft)[0][0] == 3


@pytest.mark.parametrize(
    ("header", "limit"),
    [
        ("tags: [{long}]", 60),
        ("searches: [{long}]", 300),
        ("follow_ups: [{long}]", 300),
        ("reviewed_by: {long}", 200),
        ("sources: [{{url: 'https://a.example/{long}'}}]", 2000),
    ],
)
def test_a_value_that_is_too_long_is_reported(header: str, limit: int) -> None:
    draft = short(header.format(long="long" * 600))
    assert blocking(draft)[0][0] == 3
    assert str(limit) in blocking(draft)[0][1]
    assert "long" * 600 not in str(draft.document)


def test_empty_and_unfinished_parts_of_the_body_are_reported() -> None:
    draft = short(body="So.\n\n## One\n\n##\n\nText.\n\n```\n## Two\n")
    assert blocking(draft) == [
        (7, "The finding “One” has no text."),
        (9, "This finding has no heading."),
        (13, "The code block that begins here is never closed."),
    ]


def test_the_same_author_or_topic_twice_counts_once() -> None:
    draft = short("authors: [A. Writer, A. Writer]\ntags: [Space, space, '!']")
    assert draft.document["authors"] == [{"name": "A. Writer"}]
    assert draft.document["tags"] == ["Space"]
    assert blocking(draft) == [(4, "tags: “!” has no letter or digit; it was left out.")]
