"""Keys for a draft that has none: those of the parts it continues, else new ones. Pure, no queries."""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, cast

from factchecks.documents import Document

Part = dict[str, Any]


def with_keys(draft: dict[str, Any], current: Document | None) -> Document:
    """The draft as a whole document.

    A part takes the key of the part of ``current`` that it continues: a search or a follow-up question by its text, a
    finding by its heading or else its place, a citation by its address or else its number, a quotation by its text.
    A quotation that names its finding by number gets that finding's key.
    """
    before = cast(dict[str, Any], current or {})
    document = {**draft, "key": draft.get("key") or before.get("key") or _new()}
    document["authors"] = [_person(part) for part in draft["authors"]]
    reviewer = draft["reviewed_by"]
    document["reviewed_by"] = _person(reviewer) if reviewer else None
    for name in ("searches", "follow_ups"):
        document[name] = _matched(
            draft[name], before.get(name, []), [lambda part, place: part["text"]]
        )
    document["pictures"] = _matched(
        draft["pictures"], before.get("pictures", []), [lambda part, place: part["name"]]
    )
    document["findings"] = _matched(
        draft["findings"],
        before.get("findings", []),
        [lambda part, place: part["heading"], lambda part, place: place],
    )
    document["citations"] = _citations(draft, before, document["findings"])
    return cast(Document, document)


def _new() -> str:
    return str(uuid.uuid4())


def _person(part: Part) -> Part:
    return {"key": part.get("key") or _new(), "name": part["name"]}


def _citations(draft: Part, before: Part, findings: list[Part]) -> list[Part]:
    citations = _matched(
        draft["citations"],
        before.get("citations", []),
        [
            lambda part, place: part["source"]["url"] if part["source"] else None,
            lambda part, place: None if part["source"] else part["number"],
        ],
    )
    old_quotes = {part["key"]: part["quotations"] for part in before.get("citations", [])}
    for citation in citations:
        quotes = [_of_finding(quote, findings) for quote in citation["quotations"]]
        old = old_quotes.get(citation["key"], [])
        citation["quotations"] = _matched(quotes, old, [lambda part, place: part["text"]])
    return citations


def _of_finding(quote: Part, findings: list[Part]) -> Part:
    named = quote.get("finding")
    return {**quote, "finding": findings[named - 1]["key"] if isinstance(named, int) else named}


def _matched(
    parts: list[Part], old: list[Part], marks: Iterable[Callable[[Part, int], object]]
) -> list[Part]:
    """The parts with keys: each mark in turn pairs what still lacks a key with old parts that have the same mark."""
    keyed = [dict(part) for part in parts]
    taken = {part["key"] for part in keyed if part.get("key")}
    for mark in marks:
        free: dict[object, list[str]] = defaultdict(list)
        for place, part in enumerate(old):
            if part["key"] not in taken:
                free[mark(part, place)].append(part["key"])
        free.pop(None, None)
        for place, part in enumerate(keyed):
            if not part.get("key") and free.get(mark(part, place)):
                part["key"] = free[mark(part, place)].pop(0)
                taken.add(part["key"])
    for part in keyed:
        part.setdefault("key", _new())
    return keyed
