"""The history of a source: each look at it, and what it came to."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from sources.fetching.outcomes import Kind, Outcome
from sources.fetching.verdict import State
from sources.models.copies import Snapshot
from sources.models.sources import Source


class Look(models.Model):
    """One look at a source, by the watch or for keeping a copy: ``fetching.outcomes.Outcome`` with what it led to."""

    KINDS = {
        Kind.SAME: _("stands as it was"),
        Kind.CHANGED: _("stands, with other text"),
        Kind.DRIFTED: _("a quotation no longer stands"),
        Kind.GONE: _("is gone"),
        Kind.SOFT_GONE: _("says that there is nothing"),
        Kind.HOME: _("leads to a home page"),
        Kind.FAILED: _("did not answer"),
        Kind.BARRED: _("could not be looked at"),
    }

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text=_("Of the job that made it.")
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="looks", verbose_name=_("source")
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(
        _("found"), max_length=10, choices=[(kind.value, name) for kind, name in KINDS.items()]
    )
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    final_url = models.TextField(_("final address"), blank=True)
    retry_after = models.FloatField(
        _("seconds to be left alone"), default=0, help_text=_("As the host asks.")
    )
    problem = models.CharField(
        _("problem"), max_length=300, blank=True, help_text=_("A sentence for the desk.")
    )
    state = models.CharField(
        _("state after it"), max_length=10, choices=[(state.value, state.value) for state in State]
    )
    snapshot = models.ForeignKey(
        Snapshot,
        on_delete=models.PROTECT,
        null=True,
        related_name="looks",
        verbose_name=_("kept copy"),
        help_text=_("The one that it made, or found the page to be the same as."),
    )

    class Meta:
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(name="look_newest_of_a_source", fields=["source", "-at"])]
        triggers = [
            pgtrigger.ReadOnly(name="look_never_changes", exclude=["source"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.get_kind_display()}"

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.at, Kind(self.kind), self.final_url, self.retry_after)
