"""When copies are asked for: a source is added, a check that cites it is published, somebody wants one."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from factchecks import publishing
from factchecks import tasks as of_checks
from factually.working import LANES
from sources import archiving, keeping, looking, tasks
from sources.fetching.pacing import NotNow
from sources.models import Look, Snapshot, Source
from sources.storing import Unkept
from tests.factories import edit, key, make_check, make_published
from tests.sources.awkward import HOST, Site, answer
from tests.sources.copies import make_source
from tests.sources.evidence import ADDED, ASKED, PUBLISHED, keep_in, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def newsroom(site: Site, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site may be fetched from by the newsroom's own settings, without pauses."""
    keep_in(tmp_path, settings, monkeypatch)
    settings.FETCH_LOOPBACK = [f"{HOST}:{site.port}"]
    monkeypatch.setattr(looking.VISITOR.pacer._pacing, "pause", 0)
    monkeypatch.setattr(looking.VISITOR.network, "is_there", lambda *values: True)
    return site


def jobs(task: str = keeping.KEEP) -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("pk"))


def asked() -> list[tuple[int, str]]:
    return [(job.args["source_id"], job.args["reason"]) for job in jobs()]


def set_status(status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status", [status]
        )


# Asking


def test_a_copy_is_asked_for_once_and_the_transaction_goes_on() -> None:
    source = make_source()
    with transaction.atomic():
        for _twice in range(2):
            keeping.ask([source.pk], ADDED)
        other = make_source(2)
    assert asked() == [(source.pk, "added")]
    assert Source.objects.filter(pk=other.pk).exists()


def test_what_is_rolled_back_asks_for_nothing() -> None:
    with transaction.atomic():
        keeping.ask([make_source().pk], ADDED)
        transaction.set_rollback(True)
    assert asked() == []


def test_fetching_waits_behind_other_jobs_and_at_one_host_for_the_one_before() -> None:
    sources = [
        Source.objects.create(url=url)
        for url in ("https://one.example/a", "https://one.example/b", "https://two.example/a")
    ]
    keeping.ask([source.pk for source in sources], ADDED)
    assert [job.lock for job in jobs()] == [
        *["sources.host.one.example"] * 2,
        "sources.host.two.example",
    ]
    assert {(job.queue_name, job.priority < 0) for job in jobs()} == {("fetching", True)}
    assert "fetching" in LANES


def test_for_a_double_the_source_that_is_kept_is_asked_for() -> None:
    kept = make_source()
    double = make_source(2, merged_into=kept)
    keeping.ask([double.pk, kept.pk], PUBLISHED)
    assert asked() == [(kept.pk, "published")]


def test_the_sweep_asks_for_what_nobody_looked_at() -> None:
    never, looked_at, double = make_source(1), make_source(2), make_source(3)
    Source.objects.filter(pk=looked_at.pk).update(next_look_at=timezone.now())
    Source.objects.filter(pk=double.pk).update(merged_into=never)
    tasks.sweep(0)
    tasks.sweep(60)
    assert asked() == [(never.pk, "added")]


def test_one_hosts_sources_do_not_hold_up_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 4)
    monkeypatch.setattr(keeping, "MOST_OF_A_HOST", 2)
    slow = [Source.objects.create(url=f"https://slow.example/{number}") for number in range(5)]
    tasks.sweep(0)
    assert asked() == [(slow[4].pk, "added"), (slow[3].pk, "added")]
    quick = Source.objects.create(url="https://quick.example/")
    tasks.sweep(60)
    assert asked()[2:] == [(quick.pk, "added")]


def test_what_waits_for_a_host_that_wants_to_be_left_alone_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "MOST", 1)
    monkeypatch.setattr(keeping, "MOST_OF_A_HOST", 1)
    held = Source.objects.create(url="https://held.example/1")
    Source.objects.create(url="https://held.example/2")
    keeping.ask([held.pk], ADDED)
    other = Source.objects.create(url="https://other.example/")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")
    tasks.sweep(0)
    assert asked()[1:] == [(other.pk, "added")]


