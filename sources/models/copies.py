"""Kept copies: what was found at a source's address at a moment, and the bytes, once for all moments that found the same."""

import uuid

import pgtrigger
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sources.models.sources import Source


def evidence_storage() -> Storage:
    """Where the copies' files are kept: a folder, or what ``EVIDENCE_STORAGE`` says."""
    return storages["evidence"]


class Body(models.Model):
    """The bytes of a page, stored once, with what was read out of them.

    ``warc`` is a standard WARC 1.1 file of the first exchange that brought them. ``text`` is theirs for looking up
    quotations (see ``sources.reading``); ``trouble`` says why there is none.
    """

    sha256 = models.CharField(
        _("SHA-256"), max_length=64, unique=True, help_text=_("Of the unpacked bytes, in hex.")
    )
    size = models.PositiveBigIntegerField(_("bytes"))
    warc = models.FileField(_("WARC file"), storage=evidence_storage, max_length=120)
    media_type = models.CharField(_("media type"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=10, blank=True, help_text=_("html, pdf or text."))
    title = models.CharField(_("title"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=35, blank=True)
    text = models.TextField(_("text"), blank=True)
    said = models.JSONField(
        _("what it says of itself"),
        default=dict,
        blank=True,
        help_text=_("By the field of a source, as far as it fits there (see sources.saying)."),
    )
    hints = models.JSONField(_("hints"), default=list, blank=True)
    trouble = models.CharField(_("trouble with reading it"), max_length=20, blank=True)
    reader = models.CharField(
        _("reader"), max_length=16, blank=True, help_text=_("The version of what it was read by.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    is_read_anew = False  # and not saved yet: see ``sources.rereading``

    class Meta:
        verbose_name = _("kept page")
        verbose_name_plural = _("kept pages")
        constraints = [
            models.CheckConstraint(
                name="body_hash_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="body_has_its_file", condition=~Q(warc="")),
        ]
        triggers = [pgtrigger.Protect(name="body_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.sha256[:12]


class Snapshot(models.Model):
    """Our kept copy of a source at a moment. It never changes; a merged source's go with it."""

    class Reason(models.TextChoices):
        ADDED = "added", _("the source was added")
        PUBLISHED = "published", _("a check that cites it was published")
        CHANGED = "changed", _("its text had changed")
        ASKED = "asked", _("somebody asked for it")
        MERGED = "merged", _("a double was merged into it")

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text=_("Of the job that made it.")
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("source")
    )
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("kept page")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    taken_at = models.DateTimeField(_("taken at"))
    asked_url = models.TextField(_("address asked for"))
    final_url = models.TextField(_("final address"), help_text=_("After the redirects."))
    status = models.PositiveSmallIntegerField(_("status"))
    headers = models.JSONField(_("headers"), help_text=_("Pairs, in the order that they came."))

    class Meta:
        verbose_name = _("kept copy")
        verbose_name_plural = _("kept copies")
        ordering = ["-taken_at", "-pk"]
        indexes = [models.Index(name="snapshot_newest_of_a_source", fields=["source", "-taken_at"])]
        triggers = [
            pgtrigger.ReadOnly(name="snapshot_never_changes", exclude=["source"]),
            pgtrigger.Protect(name="snapshot_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.taken_at:%Y-%m-%d})"
