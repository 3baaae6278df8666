"""Another address for a source: a fresh start, and none any more once something rests on the one that it has."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sources import looking
from sources.models import Look, Source
from sources.visiting import Visitor
from tests.factories import NOON, make_published, make_superuser
from tests.sources.awkward import Site, answer
from tests.sources.copies import make_copy, make_source
from tests.sources.evidence import ADDED, a_visitor, keep_in, look_at, page
from tests.sources.forms import opened

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example/page"


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_superuser())
    return client


@pytest.fixture(autouse=True)
def _copies(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_in(tmp_path, settings, monkeypatch)


def move(client: Client, source: Source, url: str) -> list[str]:
    """Save the form with that address; gives what is said against it."""
    form = reverse("admin:sources_source_change", args=[source.pk])
    answered: Any = client.post(form, {**opened(client, form), "url": url})
    source.refresh_from_db()
    if answered.status_code == 302:
        return []
    said: list[str] = answered.context["adminform"].form.errors["url"]
    return said


def jobs() -> list[Any]:
    return [job.args["source_id"] for job in ProcrastinateJob.objects.all()]


def test_a_source_of_which_a_copy_is_kept_keeps_its_address(chief: Client) -> None:
    source = make_source()
    make_copy(source)
    (said,) = move(chief, source, ELSEWHERE)
    assert said.startswith("A copy of this source is kept")
    assert "as a source of its own" in said
    assert source.url == "https://source1.example/page"


def test_a_source_that_readers_are_shown_keeps_its_address(chief: Client) -> None:
    make_published()
    source = Source.objects.get(title="Title 1")
    (said,) = move(chief, source, ELSEWHERE)
    assert said.startswith("Readers are shown this source")
    assert source.url != ELSEWHERE


def test_another_spelling_of_its_address_is_no_other_address(chief: Client) -> None:
    source = make_source()
    make_copy(source)
    assert move(chief, source, "http://source1.example/page") == []
    assert source.url == "http://source1.example/page"
    assert jobs() == []


def test_before_that_another_address_is_a_fresh_start(chief: Client) -> None:
    source = make_source()
    known = {"state": "dead", "state_since": NOON, "next_look_at": NOON, "noted_at": NOON}
    Source.objects.filter(pk=source.pk).update(**known)
    assert move(chief, source, ELSEWHERE) == []
    assert (source.url, source.state) == (ELSEWHERE, "unknown")
    assert (source.state_since, source.next_look_at, source.noted_at) == (None, None, None)
    assert jobs() == [source.pk]


def test_looks_at_the_old_address_say_nothing_of_the_new_one(chief: Client, site: Site) -> None:
    source = make_source()
    for days in (6, 3):
        at = timezone.now() - timedelta(days=days)
        Look.objects.create(source=source, at=at, kind="failed", state="unknown")
    move(chief, source, site.says("/moon", answer(503)))
    assert look_at(source, site, ADDED).kind == "failed"
    assert source.state == "unknown"  # three in a row would be a verdict


def test_what_came_from_the_old_address_meanwhile_is_not_kept(site: Site) -> None:
    source = Source.objects.create(url=site.says("/moon", page()))

    class Mover(Visitor):
        def visit(self, *asked: Any) -> Any:
            moved = Source.objects.get(pk=source.pk)
            moved.url = ELSEWHERE
            moved.save()
            return super().visit(*asked)

    usual = a_visitor()
    visitor = Mover(usual.pacer, usual.manners, usual.network)
    looked = looking.look(
        source.pk, key=uuid4(), reason=ADDED, visitor=visitor, policy=site.policy()
    )
    assert looked is None
    assert (source.snapshots.count(), source.looks.count()) == (0, 0)


def test_the_database_refuses_what_no_form_has_asked(chief: Client) -> None:
    source = make_source()
    make_copy(source)
    source.url = ELSEWHERE
    with pytest.raises(DatabaseError, match="keeps its address"), transaction.atomic():
        source.save()
