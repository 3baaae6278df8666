"""Every figure that is shown and every balance behind it, compared with the ledger itself.

Each comparison is one statement, so that it sees one moment while payments come in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from supporters.models import Goal, GoalBalance, GoalTotal

FIGURES = ("net", "payments", "refunds", "refunds_failed", "disputes", "disputes_won", "held")
BATCH = 1000

# By another way than the triggers of the balances take: from the lines of the ledger up.
BALANCES = """
    WITH line AS (
        SELECT coalesce(payment.reverses_id, payment.id) AS payment_id, payment.kind,
            CASE WHEN payment.kind NOT IN ('refund', 'dispute') THEN payment.amount
                ELSE -payment.amount END AS amount
        FROM supporters_payment payment JOIN supporters_goal goal ON goal.id = %(goal)s
        WHERE goal.ends_at IS NULL OR payment.paid_at < goal.ends_at
    ),
    moved AS (
        SELECT payment_id, sum(amount) AS net,
            count(*) FILTER (WHERE kind = 'refund') AS refunds,
            count(*) FILTER (WHERE kind = 'refund_failed') AS refunds_failed,
            count(*) FILTER (WHERE kind = 'dispute') AS disputes,
            count(*) FILTER (WHERE kind = 'dispute_won') AS disputes_won
        FROM line GROUP BY payment_id
    ),
    gift AS (
        SELECT contribution.supporter_id, contribution.held_at IS NOT NULL AS is_held,
            sum(greatest(least(moved.net, paid.amount), 0)) AS net,
            count(*) AS payments,
            sum(moved.refunds) AS refunds,
            sum(moved.refunds_failed) AS refunds_failed,
            sum(moved.disputes) AS disputes,
            sum(moved.disputes_won) AS disputes_won
        FROM moved
        JOIN supporters_payment paid ON paid.id = moved.payment_id
        JOIN supporters_contribution contribution ON contribution.id = paid.contribution_id
        JOIN supporters_goal goal ON goal.id = %(goal)s
        WHERE paid.paid_at >= goal.starts_at
            AND (goal.currency = '' OR goal.currency = paid.currency)
            AND (goal.ends_at IS NULL OR paid.paid_at < goal.ends_at)
        GROUP BY contribution.id
    ),
    ledger AS (
        SELECT supporter_id, ARRAY[
            coalesce(sum(net) FILTER (WHERE NOT is_held), 0),
            coalesce(sum(payments) FILTER (WHERE NOT is_held), 0),
            coalesce(sum(refunds) FILTER (WHERE NOT is_held), 0),
            coalesce(sum(refunds_failed) FILTER (WHERE NOT is_held), 0),
            coalesce(sum(disputes) FILTER (WHERE NOT is_held), 0),
            coalesce(sum(disputes_won) FILTER (WHERE NOT is_held), 0),
            count(*) FILTER (WHERE is_held)
        ]::bigint[] AS figures
        FROM gift GROUP BY supporter_id
    ),
    kept AS (
        SELECT supporter_id,
            ARRAY[net, payments, refunds, refunds_failed, disputes, disputes_won, held]::bigint[] AS figures
        FROM supporters_goalbalance WHERE goal_id = %(goal)s
    )
    SELECT supporter_id, kept.figures, ledger.figures
    FROM kept FULL JOIN ledger USING (supporter_id)
    WHERE kept.figures IS DISTINCT FROM ledger.figures
    ORDER BY supporter_id
"""

TOTALS = """
    SELECT (
        SELECT ARRAY[sum(people), sum(givers), sum(money), sum(payments), sum(refunds),
            sum(refunds_failed), sum(disputes), sum(disputes_won), sum(held)]::bigint[]
        FROM supporters_goaltotal WHERE goal_id = %(goal)s
    ), (
        SELECT ARRAY[count(*) FILTER (WHERE net > 0), count(*) FILTER (WHERE payments > 0), sum(net),
            sum(payments), sum(refunds), sum(refunds_failed), sum(disputes), sum(disputes_won),
            sum(held)]::bigint[]
        FROM supporters_goalbalance WHERE goal_id = %(goal)s
    )
"""


@dataclass(frozen=True)
class Difference:
    """A figure that is not what follows from the ledger."""

    goal: str
    what: str
    kept: int
    ledger: int

    def __str__(self) -> str:
        return f"{self.goal}: {self.what} is {self.kept}, by the ledger {self.ledger}"


def differences(say: Callable[[str], None] = lambda line: None) -> Iterator[Difference]:
    """All that differ; ``say`` is told what is being looked at."""
    goals = list(Goal.objects.order_by("pk"))
    for number, goal in enumerate(goals, 1):
        for name, look in (
            ("the figure shown", _shown),
            ("the balance of every supporter", _balances),
            ("the totals", _totals),
        ):
            say(f"Goal {number} of {len(goals)}, {goal}: {name}")
            yield from look(goal)
    yield from _left_over()


def _shown(goal: Goal) -> Iterator[Difference]:
    found: Any = Goal.objects.with_value().with_ledger_value().get(pk=goal.pk)
    if found.value != found.ledger_value:
        yield Difference(goal.title, "the figure shown", found.value, found.ledger_value)


def _balances(goal: Goal) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"goal": goal.pk})
        while rows := cursor.fetchmany(BATCH):
            for supporter, kept, ledger in rows:
                whose = f"of supporter {supporter}"
                yield from _unequal(goal, [f"{name} {whose}" for name in FIGURES], kept, ledger)


def _totals(goal: Goal) -> Iterator[Difference]:
    names = ["supporters", "people who paid", "money", *FIGURES[1:]]
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, {"goal": goal.pk})
        kept, balances = cursor.fetchone()
    yield from _unequal(goal, [f"the total of {name}" for name in names], kept, balances)


def _unequal(
    goal: Goal, names: list[str], kept: list[int | None] | None, ledger: list[int | None] | None
) -> Iterator[Difference]:
    nothing: list[int | None] = [None] * len(names)
    for name, one, other in zip(names, kept or nothing, ledger or nothing, strict=True):
        if (one or 0) != (other or 0):
            yield Difference(goal.title, name, one or 0, other or 0)


def _left_over() -> Iterator[Difference]:
    """Rows of goals that are gone."""
    for model in (GoalBalance, GoalTotal):
        rows = model._default_manager.exclude(goal_id__in=Goal.objects.values("pk"))
        for goal in rows.order_by("goal_id").values_list("goal_id", flat=True).distinct():
            count = rows.filter(goal_id=goal).count()
            what = str(model._meta.verbose_name_plural)
            yield Difference(f"Goal {goal}, deleted", what, count, 0)
