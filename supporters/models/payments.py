"""The ledger: movements of money, never changed afterwards."""

import uuid
from datetime import timedelta
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from supporters import money
from supporters.models.balances import COUNT_PAYMENTS, ENTER
from supporters.models.fields import CurrencyField, is_currency_code, is_plausible

APPEND_ONLY = pgtrigger.Trigger(
    name="append_only",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
    func="""
        RAISE EXCEPTION 'Payments are append-only: record a refund instead.'
            USING ERRCODE = 'restrict_violation';
    """,
)

CLOCKS_DIFFER = timedelta(minutes=5)
"""A payment is recorded up to so much before it is made. One that is still to come would have to be counted by a clock."""

# The contribution's row is locked, so that two refunds at once are checked one after the other,
# and so that the currency cannot change meanwhile. A replay passes: its reference refuses it.
FITS_THE_LEDGER = pgtrigger.Trigger(
    name="fits_the_ledger",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[
        ("agreed", "text"),
        ("given", "supporters_payment"),
        ("refunded", "numeric"),
        ("failed", "numeric"),
        ("disputed", "numeric"),
        ("won", "numeric"),
    ],
    func=f"""
        {ENTER}
        SELECT currency INTO agreed
            FROM supporters_contribution WHERE id = NEW.contribution_id FOR NO KEY UPDATE;
        IF NEW.currency IS DISTINCT FROM agreed THEN
            RAISE EXCEPTION 'A payment is in the currency of its contribution.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.paid_at > clock_timestamp() + interval '{CLOCKS_DIFFER.seconds} seconds' THEN
            RAISE EXCEPTION 'A payment is not recorded before it is made.'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.reverses_id IS NOT NULL THEN
            SELECT * INTO given FROM supporters_payment WHERE id = NEW.reverses_id;
            IF given.kind IS DISTINCT FROM 'payment'
                OR given.contribution_id <> NEW.contribution_id
                OR given.paid_at > NEW.paid_at
            THEN
                RAISE EXCEPTION 'A refund follows a payment of the same contribution.'
                    USING ERRCODE = 'check_violation';
            END IF;
            SELECT coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0),
                    coalesce(sum(amount) FILTER (WHERE kind = 'refund_failed'), 0),
                    coalesce(sum(amount) FILTER (WHERE kind = 'dispute'), 0),
                    coalesce(sum(amount) FILTER (WHERE kind = 'dispute_won'), 0)
                INTO refunded, failed, disputed, won
                FROM (
                    SELECT kind, amount FROM supporters_payment
                        WHERE reverses_id = NEW.reverses_id AND (provider, provider_id, kind)
                            <> (NEW.provider, NEW.provider_id, NEW.kind)
                    UNION ALL SELECT NEW.kind, NEW.amount
                ) line;
            IF refunded - failed + disputed - won > given.amount THEN
                RAISE EXCEPTION 'Refunds never exceed what was paid.'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF failed > refunded THEN
                RAISE EXCEPTION 'No more comes back than was refunded.'
                    USING ERRCODE = 'check_violation';
            END IF;
            IF won > disputed THEN
                RAISE EXCEPTION 'No more is won back than was disputed.'
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        RETURN NEW;
    """,  # noqa: S608 - nobody's words are in it
)


def new_reference() -> str:
    return str(uuid.uuid4())


class Payment(models.Model):
    """One movement of money: a line of the ledger, written once and never changed.

    It holds no personal data, so that a person can be forgotten while the totals stay.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("payment")
        REFUND = "refund", _("refund")
        REFUND_FAILED = "refund_failed", _("refund failed")
        DISPUTE = "dispute", _("dispute")
        DISPUTE_WON = "dispute_won", _("dispute won")

    class Provider(models.TextChoices):
        HAND = "hand", _("by hand")
        DEMONSTRATION = "demonstration", _("demonstration")
        STRIPE = "stripe", _("card, by Stripe")
        STRIPE_TEST = "stripe-test", _("card, by Stripe's test mode")

    contribution = models.ForeignKey(
        "supporters.Contribution",
        on_delete=models.PROTECT,
        related_name="payments",
        verbose_name=_("contribution"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.PAYMENT)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name=_("refund of"),
        help_text=_("For a refund or a dispute: the payment that it is about."),
    )
    amount = models.PositiveBigIntegerField(
        _("amount"), help_text=_("In minor units of the currency, such as cents.")
    )
    currency = CurrencyField(verbose_name=_("currency"))
    paid_at = models.DateTimeField(_("paid"), db_index=True)
    provider = models.CharField(
        _("came by"), max_length=20, choices=Provider, default=Provider.HAND
    )
    provider_id = models.CharField(
        _("reference"),
        max_length=255,
        default=new_reference,
        help_text=_("What the provider calls it. The same reference is never counted twice."),
    )
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    COMES_IN: ClassVar = (Kind.PAYMENT, Kind.REFUND_FAILED, Kind.DISPUTE_WON)
    """Kinds that bring money; the others take it back."""

    NET: ClassVar[models.Aggregate] = models.Sum(
        models.Case(
            models.When(kind__in=COMES_IN, then="amount"),
            default=-models.F("amount"),
            output_field=models.BigIntegerField(),
        )
    )
    """What came in less what went back."""

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-paid_at", "-pk")
        default_permissions = ("add", "view")
        triggers = [APPEND_ONLY, FITS_THE_LEDGER, COUNT_PAYMENTS]
        indexes = [
            models.Index(fields=["provider_id"], name="payment_reference"),
            models.Index(
                fields=["-paid_at", "-id"],
                condition=~models.Q(kind="payment"),
                name="payment_given_back",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_id", "kind"],
                name="payment_recorded_once",
                violation_error_message=_("This has been recorded already."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="payment_amount_above_zero",
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__lte=money.LARGEST),
                name="payment_amount_is_plausible",
                violation_error_message=_("The amount is too large to be right."),
            ),
            models.CheckConstraint(
                condition=is_currency_code("currency"),
                name="payment_currency_is_a_code",
                violation_error_message=_("Choose a currency."),
            ),
            models.CheckConstraint(
                condition=is_plausible("paid_at"),
                name="payment_is_of_our_time",
                violation_error_message=_("The year of the payment cannot be right."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="payment", reverses=None)
                | models.Q(
                    kind__in=["refund", "refund_failed", "dispute", "dispute_won"],
                    reverses__isnull=False,
                ),
                name="payment_refund_names_its_payment",
                violation_error_message=_("A refund names the payment that it gives back."),
            ),
            models.CheckConstraint(
                condition=~models.Q(provider="") & ~models.Q(provider_id=""),
                name="payment_has_a_reference",
                violation_error_message=_("A payment needs a reference."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_label}, {self.paid_at:%Y-%m-%d}"

    @property
    def amount_label(self) -> str:
        return money.label(self.amount, self.currency)

    def left(self) -> int:
        """What is left of it after its refunds and disputes, in minor units."""
        return self.amount + (self.reversals.aggregate(net=self.NET)["net"] or 0)

    def refunded(self) -> int:
        """What its refunds have given back, less those that failed, in minor units."""
        refunds = self.reversals.filter(kind__in=[self.Kind.REFUND, self.Kind.REFUND_FAILED])
        return -(refunds.aggregate(net=self.NET)["net"] or 0)
