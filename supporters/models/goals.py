"""Goals, and how far they are by the payments."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models.fields import CurrencyField, is_currency_code, is_plausible

# Written by hand, because it is part of every page: Django needs 3 ms to build the same.
VALUE = """
    SELECT CASE supporters_goal.counts
        WHEN 'money' THEN coalesce(sum(paid.amount - coalesce(refunded.amount, 0)), 0)
        ELSE count(DISTINCT contribution.supporter_id)
        END
    FROM supporters_payment paid
    JOIN supporters_contribution contribution ON contribution.id = paid.contribution_id
    LEFT JOIN (
        SELECT reverses_id, sum(amount) AS amount
        FROM supporters_payment
        WHERE kind = 'refund' AND paid_at < least(supporters_goal.ends_at, %s)
        GROUP BY reverses_id
    ) refunded ON refunded.reverses_id = paid.id
    WHERE paid.kind = 'payment'
        AND paid.paid_at >= supporters_goal.starts_at
        AND paid.paid_at < least(supporters_goal.ends_at, %s)
        AND paid.amount > coalesce(refunded.amount, 0)
        AND supporters_goal.currency IN ('', paid.currency)
"""


class GoalQuerySet(models.QuerySet["Goal"]):
    def ended(self, at: datetime | None = None) -> "GoalQuerySet":
        """Goals whose deadline has passed and which the site no longer shows on every page."""
        return self.filter(is_current=False, ends_at__lte=at or timezone.now())

    def with_value(self, at: datetime | None = None) -> "GoalQuerySet":
        """Adds ``value``: how far each goal is at a moment, in people or in minor units.

        A payment counts for a goal when it was made in the goal's window, with what is left of it
        after the refunds made until then. So a goal keeps its result after its deadline.
        """
        # One tick later, so that a payment of this very moment counts.
        until = (at or timezone.now()) + timedelta(microseconds=1)
        return self.annotate(
            value=RawSQL(  # noqa: S611 - nobody's words are in it
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

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        ordering = ("-is_current", "-starts_at", "-pk")
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
