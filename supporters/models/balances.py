"""What the payments add up to for each goal, kept by the database itself in the payment's own transaction.

Nothing but the triggers of this file writes these two tables. Whatever they hold follows from the ledger:
``manage.py audit_supporters`` works it out in another way and compares.

Order of locks, for writers that meet: the gate, contributions, balances by goal and supporter, totals. The last are
never waited for.
"""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

# Payments enter together, whoever rebuilds a goal enters alone: it must see every payment, and be seen by every later one.
GATE = "'supporters_goal'::regclass::int, 0"
ENTER = f"PERFORM pg_advisory_xact_lock_shared({GATE});"
ENTER_ALONE = f"PERFORM pg_advisory_xact_lock({GATE});"

COUNTED_BY_GOAL = """
    paid.kind = 'payment'
        AND paid.paid_at >= goal.starts_at
        AND (goal.ends_at IS NULL OR paid.paid_at < goal.ends_at)
        AND goal.currency IN ('', paid.currency)
"""

# What one supporter's payments add up to for one goal. {whose} names the goals and contributions looked at.
_FIGURES = """
    SELECT goal.id AS goal_id,
        {supporter} AS supporter_id,
        coalesce(sum(paid.amount - least(greatest(back.amount, 0), paid.amount))
            FILTER (WHERE contribution.held_at IS NULL), 0)::bigint AS net,
        count(paid.id) FILTER (WHERE contribution.held_at IS NULL) AS payments,
        coalesce(sum(back.refunds) FILTER (WHERE contribution.held_at IS NULL), 0)::bigint AS refunds,
        coalesce(sum(back.failed) FILTER (WHERE contribution.held_at IS NULL), 0)::bigint AS refunds_failed,
        coalesce(sum(back.disputes) FILTER (WHERE contribution.held_at IS NULL), 0)::bigint AS disputes,
        coalesce(sum(back.won) FILTER (WHERE contribution.held_at IS NULL), 0)::bigint AS disputes_won,
        count(DISTINCT paid.contribution_id) FILTER (WHERE contribution.held_at IS NOT NULL) AS held
    FROM {whose}
    {join} supporters_payment paid ON paid.contribution_id = contribution.id AND {counted}
    {join} LATERAL (
        SELECT coalesce(sum(CASE WHEN kind IN ('refund_failed', 'dispute_won') THEN -amount ELSE amount END), 0) AS amount,
            count(*) FILTER (WHERE kind = 'refund') AS refunds,
            count(*) FILTER (WHERE kind = 'refund_failed') AS failed,
            count(*) FILTER (WHERE kind = 'dispute') AS disputes,
            count(*) FILTER (WHERE kind = 'dispute_won') AS won
        FROM supporters_payment
        WHERE reverses_id = paid.id AND (goal.ends_at IS NULL OR paid_at < goal.ends_at)
    ) back ON true
    GROUP BY goal.id, {supporter}
"""

