"""Bytes of every kind: encodings are read, and what is no text is refused with a sentence."""

import pytest

from factchecks.importing import UnreadableDraft, read
from tests.factchecks.importing.reading import PAGE, messages

CURLY = PAGE.replace("half an hour", "“half an hour”, dit-on à Orléans,")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_unicode_encoding_reads_the_same(encoding: str) -> None:
    assert read(CURLY.encode(encoding)) == read(CURLY)


def test_windows_bytes_are_read_with_a_note() -> None:
    draft = read(CURLY.encode("cp1252"))
    assert draft.document == read(CURLY).document
    message = "The file is not UTF-8; it was read as Windows-1252 (Latin-1). Look at its accented letters."
    assert (20, message) in messages(draft)


def test_one_wrong_byte_does_not_spoil_the_rest() -> None:
    data = CURLY.encode().replace("Orléans".encode(), "Orléans".encode("latin-1"))
    assert read(data).document == read(CURLY).document


def test_control_characters_are_removed_with_a_note() -> None:
    draft = read(PAGE.replace("proverb", "pro\0verb\x07"))
    assert draft.document == read(PAGE).document
    assert (22, "2 control characters were removed, the first one here.") in messages(draft)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf \r\n", "The file is empty."),
        ("\u200b\n", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a picture, not a text."),
        (bytes(range(256)) * 40, "This is not a text file."),
        (b"PK\x03\x04\x14\0\x06", "word processor's document or an archive"),
        (b"%PDF-1.7", "This is a PDF."),
        (b"{\\rtf1 Fact check: Why?}", "rich text"),
        ("<!DOCTYPE html><title>Fact check: Why?</title>", "web page's HTML"),
        (b"\xff\xfeF\0a", "UTF-16, but it is not"),
        ("x" * 10_000_001, "at most 10 MB"),
        ("\n" * 500_000 + "Why?", "at most 500000 can be read"),
    ],
)
def test_what_is_no_text_is_refused_with_a_sentence(data: bytes | str, sentence: str) -> None:
    with pytest.raises(UnreadableDraft, match=sentence):
        read(data)


def test_a_flood_of_notes_is_counted_and_never_hides_what_blocks() -> None:
    flood = PAGE.replace("fortune [2]", "fortune [2] (p1_s1)" + "\n(p1_s1)" * 999)
    notes = read(flood).notes
    assert len(notes) == 201
    assert any(note.blocking for note in notes)
    assert notes[-1].message == "802 more notes are not shown."
