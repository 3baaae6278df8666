"""Gifts and pledges."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters import money
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
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("-created_at", "-pk")
        triggers = [KEEP_CURRENCY]
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
        ]

    def __str__(self) -> str:
        gift = f"{self.amount_label}, {self.get_frequency_display()}, {self.pledged_on}"
        return f"{self.supporter}: {gift}"

    @property
    def amount_label(self) -> str:
        return money.label(self.amount, self.currency)
