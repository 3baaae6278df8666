"""The Wayback Machine is asked to save what checks rely on, and readers get its address."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job
from pytest_django import Settings

from sources import archiving, tasks, wayback
from sources.archiving import Patience
from sources.models import Source
from sources.wayback import Away, Failed
from tests.factories import make_published
from tests.sources import fake_wayback
from tests.sources.fake_wayback import JOB, MOMENT, FakeWayback

pytestmark = pytest.mark.django_db

PAGE = "https://sea.example/a"
COPY = f"https://web.archive.org/web/{MOMENT}/{PAGE}"


@pytest.fixture
def fake(settings: Settings) -> Iterator[FakeWayback]:
    with fake_wayback.running() as fake:
        for name, value in fake.settings.items():
            setattr(settings, name, value)
        yield fake


def make_source(url: str = PAGE, **values: Any) -> Source:
    return Source.objects.create(url=url, **{"state": "alive", **values})


def jobs() -> list[tuple[str, dict[str, Any]]]:
    waiting = ProcrastinateJob.objects.filter(task_name__startswith="sources.").order_by("pk")
    return list(waiting.values_list("task_name", "args"))


def archived(source: Source) -> str:
    source.refresh_from_db()
    return source.archived_url


def test_a_copy_that_was_saved_is_shown_to_readers(fake: FakeWayback) -> None:
    source = make_source()
    archiving.ask([source.pk])
    assert jobs() == [(archiving.BEGIN, {"source_id": source.pk})]
    fake.accepts()
    archiving.begin(source.pk)
    assert jobs()[1:] == [(archiving.TAKE, {"source_id": source.pk, "asked": JOB, "tries": 0})]
    fake.is_at_it()
    archiving.take(source.pk, JOB)
    again = {"source_id": source.pk, "asked": JOB, "tries": 0, "looks": 1}
    assert jobs()[2:] == [(archiving.TAKE, again)]
    fake.has_saved(PAGE)
    archiving.take(source.pk, JOB, looks=1)
    assert archived(source) == COPY
    assert source.state_changed_at, "the pages that cite it are made again"


def test_one_comes_back_for_it_only_after_a_while(fake: FakeWayback) -> None:
    source = make_source()
    fake.accepts()
    archiving.begin(source.pk)
    [job] = ProcrastinateJob.objects.filter(task_name=archiving.TAKE)
    assert job.scheduled_at is not None
    assert job.priority < 0, "letters and pages first"


@pytest.mark.parametrize(
    "values",
    [
        {"archived_url": "https://archive.example/1"},
        {"state": "dead"},
        {"state": "moved"},
        {"state": "drifted"},
        {"url": f"https://web.archive.org/web/2020/{PAGE}"},
        {"url": "https://archive.today/2020.01.01/https://sea.example/a"},
        {"url": "https://sea.example/" + "a" * 1950},
    ],
)
def test_what_needs_no_copy_or_would_get_a_wrong_one_is_not_asked_for(
    fake: FakeWayback, values: dict[str, str]
) -> None:
    source = make_source(**values)
    archiving.ask([source.pk])
    assert jobs() == []


def test_a_double_is_not_asked_for(fake: FakeWayback) -> None:
    double = make_source("https://sea.example/b", merged_into=make_source())
    archiving.ask([double.pk])
    assert jobs() == []


def test_without_keys_nothing_is_asked_for(settings: Settings) -> None:
    settings.WAYBACK_ACCESS_KEY = settings.WAYBACK_SECRET_KEY = ""
    source = make_source()
    archiving.ask([source.pk])
    archiving.begin(source.pk)
    archiving.take(source.pk, JOB)
    assert jobs() == []


def test_asked_twice_it_is_saved_once(fake: FakeWayback) -> None:
    source = make_source()
    archiving.ask([source.pk])
    archiving.ask([source.pk])
    assert len(jobs()) == 1


def test_an_address_that_an_editor_has_entered_meanwhile_stays(fake: FakeWayback) -> None:
    source = make_source()
    fake.has_saved(PAGE)
    editors = "https://archive.example/1"
    fake_answers = fake.answers
    Source.objects.filter(pk=source.pk).update(archived_url=editors)
    archiving.begin(source.pk)
    archiving.take(source.pk, JOB)
    assert len(fake_answers) == 1, "nobody was asked"
    archiving.record(source.pk, COPY)
    assert archived(source) == editors


def test_what_the_archive_declines_fails_no_job(
    fake: FakeWayback, caplog: pytest.LogCaptureFixture
) -> None:
    source = make_source()
    fake.refuses("error:blocked-url")
    archiving.begin(source.pk)
    fake.fails("error:not-found")
    archiving.take(source.pk, JOB)
    assert jobs() == []
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert "error:blocked-url" in caplog.text


def test_what_failed_is_begun_again_hours_later_and_at_last_is_a_failed_job(
    fake: FakeWayback,
) -> None:
    source = make_source()
    for tries in range(archiving.MOST_TRIES - 1):
        fake.fails("error:job-failed")
        archiving.take(source.pk, JOB, tries)
        assert jobs()[-1] == (archiving.BEGIN, {"source_id": source.pk, "tries": tries + 1})
    fake.fails("error:job-failed")
    with pytest.raises(Failed) as failed:
        archiving.take(source.pk, JOB, archiving.MOST_TRIES - 1)
    assert not failed.value.again


def test_a_copy_that_is_never_finished_is_begun_again(fake: FakeWayback) -> None:
    source = make_source()
    fake.is_at_it()
    archiving.take(source.pk, JOB, looks=archiving.MOST_LOOKS)
    assert jobs() == [(archiving.BEGIN, {"source_id": source.pk, "tries": 1})]


def test_an_archive_that_is_away_once_after_a_long_wait_is_asked_again_soon(
    fake: FakeWayback,
) -> None:
    source = make_source()
    for looks in range(archiving.MOST_LOOKS):
        fake.is_at_it()
        archiving.take(source.pk, JOB, looks=looks)
    last = ProcrastinateJob.objects.latest("pk")
    assert (last.args["looks"], last.attempts) == (archiving.MOST_LOOKS, 0)
    fake.says(b"", 503)
    with pytest.raises(Away) as away:
        tasks.take_archived(**last.args)
    assert decide(away.value, last.attempts) == 60


def test_an_archive_that_is_away_is_asked_again_ever_more_seldom() -> None:
    waits = []
    for attempts in range(archiving.MOST_RETRIES):
        decision = decide(Away("…"), attempts)
        assert decision
        waits.append(decision)
    assert waits[:3] == [60, 120, 240]
    assert max(waits) == 6 * 3600
    assert sum(waits) > 24 * 3600
    assert decide(Away("…"), archiving.MOST_RETRIES) is None
    assert decide(Away("…", wait=86_400), 0) == 86_400
    assert decide(Away("…", again=False), 0) is None
    assert decide(ValueError("…"), 0) is None


def decide(error: Exception, attempts: int) -> int | None:
    """Seconds until the job is tried again."""
    job = Job(
        id=1, queue="fetching", lock=None, queueing_lock=None, task_name="x", attempts=attempts
    )
    decision = Patience().get_retry_decision(exception=error, job=job)
    if decision is None or decision.retry_at is None:
        return None
    return round((decision.retry_at - datetime.now(UTC)).total_seconds())


def test_by_hand_one_after_the_other_is_saved_and_waited_for(fake: FakeWayback) -> None:
    first, second = make_source(), make_source("https://sea.example/b")
    waits: list[float] = []
    fake.accepts()
    fake.is_at_it()
    fake.has_saved(PAGE)
    fake.refuses("error:blocked-url")
    archive = wayback.current()
    assert archive
    done = list(archiving.by_hand(archive, [first.pk, second.pk], waits.append))
    assert [pk for pk, _said in done] == [first.pk, second.pk]
    assert done[0][1] == ""
    assert "error:blocked-url" in done[1][1]
    assert (archived(first), archived(second)) == (COPY, "")
    assert waits == [10, 10]


def test_the_workers_jobs_do_the_same(fake: FakeWayback) -> None:
    source = make_source()
    fake.accepts()
    tasks.archive(source_id=source.pk)
    [(_name, arguments)] = jobs()
    fake.has_saved(PAGE)
    tasks.take_archived(**arguments)
    assert archived(source) == COPY
    slow = make_source("https://sea.example/b")
    fake.is_at_it()
    tasks.take_archived(**{**arguments, "source_id": slow.pk}, looks=archiving.MOST_LOOKS)
    assert jobs()[-1] == (archiving.BEGIN, {"source_id": slow.pk, "tries": 1})


def test_the_command_saves_what_published_checks_cite(
    fake: FakeWayback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(archiving, "A_LOOK", 0.03)
    draft = make_source()
    make_published()
    gone, *cited = Source.objects.exclude(pk=draft.pk).order_by("pk")
    Source.objects.filter(pk=gone.pk).update(state="dead")
    for source in cited:
        fake.accepts()
        fake.has_saved(source.url)
    call_command("archive_sources")
    assert "2 of 2" in capsys.readouterr().err
    copies = [f"https://web.archive.org/web/{MOMENT}/{source.url}" for source in cited]
    assert [archived(source) for source in cited] == copies
    assert (archived(draft), archived(gone)) == ("", "")


def test_the_command_needs_keys_that_are_taken(fake: FakeWayback, settings: Settings) -> None:
    make_published()
    fake.says(b"", 401)
    with pytest.raises(CommandError, match="keys"):
        call_command("archive_sources")
    settings.WAYBACK_ACCESS_KEY = ""
    with pytest.raises(CommandError, match="WAYBACK_ACCESS_KEY"):
        call_command("archive_sources")
