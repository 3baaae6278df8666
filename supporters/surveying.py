"""The whole ledger at one look, for the desk: by month and by day, who is new, who came back, who stayed away.

A small ledger is surveyed whenever somebody looks. A large one takes seconds, which no page may: a job surveys it, and
the page shows the latest survey with its moment. No trigger keeps these figures, so that payments never wait for them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from supporters.models import Goal, Payment, Survey

TASK = "supporters.tasks.survey"
LOCK = "supporters.survey"
SMALL = 20_000
"""A ledger of so many lines is surveyed at every look."""

FRESH = timedelta(minutes=10)
PAUSE = timedelta(days=395)
"""Whoever gave nothing for thirteen months has lapsed: a gift once a year may come a few weeks late."""

MONTHS = 13
BIGGEST = 5
YOUNG = timedelta(days=100)

# Gifts of which something is left after what went back, at the day they came, in the newsroom's time zone.
_KEPT = """
    SELECT contribution.supporter_id AS person, paid.paid_at AS at,
        (paid.paid_at AT TIME ZONE %(zone)s)::date AS day, paid.currency,
        contribution.frequency = 'once' AS is_once, paid.amount - coalesce(back.amount, 0) AS amount
    FROM supporters_payment paid
    JOIN supporters_contribution contribution
        ON contribution.id = paid.contribution_id AND contribution.held_at IS NULL
    LEFT JOIN (
        SELECT reverses_id,
            greatest(sum(CASE WHEN kind IN ('refund_failed', 'dispute_won') THEN -amount ELSE amount END), 0) AS amount
        FROM supporters_payment WHERE kind <> 'payment' AND paid_at < %(until)s GROUP BY reverses_id
    ) back ON back.reverses_id = paid.id
    WHERE paid.kind = 'payment' AND paid.paid_at < %(until)s
        AND paid.amount > coalesce(back.amount, 0)
"""
_MONEY = f"""
    SELECT day, currency, is_once, count(*), sum(amount)::bigint FROM ({_KEPT}) kept GROUP BY 1, 2, 3
"""  # noqa: S608 - nobody's words are in it, nor in those below
_BACK = """
    SELECT to_char(paid_at AT TIME ZONE %(zone)s, 'YYYY-MM'), currency,
        sum(CASE WHEN kind IN ('refund_failed', 'dispute_won') THEN -amount ELSE amount END)::bigint
    FROM supporters_payment WHERE kind <> 'payment' AND paid_at < %(until)s GROUP BY 1, 2
"""
_PEOPLE = f"""
    WITH gave AS (
        SELECT at, lag(at) OVER person AS before, lead(at) OVER person AS next
        FROM ({_KEPT}) kept WINDOW person AS (PARTITION BY person ORDER BY at)
    ), turns AS (
        SELECT at, 'new' AS turn FROM gave WHERE before IS NULL
        UNION ALL SELECT at, 'returning' FROM gave WHERE at > before + %(pause)s
        UNION ALL SELECT at + %(pause)s, 'lapsed' FROM gave
            WHERE at + %(pause)s < least(next, %(until)s)
    )
    SELECT (at AT TIME ZONE %(zone)s)::date, turn, count(*) FROM turns GROUP BY 1, 2
"""  # noqa: S608
_GOAL_MONEY = f"""
    SELECT day, sum(amount)::bigint FROM ({_KEPT}) kept
    WHERE at >= %(since)s AND %(currency)s IN ('', currency) GROUP BY 1 ORDER BY 1
"""  # noqa: S608
_GOAL_PEOPLE = f"""
    SELECT day, count(*) FROM (
        SELECT min(day) AS day FROM ({_KEPT}) kept
        WHERE at >= %(since)s AND %(currency)s IN ('', currency) GROUP BY person
    ) joined GROUP BY 1 ORDER BY 1
"""  # noqa: S608


@dataclass(frozen=True)
class Month:
    """Money is by currency, in minor units: of gifts, less what of them has gone back since."""

    begins_on: date
    once: dict[str, int]
    recurring: dict[str, int]
    given_back: dict[str, int]
    new: int
    returning: int
    lapsed: int


@dataclass(frozen=True)
class Day:
    on: date
    currency: str
    amount: int
    gifts: int


@dataclass(frozen=True)
class Figures:
    """What a survey found. ``goal`` is the current goal's number, ``course`` what each day added to it."""

    made_at: datetime
    goal: int | None
    course: list[tuple[date, int]]
    months: list[Month]
    biggest: list[Day]
    newcomers: dict[date, int]


def is_large() -> bool:
    return Payment.objects.order_by()[: SMALL + 1].count() > SMALL


