"""The jobs as the desk lists them, and whether somebody does them. Few queries, however many jobs there are."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import (
    ProcrastinateEvent,
    ProcrastinateJob,
    ProcrastinatePeriodicDefer,
    ProcrastinateWorker,
)

from factchecks.tasks import SILENCE
from factually.jobs import errors, kinds
from factually.jobs.rows import Row, rows_of

PER_PAGE = 50
GRACE = timedelta(minutes=5)  # after which what comes by the clock is late


@dataclass(frozen=True)
class State:
    """Of a job: as the database has it, and as people say it. ``since`` is the event that began it."""

    key: str
    title: Promise
    statuses: tuple[str, ...]
    since: str


STATES = {
    state.key: state
    for state in (
        State("failed", gettext_lazy("Failed"), ("failed",), "failed"),
        State("running", gettext_lazy("Running"), ("doing",), "started"),
        State("waiting", gettext_lazy("Waiting"), ("todo",), "deferred"),
        State("done", gettext_lazy("Done"), ("succeeded",), "succeeded"),
        State("dropped", gettext_lazy("Dropped"), ("aborted", "cancelled", "aborting"), "aborted"),
    )
}


class Counts:
    """How many jobs there are of each state and kind, as far as this person may know. One query."""

    def __init__(self, wings: set[str]) -> None:
        self.of: Counter[tuple[str, str]] = Counter()
        rows = ProcrastinateJob.objects.order_by().values_list("status", "task_name")
        for status, task, count in rows.annotate(Count("pk")):
            if kinds.wing_of(task) in wings:
                self.of[status, task] += count

    def in_state(self, state: State, task: str = "") -> int:
        return sum(
            count
            for (status, kind), count in self.of.items()
            if status in state.statuses and task in {"", kind}
        )

    def tasks(self, state: State) -> list[str]:
        """Those of that state, by what they are called."""
        found = {task for status, task in self.of if status in state.statuses}
        return sorted(found, key=kinds.title_of)


class CountedPaginator(Paginator):
    """Of rows that were counted already."""

    def __init__(self, rows: Any, count: int) -> None:
        self._counted = count
        super().__init__(rows, PER_PAGE)

    @cached_property
    def count(self) -> int:
        return self._counted


@dataclass(frozen=True)
class Line:
    """One job, in words."""

    pk: int
    title: str
    row: Row | None
    since: datetime | None
    tries: int
    next_try: datetime | None
    error: str


def of_wings(wings: set[str]) -> QuerySet[ProcrastinateJob]:
    jobs: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.all()
    books = {"task_name__startswith": "supporters."}
    if kinds.BOOKS not in wings:
        jobs = jobs.exclude(**books)
    return jobs if kinds.NEWSROOM in wings else jobs.filter(**books)


def jobs_in(state: State, task: str, wings: set[str]) -> QuerySet[ProcrastinateJob]:
    """The next to be done first, where they wait; else the newest."""
    jobs = of_wings(wings).filter(status__in=state.statuses).select_related("failure")
    if task:
        jobs = jobs.filter(task_name=task)
    return jobs.order_by("-priority", "pk") if state.key == "waiting" else jobs.order_by("-pk")


def lines(jobs: list[ProcrastinateJob], state: State) -> list[Line]:
    """Two queries, and one for each kind of row that they are about."""
    now = timezone.now()
    rows = rows_of(jobs)
    events = ProcrastinateEvent.objects.filter(job__in=[job.pk for job in jobs], type=state.since)
    since = dict(events.order_by().values_list("job").annotate(Max("at")))
    return [
        Line(
            pk=job.pk,
            title=kinds.title_of(job.task_name),
            row=rows.get(job.pk),
            since=since.get(job.pk),
            tries=job.attempts,
            next_try=job.scheduled_at if job.scheduled_at and job.scheduled_at > now else None,
            error=errors.sentence(job) if state.key in {"failed", "waiting"} else "",
        )
        for job in jobs
    ]


def failed(wings: set[str]) -> int:
    """How many jobs somebody should look at."""
    return of_wings(wings).filter(status="failed").count() if wings else 0


def last_beat() -> datetime | None:
    """The worker's last sign of life."""
    beat: datetime | None = ProcrastinateWorker.objects.aggregate(Max("last_heartbeat"))[
        "last_heartbeat__max"
    ]
    return beat


def is_alive(beat: datetime | None) -> bool:
    return beat is not None and timezone.now() - beat < timedelta(seconds=SILENCE)


@dataclass(frozen=True)
class Periodic:
    """A job that comes by the clock, and when it came last."""

    title: str
    often: str
    last: datetime | None
    is_late: bool


def periodic(wings: set[str]) -> list[Periodic]:
    """One query."""
    asked = ProcrastinatePeriodicDefer.objects.order_by().values_list("task_name")
    last = dict(asked.annotate(Max("defer_timestamp")))
    app.perform_import_paths()
    found = [
        _periodic(task.task.name, task.cron, last.get(task.task.name))
        for task in app.periodic_registry.periodic_tasks.values()
        if kinds.wing_of(task.task.name) in wings
    ]
    return sorted(found, key=lambda each: each.title)


def _periodic(task: str, cron: str, last: int | None) -> Periodic:
    moment = datetime.fromtimestamp(last, UTC) if last else None
    often, pause = _often(cron)
    return Periodic(
        title=kinds.title_of(task),
        often=often,
        last=moment,
        is_late=moment is not None and timezone.now() - moment > pause + GRACE,
    )


def _often(cron: str) -> tuple[str, timedelta]:
    """In words, and the longest time between two; of what is not known here the words are cron's."""
    minute, hour, *rest = cron.split()
    if rest == ["*"] * 3 and minute.isdecimal() and hour.isdecimal():
        moment = {"hour": int(hour), "minute": int(minute)}
        return _("each day at %(hour)02d:%(minute)02d UTC") % moment, timedelta(days=1)
    if [hour, *rest] == ["*"] * 4 and minute.removeprefix("*/").isdecimal():
        minutes = int(minute.removeprefix("*/"))
        return _("every %(minutes)d minutes") % {"minutes": minutes}, timedelta(minutes=minutes)
    if cron == "* * * * *":
        return _("each minute"), timedelta(minutes=1)
    return cron, timedelta(days=366)
