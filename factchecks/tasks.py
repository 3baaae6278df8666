"""Jobs of the worker. Each carries ids only, and is safe to run twice."""

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from django.db import transaction

from factchecks import pages, publishing
from factchecks.models import Publication

logger = logging.getLogger(__name__)

RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)
BATCH = 500  # pages that one look defers; the next look takes the rest
SILENCE = 60  # seconds without a heartbeat (it beats every 10) after which a worker counts as dead


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.find_outdated_pages")
def find_outdated_pages(timestamp: int) -> None:
    """Once a minute: defer a job for each publication whose page was made by other templates or rules."""
    outdated = Publication.objects.exclude(html_version=pages.version()).order_by("pk")
    for pk in outdated.values_list("pk", flat=True)[:BATCH]:
        defer_page(pk)


def defer_page(publication_id: int) -> None:
    """Have one page made again; asked twice before it began, it is made once."""
    lock = f"factchecks.make_page.{publication_id}"
    try:
        with transaction.atomic():  # the refusal of a double must not spoil the caller's transaction
            make_page.configure(queueing_lock=lock).defer(publication_id=publication_id)
    except AlreadyEnqueued:
        logger.debug("%s is waiting already", lock)


@app.task(retry=RETRY)
def make_page(publication_id: int) -> None:
    """Make one publication's page again, unless another run has done so."""
    with transaction.atomic():
        publication = (
            Publication.objects.select_for_update(of=("self",))
            .select_related("revision")
            .get(pk=publication_id)
        )
        if publication.html_version != pages.version():
            publishing.remake_page(publication)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.recover_jobs", pass_context=False)
async def recover_jobs(timestamp: int) -> None:
    """Once a minute: put back the jobs of workers that died, so that another worker takes them."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        await app.job_manager.retry_job(job)
