"""Have the Wayback Machine save what checks rely on: our own copies are for the desk, its copies are for readers.

The worker asks it for a copy (``begin``), and some time later for the copy's address (``take``). Only where the newsroom
has keys, and only for a page that still says what was cited.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator

from django.db.models import BigIntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job, Status

from sources import identifiers, wayback
from sources.fetching.verdict import State
from sources.models import Source
from sources.wayback import Away, Declined, Failed, Wayback

logger = logging.getLogger(__name__)

BEGIN, TAKE = "sources.tasks.archive", "sources.tasks.take_archived"
PRIORITY = -10  # letters, pages and our own copies first
A_LOOK = (
    30  # seconds until one asks whether it is done; a page takes the archive up to some minutes
)
MOST_LOOKS = 20
MOST_TRIES = 5  # to save one page, an hour, two, four, … apart
HOUR = 3600.0
MOST_RETRIES = 12  # while the archive is away: over a day
LONGEST_RETRY = 6 * HOUR
LONGEST = 2000  # characters of an address


class Patience(BaseRetryStrategy):
    """After a minute, two, four, … six hours, and not before the archive wants to be asked again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, Away) or not exception.again:
            return None
        if job.attempts >= MOST_RETRIES:
            return None
        wait = max(exception.wait, min(60.0 * 2**job.attempts, LONGEST_RETRY))
        return RetryDecision(retry_in={"seconds": int(wait)})


def lacking() -> QuerySet[Source]:
    """Sources without an archived copy, of which one would show what was cited: not of what has gone or changed since."""
    said = [State.ALIVE.value, State.UNKNOWN.value]
    return Source.objects.filter(archived_url="", merged_into=None, state__in=said)


def ask(source_pks: Iterable[int]) -> None:
    """Have the worker ask for copies of those that lack one, unless it is at it. Does nothing without keys."""
    if wayback.current() is None:
        return
    wanted = lacking().filter(pk__in=source_pks).exclude(pk__in=_in_hand())
    for pk, url in wanted.values_list("pk", "url"):
        if is_savable(url):
            app.configure_task(BEGIN, priority=PRIORITY).defer(source_id=pk)


def is_savable(url: str) -> bool:
    """Whether an archive may be asked for it: no archive's own address, and none that a copy's would be too long of."""
    room = LONGEST - len(f"{wayback.COPIES}/00000000000000/")
    return len(url) <= room and identifiers.archived(url) is None


def begin(source_pk: int, tries: int = 0) -> None:
    """Ask for a copy. Raises ``Away``; what there will never be a copy of is logged."""
    found = _at_hand(source_pk)
    if found is None:
        return
    archive, url = found
    try:
        job = archive.save(url)
    except Declined as declined:
        _log(source_pk, declined)
    else:
        _after(A_LOOK, TAKE, source_id=source_pk, asked=job, tries=tries)


def take(source_pk: int, asked: str, tries: int = 0, looks: int = 0) -> None:
    """Take the copy's address, for readers. ``looks`` is how often one has come for it. Raises ``Away``."""
    found = _at_hand(source_pk)
    if found is None:
        return
    archive, url = found
    try:
        copy = archive.copy_of(url, asked)
    except Declined as declined:
        _log(source_pk, declined)
    except Failed as failed:
        _try_later(source_pk, tries, failed)
    else:
        if copy:
            record(source_pk, copy)
        elif looks < MOST_LOOKS:
            # A job of its own: how often the archive was away is counted from the beginning.
            _after(A_LOOK, TAKE, source_id=source_pk, asked=asked, tries=tries, looks=looks + 1)
        else:
            _try_later(source_pk, tries, Failed(_still_at_it()))


def record(source_pk: int, copy: str) -> None:
    """Show readers the copy, unless somebody has entered another one. The pages that cite it are made again."""
    if len(copy) > LONGEST:
        _log(source_pk, Declined(_("The archived copy’s address is too long.")))
        return
    Source.objects.filter(pk=source_pk, archived_url="").update(archived_url=copy)


def by_hand(
    archive: Wayback, source_pks: Iterable[int], sleep: Callable[[float], None] = time.sleep
) -> Iterator[tuple[int, str]]:
    """Save one after the other and wait for each: its key, and what came of it in a sentence, empty where all is well.

    Raises ``Away`` where the next one would fare no better.
    """
    for pk in source_pks:
        url = Source.objects.values_list("url", flat=True).get(pk=pk)
        try:
            record(pk, _saved(archive, url, sleep))
        except (Declined, Failed) as error:
            yield pk, str(error)
        else:
            yield pk, ""


def _saved(archive: Wayback, url: str, sleep: Callable[[float], None]) -> str:
    job = archive.save(url)
    for _look in range(MOST_LOOKS):
        sleep(A_LOOK / 3)
        if copy := archive.copy_of(url, job):
            return copy
    raise Failed(_still_at_it())


def _at_hand(source_pk: int) -> tuple[Wayback, str] | None:
    """The archive and the source's address, if there still are keys and it still lacks a copy."""
    archive = wayback.current()
    url = lacking().filter(pk=source_pk).values_list("url", flat=True).first()
    return (archive, url) if archive and url else None


def _try_later(source_pk: int, tries: int, failed: Failed) -> None:
    if tries + 1 >= MOST_TRIES:
        raise Failed(str(failed), again=False) from failed
    wait = max(failed.wait, HOUR * 2**tries)
    _after(int(wait), BEGIN, source_id=source_pk, tries=tries + 1)


def _after(seconds: int, task: str, **arguments: int | str) -> None:
    later = app.configure_task(task, priority=PRIORITY, schedule_in={"seconds": seconds})
    later.defer(**arguments)


def _in_hand() -> QuerySet[ProcrastinateJob]:
    waiting = ProcrastinateJob.objects.filter(
        task_name__in=[BEGIN, TAKE], status__in=[Status.TODO.value, Status.DOING.value]
    )
    return waiting.values_list(Cast(KT("args__source_id"), BigIntegerField()))


def _still_at_it() -> str:
    return _("The Wayback Machine has not finished saving the page.")


def _log(source_pk: int, declined: Declined) -> None:
    logger.warning("No archived copy of source %s. %s", source_pk, declined)
