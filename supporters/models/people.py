"""Supporters: one row is one person."""

import uuid

from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import JSONObject, Lower, Trim
from django.utils.translation import gettext_lazy as _

from supporters.models.fields import EmailAddressField
from supporters.models.payments import Payment


class NFC(models.Func):
    function = "NORMALIZE"
    output_field = models.CharField()


class SupporterQuerySet(models.QuerySet["Supporter"]):
    def with_totals(self) -> "SupporterQuerySet":
        """Adds ``totals``: what each gave, less refunds, as [{"currency", "amount"}], and
        ``last_paid_at``."""
        own = Payment.objects.filter(contribution__supporter=models.OuterRef("pk"))
        by_currency = own.order_by("currency").values("currency").annotate(total=Payment.NET)
        latest = own.filter(kind=Payment.Kind.PAYMENT).order_by("-paid_at").values("paid_at")
        return self.annotate(
            totals=ArraySubquery(
                by_currency.values(row=JSONObject(currency="currency", amount="total"))
            ),
            last_paid_at=models.Subquery(latest[:1]),
        )


class Supporter(models.Model):
    """One person who keeps the newsroom independent: known by an e-mail address, or by hand.

    Private: nothing here is shown to readers, unless the supporter chose to show their name.
    """

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(
        _("name"),
        max_length=200,
        blank=True,
        validators=[
            RegexValidator(
                r"[\x00-\x1f\x7f]",
                _("Write the name on one line, without control characters."),
                inverse_match=True,
            )
        ],
        help_text=_("Leave it empty for somebody who wishes to stay unknown."),
    )
    email = EmailAddressField(
        _("e-mail"),
        max_length=320,
        blank=True,
        help_text=_("One person has one address. Leave it empty if you do not know it."),
    )
    show_name = models.BooleanField(
        _("show the name"),
        default=False,
        help_text=_("Tick this only if they said so: their name may then be shown to readers."),
    )
    is_demonstration = models.BooleanField(
        _("demonstration"), default=False, editable=False, help_text=_("Made up, not a person.")
    )
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=~models.Q(email=""),
                name="supporter_email_is_one_person",
                violation_error_message=_("A supporter with this e-mail address exists already."),
            ),
            # Two spellings of one address would count one person twice.
            models.CheckConstraint(
                condition=models.Q(email=NFC(Lower(Trim("email")))),
                name="supporter_email_is_normalised",
                violation_error_message=_("Write the e-mail address in small letters."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or str(_("Unknown supporter %s") % str(self.key)[:8])
