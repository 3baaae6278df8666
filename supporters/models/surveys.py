"""What the whole ledger adds up to, day by day, for the desk alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Survey(models.Model):
    """What all payments together showed at one moment: too long in the making to be made for every look.

    Nothing that readers see comes from here. It can be thrown away at any time, and is made anew.
    """

    made_at = models.DateTimeField(_("made"))
    figures = models.JSONField(_("figures"))

    class Meta:
        verbose_name = _("survey of the ledger")
        verbose_name_plural = _("surveys of the ledger")
        ordering = ("-made_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"
