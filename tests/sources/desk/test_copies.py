"""The desk's page of a source's copies and looks: what was found when, and the files, which are only ever stored."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from sources.models import Body, Look, Snapshot, Source
from sources.models.copies import evidence_storage
from tests.factories import NOON, make_published, make_superuser, make_user
from tests.sources.copies import make_body, make_copy, make_source

pytestmark = pytest.mark.django_db
WithFile = Callable[[Source, bytes], Snapshot]


@pytest.fixture
def editor(client: Client) -> Client:
    user = make_user("editor")
    user.groups.add(Group.objects.get(name="Editor"))
    client.force_login(user)
    return client


def url(name: str, source: Source, *more: int) -> str:
    return reverse(f"admin:sources_{name}", args=[source.pk, *more])


def make_look(source: Source, at: datetime = NOON, **changes: Any) -> Look:
    values: dict[str, Any] = {"kind": "gone", "status": 404, "state": "dead", **changes}
    return Look.objects.create(source=source, at=at, **values)


def make_fallen(source: Source, **changes: Any) -> Source:
    values: dict[str, Any] = {"state": "dead", "state_since": NOON, **changes}
    Source.objects.filter(pk=source.pk).update(**values)
    source.refresh_from_db()
    return source


@pytest.fixture
def file() -> Iterator[WithFile]:
    """Makes a copy whose file holds those bytes."""
    kept = []

    def make(source: Source, holding: bytes) -> Snapshot:
        body = make_body("It has a file.")
        name = body.warc.storage.save(body.warc.name, ContentFile(holding))
        kept.append(name)
        Body.objects.filter(pk=body.pk).update(warc=name)
        return make_copy(source, Body.objects.get(pk=body.pk))

    yield make
    for name in kept:
        evidence_storage().delete(name)


def test_the_page_tells_of_copies_and_looks(editor: Client) -> None:
    source = make_fallen(make_source())
    copy = make_copy(source)
    make_look(source, problem="The server answered with 404.")
    page = editor.get(url("source_copies", source)).content.decode()
    for said in (copy.body.sha256, "The source was added", "200", "is gone", "404"):
        assert said in page
    assert "no longer available since March 2, 2026" in page
    assert url("snapshot", source, copy.pk) in page
    assert url("warc", source, copy.pk) in page


def test_before_there_was_a_copy_no_page_stands_with_other_text(editor: Client) -> None:
    source = make_source()
    alive: dict[str, Any] = {"kind": "changed", "status": 200, "state": "alive"}
    make_look(source, **alive)
    found: Any = editor.get(url("source_copies", source)).context["told"]
    assert [words for _look, words, _state in found] == ["stands"]
    make_copy(source)
    make_look(source, NOON + timedelta(days=1), **alive)
    found = editor.get(url("source_copies", source)).context["told"]
    assert [words for _look, words, _state in found] == ["stands, with other text", "stands"]


def test_a_long_history_comes_in_pages_and_few_queries(
    editor: Client, django_assert_max_num_queries: Any
) -> None:
    source = make_source()
    for day in range(60):
        make_look(source, NOON - timedelta(days=day), final_url="https://else.example/")
        make_copy(source, at=NOON - timedelta(days=day))
    with django_assert_max_num_queries(12):
        page: Any = editor.get(url("source_copies", source))
    assert (len(page.context["looks"]), len(page.context["copies"])) == (50, 50)
    older: Any = editor.get(url("source_copies", source), {"looks": "2", "copies": "x"})
    assert (len(older.context["looks"]), len(older.context["copies"])) == (10, 50)


def test_the_file_of_a_copy_is_stored_and_never_shown(editor: Client, file: WithFile) -> None:
    source = make_source()
    copy = file(source, b"<script>alert(1)</script>")
    answer: Any = editor.get(url("warc", source, copy.pk))
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/warc"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["Content-Disposition"].endswith('.warc.gz"')
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_that_is_gone_is_said_so(editor: Client) -> None:
    source = make_source()
    copy = make_copy(source, make_body("Its file is gone."))
    answer = editor.get(url("warc", source, copy.pk), follow=True)
    assert "The file of this copy cannot be read" in answer.content.decode()


def test_a_copy_has_its_address_under_its_own_source_alone(editor: Client) -> None:
    copy = make_copy(make_source(1))
    assert editor.get(url("warc", make_source(2), copy.pk)).status_code == 404


def test_a_copy_can_be_asked_for(editor: Client) -> None:
    source = make_source()
    answer = editor.post(url("source_keep", source), follow=True)
    assert "The worker has been asked" in answer.content.decode()
    job = ProcrastinateJob.objects.get(task_name="sources.tasks.keep_copy")
    assert (job.args["source_id"], job.args["reason"]) == (source.pk, "asked")


def test_adding_a_source_asks_for_a_copy(editor: Client) -> None:
    editor.post(reverse("admin:sources_source_add"), {"url": "https://a.example/"})
    job = ProcrastinateJob.objects.get(task_name="sources.tasks.keep_copy")
    assert (job.args["source_id"], job.args["reason"]) == (Source.objects.get().pk, "added")


def test_who_takes_note_of_a_state_is_named(editor: Client) -> None:
    source = make_fallen(make_source())
    page = editor.get(url("source_copies", source))
    assert "Take note" in page.content.decode()
    since = page.content.decode().split('name="since" value="')[1].split('"')[0]
    answer = editor.post(url("source_note", source), {"since": since}, follow=True)
    assert "noted by editor on" in answer.content.decode()
    assert "Take note" not in answer.content.decode()


@pytest.mark.parametrize("since", ["2026-03-01T12:00:00+00:00", "", "nonsense", "2026-99-99"])
def test_a_state_that_nobody_looked_at_is_not_noted(editor: Client, since: str) -> None:
    source = make_fallen(make_source())
    answer = editor.post(url("source_note", source), {"since": since}, follow=True)
    assert "has changed since you looked" in answer.content.decode()
    source.refresh_from_db()
    assert source.noted_at is None


def test_a_source_in_good_order_has_nothing_to_note(editor: Client) -> None:
    source = make_fallen(make_source(), state="alive")
    assert "Take note" not in editor.get(url("source_copies", source)).content.decode()
    editor.post(url("source_note", source), {"since": NOON.isoformat()})
    source.refresh_from_db()
    assert source.noted_at is None


def test_who_may_only_look_sees_the_copies_and_changes_nothing(
    client: Client, file: WithFile
) -> None:
    client.force_login(make_user("looker", "sources.view_source"))
    source = make_fallen(make_source())
    copy = file(source, b"WARC/1.1")
    page = client.get(url("source_copies", source))
    assert page.status_code == 200
    assert "Keep a copy now" not in page.content.decode()
    stored: Any = client.get(url("warc", source, copy.pk))
    assert b"".join(stored.streaming_content) == b"WARC/1.1"
    for step in ("source_keep", "source_note"):
        assert client.post(url(step, source)).status_code == 403
    assert client.get(url("source_merge", source)).status_code == 403


def test_what_can_only_be_sent_is_not_got(editor: Client) -> None:
    source = make_source()
    for step in ("source_keep", "source_note"):
        assert editor.get(url(step, source)).status_code == 405


# The form and the list ---------------------------------------------------------------------------


def test_the_form_says_how_it_stands(client: Client) -> None:
    client.force_login(make_superuser())
    make_published()
    source = make_fallen(Source.objects.get(title="Title 1"))
    make_copy(source)
    tomorrow = datetime(2999, 1, 2, 12, tzinfo=UTC)
    Source.objects.filter(pk=source.pk).update(next_look_at=tomorrow)
    page = client.get(reverse("admin:sources_source_change", args=[source.pk])).content.decode()
    assert "no longer available since March 2, 2026" in page
    assert "Jan. 2, 2999" in page
    assert url("source_copies", source) in page


def listed(client: Client, **query: str) -> list[str]:
    page: Any = client.get(reverse("admin:sources_source_changelist"), query)
    assert page.status_code == 200
    return sorted(source.url for source in page.context["cl"].result_list)


def test_the_list_is_filtered_by_state_and_by_the_publishers_kind(client: Client) -> None:
    client.force_login(make_superuser())
    make_published()
    one, two, three = Source.objects.order_by("url")
    make_fallen(one)
    Source.objects.filter(pk=three.pk).update(merged_into=two)
    two.publisher.kind = "court"  # type: ignore[union-attr]
    two.publisher.save()  # type: ignore[union-attr]
    make_fallen(make_source(9))  # which readers are not shown
    assert listed(client, standing="unnoted") == [one.url]
    assert listed(client, standing="dead") == [one.url, make_source(9).url]
    assert listed(client, standing="merged") == [three.url]
    assert listed(client, standing="unknown") == [two.url]
    assert listed(client, kind="court") == [two.url]
    assert listed(client, kind="unsaid") == [one.url, three.url, make_source(9).url]
    publishers: Any = client.get(reverse("admin:sources_publisher_changelist"), {"kind": "court"})
    assert [row.name for row in publishers.context["cl"].result_list] == ["Publisher 2"]
    assert len(listed(client)) == 4


def test_an_address_finds_its_source_in_any_spelling(client: Client) -> None:
    client.force_login(make_superuser())
    source = make_source()
    assert listed(client, q="http://SOURCE1.example/page?utm_source=x") == [source.url]


def test_publishers_tell_their_kind_and_how_many_sources_they_have(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(make_superuser())
    make_published()
    one = Source.objects.get(title="Title 1")
    publisher = one.publisher
    assert publisher
    Source.objects.filter(title="Title 2").update(publisher=publisher)
    Source.objects.filter(title="Title 3").update(publisher=publisher, merged_into=one)
    form = reverse("admin:sources_publisher_change", args=[publisher.pk])
    assert 'name="interest"' in client.get(form).content.decode()
    with django_assert_max_num_queries(10):
        page = client.get(reverse("admin:sources_publisher_changelist")).content.decode()
    assert "2 sources" in page
    assert f"publisher__id__exact={publisher.pk}" in page
