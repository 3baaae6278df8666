"""Asking the worker to keep copies of sources: the jobs are saved or rolled back with what caused them."""

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Coalesce
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer, Status

from sources.fetching.pacing import host_of
from sources.models import Snapshot, Source

KEEP, SWEEP = (
    "sources.tasks.keep_copy",
    "sources.tasks.sweep",
)  # by name: the jobs import this module
BEHIND = (
    -10
)  # the priority of jobs that wait for other people's servers: letters and pages go first
MOST = 300  # copies that the sweep lets wait at one time


def ask(sources: Iterable[int], reason: Snapshot.Reason) -> None:
    """Have a copy of each source kept, or of the one that it was merged into. Asked twice before it began, it is kept once."""
    kept = Source.objects.filter(pk__in=set(sources)).values_list(Coalesce("merged_into", "pk"))
    urls = Source.objects.filter(pk__in=kept).order_by("pk").values_list("pk", "url")
    for pk, url in urls:
        _defer(pk, url, reason)


def sweep() -> int:
    """Ask for copies of the sources that were never looked at, the newest first; returns of how many.

    So none is missed, however it was added. Not of those whose job failed: people see it, and try it again.
    """
    jobs = ProcrastinateJob.objects.filter(task_name=KEEP)
    waiting = jobs.filter(status__in=[Status.TODO.value, Status.DOING.value]).count()
    if waiting >= MOST:
        return 0
    in_hand = jobs.filter(
        status__in=[Status.TODO.value, Status.DOING.value, Status.FAILED.value]
    ).values_list("args__source_id", flat=True)
    never = Source.objects.filter(next_look_at=None, merged_into=None).exclude(pk__in=list(in_hand))
    found = list(never.order_by("-pk").values_list("pk", "url")[: MOST - waiting])
    for pk, url in found:
        _defer(pk, url, Snapshot.Reason.ADDED)
    return len(found)


def sweep_soon() -> None:
    """Somebody has added sources, many perhaps: one job, saved with them, asks for their copies."""
    _once(app.configure_task(SWEEP, queueing_lock=SWEEP), timestamp=0)


def _defer(pk: int, url: str, reason: Snapshot.Reason) -> None:
    job = app.configure_task(
        KEEP,
        queue="fetching",
        queueing_lock=f"{KEEP}.{pk}",
        lock=f"sources.host.{host_of(url)}",  # one after the other, by however many workers
        priority=BEHIND,
    )
    _once(job, source_id=pk, key=str(uuid4()), reason=reason.value)


def _once(job: JobDeferrer, **arguments: int | str) -> None:
    try:
        # A savepoint: the refusal of a double must not spoil the caller's transaction.
        with transaction.atomic():
            job.defer(**arguments)
    except AlreadyEnqueued:
        pass  # it waits already