# The rows are locked by writing them, and only then is the ledger read: who comes second sees what the first has done.
# A total is one of several rows, whichever is free, so that payments of many people never wait for each other.
_FIGURE_ANEW = """
    INSERT INTO supporters_goalbalance AS balance
            (goal_id, supporter_id, net, payments, refunds, refunds_failed, disputes, disputes_won, held)
        SELECT goal_id, supporter_id, 0, 0, 0, 0, 0, 0, 0
        FROM unnest(goals, people) AS pair (goal_id, supporter_id)
        ORDER BY goal_id, supporter_id
        ON CONFLICT (goal_id, supporter_id) DO UPDATE SET net = balance.net;
    FOR change IN
        WITH figures AS ({figures}),
        emptied AS (
            DELETE FROM supporters_goalbalance balance USING figures
            WHERE (balance.goal_id, balance.supporter_id) = (figures.goal_id, figures.supporter_id)
                AND figures.payments = 0 AND figures.held = 0
        ),
        kept AS (
            UPDATE supporters_goalbalance balance SET
                net = figures.net,
                payments = figures.payments,
                refunds = figures.refunds,
                refunds_failed = figures.refunds_failed,
                disputes = figures.disputes,
                disputes_won = figures.disputes_won,
                held = figures.held
            FROM figures
            WHERE (balance.goal_id, balance.supporter_id) = (figures.goal_id, figures.supporter_id)
                AND (figures.payments > 0 OR figures.held > 0)
        )
        SELECT goal_id,
            sum((figures.net > 0)::int - (was.net > 0)::int) AS people,
            sum((figures.payments > 0)::int - (was.payments > 0)::int) AS givers,
            sum(figures.net - was.net) AS money,
            sum(figures.payments - was.payments) AS payments,
            sum(figures.refunds - was.refunds) AS refunds,
            sum(figures.refunds_failed - was.refunds_failed) AS refunds_failed,
            sum(figures.disputes - was.disputes) AS disputes,
            sum(figures.disputes_won - was.disputes_won) AS disputes_won,
            sum(figures.held - was.held) AS held
        FROM figures JOIN supporters_goalbalance was USING (goal_id, supporter_id)
        GROUP BY goal_id ORDER BY goal_id
    LOOP
        SELECT id INTO free FROM supporters_goaltotal WHERE goal_id = change.goal_id
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
        IF free IS NULL THEN
            INSERT INTO supporters_goaltotal
                    (goal_id, people, givers, money, payments, refunds, refunds_failed, disputes, disputes_won, held)
                VALUES (change.goal_id, change.people, change.givers, change.money, change.payments,
                    change.refunds, change.refunds_failed, change.disputes, change.disputes_won, change.held);
        ELSE
            UPDATE supporters_goaltotal total SET
                people = total.people + change.people,
                givers = total.givers + change.givers,
                money = total.money + change.money,
                payments = total.payments + change.payments,
                refunds = total.refunds + change.refunds,
                refunds_failed = total.refunds_failed + change.refunds_failed,
                disputes = total.disputes + change.disputes,
                disputes_won = total.disputes_won + change.disputes_won,
                held = total.held + change.held
            WHERE id = free;
        END IF;
    END LOOP;
""".format(  # noqa: S608 - nobody's words are in it
    figures=_FIGURES.format(
        supporter="pair.supporter_id",
        join="LEFT JOIN",
        whose="""unnest(goals, people) AS pair (goal_id, supporter_id)
    JOIN supporters_goal goal ON goal.id = pair.goal_id
    LEFT JOIN supporters_contribution contribution ON contribution.supporter_id = pair.supporter_id""",
        counted=COUNTED_BY_GOAL,
    )
)
_DECLARED = [
    ("goals", "bigint[]"),
    ("people", "bigint[]"),
    ("change", "record"),
    ("free", "bigint"),
]

COUNT_PAYMENTS = pgtrigger.Trigger(
    name="counted",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="added"),  # type: ignore[no-untyped-call]
    declare=_DECLARED,
    func=f"""
        SELECT array_agg(touched.goal), array_agg(touched.supporter) INTO goals, people
        FROM (
            SELECT DISTINCT goal.id AS goal, contribution.supporter_id AS supporter
            FROM added
            JOIN supporters_payment paid ON paid.id = coalesce(added.reverses_id, added.id)
            JOIN supporters_contribution contribution ON contribution.id = paid.contribution_id
            JOIN supporters_goal goal ON {COUNTED_BY_GOAL}
        ) touched;
        IF goals IS NULL THEN
            RETURN NULL;
        END IF;
        {_FIGURE_ANEW}
        RETURN NULL;
    """,  # noqa: S608 - nobody's words are in it
)

