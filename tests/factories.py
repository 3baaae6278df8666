"""Plain functions that make what tests need, with fixed values."""

import copy
import uuid
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Permission, User

from factchecks import publishing, revisions, workflow
from factchecks.documents import Document
from factchecks.models import FactCheck, Publication

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def key(number: int) -> str:
    return str(uuid.UUID(int=number))


def make_source_part(number: int = 1, **changes: Any) -> dict[str, Any]:
    host = f"source{number}.example"
    return {
        "url": f"https://{host}/page",
        "title": f"Title {number}",
        "publisher": {"name": f"Publisher {number}", "domain": host},
        "published_on": "2020-01-02",
        **changes,
    }


def make_document(**changes: Any) -> Document:
    """A whole document that breaks no rule: two findings, three sources, all cited."""
    document: Any = {
        "version": 1,
        "key": key(1),
        "slug": "is-the-moon-round",
        "question": "Is the Moon round?",
        "summary": "Nearly: it is **flattened** by a little [1].",
        "language": "en",
        "checked_on": "2026-03-01",
        "review_on": "2027-03-01",
        "authors": [{"key": key(11), "name": "A. Writer"}],
        "reviewed_by": {"key": key(12), "name": "B. Editor"},
        "tags": ["myths", "space"],
        "searches": [
            {"key": key(21), "text": "moon shape"},
            {"key": key(22), "text": "moon radius"},
        ],
        "findings": [
            {"key": key(31), "heading": "It is measured", "text": "By laser [1][2]."},
            {"key": key(32), "heading": "It is not a ball", "text": "It bulges [3]."},
        ],
        "citations": [
            {
                "key": key(40 + number),
                "number": number,
                "accessed_on": "2026-02-28",
                "source": make_source_part(number),
                "quotations": [],
            }
            for number in (1, 2, 3)
        ],
        "follow_ups": [{"key": key(51), "text": "Why does it bulge?"}],
        "claim": None,
        "rating": None,
        "pictures": [],
        "one_publisher_reason": "",
        "limitations": "",
        "answers": None,
    }
    document["citations"][0]["quotations"] = [
        {"key": key(61), "text": "The Moon is nearly round.", "finding": key(31)}
    ]
    return copy.deepcopy({**document, **changes})  # type: ignore[return-value]


def make_check(**changes: Any) -> FactCheck:
    """A check saved once at the desk."""
    revision = revisions.apply(make_document(**changes), fact_check=None, base=0, by=None)
    return revision.fact_check


def edit(fact_check: FactCheck, **changes: Any) -> None:
    """One more save at the desk, with those parts of the document changed."""
    last = revisions.newest(fact_check)
    assert last is not None
    document: Any = {**last.document, **changes}
    revisions.apply(document, fact_check=fact_check, base=last.number, by=None)


def approve(fact_check: FactCheck, by: User) -> None:
    """The newest revision, sent to review by a command and approved."""
    last = revisions.newest(fact_check)
    assert last is not None
    workflow.submit(fact_check, by=None, base=last.number)
    workflow.approve(fact_check, by=by, base=last.number)


def make_published(**changes: Any) -> Publication:
    return publishing.publish(make_check(**changes), editor=None)


def make_user(name: str = "editor", *permissions: str, staff: bool = True) -> User:
    """A person with an account; permissions as ``app.codename``."""
    user = User.objects.create_user(name, password="correct horse", is_staff=staff)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def make_superuser(name: str = "chief") -> User:
    return User.objects.create_superuser(name, password="correct horse")
