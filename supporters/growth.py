"""How the number of supporters grows: who gave for the first time, week by week."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Min, Q
from django.utils import timezone

from supporters.models import Payment, Supporter

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """From Monday on, in the newsroom's time zone."""

    begins_on: date
    count: int


def by_week(at: datetime | None = None) -> list[Week]:
    """The last twelve weeks, this one last: how many gave for the first time in each. One query."""
    today = timezone.localdate(at)
    this_week = today - timedelta(days=today.weekday())
    weeks = [this_week - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    first = Min(
        "contributions__payments__paid_at",
        filter=Q(contributions__payments__kind=Payment.Kind.PAYMENT),
    )
    since = timezone.make_aware(datetime.combine(weeks[0], time.min))
    joined = (
        Supporter.objects.order_by()
        .annotate(first=first)
        .filter(first__gte=since, first__lte=at or timezone.now())
    )
    days = [timezone.localdate(moment) for moment in joined.values_list("first", flat=True)]
    counts = Counter(day - timedelta(days=day.weekday()) for day in days)
    return [Week(week, counts[week]) for week in weeks]