COUNT_MOVES = pgtrigger.Trigger(
    name="counted_anew",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("supporter_id", "held_at"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Condition(
        "OLD.supporter_id <> NEW.supporter_id"
        " OR (OLD.held_at IS NULL) IS DISTINCT FROM (NEW.held_at IS NULL)"
    ),
    declare=_DECLARED,
    func=f"""
        {ENTER}
        SELECT array_agg(touched.goal), array_agg(touched.supporter) INTO goals, people
        FROM (
            SELECT DISTINCT goal.id AS goal, one.supporter
            FROM supporters_payment paid
            JOIN supporters_goal goal ON {COUNTED_BY_GOAL}
            CROSS JOIN (VALUES (OLD.supporter_id), (NEW.supporter_id)) AS one (supporter)
            WHERE paid.contribution_id = NEW.id
        ) touched;
        IF goals IS NULL THEN
            RETURN NULL;
        END IF;
        {_FIGURE_ANEW}
        RETURN NULL;
    """,  # noqa: S608 - nobody's words are in it
)

REBUILD = pgtrigger.Trigger(
    name="rebuilt",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF TG_OP = 'UPDATE' AND (OLD.starts_at, OLD.ends_at, OLD.currency, OLD.rebuilt_at)
            IS NOT DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.currency, NEW.rebuilt_at)
        THEN
            RETURN NULL;
        END IF;
        {enter}
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM supporters_goalbalance WHERE goal_id = OLD.id;
            DELETE FROM supporters_goaltotal WHERE goal_id = OLD.id;
        END IF;
        IF TG_OP = 'DELETE' THEN
            RETURN NULL;
        END IF;
        INSERT INTO supporters_goalbalance
                (goal_id, supporter_id, net, payments, refunds, refunds_failed, disputes, disputes_won, held)
            {figures};
        INSERT INTO supporters_goaltotal
                (goal_id, people, givers, money, payments, refunds, refunds_failed, disputes, disputes_won, held)
            SELECT goal_id, count(*) FILTER (WHERE net > 0), count(*) FILTER (WHERE payments > 0),
                sum(net), sum(payments), sum(refunds), sum(refunds_failed), sum(disputes),
                sum(disputes_won), sum(held)
            FROM supporters_goalbalance WHERE goal_id = NEW.id GROUP BY goal_id;
        RETURN NULL;
    """.format(  # noqa: S608 - nobody's words are in it
        enter=ENTER_ALONE,
        figures=_FIGURES.format(
            supporter="contribution.supporter_id",
            join="JOIN",
            whose="""supporters_goal goal
    JOIN supporters_contribution contribution ON goal.id = NEW.id""",
            counted=COUNTED_BY_GOAL,
        ),
    ),
)


def _only_by_triggers() -> pgtrigger.Trigger:
    """A statement of anybody's own is refused; one that a trigger makes is a level deeper."""
    return pgtrigger.Trigger(
        name="only_by_triggers",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func="""
            IF pg_trigger_depth() = 1 THEN
                RAISE EXCEPTION 'Balances follow from the payments: nothing else writes them.'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NULL;
        """,
    )


class GoalBalance(models.Model):
    """What one supporter has paid towards one goal. There is a row only if they paid, or a gift is held back.

    A row for a goal in supporters adds up every currency: only whether it is above zero means something.
    """

    # No constraints in the database: they would lock goals and supporters with every payment. The triggers keep it so.
    pk = models.CompositePrimaryKey("goal", "supporter")
    goal = models.ForeignKey(
        "supporters.Goal",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="balances",
        verbose_name=_("goal"),
    )
    supporter = models.ForeignKey(
        "supporters.Supporter",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="balances",
        verbose_name=_("supporter"),
    )
    net = models.PositiveBigIntegerField(
        _("paid, less what went back"), help_text=_("In minor units.")
    )
    payments = models.PositiveIntegerField(_("payments"))
    refunds = models.PositiveIntegerField(_("refunds"))
    refunds_failed = models.PositiveIntegerField(_("refunds that failed"), default=0)
    disputes = models.PositiveIntegerField(_("disputes"))
    disputes_won = models.PositiveIntegerField(_("disputes won"))
    held = models.PositiveIntegerField(_("gifts held back"))

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        default_permissions = ()
        triggers = [_only_by_triggers()]

    def __str__(self) -> str:
        return f"{self.goal_id}, {self.supporter_id}: {self.net}"


class GoalTotal(models.Model):
    """A part of what a goal has come to: its rows added together are the figures.

    ``givers`` paid something, ``people`` are those of them who did not get all of it back. A single row may be below
    zero, when what it takes away was added by another.
    """

    goal = models.ForeignKey(
        "supporters.Goal",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="totals",
        verbose_name=_("goal"),
    )
    people = models.BigIntegerField(_("supporters counted"))
    givers = models.BigIntegerField(_("people who paid"))
    money = models.BigIntegerField(_("money"), help_text=_("In minor units."))
    payments = models.BigIntegerField(_("payments"))
    refunds = models.BigIntegerField(_("refunds"))
    refunds_failed = models.BigIntegerField(_("refunds that failed"), default=0)
    disputes = models.BigIntegerField(_("disputes"))
    disputes_won = models.BigIntegerField(_("disputes won"))
    held = models.BigIntegerField(_("gifts held back"))

    class Meta:
        verbose_name = _("total")
        verbose_name_plural = _("totals")
        default_permissions = ()
        triggers = [_only_by_triggers()]

    def __str__(self) -> str:
        return f"{self.goal_id}: {self.people}, {self.money}"
