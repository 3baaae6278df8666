"""The desk's queues: which checks wait for somebody. The front page shows them, and the list of checks filters by them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factchecks.desk.access import signed_in
from factchecks.models import Citation, FactCheck, Publication, Revision, Step

Checks = QuerySet[FactCheck]


@dataclass(frozen=True)
class Queue:
    """One of them: ``checks`` gives those of a person at a moment, the most urgent first."""

    key: str
    title: Promise
    checks: Callable[[User, datetime], Checks]


def _to_review(user: User, now: datetime) -> Checks:
    """In review, and last changed, or sent to review since, by somebody else."""
    last = Revision.objects.filter(fact_check=OuterRef("pk")).order_by("-number")
    checks = FactCheck.objects.filter(stage=FactCheck.Stage.REVIEW)
    # (nobody's, where a command saved it)
    saved_by = Coalesce(Subquery(last.values("saved_by")[:1]), 0, output_field=BigIntegerField())
    checks = checks.annotate(last_saved_by=saved_by, newest=Subquery(last.values("pk")[:1]))
    sent = Step.objects.filter(revision=OuterRef("newest"), kind=Step.Kind.SUBMITTED)
    by_another = ~Q(last_saved_by=user.pk) | Exists(sent.exclude(by=user))
    return checks.filter(by_another).order_by("due_on", "pk")


def _sent_back(user: User, now: datetime) -> Checks:
    """Given back to their writer: to whom they are assigned, else who saved what was sent back."""
    steps = Step.objects.filter(fact_check=OuterRef("fact_check")).order_by("-pk")
    returned = Step.objects.filter(
        Q(fact_check__assignee=user) | Q(fact_check__assignee=None, revision__saved_by=user),
        kind=Step.Kind.RETURNED,
        fact_check__stage=FactCheck.Stage.DRAFT,
        pk=Subquery(steps.values("pk")[:1]),
    )
    return FactCheck.objects.filter(pk__in=returned.values("fact_check")).order_by("due_on", "pk")


def _overdue(user: User, now: datetime) -> Checks:
    checks = FactCheck.objects.filter(due_on__lt=timezone.localdate(now))
    return _unfinished(checks).order_by("due_on", "pk")


def _assigned(user: User, now: datetime) -> Checks:
    return _unfinished(FactCheck.objects.filter(assignee=user)).order_by("due_on", "pk")


def _unfinished(checks: Checks) -> Checks:
    """Those whose newest revision is neither public nor scheduled, and never was."""
    last = Revision.objects.filter(fact_check=OuterRef("pk")).order_by("-number")
    checks = checks.annotate(newest=Subquery(last.values("pk")[:1]))
    return checks.exclude(Exists(Publication.objects.filter(revision=OuterRef("newest"))))


# A check has one publication at most that is live, and one that is to come: these joins double nothing.


def _scheduled(user: User, now: datetime) -> Checks:
    checks = FactCheck.objects.filter(publications__live_during__startswith__gt=now)
    checks = checks.annotate(begins_at=F("publications__live_during__startswith"))
    return checks.order_by("begins_at", "pk")


def _past_review(user: User, now: datetime) -> Checks:
    """Live, and the day on which readers were told that it would be looked at again is over."""
    checks = FactCheck.objects.filter(
        publications__live_during__contains=now,
        publications__review_on__lt=timezone.localdate(now),
    )
    checks = checks.annotate(promised_on=F("publications__review_on"))
    return checks.order_by("promised_on", "pk")


def _without_source(user: User, now: datetime) -> Checks:
    missing = Citation.objects.filter(source=None)
    numbers = missing.filter(fact_check=OuterRef("pk")).order_by("number").values("number")
    checks = FactCheck.objects.filter(pk__in=missing.values("fact_check"))
    return checks.annotate(missing_numbers=ArraySubquery(numbers)).order_by("due_on", "pk")


QUEUES = {
    queue.key: queue
    for queue in (
        Queue("review", _("To review"), _to_review),
        Queue("sent-back", _("Sent back to me"), _sent_back),
        Queue("overdue", _("Overdue"), _overdue),
        Queue("mine", _("Assigned to me"), _assigned),
        Queue("scheduled", _("Scheduled next"), _scheduled),
        Queue("past-review", _("Public and past their review date"), _past_review),
        Queue("no-source", _("Citations without a source"), _without_source),
    )
}


@dataclass(frozen=True)
class Age:
    """How long ago a draft was begun, in days; the oldest have no end."""

    key: str
    title: Promise
    at_least: int
    less_than: int | None

    def condition(self, today: date) -> Q:
        begun = Q(created_at__lt=_midnight(today - timedelta(days=self.at_least - 1)))
        if self.less_than is None:
            return begun
        return begun & Q(created_at__gte=_midnight(today - timedelta(days=self.less_than - 1)))


AGES = {
    age.key: age
    for age in (
        Age("year", _("a year and more"), 365, None),
        Age("months", _("three months to a year"), 91, 365),
        Age("month", _("one to three months"), 30, 91),
        Age("weeks", _("a week to a month"), 7, 30),
        Age("days", _("less than a week"), 0, 7),
    )
}


def drafts() -> Checks:
    """Checks that never were public, are not scheduled, and are with their writers."""
    published = Publication.objects.filter(fact_check=OuterRef("pk"))
    return FactCheck.objects.filter(stage=FactCheck.Stage.DRAFT).exclude(Exists(published))


def drafts_by_age(now: datetime) -> dict[str, int]:
    """How many drafts there are of each age. One query."""
    today = timezone.localdate(now)
    counts = {key: Count("pk", filter=age.condition(today)) for key, age in AGES.items()}
    return drafts().aggregate(**counts)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


class QueueFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(queue.key, queue.title) for queue in QUEUES.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queue = QUEUES.get(self.value() or "")
        if queue is None:
            return queryset
        checks = queue.checks(signed_in(request), timezone.now())
        return queryset.filter(pk__in=checks.order_by().values("pk"))


class AgeFilter(admin.SimpleListFilter):
    title = _("draft since")
    parameter_name = "draft"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(age.key, age.title) for age in AGES.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        age = AGES.get(self.value() or "")
        if age is None:
            return queryset
        condition = age.condition(timezone.localdate())
        return queryset.filter(condition, pk__in=drafts().values("pk"))
