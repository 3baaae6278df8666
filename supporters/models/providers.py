"""What payment providers tell us: their events, and what is known by them of each of their objects."""

from collections.abc import Iterable

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _


class ProviderEvent(models.Model):
    """One message of a payment provider, kept once however often it was delivered.

    ``payload`` holds ids, amounts and states; names and addresses are left out before it is written.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        APPLIED = "applied", _("applied")
        IGNORED = "ignored", _("ignored")
        FAILED = "failed", _("failed")
        CLOSED = "closed", _("dealt with by hand")

    provider = models.CharField(_("provider"), max_length=20)
    event_id = models.CharField(_("event"), max_length=255)
    type = models.CharField(_("type"), max_length=100)
    is_live = models.BooleanField(_("live"), help_text=_("Real money, not a test."))
    created_at = models.DateTimeField(_("happened"))
    payload = models.JSONField(_("content"))
    status = models.CharField(
        _("state"), max_length=10, choices=Status, default=Status.WAITING, db_default=Status.WAITING
    )
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied"), null=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0, db_default=0)
    error = models.CharField(_("problem"), max_length=300, blank=True, default="", db_default="")
    closed_at = models.DateTimeField(_("dealt with"), null=True)
    closed_because = models.CharField(
        _("dealt with because"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("event of a provider")
        verbose_name_plural = _("events of providers")
        ordering = ("-received_at", "-pk")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["-received_at"],
                condition=models.Q(status="failed"),
                name="provider_event_failed",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="provider_event_stored_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="closed") | ~models.Q(closed_because=""),
                name="provider_event_closed_for_a_reason",
                violation_error_message=_("Say how the event was dealt with."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


_ABOVE = """
    WITH RECURSIVE above AS (
        SELECT id, part_of_id FROM supporters_providerobject
            WHERE provider = %s AND object_id = ANY(%s)
        UNION
        SELECT owner.id, owner.part_of_id
            FROM supporters_providerobject owner JOIN above ON owner.id = above.part_of_id
    )
    SELECT id FROM above
"""
_BELOW = """
    WITH RECURSIVE below AS (
        SELECT %s::bigint AS id
        UNION
        SELECT part.id FROM supporters_providerobject part JOIN below ON part.part_of_id = below.id
    )
    SELECT id FROM below
"""


class ProviderObjectQuerySet(models.QuerySet["ProviderObject"]):
    def with_all_above(self, provider: str, object_ids: Iterable[str]) -> "ProviderObjectQuerySet":
        """Those of these ids, what they are part of, what that is part of, …"""
        return self.filter(pk__in=RawSQL(_ABOVE, [provider, list(object_ids)]))  # noqa: S611 - nobody's words are in it

    def with_all_below(self, root: "ProviderObject") -> "ProviderObjectQuerySet":
        """An object, its parts, their parts, …, the eldest first."""
        return self.filter(pk__in=RawSQL(_BELOW, [root.pk])).order_by("pk")  # noqa: S611


class ProviderObject(models.Model):
    """A charge, invoice, subscription, … of a provider, with all that its events have said of it so far.

    Each field only ever grows: it is filled once, or takes the larger figure. So the row is the same in
    whichever order the events came, and however often.
    """

    class Kind(models.TextChoices):
        SESSION = "session", _("checkout")
        INTENT = "intent", _("payment")
        CHARGE = "charge", _("charge")
        INVOICE = "invoice", _("invoice")
        SUBSCRIPTION = "subscription", _("subscription")
        CUSTOMER = "customer", _("customer")
        REFUND = "refund", _("refund")
        DISPUTE = "dispute", _("dispute")

    provider = models.CharField(_("provider"), max_length=20)
    object_id = models.CharField(_("id"), max_length=255)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    part_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("A charge is part of a payment, that of an invoice, that of a subscription."),
    )
    contribution = models.ForeignKey(
        "supporters.Contribution",
        on_delete=models.CASCADE,
        null=True,
        related_name="provider_objects",
        verbose_name=_("contribution"),
    )
    amount = models.PositiveBigIntegerField(
        _("amount"), null=True, help_text=_("Paid, refunded or disputed, in minor units.")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    happened_at = models.DateTimeField(_("happened"), null=True)
    refunded = models.PositiveBigIntegerField(
        _("refunded"), default=0, help_text=_("All that was refunded of this charge until now.")
    )
    refunded_at = models.DateTimeField(_("last refunded"), null=True)
    is_taken = models.BooleanField(
        _("taken"), default=False, help_text=_("The refund or dispute took its amount from us.")
    )
    is_given_back = models.BooleanField(
        _("given back"), default=False, help_text=_("The dispute was won, or the refund failed.")
    )
    failed_at = models.DateTimeField(_("failed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    card = models.CharField(
        _("card"),
        max_length=64,
        blank=True,
        help_text=_("A keyed hash: the same for the same card."),
    )
    card_country = models.CharField(_("country of the card"), max_length=2, blank=True)
    billing_country = models.CharField(_("country of the address"), max_length=2, blank=True)

    objects = ProviderObjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("object of a provider")
        verbose_name_plural = _("objects of providers")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["card"], condition=~models.Q(card=""), name="provider_object_of_a_card"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "object_id"], name="provider_object_kept_once"
            )
        ]

    def __str__(self) -> str:
        return self.object_id