@pytest.mark.parametrize("status", ["doing", "failed"])
def test_the_sweep_leaves_alone_what_is_in_hand_or_has_failed(status: str) -> None:
    make_source()
    tasks.sweep(0)
    set_status(status)
    tasks.sweep(60)
    assert asked() == []


def test_the_sweep_lets_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    sources = [make_source(number) for number in range(3)]
    tasks.sweep(0)
    tasks.sweep(60)
    assert asked() == [(source.pk, "added") for source in reversed(sources[1:])]
    set_status("succeeded")
    Source.objects.filter(pk__in=[source.pk for source in sources[1:]]).update(
        next_look_at=timezone.now()
    )
    tasks.sweep(120)
    assert asked() == [(sources[0].pk, "added")]


def test_sources_that_come_with_a_draft_are_asked_for_by_one_job() -> None:
    check = make_check()
    [sweep] = jobs(keeping.SWEEP)
    app.tasks[sweep.task_name](**sweep.args)
    cited = Source.objects.filter(citations__fact_check=check)
    assert sorted(asked()) == sorted((source.pk, "added") for source in cited)
    set_status("succeeded")
    edit(check, question="Is it a ball?")
    assert jobs(keeping.SWEEP) == []


# Publication


def begin(job: ProcrastinateJob) -> None:
    app.tasks[job.task_name](**job.args)


def test_a_copy_of_each_cited_source_is_asked_for_when_a_check_is_published() -> None:
    publication = make_published()
    [job] = jobs(of_checks.keep_copies.name)
    assert asked() == []
    begin(job)
    cited = publication.published_citations.values_list("source", flat=True)
    assert sorted(asked()) == sorted((pk, "published") for pk in cited)


def test_publishing_costs_one_query_more_for_them() -> None:
    check = make_check()
    with CaptureQueriesContext(connection) as queries:
        publishing.publish(check, editor=None)
    deferred = [query["sql"] for query in queries if "procrastinate_defer_jobs" in query["sql"]]
    assert sum(of_checks.keep_copies.name in sql for sql in deferred) == 1
    assert sum(keeping.KEEP in sql for sql in deferred) == 0


def test_what_is_refused_publication_has_no_copies_kept() -> None:
    check = make_check(checked_on=None)
    with pytest.raises(ValidationError, match="The date of checking is missing"):
        publishing.publish(check, editor=None)
    assert jobs(of_checks.keep_copies.name) == []


def test_a_scheduled_check_has_its_copies_kept_when_it_goes_live() -> None:
    at = timezone.now() + timedelta(hours=1)
    publishing.publish(make_check(), editor=None, at=at)
    [job] = jobs(of_checks.keep_copies.name)
    assert job.scheduled_at == at
    begin(job)
    assert len(asked()) == 3


def test_a_moved_schedule_has_them_kept_at_the_new_moment_and_a_cancelled_one_never() -> None:
    check = make_check()
    at = timezone.now() + timedelta(hours=2)
    publishing.publish(check, editor=None, at=at)
    publishing.move(check, at=at - timedelta(hours=1))
    first, second = jobs(of_checks.keep_copies.name)
    begin(first)
    assert asked() == []
    publishing.cancel(check)
    begin(second)
    assert asked() == []


def test_a_retraction_has_no_copies_kept() -> None:
    publication = make_published()
    set_status("succeeded")
    publishing.retract(publication.fact_check, notice="It was wrong.")
    assert jobs(of_checks.keep_copies.name) == []


# The job


def test_the_job_keeps_a_copy_with_its_key_and_reason(newsroom: Site) -> None:
    source = Source.objects.create(url=newsroom.says("/moon", page()))
    keeping.ask([source.pk], PUBLISHED)
    [job] = jobs()
    for _run in range(2):
        begin(job)
    copy = Snapshot.objects.get()
    assert (str(copy.key), copy.reason) == (job.args["key"], "published")
    assert Look.objects.get().key == copy.key


