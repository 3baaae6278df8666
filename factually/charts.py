"""The goal as a chart for the desk: numbers laid out for an SVG, which the template draws."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from supporters.goals import Progress, current_progress
from supporters.growth import Week, by_week

WIDTH, HEIGHT = 360, 100  # of the weeks' chart, in its own units
STEP = 30  # from one week's bar to the next
BAR = 22


@dataclass(frozen=True)
class Bar:
    """One week's bar, and its number above it."""

    week: Week
    x: int
    y: int
    height: int
    middle: int


@dataclass(frozen=True)
class GoalChart:
    """``progress`` is nothing where no goal is current."""

    progress: Progress | None
    filled: int
    bars: list[Bar]
    total: int


def goal_chart(at: datetime | None = None) -> GoalChart:
    """Three queries."""
    at = at or timezone.now()
    progress = current_progress(at)
    weeks = by_week(at)
    return GoalChart(
        progress=progress,
        filled=progress.percent * WIDTH // 100 if progress else 0,
        bars=_bars(weeks),
        total=sum(week.count for week in weeks),
    )


def _bars(weeks: list[Week]) -> list[Bar]:
    most = max([1, *(week.count for week in weeks)])
    bars = []
    for place, week in enumerate(weeks):
        height = max(1, week.count * HEIGHT // most)
        x = place * STEP + (STEP - BAR) // 2
        bars.append(Bar(week, x, HEIGHT - height, height, x + BAR // 2))
    return bars
