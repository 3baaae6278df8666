"""Goals, and how far they are by the payments."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models.balances import REBUILD
from supporters.models.fields import CurrencyField, is_currency_code, is_plausible

# Written by hand, because it is part of every page: Django needs 3 ms to build the same.
TOTAL = """
    SELECT coalesce(sum(CASE supporters_goal.counts WHEN 'money' THEN money ELSE people END), 0)::bigint
    FROM supporters_goaltotal WHERE goal_id = supporters_goal.id
"""

# The same straight from the ledger, by another way than the triggers of the balances take.
VALUE = """
    SELECT CASE supporters_goal.counts
        WHEN 'money' THEN coalesce(sum(paid.amount - coalesce(returned.amount, 0)), 0)::bigint
        ELSE count(DISTINCT contribution.supporter_id)
        END
    FROM supporters_payment paid
    JOIN supporters_contribution contribution
        ON contribution.id = paid.contribution_id AND contribution.held_at IS NULL
    LEFT JOIN (
        SELECT reverses_id,
            greatest(sum(CASE WHEN kind IN ('refund_failed', 'dispute_won') THEN -amount ELSE amount END), 0) AS amount
        FROM supporters_payment
        WHERE kind <> 'payment' AND paid_at < least(supporters_goal.ends_at, %s)
        GROUP BY reverses_id
    ) returned ON returned.reverses_id = paid.id
    WHERE paid.kind = 'payment'
        AND paid.paid_at >= supporters_goal.starts_at
        AND paid.paid_at < least(supporters_goal.ends_at, %s)
        AND paid.amount > coalesce(returned.amount, 0)
        AND supporters_goal.currency IN ('', paid.currency)
"""


class GoalQuerySet(models.QuerySet["Goal"]):
    def ended(self, at: datetime | None = None) -> "GoalQuerySet":
        """Goals whose deadline has passed and which the site no longer shows on every page."""
        return self.filter(is_current=False, ends_at__lte=at or timezone.now())

    def with_value(self) -> "GoalQuerySet":
        """Adds ``value``: how far each goal is, in people or in minor units.

        A payment counts for a goal when it was made in the goal's window, with what is left of it
        after the refunds and disputes until its end. So a goal keeps its result after its deadline.
        A gift that is held back counts for nothing.
        """
        value = RawSQL(TOTAL, [], output_field=models.BigIntegerField())  # noqa: S611 - nobody's words are in it
        return self.annotate(value=value)

    def with_ledger_value(self, at: datetime | None = None) -> "GoalQuerySet":
        """Adds ``ledger_value``: the same worked out from all payments, or from those until a moment.

        Slow at size: for whoever audits.
        """
        # One tick later, so that a payment of that very moment counts.
        until = at + timedelta(microseconds=1) if at else "infinity"
        return self.annotate(
            ledger_value=RawSQL(  # noqa: S611 - nobody's words are in it
                VALUE, [until, until], output_field=models.BigIntegerField()
            )
        )


class Goal(models.Model):
    """What the newsroom asks its readers for: so many supporters, or so much money."""

    class Counts(models.TextChoices):
        SUPPORTERS = "supporters", _("supporters")
        MONEY = "money", _("money")

    title = models.CharField(_("title"), max_length=200)
    counts = models.CharField(_("counts"), max_length=10, choices=Counts, default=Counts.SUPPORTERS)
    target = models.PositiveBigIntegerField(
        _("target"), help_text=_("So many supporters, or minor units of the currency.")
    )
    currency = CurrencyField(
        verbose_name=_("currency"),
        blank=True,
        help_text=_("For a goal in money: only payments in this currency count."),
    )
    starts_at = models.DateTimeField(
        _("starts"), help_text=_("Payments from this moment on count.")
    )
    ends_at = models.DateTimeField(
        _("ends"),
        null=True,
        blank=True,
        help_text=_("Payments before this moment count. Leave it empty for no deadline."),
    )
    appeal = models.TextField(
        _("appeal"), blank=True, help_text=_("What readers are asked, in a sentence or two.")
    )
    thanks = models.TextField(
        _("thanks"), blank=True, help_text=_("What is said once the goal is reached.")
    )
    is_current = models.BooleanField(
        _("current"), default=False, help_text=_("Shown on every page. There is one at most.")
    )
    rebuilt_at = models.DateTimeField(
        _("balances rebuilt"),
        null=True,
        editable=False,
        help_text=_("A new moment makes the database work the balances out anew."),
    )

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ("-is_current", "-starts_at", "-pk")
        triggers = [REBUILD]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=models.Q(is_current=True),
                name="goal_one_is_current",
                violation_error_message=_(
                    "Another goal is current. Save this one without, then make it the current one "
                    "in the list of goals."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(target__gt=0),
                name="goal_target_above_zero",
                violation_error_message=_("The target must be above zero."),
            ),
            models.CheckConstraint(
                condition=(models.Q(counts="money") & is_currency_code("currency"))
                | models.Q(counts="supporters", currency=""),
                name="goal_in_money_has_a_currency",
                violation_error_message=_(
                    "A goal in money has a currency, a goal in supporters has none."
                ),
            ),
            models.CheckConstraint(
                condition=is_plausible("starts_at")
                & (models.Q(ends_at=None) | is_plausible("ends_at")),
                name="goal_is_of_our_time",
                violation_error_message=_("The year of the goal cannot be right."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="goal_ends_after_it_starts",
                violation_error_message=_("The goal ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_on(self) -> date | None:
        """The last day on which a payment counts, in the newsroom's time zone."""
        if self.ends_at is None:
            return None
        return timezone.localdate(self.ends_at - timedelta(microseconds=1))
