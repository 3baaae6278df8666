"""Whatever is killed while a copy is kept, the worker or Postgres: no job is lost, no copy half-written, none doubled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks import tasks
from factually.postgres import Cluster
from sources import keeping
from sources.fetching import warc
from sources.models import Body, Look, Snapshot, Source
from tests.sources import awkward
from tests.sources.halting_worker import STAGES, halt

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 180  # seconds; the machine may be busy

pytestmark = pytest.mark.django_db(transaction=True)


class Evidence:
    """A site for each stage, each with one page, and the workers that are to keep them."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.sites = [stack.enter_context(awkward.site()) for _stage in STAGES]
        self.log = folder / "worker.log"
        for site, stage in zip(self.sites, STAGES, strict=True):
            head, whole = page(stage)
            if stage == STAGES[1]:
                site.says(f"/{stage}", head, self.stop, whole)
            else:
                site.says(f"/{stage}", head + whole)
        self.sources = [
            Source.objects.create(url=site.url(f"/{stage}"))
            for site, stage in zip(self.sites, STAGES, strict=True)
        ]
        keeping.ask([source.pk for source in self.sources], Snapshot.Reason.ADDED)

    def stop(self) -> Iterator[bytes]:
        halt(self.folder, STAGES[1])
        yield b""

    def start(self) -> subprocess.Popen[bytes]:
        database = connection.settings_dict
        ports = ",".join(str(site.port) for site in self.sites)
        program = [sys.executable, "-m", "tests.sources.halting_worker"]
        arguments = [database["HOST"], database["NAME"], str(self.folder), ports]
        with self.log.open("a") as log:
            worker = subprocess.Popen([*program, *arguments], cwd=CHECKOUT, stdout=log, stderr=log)
        self.stack.callback(worker.wait)
        self.stack.callback(worker.kill)
        return worker

    def wait_until(self, true: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.05)

    def told(self) -> str:
        """What is known of the jobs when they do not end."""
        jobs = ProcrastinateJob.objects.order_by("pk").values_list("task_name", "status", "args")
        return "\n".join([self.log.read_text(), *map(str, jobs)])

    def wait_at_all_stages(self) -> None:
        self.wait_until(lambda: all((self.folder / stage).exists() for stage in STAGES))

    def let_go(self) -> None:
        for stage in STAGES:
            (self.folder / f"{stage}.go").touch()

    def wait_for_the_end(self) -> None:
        jobs = ProcrastinateJob.objects.filter(task_name=keeping.KEEP)
        self.wait_until(
            lambda: set(jobs.values_list("status", flat=True)) <= {"succeeded", "failed"}
        )

    def assert_each_is_kept_once(self) -> None:
        jobs = ProcrastinateJob.objects.filter(task_name=keeping.KEEP).order_by("pk")
        assert [job.status for job in jobs] == ["succeeded"] * len(STAGES)
        keys = sorted(job.args["key"] for job in jobs)
        for rows in (Snapshot.objects.all(), Look.objects.all()):
            assert sorted(str(row.key) for row in rows) == keys
        assert {copy.source for copy in Snapshot.objects.all()} == set(self.sources)
        assert Body.objects.count() == len(STAGES)
        files = sorted((self.folder / "evidence").glob("??/*.warc.gz"))
        assert [file.name[:64] for file in files] == sorted(
            body.sha256 for body in Body.objects.all()
        )
        for file in files:
            with file.open("rb") as stream:
                kept = warc.read(stream)
            assert kept.body == page(kept.url.rpartition("/")[2])[1].partition(b"\r\n\r\n")[2]


def page(stage: str) -> tuple[bytes, bytes]:
    """The beginning of the answer, and the rest."""
    body = b"<title>Moon</title>" + f"<p>Round, {stage}.</p>".encode() * 20
    head, end, rest = awkward.answer(200, body, Content_Type="text/html").partition(b"\r\n")
    return head + end, rest


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[Evidence]:
    with ExitStack() as stack:
        yield Evidence(tmp_path, stack)


def test_a_worker_killed_at_any_stage_loses_doubles_and_halves_nothing(evidence: Evidence) -> None:
    worker = evidence.start()
    evidence.wait_at_all_stages()
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert Snapshot.objects.count() == 1  # that of the last stage
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"
        )
    evidence.let_go()
    tasks.recover_jobs.configure(queueing_lock="asked").defer(timestamp=0)
    evidence.start()
    evidence.wait_for_the_end()
    evidence.assert_each_is_kept_once()


def test_postgres_restarted_at_any_stage_loses_doubles_and_halves_nothing(
    evidence: Evidence, cluster: Cluster
) -> None:
    evidence.start()
    evidence.wait_at_all_stages()
    connection.close()
    number = cluster.server_number()
    assert number
    os.kill(number, signal.SIGQUIT)  # at once, as when it crashes
    evidence.wait_until(lambda: cluster.server_number() != number)
    evidence.let_go()
    time.sleep(1)
    cluster.revive()
    evidence.wait_for_the_end()
    evidence.assert_each_is_kept_once()
