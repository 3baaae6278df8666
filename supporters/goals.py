"""How far the goals are, worked out from the payments."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import ngettext

from supporters import money
from supporters.models import Goal


@dataclass(frozen=True)
class Progress:
    """How far a goal is at a moment. ``value`` and ``target`` are people or minor units."""

    title: str
    appeal: str
    thanks: str
    counts: str
    value: int
    target: int
    currency: str
    as_of: datetime
    ends_on: date | None

    @property
    def percent(self) -> int:
        """From 0 to 100, which is said only when the goal is reached."""
        return min(self.value * 100 // self.target, 100)

    @property
    def value_label(self) -> str:
        """ "642" or "$12,300"."""
        if self.counts == Goal.Counts.MONEY:
            return money.label(self.value, self.currency)
        return number_format(self.value, force_grouping=True)

    @property
    def target_label(self) -> str:
        """ "1,000 supporters" or "$20,000"."""
        if self.counts == Goal.Counts.MONEY:
            return money.label(self.target, self.currency)
        return ngettext("%(number)s supporter", "%(number)s supporters", self.target) % {
            "number": number_format(self.target, force_grouping=True)
        }

    @property
    def words(self) -> str:
        """The appeal; once the goal is reached, the thanks."""
        return self.thanks if self.percent >= 100 and self.thanks else self.appeal

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "words": self.words,
            "counts": self.counts,
            "value": self.value,
            "target": self.target,
            "value_label": self.value_label,
            "target_label": self.target_label,
            "currency": self.currency,
            "percent": self.percent,
            "as_of": self.as_of.isoformat(),
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
        }


def current_progress(at: datetime | None = None) -> Progress | None:
    """Of the goal that the site shows on every page, if there is one. One query."""
    goal = Goal.objects.with_value().filter(is_current=True).first()
    return progress_of(goal, at) if goal else None


def past_progress(at: datetime | None = None) -> list[Progress]:
    """Of the goals whose time is over, the latest first. One query."""
    at = at or timezone.now()
    ended = Goal.objects.ended(at).with_value().order_by("-ends_at")
    return [progress_of(goal, at) for goal in ended]


def progress_of(goal: Any, at: datetime | None = None) -> Progress:
    """Of one goal, as it is now. No query, if it comes from ``with_value``."""
    if not hasattr(goal, "value"):
        goal = Goal.objects.with_value().get(pk=goal.pk)
    return Progress(
        title=goal.title,
        appeal=goal.appeal,
        thanks=goal.thanks,
        counts=goal.counts,
        value=goal.value,
        target=goal.target,
        currency=goal.currency,
        as_of=at or timezone.now(),
        ends_on=goal.ends_on,
    )


@transaction.atomic
def make_current(goal: Goal) -> None:
    """Shows this goal on every page, instead of the one that is there now."""
    every = Goal.objects.select_for_update().order_by("pk")
    others = [each.pk for each in every if each.pk != goal.pk]
    Goal.objects.filter(pk__in=others, is_current=True).update(is_current=False)
    Goal.objects.filter(pk=goal.pk).update(is_current=True)


def rebuild(goal: Goal) -> None:
    """Works the goal's balances out anew from the whole ledger. Payments wait until it is done."""
    Goal.objects.filter(pk=goal.pk).update(rebuilt_at=timezone.now())
