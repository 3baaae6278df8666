"""Why a job failed the last time: what kind of error it was and where it arose, for the desk's page of jobs.

Never the error's own words, in which a supporter's address may stand; those are in the worker's log alone, scrubbed.
"""

import logging
import traceback
from pathlib import Path
from typing import Any

from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker

from factually.local import CHECKOUT
from factually.models import JobFailure

logger = logging.getLogger(__name__)

_NOTE = f"""
    INSERT INTO {JobFailure._meta.db_table} (job_id, kind, place, at)
    VALUES (%(job)s, %(kind)s, %(place)s, now())
    ON CONFLICT (job_id) DO UPDATE SET kind = excluded.kind, place = excluded.place, at = excluded.at
"""  # noqa: S608 - nobody's words are in it


async def note(go_on: AsyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Middleware of the worker: the last failure of each job is kept as long as the job."""
    try:
        return await go_on()
    except Exception as error:
        await _keep(context.job.id, error)
        raise


async def _keep(job: int | None, error: Exception) -> None:
    try:
        await app.connector.execute_query_async(
            _NOTE, job=job, kind=kind_of(error), place=place_of(error)
        )
    except ConnectorException:
        logger.warning("Why job %s failed could not be kept", job)


def kind_of(error: Exception) -> str:
    """As code calls it: “ValueError”, “supporters.post.Undelivered”."""
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    return name[: JobFailure.LONGEST]


def place_of(error: Exception) -> str:
    """The innermost place in our own code: “supporters/letters.py, line 152”. Empty if it was never there."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        if file.is_relative_to(CHECKOUT) and ".venv" not in file.parts:
            return f"{file.relative_to(CHECKOUT)}, line {frame.lineno}"[: JobFailure.LONGEST]
    return ""
