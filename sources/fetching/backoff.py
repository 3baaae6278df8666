"""When to look at a source again. A page that stands is looked at ever more seldom, one that fails soon."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from sources.fetching.outcomes import Kind, Outcome

FIRST = timedelta(days=1)
LONGEST = timedelta(days=30)
# After the first failure in a row, the second, …: three failures then span more than ``verdict.FAILING_FOR``.
AFTER_FAILURES = (
    timedelta(hours=6),
    timedelta(days=2),
    timedelta(days=4),
    timedelta(days=7),
    timedelta(days=14),
)
_STANDS = {Kind.SAME, Kind.CHANGED}
TOGETHER = timedelta(hours=4)  # less than any interval
SPREAD = 0.1  # of an interval, either way


def next_look(outcomes: Sequence[Outcome], *, spread: float = 0.0) -> datetime | None:
    """When, by the history (oldest look first); none for a source that was never looked at: look now.

    A page that stays the same: after 1, 2, 4, … 30 days; once it changed, from the beginning. Anything else: after 6
    hours, 2, 4, 7, 14, then 30 days. Never before the host's Retry-After. ``spread`` between -1 and 1, such as by the
    source's key, moves it by up to a tenth, so that what was added together is not looked at together for ever. Looks
    within a few hours that came to the same, because somebody asked for them, count as one.
    """
    if not outcomes:
        return None
    latest = outcomes[-1]
    interval = min(_interval(outcomes), LONGEST) * (1 + SPREAD * spread)
    return latest.at + max(interval, timedelta(seconds=latest.retry_after))


def _interval(outcomes: Sequence[Outcome]) -> timedelta:
    latest = outcomes[-1].kind
    if latest in _STANDS:
        same = _run(outcomes, {Kind.SAME})
        return FIRST * (1 << min(same, 10))
    bad = _run(outcomes, set(Kind) - _STANDS)
    return AFTER_FAILURES[bad - 1] if bad <= len(AFTER_FAILURES) else LONGEST


def _run(outcomes: Sequence[Outcome], kinds: set[Kind]) -> int:
    """How many of the latest looks in a row are of these kinds; those within a few hours count as one."""
    count, counted = 0, None
    for outcome in takewhile(lambda outcome: outcome.kind in kinds, reversed(outcomes)):
        if counted is None or counted - outcome.at >= TOGETHER:
            count, counted = count + 1, outcome.at
    return count
