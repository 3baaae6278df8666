"""Supporters: one row is one person."""

import uuid

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import JSONObject, Lower, Trim, Upper
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

    def with_address(self, address: str) -> "Supporter | None":
        """Whoever has this address; nobody for none."""
        return self.filter(email=address).exclude(email="").first()

    def on_the_wall(self) -> "SupporterQuerySet":
        """Those who agreed to be named, and whose gifts are more than what was given back.

        What is held back as suspicious counts for nothing. The latest to come stand first.
        """
        own = Payment.objects.filter(
            contribution__supporter=models.OuterRef("pk"), contribution__held_at=None
        )
        net = own.order_by().values("contribution__supporter").values(net=Payment.NET)
        agreed = self.filter(show_name=True).exclude(name="")
        return agreed.alias(net=models.Subquery(net)).filter(net__gt=0).order_by("-pk")


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
    erased_at = models.DateTimeField(
        _("forgotten"),
        null=True,
        editable=False,
        help_text=_("Since then nothing is known of the person but that they gave."),
    )

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(
                fields=["-id"],
                condition=models.Q(show_name=True) & ~models.Q(name=""),
                name="supporter_on_the_wall",
            ),
            models.Index(fields=["-created_at", "-id"], name="supporter_latest"),
            # For the desk's search, which looks for a part of a word in capitals.
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="supporter_name_search"),
            GinIndex(OpClass(Upper("email"), "gin_trgm_ops"), name="supporter_email_search"),
        ]
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
            models.CheckConstraint(
                condition=models.Q(erased_at=None) | models.Q(name="", email="", show_name=False),
                name="supporter_erased_is_forgotten",
                violation_error_message=_("This person asked to be forgotten."),
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return str(_("Forgotten supporter %s") % str(self.key)[:8])
        return self.name or self.email or str(_("Unknown supporter %s") % str(self.key)[:8])
