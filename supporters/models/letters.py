"""What is written to supporters, so that nothing is sent twice."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models.contributions import Contribution
from supporters.models.fields import EmailAddressField
from supporters.models.payments import Payment
from supporters.models.people import Supporter

# A worker that has said nothing for so long after it began was cut off.
CUT_OFF = timedelta(minutes=10)


class LetterQuerySet(models.QuerySet["Letter"]):
    def unsent(self) -> "LetterQuerySet":
        """Letters that the desk should look at: refused, or of unknown fate."""
        long_ago = timezone.now() - CUT_OFF
        return self.filter(sent_at=None).filter(
            ~models.Q(error="") | models.Q(begun_at__lt=long_ago)
        )

    def asked_since(self, supporter: Supporter, since: datetime) -> "LetterQuerySet":
        return self.filter(kind=Letter.Kind.LINK, supporter=supporter, asked_at__gte=since)


class Letter(models.Model):
    """One letter to one supporter: asked for, handed to the mail server once, and then on record.

    It holds no address: the supporter's own is read when it is sent. The one exception is the
    letter that says that somebody has been forgotten; its address goes as soon as it is sent.
    """

    class Kind(models.TextChoices):
        THANKS = "thanks", _("thanks, with the receipt")
        RECEIPT = "receipt", _("receipt")
        LINK = "link", _("link to one's data")
        ERASED = "erased", _("has been forgotten")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    supporter = models.ForeignKey(
        Supporter,
        on_delete=models.CASCADE,
        null=True,
        related_name="letters",
        verbose_name=_("supporter"),
        help_text=_("Nobody, where an address was typed that we do not know: nothing is sent."),
    )
    contribution = models.ForeignKey(
        Contribution,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("contribution"),
    )
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("payment"),
    )
    address = EmailAddressField(_("e-mail"), max_length=320, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    begun_at = models.DateTimeField(
        _("begun"),
        null=True,
        editable=False,
        help_text=_("Set before it is handed over, so that it is never handed over twice."),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("thanked by"),
        help_text=_("For thanks by hand: who gave them."),
    )
    error = models.CharField(_("what went wrong"), max_length=200, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-asked_at", "-pk")
        default_permissions = ("change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["contribution"],
                condition=models.Q(kind="thanks"),
                name="letter_thanks_once_for_a_gift",
                violation_error_message=_("They have been thanked for this already."),
            ),
            models.UniqueConstraint(
                fields=["payment"],
                name="letter_once_for_a_payment",
                violation_error_message=_("There is a letter about this payment already."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["link", "erased"], contribution=None, payment=None)
                | models.Q(kind="thanks", contribution__isnull=False)
                | models.Q(kind="receipt", contribution__isnull=False, payment__isnull=False),
                name="letter_names_what_it_is_about",
                violation_error_message=_("Say which gift the letter is about."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind="link") | models.Q(supporter__isnull=False),
                name="letter_is_to_a_supporter",
                violation_error_message=_("Say whom the letter is to."),
            ),
            # Whoever is forgotten is forgotten: no address outlives the letter that says so.
            models.CheckConstraint(
                condition=models.Q(address="") | models.Q(kind="erased", sent_at=None),
                name="letter_keeps_no_address",
                violation_error_message=_("A letter keeps no address."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["supporter", "asked_at"],
                condition=models.Q(kind="link"),
                name="letter_links_asked_for",
            ),
            models.Index(
                fields=["-asked_at"],
                condition=models.Q(sent_at=None),
                name="letter_unsent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {timezone.localdate(self.asked_at):%Y-%m-%d}"
