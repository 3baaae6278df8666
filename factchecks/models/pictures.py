"""Pictures in a check: a screenshot of a claim, a chart."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factchecks.models.checks import FactCheck, unique_when_done


class Picture(models.Model):
    """One picture of one check (``schema.org/ImageObject``), placed in a text by ``![…](picture:name)``.

    ``sha256`` names its files, which stay for ever: a published revision may show them. Only a takedown lays them aside.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveIntegerField(_("position"))
    name = models.SlugField(_("name in the text"), max_length=60)
    alt = models.CharField(
        _("alternative text"),
        max_length=500,
        help_text=_("What the picture shows, for those who do not see it."),
    )
    credit = models.CharField(_("credit"), max_length=200)
    licence = models.CharField(_("licence"), max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position"]
        constraints = [
            unique_when_done("picture_name_once_in_a_check", "fact_check", "name"),
            unique_when_done("picture_key_once_in_a_check", "fact_check", "key"),
            models.CheckConstraint(
                name="picture_is_described_and_credited",
                condition=~Q(alt="") & ~Q(credit="") & ~Q(licence=""),
                violation_error_message=_(
                    "A picture needs its alternative text, its credit and its licence."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
