"""Gifts and pledges."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters import money
from supporters.models.balances import COUNT_MOVES
from supporters.models.fields import CurrencyField, is_currency_code
from supporters.models.payments import Payment
from supporters.models.people import Supporter

KEEP_CURRENCY = pgtrigger.Trigger(
    name="currency_stays",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("currency"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__currency__df=pgtrigger.F("new__currency")),
    func="""
        IF EXISTS (SELECT FROM supporters_payment WHERE contribution_id = OLD.id) THEN
            RAISE EXCEPTION 'The currency of a contribution with payments stays as it is.'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    """,
)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def with_paid(self) -> "ContributionQuerySet":
        """Adds ``paid``: what came in for each, less refunds, in minor units."""
        own = Payment.objects.filter(contribution=models.OuterRef("pk")).order_by()
        paid = own.values("contribution").annotate(paid=Payment.NET).values("paid")
        return self.annotate(paid=Coalesce(models.Subquery(paid), 0))


class Contribution(models.Model):
    """One gift or pledge of one supporter: what they said they give, and how often.

    What has been paid of it is in its payments.
    """

    class Frequency(models.TextChoices):
        ONCE = "once", _("once")
        MONTHLY = "monthly", _("every month")
        YEARLY = "yearly", _("every year")

    class Method(models.TextChoices):
        CARD = "card", _("card")
        TRANSFER = "transfer", _("bank transfer")
        CHEQUE = "cheque", _("cheque")
        CASH = "cash", _("cash")
        PLEDGE = "pledge", _("pledge")

    key = models.UUIDField(
        _("key"),
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        editable=False,
        help_text=_("By which a payment provider tells us what a payment is for."),
    )
    supporter = models.ForeignKey(
        Supporter,
        on_delete=models.PROTECT,
        related_name="contributions",
        verbose_name=_("supporter"),
    )
    frequency = models.CharField(
        _("how often"), max_length=10, choices=Frequency, default=Frequency.ONCE
    )
    amount = models.PositiveBigIntegerField(
        _("amount"), help_text=_("In minor units of the currency, such as cents.")
    )
    currency = CurrencyField(verbose_name=_("currency"), default="USD")
    method = models.CharField(_("how it is given"), max_length=10, choices=Method)
    pledged_on = models.DateField(
        _("given or pledged on"),
        default=timezone.localdate,
        help_text=_("The day on which they said so."),
    )
    provider = models.CharField(
        _("by way of"),
        max_length=20,
        blank=True,
        editable=False,
        help_text=_("Who takes the payments; empty if they are recorded by hand."),
    )
    covers_fees = models.BooleanField(
        _("covers the fees"),
        default=False,
        editable=False,
        help_text=_("The amount contains what the card costs us."),
    )
    message = models.TextField(
        _("message"),
        blank=True,
        max_length=1000,
        editable=False,
        help_text=_("The supporter's own words to the newsroom."),
    )
    asks_to_show_name = models.BooleanField(
        _("asks to show the name"),
        default=False,
        editable=False,
        help_text=_("Said when giving; it is followed once this first gift is paid."),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(
        _("failing since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The renewal could not be charged, and has not been since."),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    note = models.TextField(
        _("note"), blank=True, max_length=2000, help_text=_("For the desk alone.")
    )
    held_at = models.DateTimeField(
        _("held back since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("While somebody looks into it, nothing of it counts."),
    )
    held_reason = models.CharField(
        _("held back because"), max_length=200, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("-created_at", "-pk")
        triggers = [KEEP_CURRENCY, COUNT_MOVES]
        indexes = [
            models.Index(
                fields=["provider"],
                condition=models.Q(provider="stripe-test"),
                name="contribution_of_test_mode",
            ),
            models.Index(fields=["-created_at", "-id"], name="contribution_latest"),
            models.Index(fields=["-pledged_on", "-id"], name="contribution_by_day"),
            models.Index(fields=["currency"], name="contribution_currency"),
            GinIndex(OpClass(Upper("note"), "gin_trgm_ops"), name="contribution_note_search"),
            models.Index(
                fields=["failing_since"],
                condition=models.Q(failing_since__isnull=False),
                name="contribution_failing",
            ),
            models.Index(
                fields=["held_at"],
                condition=models.Q(held_at__isnull=False),
                name="contribution_held",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="contribution_amount_above_zero",
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                condition=is_currency_code("currency"),
                name="contribution_currency_is_a_code",
                violation_error_message=_("Choose a currency."),
            ),
            models.CheckConstraint(
                condition=models.Q(frequency__in=["once", "monthly", "yearly"]),
                name="contribution_frequency_is_known",
                violation_error_message=_("Choose how often it is given."),
            ),
            models.CheckConstraint(
                condition=models.Q(method__in=["card", "transfer", "cheque", "cash", "pledge"]),
                name="contribution_method_is_known",
                violation_error_message=_("Choose how it is given."),
            ),
            models.CheckConstraint(
                condition=models.Q(held_at=None) | ~models.Q(held_reason=""),
                name="contribution_held_for_a_reason",
                violation_error_message=_("Say why the gift is held back."),
            ),
        ]

    def __str__(self) -> str:
        gift = f"{self.amount_label}, {self.get_frequency_display()}, {self.pledged_on}"
        return f"{self.supporter}: {gift}"

    @property
    def amount_label(self) -> str:
        return money.label(self.amount, self.currency)
