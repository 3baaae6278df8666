"""What is public: a revision for a span of time, and the public record of why it changed."""

from datetime import date, datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from factchecks.models.checks import FactCheck
from factchecks.models.revisions import Revision
from sources.models import Source


def is_past(review_on: date | None) -> bool:
    """Whether a check's day of review has passed, today in the newsroom's time zone."""
    return review_on is not None and review_on < timezone.localdate()


class PublicationQuerySet(models.QuerySet["Publication"]):
    def published(self, at: datetime | None = None) -> "PublicationQuerySet":
        """Those live at that moment (now). The clock decides: a scheduled one begins without any job."""
        return self.filter(live_during__contains=at or timezone.now())

    def live_or_waiting(self, at: datetime) -> "PublicationQuerySet":
        """What is public at that moment, and what is scheduled then."""
        return self.filter(Q(live_during__contains=at) | Q(live_during__startswith__gt=at))

    def begun(self, at: datetime | None = None) -> "PublicationQuerySet":
        """Those that are public at that moment (now) or were before; never a scheduled one."""
        return self.filter(live_during__startswith__lte=at or timezone.now())

    def for_lists(self) -> "PublicationQuerySet":
        """Newest first, without what only the check's own page shows."""
        return self.defer("html", "text", "search", "search_front").order_by(
            "-first_published_at", "-pk"
        )

    def on_topic(self, slug: str) -> "PublicationQuerySet":
        return self.filter(tags__contains=[{"slug": slug}])

    def numbered(self) -> "PublicationQuerySet":
        """With ``number``: which public version of its check each is, from 1."""
        until_then = Publication.objects.filter(
            fact_check=models.OuterRef("fact_check"),
            live_during__startswith__lte=models.OuterRef("live_during__startswith"),
        )
        count = until_then.order_by().values("fact_check").values(number=models.Count("pk"))
        return self.annotate(number=models.Subquery(count))

    def topics(self) -> list[dict[str, Any]]:
        """The topics of these publications with how many have each, the most frequent first."""
        tag = models.Func("tags", function="jsonb_array_elements", output_field=models.JSONField())
        counted = self.order_by().annotate(tag=tag).values("tag").annotate(count=models.Count("pk"))
        topics = [{**row["tag"], "count": row["count"]} for row in counted]
        return sorted(topics, key=lambda topic: (-topic["count"], topic["name"]))


