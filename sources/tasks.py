"""Jobs of the worker. Each carries ids only, and is safe to run twice."""

import logging
import time
from uuid import UUID

from django.db.utils import InterfaceError, OperationalError
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from sources import archiving, keeping, looking, quoting, watching
from sources.fetching.pacing import NotNow
from sources.models import Snapshot

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
MOST_WAITS = 20
RENEWING = 30  # seconds that are spent in one go on looking quotations up again


class Patience(BaseRetryStrategy):
    """Again after 3 seconds, 9, 27, 81; where the host wants to be left alone, after that.

    It waits in nobody's way: with the lock of its host it would hold up what else is at that host.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        lock = f"sources.later.{job.id}"
        if isinstance(exception, NotNow):
            if job.attempts >= MOST_WAITS:
                return None
            return RetryDecision(retry_in={"seconds": int(exception.seconds) + 1}, lock=lock)
        if job.attempts + 1 >= MOST_ATTEMPTS:
            return None
        return RetryDecision(retry_in={"seconds": 3 ** (job.attempts + 1)}, lock=lock)


@app.task(queue="fetching", retry=Patience())
def keep_copy(source_id: int, key: str, reason: str) -> None:
    """Keep a copy of one source, unless another run of this job has, or it was merged into another; and have an archive
    asked for one.
    """
    look = looking.look(source_id, key=UUID(key), reason=Snapshot.Reason(reason))
    if look and look.snapshot and look.snapshot.key == look.key:
        archiving.ask([source_id])


@app.periodic(cron="* * * * *")
@app.task(queueing_lock=keeping.SWEEP)
def sweep(timestamp: int) -> None:
    """Once a minute: have copies kept of the sources that nobody looked at yet."""
    keeping.sweep()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="sources.renew_verifications")
def renew_verifications(timestamp: int) -> None:
    """Once a minute: look up again what was looked up by the rules of an earlier release, some pages at a time."""
    end = time.monotonic() + RENEWING
    for pk in quoting.outdated().values_list("pk", flat=True):
        quoting.renew(pk)
        if time.monotonic() > end:
            break


@app.periodic(cron="*/10 * * * *")
@app.task(
    queue="fetching",
    queueing_lock="sources.watch",
    lock="sources.watch",
    priority=keeping.BEHIND,
    pass_context=True,
)
def watch(context: JobContext, timestamp: int) -> None:
    """Every ten minutes: look at the sources whose day has come, for a quarter of an hour at most."""
    try:
        for _look in watching.round_(should_stop=context.should_abort):
            pass
    except watching.Busy:
        logger.info("Somebody watches by hand")
    except (InterfaceError, OperationalError):
        logger.warning(
            "Postgres stopped during a round of the watch: the next one goes on", exc_info=True
        )


@app.task(queue="fetching", retry=archiving.Patience())
def archive(source_id: int, tries: int = 0) -> None:
    """Ask the Wayback Machine for a copy of one source."""
    archiving.begin(source_id, tries)


@app.task(queue="fetching", retry=archiving.Patience())
def take_archived(source_id: int, asked: str, tries: int = 0, looks: int = 0) -> None:
    """Take the address of the copy that the Wayback Machine was asked for, if it has made it by now."""
    archiving.take(source_id, asked, tries, looks)
