"""How the number of supporters grows: who gave for the first time, week by week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min, Q
from django.utils import timezone

from supporters import surveying
from supporters.models import Payment, Supporter

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """From Monday on, in the newsroom's time zone."""

    begins_on: date
    count: int


def by_week(at: datetime | None = None) -> list[Week]:
    """The last twelve weeks, this one last: how many gave for the first time in each. Two queries.

    Of a large ledger as its latest survey has it, which leaves out gifts that went back in full.
    """
    today = timezone.localdate(at)
    this_week = today - timedelta(days=today.weekday())
    weeks = [this_week - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    counts = _surveyed(at) if surveying.is_large() else _joined(weeks[0], at)
    by_monday: Counter[date] = Counter()
    for day, count in counts.items():
        by_monday[day - timedelta(days=day.weekday())] += count
    return [Week(week, by_monday[week]) for week in weeks]


def _surveyed(at: datetime | None) -> dict[date, int]:
    figures = surveying.latest(at)
    return figures.newcomers if figures else {}


def _joined(since_day: date, at: datetime | None) -> dict[date, int]:
    """How many gave for the first time on each day."""
    first = Min(
        "contributions__payments__paid_at",
        filter=Q(contributions__payments__kind=Payment.Kind.PAYMENT),
    )
    since = timezone.make_aware(datetime.combine(since_day, time.min))
    joined = (
        Supporter.objects.order_by()
        .annotate(first=first)
        .filter(first__gte=since, first__lte=at or timezone.now())
    )
    return Counter(timezone.localdate(moment) for moment in joined.values_list("first", flat=True))
