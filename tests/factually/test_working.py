"""The worker: letters go out while other jobs wait for slow servers, and no job is lost with it or with Postgres."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from factchecks import tasks
from factually import working
from factually.management.commands import serve
from factually.models import JobFailure
from factually.postgres import Cluster
from sources import watching
from supporters import letters
from supporters.models import Letter
from tests.supporters.factories import make_payment

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 40  # seconds; the machine may be busy

pytestmark = pytest.mark.django_db(transaction=True)


class Worker:
    """The worker as a program of its own, on the tests' database."""

    def __init__(self, folder: Path, *, patience: str = "10") -> None:
        self.log = folder / "worker.log"
        database = connection.settings_dict
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.worker",
                    database["HOST"],
                    database["NAME"],
                    patience,
                ],
                cwd=CHECKOUT,
                stdout=log,
                stderr=log,
            )

    def wait_until(self, true: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers, which end with the test."""
    started: list[Worker] = []

    def starter(**options: Any) -> Worker:
        started.append(Worker(tmp_path, **options))
        return started[-1]

    try:
        yield starter
    finally:
        for worker in started:
            worker.end(signal.SIGKILL)


def ask(task: str, queue: str = "default", **args: Any) -> int:
    return int(app.configure_task(task, queue=queue).defer(**args))


def status(job: int) -> str:
    return str(ProcrastinateJob.objects.values_list("status", flat=True).get(pk=job))


def hold(folder: Path, name: str, queue: str = "default") -> tuple[int, Path]:
    """A job that lasts until its file is followed by another; and that file."""
    file = folder / name
    return ask("hold", queue, file=str(file)), file


def let_go(file: Path) -> None:
    Path(f"{file}.go").touch()


def test_a_letter_is_sent_while_as_many_sources_are_fetched_as_can_be(
    start: Callable[..., Worker], tmp_path: Path
) -> None:
    at_once = working.LANES["fetching"]
    fetching = [hold(tmp_path, f"fetch-{number}", "fetching") for number in range(at_once + 1)]
    worker = start()
    worker.wait_until(lambda: sum(file.exists() for _, file in fetching) == at_once)
    letter = letters.acknowledge(make_payment(paid_at=timezone.now()))
    assert letter
    worker.wait_until(lambda: Letter.objects.filter(pk=letter.pk, sent_at__isnull=False).exists())
    assert [status(job) for job, _ in fetching] == ["doing"] * at_once + ["todo"]


def test_a_page_is_made_while_another_job_takes_long(
    start: Callable[..., Worker], tmp_path: Path
) -> None:
    long, file = hold(tmp_path, "long")
    worker = start()
    worker.wait_until(file.exists)
    page = ask(tasks.make_page.name, publication_id=7)
    worker.wait_until(lambda: status(page) == "succeeded")
    assert status(long) == "doing"


def test_every_job_belongs_to_a_lane() -> None:
    assert {task.queue for task in app.tasks.values()} - {"builtin"} <= set(working.LANES)


def test_the_worker_has_a_connection_for_everything_that_it_does_at_once() -> None:
    pool = {"max_size": 2}
    settings_dict = connection.settings_dict
    settings_dict["OPTIONS"]["pool"] = pool
    try:
        working.make_room()
    finally:
        del settings_dict["OPTIONS"]["pool"]
    assert pool["max_size"] >= sum(working.LANES.values()) + watching.THREADS


def test_a_killed_workers_jobs_are_done_by_the_next(
    start: Callable[..., Worker], tmp_path: Path
) -> None:
    held = [hold(tmp_path, f"{queue}-{n}", queue) for queue in working.LANES for n in range(2)]
    killed = start()
    killed.wait_until(lambda: all(file.exists() for _, file in held))
    killed.end(signal.SIGKILL)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"
        )
    for _, file in held:
        let_go(file)
    tasks.recover_jobs.configure(queueing_lock="asked").defer(timestamp=0)
    start().wait_until(lambda: all(status(job) == "succeeded" for job, _ in held))
    assert [len(file.read_text().splitlines()) for _, file in held] == [2] * 4


def test_what_a_worker_told_to_end_can_not_finish_waits_again_at_once(
    start: Callable[..., Worker], tmp_path: Path
) -> None:
    job, file = hold(tmp_path, "long")
    worker = start(patience="0.2")
    worker.wait_until(file.exists)
    worker.end()
    assert status(job) == "todo"
    assert not ProcrastinateWorker.objects.exists()


def test_a_worker_told_to_end_finishes_what_it_has_in_hand(
    start: Callable[..., Worker], tmp_path: Path
) -> None:
    job, file = hold(tmp_path, "short")
    worker = start()
    worker.wait_until(file.exists)
    worker.process.terminate()
    let_go(file)
    assert worker.process.wait(PATIENCE) == 0
    assert status(job) == "succeeded"
    assert not ProcrastinateWorker.objects.exists()


def test_jobs_that_run_while_postgres_starts_again_are_done_once(
    start: Callable[..., Worker], tmp_path: Path, cluster: Cluster
) -> None:
    ended_meanwhile, ends_after = (hold(tmp_path, name) for name in ("meanwhile", "after"))
    worker = start()
    worker.wait_until(lambda: ended_meanwhile[1].exists() and ends_after[1].exists())
    connection.close()
    number = cluster.server_number()
    assert number
    os.kill(
        number, signal.SIGINT
    )  # it breaks off all sessions; killed, this one would lose commits: it is not durable
    worker.wait_until(lambda: cluster.server_number() != number)
    let_go(ended_meanwhile[1])
    time.sleep(1)
    cluster.revive()
    let_go(ends_after[1])
    held = (ended_meanwhile, ends_after)
    worker.wait_until(lambda: all(status(job) == "succeeded" for job, _ in held))
    assert [len(file.read_text().splitlines()) for _, file in held] == [1, 1]
    page = ask(tasks.make_page.name, publication_id=7)
    worker.wait_until(lambda: status(page) == "succeeded")


def test_a_job_that_its_living_worker_does_not_know_of_is_put_back() -> None:
    lane = working.Lane("default", 1, 1)
    lost, running = (ask(tasks.make_page.name, publication_id=number) for number in (1, 2))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        [lane.worker.worker_id] = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s",
            [lane.worker.worker_id],
        )
    lane.running.add(running)
    look = async_to_sync(lane.find_lost)
    look()
    assert (status(lost), status(running)) == ("doing", "doing")
    look()
    assert (status(lost), status(running)) == ("todo", "doing")


def test_what_kind_of_failure_it_was_is_kept_and_none_of_its_words(
    start: Callable[..., Worker],
) -> None:
    job = ask("break", words="ada@example.org")
    start().wait_until(lambda: status(job) == "failed")
    failure = JobFailure.objects.get(job=job)
    assert str(failure).startswith("ValueError in tests/worker.py, line ")
    assert "ada" not in str(vars(failure))


def test_a_failure_is_forgotten_with_its_job() -> None:
    job = ask(tasks.make_page.name, publication_id=7)
    JobFailure.objects.create(job_id=job, kind="ValueError", place="", at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])
    assert not JobFailure.objects.exists()


def test_the_site_starts_the_worker_with_all_its_lanes(tmp_path: Path) -> None:
    assert serve.job_worker(tmp_path).command[1:3] == ["manage.py", "work"]
