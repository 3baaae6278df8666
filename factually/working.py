"""The worker: it does the jobs that wait, several at once, and loses none when Postgres or itself is killed.

It has two lanes, so that letters and pages never wait until other people's servers have answered. The jobs of a dead
worker are put back by ``factchecks.tasks.recover_jobs``; this module sees to those that a living one lost, because
Postgres was away when the job was taken or had ended.
"""

import asyncio
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from procrastinate.connector import Notify
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.middleware import AsyncCallNext
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker
from psycopg import OperationalError

from factchecks.tasks import put_back
from factually import failures
from sources import watching

logger = logging.getLogger(__name__)

LANES = {"default": 4, "fetching": 4}
"""How many jobs of each queue are done at once."""

CONNECTIONS = sum(LANES.values()) + watching.THREADS
"""So many Django may need at once, whatever a web process does with: a letter must not fail for want of one."""

PAUSES = (
    0.5,
    1,
    2,
)  # seconds before Postgres is told again; each time it is waited for up to half a minute
LOOK = 60.0  # seconds between two looks for jobs that were lost
MARGIN = 3.0  # seconds that the lanes have to say good-bye


class PatientConnector(PsycopgConnector):
    """Waits while Postgres starts again, instead of giving up the jobs that run meanwhile."""

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        await _patiently(super().execute_query_async, query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await _patiently(super().execute_query_one_async, query, arguments)
        return answer

    async def listen_notify(self, on_notification: Notify, channels: Any) -> None:
        while True:
            try:
                await super().listen_notify(on_notification, channels)
            except ConnectorException as error:
                logger.warning("Postgres tells of no new jobs for now: %s", error.__cause__)
            await asyncio.sleep(PAUSES[-1])


async def _patiently(execute: Any, query: Any, arguments: dict[str, Any]) -> Any:
    for pause in PAUSES:
        try:
            return await execute(query, **arguments)
        except ConnectorException as error:
            if not isinstance(error.__cause__, OperationalError):
                raise
            await asyncio.sleep(pause)
    return await execute(query, **arguments)


class Lane:
    """The jobs of one queue."""

    def __init__(self, queue: str, at_once: int, patience: float) -> None:
        self.running: set[int] = set()
        self.missing: set[int] = set()
        self.worker = Worker(
            app=app,
            name=queue,
            queues=[queue],
            concurrency=at_once,
            shutdown_graceful_timeout=patience,
            install_signal_handlers=False,
            task_middleware=app.worker_defaults["task_middleware"],
            worker_middleware=[self.keep_in_mind, failures.note],
        )

    async def keep_in_mind(self, go_on: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
        assert context.job.id is not None, "it was read from the database"  # noqa: S101
        self.running.add(context.job.id)
        try:
            return await go_on()
        finally:
            self.running.discard(context.job.id)

    async def taken(self) -> list[Job]:
        """The jobs that are ours, as the database has it."""
        number = self.worker.worker_id
        if number is None:
            return []
        doing = await app.job_manager.list_jobs_async(status="doing", worker_id=number)
        return list(doing)

    async def find_lost(self) -> None:
        """Put back the jobs that are ours, but that we did not know of at two looks: the answer did not reach us, or
        that they had ended did not reach Postgres.
        """
        missing = [job for job in await self.taken() if job.id not in self.running]
        for job in missing:
            if job.id in self.missing:
                logger.warning("Job %s was lost while Postgres was away: it is put back", job.id)
                await put_back(job)
        self.missing = {job.id for job in missing if job.id is not None}

    async def hand_over(self) -> None:
        """Put back what still runs, for the next worker: this one is about to be gone."""
        for job in await self.taken():
            await put_back(job)
        if self.worker.worker_id is not None:
            await app.job_manager.unregister_worker(self.worker.worker_id)


def make_room() -> None:
    """Before the first connection: let this process have as many as it needs."""
    pool = connection.settings_dict["OPTIONS"].get("pool")
    if pool:
        pool["max_size"] = max(pool["max_size"], CONNECTIONS)


async def work(patience: float) -> None:
    """Work until told to stop; then wait that many seconds for the jobs in hand."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(sum(LANES.values()), "job"))
    with app.replace_connector(PatientConnector(kwargs=connector_params())):
        async with app.open_async():
            app.perform_import_paths()
            lanes = [Lane(queue, at_once, patience) for queue, at_once in LANES.items()]
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, _stop, lanes)
            await _run(lanes, patience)


def _stop(lanes: list[Lane]) -> None:
    for lane in lanes:
        lane.worker.stop()


async def _run(lanes: list[Lane], patience: float) -> None:
    """Until one of the lanes ends, and with it the others."""
    looking = asyncio.create_task(_look_for_lost(lanes))
    runs = [asyncio.create_task(lane.worker.run()) for lane in lanes]
    await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
    _stop(lanes)
    looking.cancel()
    ended, waiting = await asyncio.wait(runs, timeout=patience + MARGIN)
    if waiting:
        # Threads can't be ended, and Python would wait for them.
        logger.warning("%d jobs were not done in time", sum(len(lane.running) for lane in lanes))
        for lane in lanes:
            await lane.hand_over()
        os._exit(1)
    for run in ended:
        run.result()


async def _look_for_lost(lanes: list[Lane]) -> None:
    while True:
        await asyncio.sleep(LOOK)
        for lane in lanes:
            try:
                await lane.find_lost()
            except ConnectorException:
                logger.warning("Postgres is away: lost jobs are looked for later")
