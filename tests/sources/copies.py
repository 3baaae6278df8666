"""Sources with kept copies, as the worker leaves them."""

import hashlib
from datetime import datetime
from typing import Any

from sources.models import Body, Snapshot, Source
from tests.factories import NOON

TEXT = "What is known.\nThe Moon is nearly round. Those who measured it say so.\nMore is not known."


def make_source(number: int = 1, **changes: Any) -> Source:
    url = f"https://source{number}.example/page"
    return Source.objects.get_or_create(url=url, defaults={"title": f"Title {number}", **changes})[
        0
    ]


def make_body(text: str = TEXT, **changes: Any) -> Body:
    """A kept page with this text: one for each text. There is no file behind it."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    fields = {
        "size": len(text),
        "warc": f"{sha256[:2]}/{sha256}.warc.gz",
        "kind": "html",
        "media_type": "text/html",
        "text": text,
        **changes,
    }
    return Body.objects.get_or_create(sha256=sha256, defaults=fields)[0]


def make_copy(source: Source, body: Body | None = None, at: datetime = NOON) -> Snapshot:
    return Snapshot.objects.create(
        source=source,
        body=body or make_body(),
        reason=Snapshot.Reason.ADDED,
        taken_at=at,
        asked_url=source.url,
        final_url=source.url,
        status=200,
        headers=[["Content-Type", "text/html"]],
    )
