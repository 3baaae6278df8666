"""The ledger: movements of money, never changed afterwards."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from supporters import money
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

# The contribution's row is locked, so that two refunds at once are checked one after the other,
# and so that the currency cannot change meanwhile. A replay passes: its reference refuses it.
FITS_THE_LEDGER = pgtrigger.Trigger(
    name="fits_the_ledger",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("agreed", "text"), ("given", "supporters_payment"), ("returned", "numeric")],
    func="""
        SELECT currency INTO agreed
            FROM supporters_contribution WHERE id = NEW.contribution_id FOR NO KEY UPDATE;
        IF NEW.currency IS DISTINCT FROM agreed THEN
            RAISE EXCEPTION 'A payment is in the currency of its contribution.'
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
            SELECT coalesce(sum(amount), 0) INTO returned
                FROM supporters_payment
                WHERE reverses_id = NEW.reverses_id AND (provider, provider_id, kind)
                    <> (NEW.provider, NEW.provider_id, NEW.kind);
            IF returned + NEW.amount > given.amount THEN
                RAISE EXCEPTION 'Refunds never exceed what was paid.'
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        RETURN NEW;
    """,
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

    class Provider(models.TextChoices):
        HAND = "hand", _("by hand")
        DEMONSTRATION = "demonstration", _("demonstration")

    contribution = models.ForeignKey(
        "supporters.Contribution",
        on_delete=models.PROTECT,
        related_name="payments",
        verbose_name=_("contribution"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PAYMENT)
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name=_("refund of"),
        help_text=_("For a refund: the payment that it gives back."),
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

    NET: ClassVar[models.Aggregate] = models.Sum(
        models.Case(
            models.When(kind=Kind.PAYMENT, then="amount"),
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
        triggers = [APPEND_ONLY, FITS_THE_LEDGER]
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
                | models.Q(kind="refund", reverses__isnull=False),
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
        """What is left of it after its refunds, in minor units."""
        refunded = self.reversals.aggregate(total=models.Sum("amount"))["total"]
        return self.amount - (refunded or 0)
