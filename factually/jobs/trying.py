"""Failed jobs: tried again, or put away."""

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation

from factually.jobs import kinds

MOST = 10_000  # that are tried again at one time


class Refused(Exception):
    """Why nothing was done, as a sentence for the desk."""


def _held(number: int, wings: set[str]) -> ProcrastinateJob:
    """The failed job, for us alone until the transaction ends."""
    job = ProcrastinateJob.objects.select_for_update().filter(pk=number).first()
    if job is None or kinds.wing_of(job.task_name) not in wings:
        raise Refused(_("There is no such job any more."))
    match job.status:
        case "failed":
            return job
        case "todo":
            raise Refused(_("The job waits to be tried again already."))
        case "doing":
            raise Refused(_("The job is running just now."))
        case "succeeded":
            raise Refused(_("The job has succeeded in the meantime."))
    raise Refused(_("The job was dropped in the meantime: the same had been asked for again."))


@transaction.atomic
def retry(number: int, wings: set[str]) -> str:
    """Have one failed job tried once more; says what was done. Raises ``Refused``."""
    job = _held(number, wings)
    title = kinds.title_of(job.task_name)
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job.pk, timezone.now())
    except UniqueViolation:
        return _put_away(
            job,
            _("“%(job)s” has been asked for again since, and waits: the failed job was put away."),
        )
    return _("“%(job)s” is tried again.") % {"job": title}


@transaction.atomic
def put_away(number: int, wings: set[str]) -> str:
    """Forget one failed job, because somebody has dealt with it. Raises ``Refused``."""
    return _put_away(_held(number, wings), _("“%(job)s” was put away."))


def _put_away(job: ProcrastinateJob, said: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])
    return said % {"job": kinds.title_of(job.task_name)}


def retry_all(task: str, wings: set[str]) -> str:
    """Have every failed job of a kind tried once more; of several that ask for the same, one. Raises ``Refused``.

    Those that somebody else is trying again at this moment are left to them.
    """
    if kinds.wing_of(task) not in wings:
        raise Refused(_("There are no such jobs."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RETRY_ALL, {"task": task, "most": MOST})
            [(tried, put_away)] = cursor.fetchall()
    except IntegrityError as error:  # asked for at this very moment
        raise Refused(
            _("One of these jobs has just been asked for again: try once more.")
        ) from error
    if not tried and not put_away:
        raise Refused(_("No such job has failed, or all of them are being tried again already."))
    said = ngettext("%(count)d job is tried again.", "%(count)d jobs are tried again.", tried)
    words = [said % {"count": tried}]
    if put_away:
        said = ngettext(
            "%(count)d was put away: the same waits already.",
            "%(count)d were put away: the same waits already.",
            put_away,
        )
        words.append(said % {"count": put_away})
    return " ".join(words)


# The newest of those that ask for the same, unless it waits already.
_RETRY_ALL = """
    WITH failed AS MATERIALIZED (
        SELECT id, queueing_lock FROM procrastinate_jobs
        WHERE status = 'failed' AND task_name = %(task)s
        ORDER BY id FOR UPDATE SKIP LOCKED LIMIT %(most)s
    ), again AS MATERIALIZED (
        SELECT max(id) AS id FROM failed
        WHERE NOT EXISTS (
            SELECT FROM procrastinate_jobs waits
            WHERE waits.status = 'todo' AND waits.queueing_lock = failed.queueing_lock
        )
        GROUP BY coalesce(queueing_lock, id::text)
    ), tried AS MATERIALIZED (
        SELECT id, procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM again
    ), gone AS (
        DELETE FROM procrastinate_jobs
        WHERE id IN (SELECT id FROM failed) AND id NOT IN (SELECT id FROM again)
        RETURNING id
    )
    SELECT (SELECT count(*) FROM tried), (SELECT count(*) FROM gone)
"""
