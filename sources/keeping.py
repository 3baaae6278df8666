"""Asking the worker to keep copies of sources: the jobs are saved or rolled back with what caused them."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import (
    BigIntegerField,
    Count,
    F,
    Func,
    QuerySet,
    TextField,
    Value,
    Window,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, RowNumber
from django.utils import timezone
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
MOST_OF_A_HOST = 30  # of them at one host: what its turns allow in the minute until the next sweep

WAITING = (Status.TODO.value, Status.DOING.value)


class Host(Func):
    """The host of an address, and its port where it names one: for Postgres to count by."""

    function = "substring"
    output_field = TextField()

    def __init__(self, url: str, **extra: Any) -> None:
        super().__init__(F(url), Value("^https?://([^/?#]*)"), **extra)


def ask(sources: Iterable[int], reason: Snapshot.Reason) -> None:
    """Have a copy of each source kept, or of the one that it was merged into. Asked twice before it began, it is kept once."""
    kept = Source.objects.filter(pk__in=set(sources)).values_list(Coalesce("merged_into", "pk"))
    urls = Source.objects.filter(pk__in=kept).order_by("pk").values_list("pk", "url")
    for pk, url in urls:
        _defer(pk, url, reason)


def sweep() -> int:
    """Ask for copies of the sources that were never looked at, the newest first; returns of how many.

    So none is missed, however it was added. Not of those whose job failed: people see it, and try it again. Of one host
    only so many wait that those of others are not kept waiting.
    """
    # Those that come back later, since their host wants to be left alone, are in nobody's way.
    ready = _jobs(*WAITING).exclude(scheduled_at__gt=timezone.now()).count()
    found = _lacking(max(MOST - ready, 0))
    for pk, url in found:
        _defer(pk, url, Snapshot.Reason.ADDED)
    return len(found)


def in_hand() -> QuerySet[ProcrastinateJob]:
    """The keys of the sources of which a copy is asked for, or is just being made."""
    return _sources(_jobs(*WAITING))


def is_asked_for(source_pk: int) -> bool:
    """Whether a job of this source waits."""
    lock = _lock(source_pk)
    return _jobs(Status.TODO.value).filter(queueing_lock=lock).exists()


def _lacking(most: int) -> list[tuple[int, str]]:
    """What nobody looked at, nor is about to: of each host as many as there is room for beside those that wait."""
    hosts = Source.objects.filter(pk__in=in_hand()).annotate(host=Host("url")).order_by()
    waiting = dict(hosts.values_list("host").annotate(Count("pk")))
    full = [host for host, count in waiting.items() if count >= MOST_OF_A_HOST]
    left_alone = _sources(_jobs(*WAITING, Status.FAILED.value))
    place = Window(RowNumber(), partition_by=[F("host")], order_by=F("pk").desc())
    found = (
        Source.objects.filter(next_look_at=None, merged_into=None)
        .exclude(pk__in=left_alone)
        .annotate(host=Host("url"))
        .exclude(host__in=full)
        .annotate(place=place)
        .filter(place__lte=MOST_OF_A_HOST)
        .order_by("-pk")
    )
    return [
        (pk, url)
        for pk, url, host, place in found.values_list("pk", "url", "host", "place")[:most]
        if place + waiting.get(host, 0) <= MOST_OF_A_HOST
    ]


def _jobs(*statuses: str) -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(task_name=KEEP, status__in=statuses)


def _sources(jobs: QuerySet[ProcrastinateJob]) -> QuerySet[ProcrastinateJob]:
    return jobs.values_list(Cast(KT("args__source_id"), BigIntegerField()), flat=True)


def _lock(source_pk: int) -> str:
    return f"{KEEP}.{source_pk}"


def sweep_soon() -> None:
    """Somebody has added sources, many perhaps: one job, saved with them, asks for their copies."""
    _once(app.configure_task(SWEEP, queueing_lock=SWEEP), timestamp=0)


def _defer(pk: int, url: str, reason: Snapshot.Reason) -> None:
    job = app.configure_task(
        KEEP,
        queue="fetching",
        queueing_lock=_lock(pk),
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