def latest(at: datetime | None = None) -> Figures | None:
    """Of now, or of a while ago if the ledger is large; nothing while the first survey is being made."""
    at = at or timezone.now()
    if not is_large():
        return _read(at, make(at))
    survey = Survey.objects.first()
    if survey is None or survey.made_at < at - FRESH:
        ask()
    return _read(survey.made_at, survey.figures) if survey else None


def ask() -> None:
    """Have a job survey the ledger, once however often it is asked for."""
    try:
        with transaction.atomic():
            app.configure_task(TASK, queueing_lock=LOCK).defer()
    except AlreadyEnqueued:
        pass


def store(at: datetime | None = None) -> None:
    """Survey the ledger and keep that, instead of what was known before."""
    at = at or timezone.now()
    figures = make(at)
    with transaction.atomic():
        Survey.objects.all().delete()
        Survey.objects.create(made_at=at, figures=figures)


@transaction.atomic
def make(at: datetime) -> dict[str, Any]:
    """Everything, straight from the ledger, as JSON. Slow at size. Six queries."""
    known = {"zone": timezone.get_current_timezone_name(), "until": at, "pause": PAUSE}
    with connection.cursor() as cursor:
        # Parallel workers need shared memory, which small containers lack.
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        money = _all(cursor, _MONEY, known)
        back = _all(cursor, _BACK, known)
        people = _all(cursor, _PEOPLE, known)
        goal = Goal.objects.filter(is_current=True).first()
        course = _all(cursor, *_of_goal(goal, known)) if goal else []
    return {
        "goal": goal.pk if goal else None,
        "course": [[day.isoformat(), value] for day, value in course],
        "months": _months(money, back, people, at),
        "biggest": _biggest(money),
        "newcomers": {
            day.isoformat(): count
            for day, turn, count in people
            if turn == "new" and day >= timezone.localdate(at - YOUNG)
        },
    }


def _all(cursor: Any, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(query, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _of_goal(goal: Goal, known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    until = min(filter(None, (goal.ends_at, known["until"])))
    values = {**known, "until": until, "since": goal.starts_at, "currency": goal.currency}
    return _GOAL_MONEY if goal.counts == Goal.Counts.MONEY else _GOAL_PEOPLE, values


def _months(money: Any, back: Any, people: Any, at: datetime) -> list[dict[str, Any]]:
    """The last thirteen, this one first."""
    once, recurring, given_back = (_by_month() for _ in range(3))
    turns: dict[tuple[str, str], int] = defaultdict(int)
    for day, currency, is_once, _count, amount in money:
        (once if is_once else recurring)[f"{day:%Y-%m}"][currency] += amount
    for month, currency, amount in back:
        given_back[month][currency] += amount
    for day, turn, count in people:
        turns[f"{day:%Y-%m}", turn] += count
    return [
        {
            "month": month,
            "once": once[month],
            "recurring": recurring[month],
            "given_back": given_back[month],
            **{turn: turns[month, turn] for turn in ("new", "returning", "lapsed")},
        }
        for month in _last_months(timezone.localdate(at))
    ]


def _by_month() -> dict[str, dict[str, int]]:
    return defaultdict(lambda: defaultdict(int))


def _last_months(today: date) -> Iterator[str]:
    first = today.replace(day=1)
    for _number in range(MONTHS):
        yield f"{first:%Y-%m}"
        first = (first - timedelta(days=1)).replace(day=1)


def _biggest(money: Any) -> list[list[Any]]:
    """The days on which most came in, of each currency."""
    days: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0])
    for day, currency, _is_once, count, amount in money:
        days[currency, day][0] += amount
        days[currency, day][1] += count
    found: list[list[Any]] = []
    for currency in sorted({currency for currency, _day in days}):
        own = [(day, sums) for (code, day), sums in days.items() if code == currency]
        own.sort(key=lambda each: (-each[1][0], each[0]))
        found += [[day.isoformat(), currency, *sums] for day, sums in own[:BIGGEST]]
    return found


def _read(made_at: datetime, figures: dict[str, Any]) -> Figures:
    return Figures(
        made_at=made_at,
        goal=figures["goal"],
        course=[(date.fromisoformat(day), value) for day, value in figures["course"]],
        months=[
            Month(
                begins_on=date.fromisoformat(f"{month['month']}-01"),
                **{name: value for name, value in month.items() if name != "month"},
            )
            for month in figures["months"]
        ],
        biggest=[Day(date.fromisoformat(day), *rest) for day, *rest in figures["biggest"]],
        newcomers={date.fromisoformat(day): count for day, count in figures["newcomers"].items()},
    )
