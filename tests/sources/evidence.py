"""What looking at sources needs in a test: a folder for the copies, a visitor without pauses, sources that are quoted."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import storages

from sources import looking
from sources.fetching.manners import Manners
from sources.fetching.pacing import Pacer
from sources.models import Body, Look, Snapshot, Source
from sources.network import Network
from sources.visiting import Visitor
from tests.factories import key, make_document, make_published, make_source_part
from tests.sources.awkward import Site, answer

QUOTE = "The Moon is nearly round."
ADDED, PUBLISHED, ASKED = (
    Snapshot.Reason.ADDED,
    Snapshot.Reason.PUBLISHED,
    Snapshot.Reason.ASKED,
)


def keep_in(folder: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let copies be kept in the folder."""
    entry = {"BACKEND": "factually.storage.WholeFileStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": entry}
    monkeypatch.setattr(Body._meta.get_field("warc"), "storage", storages["evidence"])


def a_visitor() -> Visitor:
    """Somebody who does not pause, and who knows that the internet is there."""
    network = Network(clock=lambda: 0.0)
    network.answered("127.0.0.1:1")
    network.answered("elsewhere.example")
    return Visitor(Pacer(0), Manners(), network)


def look_at(
    source: Source,
    site: Site,
    reason: Snapshot.Reason | None = None,
    *,
    visitor: Visitor | None = None,
    by: UUID | None = None,
) -> Look:
    looked = looking.look(
        source.pk,
        key=by or uuid4(),
        reason=reason,
        visitor=visitor or a_visitor(),
        policy=site.policy(),
    )
    assert looked
    source.refresh_from_db()
    return looked


def page(text: str = QUOTE, **headers: str) -> bytes:
    html = f"<!doctype html><title>The Moon</title><p>{text}</p>"
    return answer(200, html.encode(), Content_Type="text/html; charset=utf-8", **headers)


def make_quoted(url: str, quotation: str = QUOTE) -> Source:
    """A source that readers of a published check are sent to, for this passage."""
    document: Any = make_document()
    first = document["citations"][0]
    first["source"] = make_source_part(url=url)
    first["quotations"] = [{"key": key(61), "text": quotation, "finding": key(31)}]
    make_published(citations=document["citations"])
    return Source.objects.get(url=url)


def moment(source: Source) -> datetime | None:
    """When what readers are told of it last changed."""
    source.refresh_from_db()
    return source.state_changed_at
