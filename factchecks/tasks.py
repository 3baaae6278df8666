"""Jobs of the worker. Each carries ids only, and is safe to run twice."""

import logging

from django.db import transaction
from django.db.models import BigIntegerField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Job, Status

from factchecks import cards, leaning, publishing, takedown, verifying
from factchecks.desk import unsaved
from factchecks.models import FactCheck, Presence, UnsavedWork
from factchecks.search import spelling

logger = logging.getLogger(__name__)

RETRY = RetryStrategy(max_attempts=5, exponential_wait=3)
KEPT_HOURS = 72
MOST_CARDS = 100  # that wait at one time: each takes the worker about a tenth of a second
BATCH = 500  # pages that one look defers; the next look takes the rest
SILENCE = 60  # seconds without a heartbeat (it beats every 10) after which a worker counts as dead


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.find_outdated_pages")
def find_outdated_pages(timestamp: int) -> None:
    """Once a minute: defer a job for each publication whose page was made by other templates or rules, or before the
    state of a source that it cites changed.

    Not for one whose job is running: if that failed, its retry would find the second job in its place.
    """
    in_hand = ProcrastinateJob.objects.filter(
        task_name=make_page.name, status__in=[Status.TODO.value, Status.DOING.value]
    )
    outdated = publishing.outdated().exclude(
        pk__in=in_hand.values_list(Cast(KT("args__publication_id"), BigIntegerField()))
    )
    for pk in outdated.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        defer_page(pk)


def defer_page(publication_id: int) -> None:
    """Have one page made again; asked twice before it began, it is made once."""
    lock = f"factchecks.make_page.{publication_id}"
    try:
        # A savepoint: the refusal of a double must not spoil the caller's transaction.
        with transaction.atomic():
            make_page.configure(queueing_lock=lock).defer(publication_id=publication_id)
    except AlreadyEnqueued:
        logger.debug("%s is waiting already", lock)


@app.task(retry=RETRY)
def make_page(publication_id: int) -> None:
    """Make one publication's page again, unless another run has done so, or its schedule was taken back."""
    with transaction.atomic():
        locked = publishing.outdated().select_for_update(of=("self",)).select_related("revision")
        if publication := locked.filter(pk=publication_id).first():
            publishing.remake_page(publication)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.find_lacking_cards")
def find_lacking_cards(timestamp: int) -> None:
    """Once a minute: have the pictures made that another drawing made, or that were never made."""
    in_hand = ProcrastinateJob.objects.filter(
        task_name=make_card.name, status__in=[Status.TODO.value, Status.DOING.value]
    )
    asked = list(in_hand.values_list(Cast(KT("args__publication_id"), BigIntegerField())))
    lacking = cards.lacking().exclude(pk__in=[pk for (pk,) in asked]).order_by("-pk")
    for pk in lacking.values_list("pk", flat=True)[: max(0, MOST_CARDS - len(asked))]:
        publishing.ask_for_card(pk)


@app.task(retry=RETRY)
def make_card(publication_id: int) -> None:
    """Make the picture for social media of one publication, unless another run has, or its schedule was taken back."""
    lacking = cards.lacking().defer("html", "text", "search").filter(pk=publication_id)
    if publication := lacking.first():
        cards.keep_card(publication)


@app.task(retry=RETRY)
def keep_copies(publication_id: int, begins: str) -> None:
    """Have copies kept of what readers are now sent to."""
    publishing.keep_copies(publication_id, begins)


@app.task(retry=RETRY)
def verify_quotations(fact_check_id: int) -> None:
    """Look up what a check quotes in the copies of its sources that are kept already."""
    if check := FactCheck.objects.filter(pk=fact_check_id).first():
        verifying.verify(check)


@app.task(retry=RETRY)
def lay_pictures_aside(fact_check_id: int) -> None:
    """Take away the pictures that only versions taken down show."""
    takedown.lay_pictures_aside(fact_check_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.recover_jobs", pass_context=False)
async def recover_jobs(timestamp: int) -> None:
    """Once a minute: put back the jobs of workers that died, so that another worker takes them."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        await put_back(job)


async def put_back(job: Job) -> None:
    """Let a job wait again that nobody does any more."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:  # the same was asked for again since, and waits
        await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="factchecks.forget_jobs", pass_context=False)
async def forget_jobs(timestamp: int) -> None:
    """Once a night: drop the jobs that ended well some days ago; those that failed stay to be looked at."""
    await drop_ended_jobs()


async def drop_ended_jobs() -> None:
    """Those that made way for the same job, too."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_aborted=True, include_cancelled=True
    )


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="factchecks.forget_unsaved_work")
def forget_unsaved_work(timestamp: int) -> None:
    """Once a night: drop what nobody came back for, and who was at the desk long ago."""
    long_ago = timezone.now() - unsaved.KEPT_FOR
    UnsavedWork.objects.filter(saved_at__lt=long_ago).delete()
    Presence.objects.filter(seen_at__lt=long_ago).delete()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.learn_words", lock="factchecks.learn_words")
def learn_words(timestamp: int) -> None:
    """Once a minute: let the search learn the words of what has become public since."""
    while spelling.learn_new():
        pass


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="factchecks.learn_leanings", lock="factchecks.leanings")
def learn_leanings(timestamp: int) -> None:
    """Once a minute: work out how the checks that were saved since lean on their sources, for the desk's report."""
    while leaning.learn_new():
        pass


@app.periodic(cron="57 3 * * *")
@app.task(queueing_lock="factchecks.learn_leanings_again", lock="factchecks.leanings")
def learn_leanings_again(timestamp: int) -> None:
    """Once a night: the same of all checks, for a source may have another publisher by now."""
    last: int | None = 0
    while last is not None:
        last = leaning.learn_again(last)