class Publication(models.Model):
    """A revision made public for a span of time, with what readers filter and sort by."""

    fact_check = models.ForeignKey(
        FactCheck,
        on_delete=models.PROTECT,
        related_name="publications",
        verbose_name=_("fact check"),
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="publications", verbose_name=_("revision")
    )
    live_during = DateTimeRangeField(_("live during"))
    first_published_at = models.DateTimeField(_("first published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
        help_text=_(
            "Empty where the newsroom publishes without a second person; readers are told."
        ),
    )
    is_retracted = models.BooleanField(
        _("retracted"), default=False, help_text=_("It stays at its address, under the notice.")
    )
    withdrawal_notice = models.TextField(_("withdrawal notice"), blank=True)
    is_taken_down = models.BooleanField(
        _("taken down"),
        default=False,
        help_text=_(
            "The words of this version are kept from readers for legal reasons. That it was public, when, and why "
            "it went stay told."
        ),
    )
    takedown_notice = models.TextField(_("takedown notice"), blank=True)

    slug = models.SlugField(_("slug"), max_length=80, allow_unicode=True)
    question = models.CharField(_("question"), max_length=300)
    excerpt = models.TextField(_("excerpt"))
    language = models.CharField(_("language"), max_length=35)
    checked_on = models.DateField(_("checked on"))
    review_on = models.DateField(_("review on"), null=True)
    rating = models.CharField(_("rating"), max_length=60, blank=True)
    authors = models.JSONField(_("authors"), default=list)
    tags = models.JSONField(_("tags"), default=list)
    publishers = models.JSONField(_("publishers of its sources"), default=list)
    answers = models.UUIDField(_("answers the question"), null=True)
    text = models.TextField(_("plain text"), default="")
    search = SearchVectorField(_("search vector"), null=True)
    search_front = SearchVectorField(
        _("search vector of the front"),
        null=True,
        help_text=_("Of question and summary; short enough to stand in the row, for ranking."),
    )
    words_known = models.BooleanField(
        _("words known"), default=False, help_text=_("Whether the search has learnt its words.")
    )
    card = models.CharField(_("picture for social media"), max_length=100, blank=True)
    html = models.JSONField(_("page parts"))
    html_made_at = models.DateTimeField(_("page parts made at"), default=timezone.now)
    html_version = models.CharField(_("version of the page parts"), max_length=64, db_index=True)

    number: int  # where ``numbered`` asks for it

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-first_published_at", "-pk"]
        indexes = [
            models.Index(name="publication_newest_first", fields=["-first_published_at", "-id"]),
            GinIndex(name="publication_tags", fields=["tags"], opclasses=["jsonb_path_ops"]),
            GinIndex(
                name="publication_publishers", fields=["publishers"], opclasses=["jsonb_path_ops"]
            ),
            # By words among the newest thousands: see factchecks.search.finding.
            GinIndex(
                models.F("search"),
                models.F("id") / 1000,
                name="publication_search",
                fastupdate=False,
            ),
            models.Index(name="publication_language", fields=["language"]),
            models.Index(
                name="publication_words_unknown", fields=["id"], condition=Q(words_known=False)
            ),
            models.Index(name="publication_answers", fields=["answers"]),
            GinIndex(  # who asks the question that a check answers
                OpClass(KeyTransform("questions", "html"), name="jsonb_path_ops"),
                name="publication_questions",
            ),
            models.Index(name="publication_rating", fields=["rating"]),
            models.Index(name="publication_slug", fields=["slug"]),
            models.Index(
                models.Func("live_during", function="lower", output_field=models.DateTimeField()),
                name="publication_beginning",
            ),
            models.Index(name="publication_review_on", fields=["review_on"]),
        ]
        constraints = [
            ExclusionConstraint(
                name="publication_one_live_at_a_time",
                expressions=[
                    ("fact_check", RangeOperators.EQUAL),
                    ("live_during", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another version is live at that time."),
            ),
            # An address that was public once stays with its check for ever, so that it can redirect.
            ExclusionConstraint(
                name="publication_slug_belongs_to_one_check",
                expressions=[
                    ("slug", RangeOperators.EQUAL),
                    ("fact_check", RangeOperators.NOT_EQUAL),
                ],
                violation_error_message=_("This address belongs to another fact check."),
            ),
            models.CheckConstraint(
                name="publication_is_live_for_some_time",
                condition=Q(live_during__isempty=False) & Q(live_during__startswith__isnull=False),
            ),
            models.CheckConstraint(
                name="publication_taken_down_is_over_and_says_why",
                condition=Q(is_taken_down=False, takedown_notice="")
                | (Q(is_taken_down=True, live_during__upper_inf=False) & ~Q(takedown_notice="")),
                violation_error_message=_("Tell readers why the words are taken down."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="publication_that_was_public_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("lower(OLD.live_during) <= clock_timestamp()"),
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("factchecks:detail", args=[self.slug])

    @property
    def title(self) -> str:
        """How it is named elsewhere: the question, and first of all that it is retracted."""
        if self.is_retracted:
            return gettext("Retracted: %(question)s") % {"question": self.question}
        return self.question

    @property
    def updated_at(self) -> datetime:
        """When this version became public."""
        return self.live_during.lower  # type: ignore[no-any-return]

    @property
    def may_be_outdated(self) -> bool:
        return is_past(self.review_on)

    @property
    def live_until(self) -> datetime | None:
        return self.live_during.upper  # type: ignore[no-any-return]

    @property
    def document(self) -> dict[str, Any]:
        return self.revision.document  # type: ignore[no-any-return]


class PublishedCitation(models.Model):
    """What a publication says of one of its sources, for the pages of sources and publishers.

    Frozen with it: correcting a source at the desk changes nothing public until the check is published again.
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="published_citations"
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    url = models.CharField(max_length=2000)
    title = models.CharField(max_length=500)
    publisher_name = models.CharField(max_length=200)
    publisher_domain = models.CharField(max_length=253, db_index=True)
    published_on = models.DateField(null=True)

    class Meta:
        ordering = ["publication", "number"]
        constraints = [
            models.UniqueConstraint(
                name="published_citation_number_once", fields=["publication", "number"]
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("factchecks:source", args=[self.source_id])

    @property
    def publisher_path(self) -> str:
        return reverse("factchecks:publisher", args=[self.publisher_domain])


class Correction(models.Model):
    """The public record of why a version replaced the one before it (``schema.org/CorrectionComment``, IFCN 5)."""

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("correction")
        CLARIFICATION = "clarification", _("clarification")
        UPDATE = "update", _("update")
        RETRACTION = "retraction", _("retraction")

    publication = models.OneToOneField(
        Publication,
        on_delete=models.CASCADE,
        related_name="correction",
        verbose_name=_("publication"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.TextField(_("what changed"))
    changes_verdict = models.BooleanField(
        _("changes the verdict"),
        default=False,
        help_text=_("The rating is another one than before: readers are told on top of the page."),
    )

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-publication__live_during"]
        constraints = [
            models.CheckConstraint(
                name="correction_says_what_changed",
                condition=~Q(text=""),
                violation_error_message=_("Say what changed and why."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text[:80]}"

    @property
    def is_on_top(self) -> bool:
        """Whether readers must see it before they read on."""
        return self.changes_verdict or self.kind == self.Kind.RETRACTION

    @property
    def made_at(self) -> datetime:
        return self.publication.updated_at
