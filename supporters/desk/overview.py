"""The supporter admin's page: how far the goal is, who came and who stayed away, and what waits for somebody."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supporters import goals, money, surveying
from supporters.desk import course
from supporters.goals import Progress
from supporters.models import Contribution, Goal, Letter, Payment, ProviderEvent

SHOWN = 10


@dataclass(frozen=True)
class Row:
    """One month in words."""

    begins_on: date
    once: str
    recurring: str
    given_back: str
    new: int
    returning: int
    lapsed: int


@dataclass(frozen=True)
class Waiting:
    """Something that a person should look at, and where."""

    label: str
    count: str
    url: str


@require_safe
def overview(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """A dozen queries, however large the ledger is; see ``surveying``."""
    now = timezone.now()
    figures = surveying.latest(now)
    goal = Goal.objects.with_value().filter(is_current=True).first()
    progress = goals.progress_of(goal, now) if goal else None
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Supporters at a glance"),
        "figures": figures,
        "is_of_now": bool(figures and figures.made_at == now),
        "progress": progress,
        **_course(goal, progress, figures, now),
        "months": [_row(month) for month in figures.months] if figures else [],
        "biggest": [
            {"on": day.on, "amount": money.label(day.amount, day.currency), "gifts": day.gifts}
            for day in (figures.biggest if figures else [])
        ],
        "waiting": _waiting(),
        "failing": _failing(),
        "given_back": _given_back(),
    }
    return TemplateResponse(request, "admin/supporters/supporter/overview.html", context)


def _course(
    goal: Goal | None, progress: Progress | None, figures: surveying.Figures | None, now: datetime
) -> dict[str, Any]:
    if goal is None or progress is None or figures is None or figures.goal != goal.pk:
        return {"course": None}
    drawn = course.draw(progress, figures.course, goal.starts_at, timezone.localdate(now))

    def label(value: int) -> str:
        if goal.counts == Goal.Counts.MONEY:
            return money.label(value, goal.currency)
        return number_format(value, force_grouping=True)

    return {
        "course": drawn,
        "lately": label(drawn.lately_a_week),
        "needed": label(drawn.pace.a_week) if drawn.pace else "",
        "by_now": label(drawn.pace.by_now) if drawn.pace else "",
        "is_behind": bool(drawn.pace and progress.value < drawn.pace.by_now),
    }


def _row(month: surveying.Month) -> Row:
    return Row(
        begins_on=month.begins_on,
        once=_labels(month.once),
        recurring=_labels(month.recurring),
        given_back=_labels(month.given_back),
        new=month.new,
        returning=month.returning,
        lapsed=month.lapsed,
    )


def _labels(amounts: dict[str, int]) -> str:
    return " + ".join(money.label(amount, code) for code, amount in sorted(amounts.items())) or "–"


def _waiting() -> list[Waiting]:
    """Each count stops where it would no longer be read."""
    gifts, events = "supporters_contribution", "supporters_providerevent"
    failed = ProviderEvent.objects.filter(status=ProviderEvent.Status.FAILED)
    return [
        _waits(
            _("Held back as suspicious"),
            Contribution.objects.filter(held_at__isnull=False),
            reverse(f"admin:{gifts}_changelist", query={"held": "now"}),
        ),
        _waits(
            _("Renewals that fail"),
            Contribution.objects.filter(failing_since__isnull=False),
            reverse(f"admin:{gifts}_changelist", query={"failing": "yes"}),
        ),
        _waits(
            _("Events of the card processor that failed"),
            failed,
            reverse(f"admin:{events}_changelist", query={"status__exact": "failed"}),
        ),
        _waits(
            _("Letters to look at"),
            Letter.objects.unsent(),
            reverse("admin:supporters_letter_changelist", query={"fate": "unsent"}),
        ),
    ]


def _waits(label: str, rows: Any, url: str) -> Waiting:
    count = rows.order_by()[:100].count()
    return Waiting(label, _("100 or more") if count == 100 else str(count), url)


def _failing() -> list[Contribution]:
    """The latest renewals that could not be charged."""
    failing = Contribution.objects.filter(failing_since__isnull=False)
    return list(failing.select_related("supporter").order_by("-failing_since", "-pk")[:SHOWN])


def _given_back() -> list[Payment]:
    """The latest refunds and disputes."""
    back = Payment.objects.exclude(kind=Payment.Kind.PAYMENT).order_by("-paid_at", "-pk")
    return list(back.select_related("contribution__supporter")[:SHOWN])
