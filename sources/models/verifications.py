"""What looking quotations up in kept pages found."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.copies import Body


class Verification(models.Model):
    """Whether a quotation stands in a kept page's text, looked up once; see ``sources.quoting``."""

    class Result(models.TextChoices):
        VERIFIED = "verified", _("verified")
        DIFFERENT = "different", _("found with differences")
        NOT_FOUND = "not found", _("not found")

    body = models.ForeignKey(
        Body, on_delete=models.CASCADE, related_name="verifications", verbose_name=_("kept page")
    )
    digest = models.CharField(
        _("digest"), max_length=64, help_text=_("SHA-256 of the quotation's text, in hex.")
    )
    rules = models.CharField(
        _("rules"), max_length=16, help_text=_("The version of the rules that it was looked up by.")
    )
    result = models.CharField(_("result"), max_length=10, choices=Result)
    start = models.PositiveIntegerField(
        _("start"), null=True, help_text=_("In the text, in characters.")
    )
    end = models.PositiveIntegerField(_("end"), null=True)
    pieces = models.JSONField(
        _("differences"),
        default=list,
        blank=True,
        help_text=_("Pairs of “same”, “quoted” or “standing” and the words."),
    )
    made_at = models.DateTimeField(_("looked up at"), auto_now_add=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        indexes = [models.Index(name="verification_rules", fields=["rules", "body"])]
        constraints = [
            models.UniqueConstraint(
                name="verification_of_a_quotation_once", fields=["body", "digest"]
            ),
            models.CheckConstraint(
                name="verification_says_where",
                condition=Q(result="not found", start=None, end=None)
                | (~Q(result="not found") & Q(start__isnull=False, end__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.get_result_display()
