"""The desk's page of jobs: what the worker does, in words, for those whose business it is."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import get_commands
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import tasks
from factually.jobs import errors, kinds, trying
from factually.models import JobFailure
from supporters.tasks import send_letter
from tests.factories import make_published, make_superuser, make_user
from tests.supporters.factories import make_event

pytestmark = pytest.mark.django_db

JOBS = reverse("admin:jobs")
CHANGE = reverse("admin:jobs_change")
PAGE = tasks.make_page.name
EVERYWHERE = {kinds.BOOKS, kinds.NEWSROOM}


def become(job: int, status: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])
        if status != "doing":
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = %s, attempts = 1 WHERE id = %s",
                [status, job],
            )
    return job


def page_job(publication: int = 1, status: str = "failed") -> int:
    """A job that makes a page, as far as that."""
    tasks.defer_page(publication)
    job = ProcrastinateJob.objects.latest("pk").pk
    return job if status == "todo" else become(job, status)


def letter_job(status: str = "failed") -> int:
    return become(send_letter.defer(letter_id=1), status)


def fail(job: int, kind: str, place: str = "") -> int:
    JobFailure.objects.create(job_id=job, kind=kind, place=place, at=timezone.now())
    return job


def somebody(*groups: str) -> Client:
    user = make_user("_".join(groups).lower().replace(" ", "") or "nobody")
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def chief() -> Client:
    client = Client()
    client.force_login(make_superuser())
    return client


def seen(client: Client, **query: Any) -> str:
    response = client.get(JOBS, query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def sent(client: Client, **data: Any) -> str:
    """What the desk said to what was sent."""
    response = client.post(CHANGE, data, follow=True)
    assert response.status_code == 200
    return " ".join(str(message) for message in response.context["messages"])


def status(job: int) -> str:
    return ProcrastinateJob.objects.get(pk=job).status


def test_every_kind_of_job_has_a_title_and_a_command_that_does_it_by_hand() -> None:
    assert set(kinds.KINDS) == kinds.ours()
    assert {kind.command for kind in kinds.KINDS.values()} <= set(get_commands())


def test_a_job_is_told_in_words_with_the_way_to_what_it_is_about(chief: Client) -> None:
    publication = make_published()
    job = fail(page_job(publication.pk), "ValueError", "factchecks/pages.py, line 7")
    page = seen(chief)
    assert "Make a page again" in page
    assert f'/{publication.fact_check_id}/change/">Is the Moon round?</a>' in page
    assert "The software failed: ValueError in factchecks/pages.py, line 7." in page
    assert f'name="retry" value="{job}"' in page


def test_a_job_whose_row_is_gone_or_whose_kind_is_unknown_is_listed_all_the_same(
    chief: Client,
) -> None:
    page_job(12345)
    become(app.configure_task("factchecks.tasks.of_old").defer(publication_id="x"), "failed")
    page = seen(chief)
    assert "Make a page again" in page
    assert "factchecks.tasks.of_old" in page


def test_each_state_has_its_list(chief: Client) -> None:
    for number, state in enumerate(("todo", "doing", "succeeded", "failed", "aborted"), 1):
        page_job(number, state)
    for state in ("failed", "running", "waiting", "done", "dropped"):
        page = seen(chief, state=state)
        assert page.count('<th scope="row">Make a page again') == 1, state
    assert "as soon as can be" in seen(chief, state="waiting")


def test_a_job_that_waits_for_its_next_try_says_when_and_why(chief: Client) -> None:
    job = fail(send_letter.defer(letter_id=1), "supporters.post.Undelivered")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = 3, scheduled_at = %s WHERE id = %s",
            [timezone.now() + timedelta(hours=1), job],
        )
    page = seen(chief, state="waiting")
    assert "The mail server did not take it." in page
    assert "as soon as can be" not in page


def test_an_event_and_a_letter_are_called_by_their_number_alone(chief: Client) -> None:
    event = make_event()
    become(app.configure_task("supporters.tasks.apply_event").defer(event_pk=event.pk), "failed")
    assert f"vent of a provider {event.pk}</a>" in seen(chief)


def test_the_list_narrows_to_a_kind_and_says_how_to_do_the_same_by_hand(chief: Client) -> None:
    page_job()
    letter_job()
    page = seen(chief, state="failed", kind=PAGE)
    assert page.count('<th scope="row">Send a letter') == 0
    assert "manage.py remake_pages" in page
    assert page.count('<th scope="row">Make a page again') == 1


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"kind": "x\x00"}, {"page": "0"}, {"page": "-1"}, {"page": "9" * 30}]
)
def test_any_query_is_answered(chief: Client, query: dict[str, str]) -> None:
    page_job()
    assert "Make a page again" in seen(chief, **query)


def test_the_page_says_whether_a_worker_is_at_work(chief: Client) -> None:
    assert "No worker is at work" in seen(chief)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert "The worker is at work" in seen(chief)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'"
        )
    assert "No worker is at work" in seen(chief)


def test_what_comes_by_the_clock_says_when_it_came_last(chief: Client) -> None:
    with connection.cursor() as cursor:
        for task, ago in ((tasks.learn_words, 30), (tasks.recover_jobs, 900)):
            moment = int(timezone.now().timestamp()) - ago
            cursor.execute(
                "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES (%s, %s)",
                [task.name, moment],
            )
    response: Any = chief.get(JOBS)
    late = {each.title: each.is_late for each in response.context["periodic"]}
    assert late["Learn new words for the search"] is False
    assert late["Put back the jobs of dead workers"] is True
    assert "each day at 03:17 UTC" in response.content.decode()


# Who sees what -------------------------------------------------------------------------------------


def test_an_editor_sees_the_newsrooms_jobs_and_nothing_of_supporters() -> None:
    page_job()
    letter_job()
    page = seen(somebody("Editor"))
    assert "Make a page again" in page
    assert "Failed (1)" in page
    for word in ("letter", "upporter", "ledger", "gift"):
        assert word not in page


def test_a_supporter_admin_sees_the_wings_jobs_and_nothing_of_checks() -> None:
    page_job()
    letter_job()
    page = seen(somebody("Supporter admin"))
    assert "Send a letter" in page
    assert "Failed (1)" in page
    assert "Make a page again" not in page


@pytest.mark.parametrize("groups", [(), ("Reporter",)])
def test_nobody_else_sees_jobs(groups: tuple[str, ...]) -> None:
    client = somebody(*groups)
    assert client.get(JOBS).status_code == 403
    assert client.post(CHANGE, {"retry": page_job()}).status_code == 403


def test_the_front_page_says_how_many_failed_to_those_who_may_know() -> None:
    letter_job()
    index = reverse("admin:index")
    assert (
        "1 job of the worker has failed" in somebody("Supporter admin").get(index).content.decode()
    )
    editors = somebody("Editor").get(index).content.decode()
    assert "has failed" not in editors
    assert "Jobs of the worker" in editors
    assert "of the worker" not in somebody("Reporter").get(index).content.decode()


@pytest.mark.parametrize("name", ["retry", "put_away"])
def test_nobody_touches_the_other_wings_jobs(name: str) -> None:
    page, letter = page_job(), letter_job()
    assert sent(somebody("Editor"), **{name: letter}) == "There is no such job any more."
    assert sent(somebody("Supporter admin"), **{name: page}) == "There is no such job any more."
    assert sent(somebody("Editor", "Reporter"), retry_all=send_letter.name) == (
        "There are no such jobs."
    )
    assert (status(page), status(letter)) == ("failed", "failed")


def test_who_may_only_look_at_supporters_retries_no_letter() -> None:
    user = make_user("looker")
    user.user_permissions.add(Permission.objects.get(codename="view_supporter"))
    client = Client()
    client.force_login(user)
    letter = letter_job()
    assert 'name="retry"' not in seen(client)
    assert sent(client, retry=letter) == "There is no such job any more."


# Trying again -------------------------------------------------------------------------------------


def test_a_failed_job_is_tried_again_once_more(chief: Client) -> None:
    job = page_job()
    assert sent(chief, retry=job) == "“Make a page again” is tried again."
    assert status(job) == "todo"


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ("todo", "The job waits to be tried again already."),
        ("doing", "The job is running just now."),
        ("succeeded", "The job has succeeded in the meantime."),
        ("aborted", "The job was dropped in the meantime: the same had been asked for again."),
    ],
)
def test_a_job_that_has_gone_on_meanwhile_is_left_alone(
    chief: Client, meanwhile: str, said: str
) -> None:
    job = page_job(status=meanwhile)
    for name in ("retry", "put_away"):
        assert sent(chief, **{name: job}) == said
        assert status(job) == meanwhile


def test_a_job_that_was_asked_for_again_since_makes_way(chief: Client) -> None:
    job = page_job(7)
    page_job(7, "todo")
    assert "has been asked for again since, and waits" in sent(chief, retry=job)
    assert list(ProcrastinateJob.objects.values_list("status", flat=True)) == ["todo"]


def test_a_failed_job_is_put_away(chief: Client) -> None:
    job = fail(page_job(), "ValueError")
    assert sent(chief, put_away=job) == "“Make a page again” was put away."
    assert not ProcrastinateJob.objects.exists()


def test_all_failed_jobs_of_a_kind_are_tried_again_each_once(chief: Client) -> None:
    jobs = [page_job(number) for number in (1, 2, 2, 3)]
    page_job(3, "todo")
    letter = letter_job()
    assert sent(chief, retry_all=PAGE) == (
        "2 jobs are tried again. 2 were put away: the same waits already."
    )
    waiting = ProcrastinateJob.objects.filter(status="todo").values_list(
        "args__publication_id", flat=True
    )
    assert sorted(waiting) == [1, 2, 3]
    assert not ProcrastinateJob.objects.filter(pk=jobs[1]).exists()
    assert status(letter) == "failed"


@pytest.mark.parametrize("data", [{}, {"retry": "x"}, {"retry": "9" * 40}, {"retry_all": PAGE}])
def test_where_there_is_nothing_to_try_it_is_said(chief: Client, data: dict[str, str]) -> None:
    assert sent(chief, **data)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_try_the_same_job_again_try_it_once() -> None:
    job = page_job()
    said: list[str] = []
    both = threading.Barrier(2)

    def press() -> None:
        both.wait(10)
        try:
            said.append(trying.retry(job, EVERYWHERE))
        except trying.Refused as refusal:
            said.append(str(refusal))
        finally:
            connections.close_all()

    people = [threading.Thread(target=press) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(said) == [
        "The job waits to be tried again already.",
        "“Make a page again” is tried again.",
    ]
    assert ProcrastinateJob.objects.get(pk=job).attempts == 2


def make_many(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
            SELECT 'default', (ARRAY['factchecks.tasks.make_page', 'supporters.tasks.send_letter'])[1 + n %% 2],
                jsonb_build_object('publication_id', n), (ARRAY['succeeded', 'failed', 'todo'])[1 + n %% 3]::procrastinate_job_status
            FROM generate_series(1, %s) n
            """,
            [count],
        )


def test_the_page_takes_as_few_queries_for_many_jobs_as_for_few(
    chief: Client, django_assert_max_num_queries: Any
) -> None:
    make_many(600)
    for state in ("failed", "waiting", "done"):
        with django_assert_max_num_queries(10):
            assert "(200)" in seen(chief, state=state, page=2)


def test_every_error_that_has_a_sentence_is_one_that_the_software_raises() -> None:
    for kind in errors.SENTENCES:
        assert issubclass(import_string(kind), Exception)
