"""The team's own sample texts, and short ways to read a changed one."""

from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from factchecks.importing import Draft, read

SAMPLES = Path(__file__).parent / "samples"
PAGE = (SAMPLES / "page.txt").read_text("utf-8")
BY_HAND = (SAMPLES / "by_hand.md").read_text("utf-8")


def read_sample(name: str) -> Draft:
    return read((SAMPLES / name).read_bytes())


def read_changed(text: str, *changes: tuple[str, str]) -> Draft:
    """Read a sample in which each old passage is replaced by a new one."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read(text)


def messages(draft: Draft) -> list[tuple[int | None, str]]:
    return [(note.line, note.message) for note in draft.notes]


def blocking(draft: Draft) -> list[tuple[int | None, str]]:
    return [(note.line, note.message) for note in draft.notes if note.blocking]


def with_keys(document: dict) -> dict:
    """The document with made-up keys wherever a stored one has them, so that its schema can be asked."""
    count = iter(range(1_000_000))

    def key() -> str:
        return str(uuid5(NAMESPACE_URL, str(next(count))))

    findings = [{**part, "key": key()} for part in document["findings"]]
    citations = [
        {
            **part,
            "key": key(),
            "quotations": [
                {
                    **quote,
                    "key": key(),
                    "finding": quote["finding"] and findings[quote["finding"] - 1]["key"],
                }
                for quote in part["quotations"]
            ],
        }
        for part in document["citations"]
    ]
    people = {"authors": [{**part, "key": key()} for part in document["authors"]]}
    reviewer = document["reviewed_by"]
    return {
        **document,
        **people,
        "key": key(),
        "reviewed_by": reviewer and {**reviewer, "key": key()},
        "searches": [{**part, "key": key()} for part in document["searches"]],
        "findings": findings,
        "citations": citations,
        "follow_ups": [{**part, "key": key()} for part in document["follow_ups"]],
    }
