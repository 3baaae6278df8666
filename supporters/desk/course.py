"""A goal's course as a picture: numbers laid out for an SVG, which the template draws."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from django.utils import timezone

from supporters.goals import Progress

WIDTH, HEIGHT = 720, 240  # in the picture's own units
MOST_POINTS = 180
LATELY = 28  # days by which the pace of late is taken


@dataclass(frozen=True)
class Pace:
    """What is needed to reach the target in time: of each week, and how much there should be today."""

    ends_on: date
    a_week: int
    by_now: int
    days_left: int


@dataclass(frozen=True)
class Course:
    """The line from the goal's first day to its last, or to today where it has no deadline."""

    begins_on: date
    ends_on: date
    line: str
    target_y: int
    pace_line: str
    lately_a_week: int
    pace: Pace | None


def draw(
    progress: Progress, course: list[tuple[date, int]], starts_at: datetime, today: date
) -> Course:
    """``course`` says what each day added, in order."""
    begins_on = timezone.localdate(starts_at)
    last = progress.ends_on or max(today, begins_on + timedelta(days=1))
    days = max((last - begins_on).days, 1)
    most = max(progress.target, progress.value, 1)
    pace = _pace(progress, begins_on, today)
    return Course(
        begins_on=begins_on,
        ends_on=last,
        line=" ".join(
            f"{_x(day, begins_on, days)},{_y(total, most)}"
            for day, total in _thinned(_totals(course, begins_on, min(today, last)))
        ),
        target_y=_y(progress.target, most),
        pace_line=f"0,{HEIGHT} {WIDTH},{_y(progress.target, most)}" if pace else "",
        lately_a_week=_lately(course, today) * 7 // LATELY,
        pace=pace,
    )


def _pace(progress: Progress, begins_on: date, today: date) -> Pace | None:
    """Nothing where there is no deadline, or it has passed, or the target is reached."""
    ends_on = progress.ends_on
    if ends_on is None or today > ends_on or progress.value >= progress.target:
        return None
    left = (ends_on - today).days + 1
    whole = (ends_on - begins_on).days + 1
    gone = min(max(whole - left + 1, 0), whole)
    return Pace(
        ends_on=ends_on,
        a_week=ceil((progress.target - progress.value) * min(7, left) / left),
        by_now=progress.target * gone // whole,
        days_left=left,
    )


def _lately(course: list[tuple[date, int]], today: date) -> int:
    since = today - timedelta(days=LATELY)
    return sum(added for day, added in course if day > since)


def _totals(course: list[tuple[date, int]], begins_on: date, today: date) -> list[tuple[date, int]]:
    total = 0
    totals = [(begins_on, 0)]
    for day, added in course:
        total += added
        totals.append((day, total))
    return [*totals, (max(today, totals[-1][0]), total)]


def _thinned(totals: list[tuple[date, int]]) -> list[tuple[date, int]]:
    """So many points as can be told apart, the last always among them."""
    step = ceil(len(totals) / MOST_POINTS)
    return [*totals[:-1:step], totals[-1]]


def _x(day: date, begins_on: date, days: int) -> int:
    return min(max((day - begins_on).days * WIDTH // days, 0), WIDTH)


def _y(total: int, most: int) -> int:
    return HEIGHT - total * HEIGHT // most
