"""What happens to a check at the desk before and after it is public: who did which step, when, with which revision."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factchecks.models.checks import FactCheck
from factchecks.models.revisions import Revision


class Step(models.Model):
    """One step of a check's way through the newsroom. The record is append-only."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("sent to review")
        RETURNED = "returned", _("sent back to the writer")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        SCHEDULED = "scheduled", _("scheduled")
        MOVED = "moved", _("schedule moved")
        CANCELLED = "cancelled", _("schedule cancelled")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RETRACTED = "retracted", _("retracted")
        TAKEN_DOWN = "taken_down", _("taken down")

    fact_check = models.ForeignKey(FactCheck, on_delete=models.PROTECT, related_name="steps")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("step"), max_length=20, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Empty when a command did it."),
    )
    at = models.DateTimeField(_("at"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(name="step_of_a_revision", fields=["revision", "kind"]),
            models.Index(
                name="step_returned", fields=["fact_check", "-at"], condition=Q(kind="returned")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="step_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def begins_at(self) -> datetime | None:
        """For which moment it was scheduled or moved; such a step has that for its note."""
        if self.kind not in {self.Kind.SCHEDULED, self.Kind.MOVED}:
            return None
        return datetime.fromisoformat(self.note)


class Note(models.Model):
    """A word within the newsroom about a check. It never becomes public."""

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.TextField(_("note"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:80]


class UnsavedWork(models.Model):
    """What one person has typed into one open form and not saved yet: the fields as the browser sent them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.UUIDField(
        db_default=RandomUUID(),
        help_text=_("The key that the form got when it was opened; two tabs have two."),
    )
    fact_check = models.ForeignKey(
        FactCheck,
        on_delete=models.CASCADE,
        null=True,
        related_name="unsaved_work",
        help_text=_("Empty for a check that was never saved."),
    )
    base = models.PositiveIntegerField(help_text=_("The revision that the form was opened with."))
    title = models.CharField(
        max_length=200, blank=True, default="", help_text=_("The question, as typed.")
    )
    fields = models.JSONField(help_text=_("A list of pairs, name and value, in the form's order."))
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="unsaved_work_once_a_form", fields=["user", "form"])
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.saved_at:%H:%M}"


class Presence(models.Model):
    """Who has a check open, as of their browser's last sign of life."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="presences")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="presence_once", fields=["user", "fact_check"])]

    def __str__(self) -> str:
        return str(self.user)


class ReviewLink(models.Model):
    """A secret address by which an expert from outside, without an account, reads a draft and comments on it.

    Only a hash of its token is kept: who reads the database cannot follow it.
    """

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="review_links")
    name = models.CharField(_("for whom"), max_length=200)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review link")
        verbose_name_plural = _("review links")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class ReviewComment(models.Model):
    """What an outside expert says of one finding, or of the whole check, in one revision."""

    class Verdict(models.TextChoices):
        APPROVES = "approves", _("approves")
        OBJECTS = "objects", _("objects")
        COMMENTS = "comments", _("comments")

    link = models.ForeignKey(ReviewLink, on_delete=models.CASCADE, related_name="comments")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    finding = models.UUIDField(
        null=True, help_text=_("The key of the finding; empty for the whole check.")
    )
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    text = models.TextField(_("comment"), blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="review_comment_says_something",
                condition=Q(verdict="approves") | ~Q(text=""),
                violation_error_message=_("Say what you mean."),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80] or self.get_verdict_display()
