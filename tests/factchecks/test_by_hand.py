"""The commands that do the worker's jobs by hand."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import cards, publishing, takedown, tasks
from factchecks.models import FactCheck, Leaning, Presence, Publication
from factchecks.search import spelling
from tests.factories import key, make_check, make_published, make_user

pytestmark = pytest.mark.django_db


def typed(command: str) -> str:
    """What the command said, on either stream."""
    said = io.StringIO()
    call_command(command, stdout=said, stderr=said)
    return said.getvalue()


def test_outdated_pages_are_made_again() -> None:
    make_published()
    make_published(key=key(2), slug="other")
    Publication.objects.update(html={}, html_version="old")
    assert typed("remake_pages") == "Pages made again: 2 of 2\n"
    assert not publishing.outdated().exists()
    assert typed("remake_pages") == "Pages made again: 0 of 0\n"


def test_lacking_pictures_are_drawn() -> None:
    make_published()
    assert typed("draw_cards") == "Pictures drawn: 1 of 1\n"
    assert not cards.lacking().exists()


def test_pictures_of_versions_taken_down_are_laid_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_published(), make_published(key=key(2), slug="other")
    for publication in (first, second):
        publishing.withdraw(publication.fact_check, notice="Wrong.")
    takedown.take_down(first.fact_check, notice="By order of a court.", editor=None)
    asked: list[int] = []
    monkeypatch.setattr(takedown, "lay_pictures_aside", asked.append)
    assert typed("lay_pictures_aside") == "Fact checks looked through: 1 of 1\n"
    assert asked == [first.fact_check_id]


def test_the_search_learns_the_words_of_what_is_public() -> None:
    make_published()
    assert typed("learn_words") == "Publications read: 1 of 1\n"
    assert not Publication.objects.filter(words_known=False).exists()
    assert spelling.beginning_with(["moo"])


def ended(job: int, status: str, hours: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s) WHERE job_id = %s",
            [hours, job],
        )
    return job


def page_job(number: int) -> int:
    tasks.defer_page(number)
    return int(ProcrastinateJob.objects.latest("pk").pk)


@pytest.mark.django_db(transaction=True)
def test_the_jobs_of_a_dead_worker_are_put_back() -> None:
    job = page_job(1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
    assert typed("recover_jobs") == "Jobs put back: 1 of 1\n"
    assert ProcrastinateJob.objects.get(pk=job).status == "todo"


@pytest.mark.django_db(transaction=True)
def test_old_jobs_are_dropped_unless_they_failed() -> None:
    states = [("succeeded", 100), ("aborted", 100), ("failed", 100), ("succeeded", 1)]
    jobs = [ended(page_job(n), status, hours) for n, (status, hours) in enumerate(states)]
    assert typed("forget_jobs") == "Jobs dropped: 2\n"
    left = ProcrastinateJob.objects.order_by("pk").values_list("pk", flat=True)
    assert list(left) == jobs[2:]


def test_unsaved_work_of_long_ago_is_dropped() -> None:
    user, check = make_user("writer"), make_check()
    long_ago = timezone.now() - timedelta(days=40)
    Presence.objects.create(user=user, fact_check=check, seen_at=long_ago)
    typed("forget_unsaved_work")
    assert not Presence.objects.exists()
    assert FactCheck.objects.exists()


def test_how_checks_lean_on_their_sources_is_worked_out() -> None:
    make_check()
    make_check(key=key(2), slug="other")
    assert typed("learn_leanings") == "Fact checks worked out: 2 of 2\n"
    assert Leaning.objects.count() == 2
