"""How checks lean on their sources, worked out for the desk's report."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factchecks.models.checks import FactCheck
from sources.models import Publisher


class Leaning(models.Model):
    """What the texts of a check's working copy make of the sources that it found: see ``factchecks.leaning``.

    Worked out by a job, for it takes reading the texts; nothing public depends on it.
    """

    fact_check = models.OneToOneField(
        FactCheck,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="leaning",
        verbose_name=_("fact check"),
    )
    revision = models.BigIntegerField(
        _("revision"), help_text=_("The key of the newest one that is taken into account.")
    )
    found = models.PositiveIntegerField(_("sources found"))
    uncited = ArrayField(
        models.PositiveIntegerField(),
        verbose_name=_("not cited"),
        help_text=_("The numbers of those that no text cites."),
    )
    publisher = models.ForeignKey(
        Publisher,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("publisher"),
        help_text=_("The one behind most of the sources that are cited."),
    )
    of_publisher = models.PositiveIntegerField(_("cited sources of that publisher"), default=0)
    cited = models.PositiveIntegerField(_("cited sources with a publisher"), default=0)
    is_one_sided = models.BooleanField(
        _("one-sided"), default=False, help_text=_("More than two thirds of these are of one.")
    )

    class Meta:
        verbose_name = _("leaning")
        verbose_name_plural = _("leanings")
        indexes = [
            models.Index(name="leaning_revision", fields=["revision"]),
            models.Index(name="leaning_uncited", fields=["fact_check"], condition=~Q(uncited=[])),
            models.Index(
                name="leaning_one_sided", fields=["fact_check"], condition=Q(is_one_sided=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.fact_check)
