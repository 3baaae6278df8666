"""The worker's jobs: pages are made again when templates or rules change, and no job is lost."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.models import QuerySet
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import pages, publishing, tasks
from factchecks.models import Publication
from sources.models import Source
from tests.factories import edit, key, make_check, make_published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    yield
    pages.version.cache_clear()


def change_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factchecks.pages.LIBRARIES", ("nh3",))
    pages.version.cache_clear()


def _waiting_for_pages() -> QuerySet[ProcrastinateJob]:
    found = ProcrastinateJob.objects.filter(status="todo", task_name=tasks.make_page.name)
    return found.order_by("pk")


def waiting() -> list[dict[str, Any]]:
    """What the jobs for pages that wait carry."""
    jobs = _waiting_for_pages()
    return list(jobs.values_list("args", flat=True))


def work() -> None:
    """Do each waiting job for a page, as a worker would."""
    for job in _waiting_for_pages():
        app.tasks[job.task_name](**job.args)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.pk])
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)", [job.pk])


def test_an_archived_copy_found_after_publication_is_shown_and_the_words_stay() -> None:
    publication = make_published()
    before = publication.revision.document
    Source.objects.filter(url="https://source1.example/page").update(
        archived_url="https://archive.example/1"
    )
    tasks.find_outdated_pages(0)
    work()
    publication.refresh_from_db()
    assert 'href="https://archive.example/1"' in publication.html["sources"]
    assert publication.revision.document == before
    assert not publishing.outdated().exists()


def take(silent_for: str) -> int:
    """A worker takes the waiting job and dies; returns the job's id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
            [silent_for],
        )
        [worker] = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE status = 'todo'"
            " RETURNING id",
            [worker],
        )
        [job] = cursor.fetchone()
    return int(job)


def status(job: int) -> str:
    return ProcrastinateJob.objects.get(pk=job).status


def recover() -> None:
    async_to_sync(tasks.recover_jobs.func)(0)


def test_up_to_date_pages_make_no_work() -> None:
    make_published()
    tasks.find_outdated_pages(0)
    assert waiting() == []


def test_a_changed_version_makes_each_page_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    publications = [make_published(), make_published(key=key(2), slug="other")]
    change_the_rules(monkeypatch)
    tasks.find_outdated_pages(0)
    tasks.find_outdated_pages(60)
    assert waiting() == [{"publication_id": publication.pk} for publication in publications]
    work()
    assert not Publication.objects.exclude(html_version=pages.version()).exists()
    tasks.find_outdated_pages(120)
    assert waiting() == []


def test_former_versions_are_made_again_too(monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_published()
    edit(first.fact_check, question="Is it a ball?")
    publishing.publish(first.fact_check, editor=None)
    change_the_rules(monkeypatch)
    tasks.find_outdated_pages(0)
    assert len(waiting()) == 2


def test_a_page_made_again_is_made_of_the_frozen_document() -> None:
    publication = make_published()
    html = publication.html
    edit(publication.fact_check, question="leaked", summary="leaked [1]")
    Publication.objects.update(html={}, html_version="old")
    tasks.make_page(publication.pk)
    publication.refresh_from_db()
    assert publication.html == html


def test_a_job_run_twice_does_its_work_once(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = make_published()
    Publication.objects.update(html_version="old")
    tasks.make_page(publication.pk)
    monkeypatch.setattr(publishing, "remake_page", lambda found: pytest.fail("made twice"))
    tasks.make_page(publication.pk)


def test_a_job_for_a_schedule_that_was_taken_back_does_nothing() -> None:
    tasks.make_page(12345)


def test_a_page_that_is_asked_for_twice_waits_once_and_the_transaction_goes_on() -> None:
    with transaction.atomic():
        for _ in range(2):
            tasks.defer_page(7)
        make_check()
    assert waiting() == [{"publication_id": 7}]


def test_a_page_whose_job_runs_is_not_asked_for_again() -> None:
    make_published()
    Publication.objects.update(html_version="old")
    tasks.find_outdated_pages(0)
    take("1 second")
    tasks.find_outdated_pages(60)
    assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_a_job_joins_the_transaction_that_caused_it() -> None:
    def refuse() -> None:
        with transaction.atomic():
            tasks.defer_page(7)
            raise ValueError

    with pytest.raises(ValueError):
        refuse()
    assert waiting() == []
    seen: list[int] = []

    def look() -> None:
        seen.append(len(waiting()))
        connection.close()

    with transaction.atomic():
        tasks.defer_page(7)
        other = threading.Thread(target=look)
        other.start()
        other.join()
    assert (seen, len(waiting())) == ([0], 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("silent_for", "expected"), [("5 seconds", "doing"), ("5 minutes", "todo")]
)
def test_a_job_of_a_worker_that_died_is_put_back(silent_for: str, expected: str) -> None:
    tasks.defer_page(7)
    job = take(silent_for)
    recover()
    assert status(job) == expected


@pytest.mark.django_db(transaction=True)
def test_a_lost_job_that_was_asked_for_again_makes_way_and_the_others_are_put_back() -> None:
    tasks.defer_page(7)
    lost = take("5 minutes")
    tasks.defer_page(8)
    other = take("5 minutes")
    tasks.defer_page(7)
    recover()
    assert (status(lost), status(other)) == ("aborted", "todo")
    assert sorted(job["publication_id"] for job in waiting()) == [7, 8]
