"""The state of a source by its history: alive, dead, moved or drifted. One bad day is no verdict.

=========================================================  ==========
The latest looks, those that say nothing left out          the source
=========================================================  ==========
the page stands, changed or not                            alive
404 or 410                                                 dead
“not found” with status 200, twice in a row, a day apart   dead
not there three times in a row, over two days or more      dead
the address leads to a home page                           moved
a quotation is no longer in the text                       drifted
nothing conclusive yet                                     as before
=========================================================  ==========

“Not there” is no answer, an answer that the server is out of order, or “not found” with status 200, by turns perhaps.
“Barred” (401, 403, 429, too large, …) says nothing about the page: readers may see what machines do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from sources.fetching.outcomes import Kind, Outcome

FAILURES = 3
FAILING_FOR = timedelta(days=2)
SOFT_404S = 2
SOFT_FOR = timedelta(days=1)


class State(StrEnum):
    UNKNOWN = "unknown"
    ALIVE = "alive"
    DEAD = "dead"
    MOVED = "moved"
    DRIFTED = "drifted"


@dataclass(frozen=True)
class Verdict:
    """The state, since when the looks say so, and the kind of look that decided it."""

    state: State
    since: datetime | None = None
    by: Kind | None = None

    @property
    def is_available(self) -> bool:
        """Whether readers find what was cited, as far as is known."""
        return self.state in {State.ALIVE, State.UNKNOWN}


_AT_ONCE = {
    Kind.SAME: State.ALIVE,
    Kind.CHANGED: State.ALIVE,
    Kind.DRIFTED: State.DRIFTED,
    Kind.GONE: State.DEAD,
    Kind.HOME: State.MOVED,
}
_NOT_THERE = {Kind.FAILED, Kind.SOFT_GONE}


def verdict(outcomes: Sequence[Outcome]) -> Verdict:
    """Judge a history, oldest look first. The latest conclusive look decides; without any, the state is unknown."""
    known = Verdict(State.UNKNOWN)
    told: list[Outcome] = []
    for outcome in outcomes:
        if outcome.kind is Kind.BARRED:
            continue
        told.append(outcome)
        state = _state(told)
        if state not in {None, known.state}:
            known = Verdict(state or State.UNKNOWN, outcome.at, outcome.kind)
    return known


def _state(told: list[Outcome]) -> State | None:
    """What the latest look makes of the source; none where it takes more looks to say."""
    latest = told[-1].kind
    if latest in _AT_ONCE:
        return _AT_ONCE[latest]
    is_dead = _lasts(told, {Kind.SOFT_GONE}, SOFT_404S, SOFT_FOR)
    return State.DEAD if is_dead or _lasts(told, _NOT_THERE, FAILURES, FAILING_FOR) else None


def _lasts(told: list[Outcome], kinds: set[Kind], times: int, over: timedelta) -> bool:
    """Whether so many of the latest looks in a row, over so long, are of these kinds."""
    run = list(takewhile(lambda outcome: outcome.kind in kinds, reversed(told)))
    return len(run) >= times and run[0].at - run[-1].at >= over
