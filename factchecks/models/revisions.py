"""A revision: the whole check frozen as one document, numbered, dated, signed, hashed, never changed afterwards."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factchecks.models.checks import FactCheck


class Revision(models.Model):
    """One state of one check. ``document`` is described by ``factchecks/schema/document-v1.json``."""

    class Origin(models.TextChoices):
        """By which way it came; an import may follow an import, but never overwrite the desk."""

        DESK = "desk", _("desk")
        IMPORT = "import", _("import")

    fact_check = models.ForeignKey(
        FactCheck, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("fact check")
    )
    number = models.PositiveIntegerField(_("number"))
    document = models.JSONField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.DESK)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("saved by"),
        help_text=_("Empty when a command saved it."),
    )
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["fact_check", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="revision_number_once_in_a_check", fields=["fact_check", "number"]
            ),
            models.CheckConstraint(name="revision_number_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="revision_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="revision_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="revision_is_never_truncated",
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'Revisions are append-only.';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact_check_id}.{self.number}"