def test_an_archive_is_asked_to_save_what_a_copy_was_kept_of(newsroom: Site, settings: Any) -> None:
    settings.WAYBACK_ACCESS_KEY, settings.WAYBACK_SECRET_KEY = "key", "secret"
    kept, gone = (
        Source.objects.create(url=newsroom.says(path, step))
        for path, step in (("/1", page()), ("/2", answer(404)))
    )
    for number, source in enumerate((kept, gone)):
        tasks.keep_copy(source.pk, str(UUID(int=number)), "added")
    assert [job.args["source_id"] for job in jobs(archiving.BEGIN)] == [kept.pk]


def test_a_page_that_fails_is_no_failed_job(newsroom: Site) -> None:
    source = Source.objects.create(url=newsroom.says("/moon", answer(500)))
    tasks.keep_copy(source.pk, str(UUID(int=1)), "added")
    assert Look.objects.get().kind == "failed"


def test_a_job_for_a_source_that_is_none_does_nothing() -> None:
    tasks.keep_copy(12345, str(UUID(int=1)), "added")


@pytest.mark.parametrize(
    ("error", "attempts", "seconds"),
    [
        (Unkept("The disk is full."), 0, 3),
        (Unkept("The disk is full."), 3, 81),
        (Unkept("The disk is full."), 4, None),
        (NotNow("one.example", 600), 0, 601),
        (NotNow("one.example", 600), 9, 601),
        (NotNow("one.example", 600), 20, None),
    ],
)
def test_a_job_that_could_not_do_its_work_comes_back_without_holding_up_its_host(
    error: Exception, attempts: int, seconds: int | None
) -> None:
    job = Job(
        id=7,
        task_name=keeping.KEEP,
        queue="fetching",
        lock="sources.host.one.example",
        queueing_lock=None,
        attempts=attempts,
    )
    strategy = tasks.keep_copy.retry_strategy
    assert strategy
    decision = strategy.get_retry_decision(exception=error, job=job)
    if seconds is None:
        assert decision is None
        return
    assert decision
    assert decision.retry_at
    assert abs((decision.retry_at - timezone.now()).total_seconds() - seconds) < 2
    assert decision.lock == "sources.later.7"


# By hand


def keep_copies(*arguments: str) -> str:
    out = StringIO()
    call_command("keep_copies", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_copies_are_kept_by_hand_of_what_has_none(newsroom: Site) -> None:
    has_one, has_none, is_away = (
        Source.objects.create(url=newsroom.says(path, step))
        for path, step in (("/1", page()), ("/2", page()), ("/3", answer(503)))
    )
    said = keep_copies("--source", str(has_one.pk))
    assert said == "Copies kept: 1 of 1\n"
    said = keep_copies()
    assert f"Source {is_away.pk}: The server answers with the status 503.\n" in said
    assert said.endswith("Copies kept: 1 of 2\n")
    assert {copy.source for copy in Snapshot.objects.all()} == {has_one, has_none}
    assert keep_copies("--all").endswith("Copies kept: 2 of 3\n")
    assert set(Snapshot.objects.values_list("reason", flat=True)) == {ASKED}


def test_copies_are_kept_by_hand_of_what_a_check_cites(newsroom: Site) -> None:
    check = make_check(key=key(7), slug="moon")
    for citation in check.citations.all():
        path = f"/{citation.number}"
        source = Source.objects.filter(citations=citation)
        source.update(url=newsroom.says(path, page(path)))
    make_source(9)
    assert keep_copies("--check", "moon") == "Copies kept: 3 of 3\n"


@pytest.mark.parametrize("arguments", [["--check", "nothing"], ["--source", "12345"]])
def test_what_is_not_there_is_named(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=f"There is no .*{arguments[1]}"):
        keep_copies(*arguments)


def test_a_full_disk_ends_the_command(newsroom: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*values: Any) -> None:
        raise Unkept("The copy could not be stored: No space left on device.")

    monkeypatch.setattr("sources.storing.write", full)
    Source.objects.create(url=newsroom.says("/moon", page()))
    with pytest.raises(CommandError, match="No space left on device"):
        keep_copies()
