"""What a goal's figure is made of, for readers who want to know: see ``/support/how-we-count/``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from supporters import goals, money
from supporters.models import Goal, GoalTotal

PARTS = (
    "people",
    "givers",
    "money",
    "payments",
    "refunds",
    "refunds_failed",
    "disputes",
    "disputes_won",
    "held",
)


@dataclass(frozen=True)
class Figures:
    """One goal with the totals behind it; ``parts`` has a number for each of ``PARTS``."""

    goal: Goal
    progress: goals.Progress
    parts: dict[str, int]

    def lines(self) -> list[tuple[str, str]]:
        """What each figure is, and the figure."""
        parts = self.parts
        counted = [
            (_("People whose payments came in"), parts["givers"]),
            (_("Of these, people to whom all of it went back"), parts["givers"] - parts["people"]),
            (_("Supporters counted"), parts["people"]),
            (_("Payments"), parts["payments"]),
            (_("Refunds"), parts["refunds"]),
            (
                _("Of these, refunds that failed: the money stayed with us"),
                parts["refunds_failed"],
            ),
            (_("Payments disputed with a bank"), parts["disputes"]),
            (_("Of these, disputes that ended in our favour"), parts["disputes_won"]),
            (_("Gifts held back, which do not count"), parts["held"]),
        ]
        lines = [(name, number_format(number, force_grouping=True)) for name, number in counted]
        if self.goal.counts == Goal.Counts.MONEY:
            label = money.label(parts["money"], self.goal.currency)
            lines.append((_("Money that came in, less what went back"), label))
        return lines


def figures(at: datetime | None = None) -> list[Figures]:
    """Of the current goal and of those whose time is over, the latest first. Two queries, over no payment."""
    at = at or timezone.now()
    shown: list[Any] = list(
        Goal.objects.filter(Q(is_current=True) | Q(ends_at__lte=at)).order_by(
            "-is_current", "-ends_at"
        )
    )
    totals = GoalTotal.objects.filter(goal__in=shown).values("goal_id").order_by("goal_id")
    sums: Any = {each["goal_id"]: each for each in totals.annotate(**{p: Sum(p) for p in PARTS})}
    return [_figures(goal, sums.get(goal.pk, {}), at) for goal in shown]


def _figures(goal: Any, sums: dict[str, int], at: datetime) -> Figures:
    parts = {name: int(sums.get(name, 0)) for name in PARTS}
    goal.value = parts["money" if goal.counts == Goal.Counts.MONEY else "people"]
    return Figures(goal, goals.progress_of(goal, at), parts)
