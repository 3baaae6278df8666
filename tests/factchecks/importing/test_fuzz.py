"""Whatever is read: a draft that fits the schema, or the one error with a sentence."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from factchecks.documents import problems_of
from factchecks.importing import UnreadableDraft, read
from factchecks.importing.plain_markdown import escaped
from tests.factchecks.importing.reading import BY_HAND, PAGE, SAMPLES, with_keys

fuzzed = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

YAML_SIGNS = [
    "---\n",
    "- ",
    ": ",
    "? ",
    "&a ",
    "*a",
    "!!",
    "| ",
    ">-",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "\\U",
    "\n  ",
]
YAML_SIGNS += [
    "question: Why?\n",
    "sources:\n",
    "url: ",
    "quotes: ",
    "tags: ",
    "<<: ",
    "%YAML 1",
    "#",
    "0x",
    "\t",
]
PAGE_SIGNS = [
    "Fact check: ",
    "Checked on ",
    "Searched for:",
    "Found 3 sources",
    "Executive summary",
    "1. ",
    "12) ",
]
PAGE_SIGNS += [
    "[1]",
    "[12]",
    "[1-3]",
    "• ",
    "\t◦ ",
    "\n",
    "\n\n",
    "?",
    ".",
    "## ",
    "**",
    "Sources",
    "https://a.example/",
]
PAGE_SIGNS += [
    "Want to dive deeper?",
    "(p1_s1, published 2025)",
    "A sentence.",
    "\x00",
    "\u2011",
    "\u2028",
    "\ud800",
]
SAMPLE_LINES = [
    line for path in sorted(SAMPLES.iterdir()) for line in path.read_text("utf-8").split("\n")
]


def check(data: bytes | str) -> None:
    try:
        draft = read(data)
    except UnreadableDraft as error:
        message = error.message
    else:
        assert draft.form == "json" or problems_of(with_keys(draft.document)) == []
        message = " ".join(["All is well.", *(note.message for note in draft.notes)])
    assert message.endswith((".", "?", ")"))


def pieces(*kinds: list[str]) -> st.SearchStrategy[str]:
    known = st.sampled_from([piece for kind in kinds for piece in kind])
    return st.lists(known | st.text(max_size=6), max_size=40).map("".join)


@fuzzed
@given(st.text(st.characters()) | st.binary(max_size=200))
def test_any_text_and_any_bytes(data: bytes | str) -> None:
    check(data)


@fuzzed
@given(pieces(PAGE_SIGNS))
def test_anything_that_looks_like_a_page(text: str) -> None:
    check("Fact check: Why?\n\n" + text)
    check(text)


@fuzzed
@given(pieces(YAML_SIGNS))
def test_anything_that_looks_like_a_header(text: str) -> None:
    check(f"---\nquestion: Why?\n{text}\n---\nIts text [1].")


@fuzzed
@given(st.lists(st.sampled_from(SAMPLE_LINES), max_size=60))
def test_the_samples_lines_in_any_order(lines: list[str]) -> None:
    check("\n".join(lines))
    check("\n".join(["---", "question: Why?", *lines, "---", *lines]))


@fuzzed
@given(
    st.sampled_from([PAGE, BY_HAND]),
    st.integers(0, 3000),
    st.integers(0, 40),
    st.binary(max_size=8),
)
def test_a_damaged_sample(sample: str, at: int, length: int, put: bytes) -> None:
    data = sample.encode()
    check(data[:at] + put + data[at + length :])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@fuzzed
@given(
    st.sampled_from(["question", "sources", "claim", "tags", "slug", "rating", "checked_on"]),
    VALUES,
)
def test_any_value_of_any_kind_in_a_header(key: str, value: object) -> None:
    """JSON is YAML, so a value written as JSON is one that a header can have."""
    header = {"question": "Why?", key: value}
    if key == "sources":
        header[key] = [
            {"url": value, "title": value, "quotes": [{"text": value, "finding": value}]}
        ]
    body = "\n".join(f"{name}: {json.dumps(part)}" for name, part in header.items())
    check(f"---\n{body}\n---\nIts text [1].")


@fuzzed
@given(VALUES)
def test_any_json(value: object) -> None:
    check(json.dumps({"version": 1, "findings": value}))


@fuzzed
@given(st.text("ab1 \\`*_{}[]()#+-.!<>&;~|=:/\"'^$@"))
def test_a_line_of_plain_text_shows_the_same_as_markdown(text: str) -> None:
    """Except that bold text and links, which only a writer of Markdown sets so, are left as they are."""
    text = " ".join(text.replace("**", "*").replace("](", "] (").replace("[", "").split())
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(escaped(f"{text} x"))
    assert [token.type for token in shown] == ["paragraph_open", "inline", "paragraph_close"]
    assert "".join(part.content for part in shown[1].children or []) == f"{text} x".strip()
