"""The working copy: one fact check as the desk has it now. Nothing here is public.

Every way of changing it ends in ``factchecks.revisions.apply``.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from factchecks.models.newsroom import Person, Rating
from sources.models import Source, validate_address


class FactCheck(models.Model):
    """A question, answered in numbered findings with citations (``schema.org/NewsArticle``)."""

    class Stage(models.TextChoices):
        """How far the newest revision is. What is public is another matter: see ``Publication``."""

        DRAFT = "draft", _("draft")
        REVIEW = "review", _("in review")
        APPROVED = "approved", _("approved")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        allow_unicode=True,
        help_text=_("The last part of the public address."),
    )
    question = models.CharField(_("question"), max_length=300)
    summary = models.TextField(_("executive summary"), blank=True)
    language = models.CharField(
        _("language"),
        max_length=35,
        default="en",
        help_text=_("A language tag, such as en or pt-BR."),
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    review_on = models.DateField(
        _("review on"),
        null=True,
        blank=True,
        help_text=_("When the check should be looked at again."),
    )
    authors = models.ManyToManyField(
        Person, through="Byline", related_name="authored", verbose_name=_("authors")
    )
    reviewed_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed",
        verbose_name=_("reviewed by"),
    )
    tags = TaggableManager(_("tags"), blank=True)
    claim_text = models.TextField(_("claim"), blank=True)
    claimant = models.CharField(
        _("claimant"), max_length=200, blank=True, help_text=_("Who made the claim.")
    )
    claimed_on = models.DateField(_("claimed on"), null=True, blank=True)
    claim_appearance = models.CharField(
        _("appearance"),
        max_length=2000,
        blank=True,
        validators=[validate_address],
        help_text=_("An address at which the claim can be seen."),
    )
    rating = models.ForeignKey(
        Rating, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("rating")
    )
    one_publisher_reason = models.TextField(
        _("why one publisher is enough"),
        blank=True,
        help_text=_(
            "Only where all sources have one publisher. Readers see it beside the sources."
        ),
    )
    limitations = models.TextField(
        _("what we could not establish"),
        blank=True,
        help_text=_("Where the searches end, and what the answer does not cover. Readers see it."),
    )
    answers = models.UUIDField(
        _("answers the question"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("A follow-up question of another check, whose page will lead here."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    # What follows is the newsroom's own business: it is in no revision and never becomes public.
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage, default=Stage.DRAFT, editable=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_checks",
        verbose_name=_("assigned to"),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    search_text = models.TextField(
        editable=False,
        default="",
        help_text=_(
            "Question, address, summary and headings in lower case: where the desk searches."
        ),
    )

    class Meta:
        verbose_name = _("fact check")
        verbose_name_plural = _("fact checks")
        ordering = ["-created_at"]
        permissions = [("publish_factcheck", "Can publish, schedule and withdraw fact checks")]
        indexes = [
            models.Index(name="factcheck_stage", fields=["stage", "due_on"]),
            models.Index(name="factcheck_newest_first", fields=["-created_at", "-id"]),
            models.Index(name="factcheck_due", fields=["due_on"]),
            models.Index(name="factcheck_language", fields=["language"]),
            GinIndex(name="factcheck_search", fields=["search_text"], opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="factcheck_asks_a_question",
                condition=~Q(question=""),
                violation_error_message=_("A fact check needs a question."),
            ),
            models.CheckConstraint(
                name="factcheck_is_reviewed_after_it_was_checked",
                condition=Q(review_on__isnull=True)
                | Q(checked_on__isnull=True)
                | Q(review_on__gt=F("checked_on")),
                violation_error_message=_("The review date must be later than “checked on”."),
            ),
        ]

    def __str__(self) -> str:
        return self.question


class Part(models.Model):
    """A part of a check in its place, known across revisions by its key."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        abstract = True
        ordering = ["position"]


def unique_when_done(name: str, *fields: str) -> models.UniqueConstraint:
    """Looked at when the transaction ends, so that parts can trade places within it."""
    return models.UniqueConstraint(name=name, fields=fields, deferrable=models.Deferrable.DEFERRED)


def part_constraints(name: str) -> list[models.BaseConstraint]:
    """No two parts of a check in one place, and none with the key of another."""
    return [
        unique_when_done(f"{name}_one_at_each_place", "fact_check", "position"),
        models.UniqueConstraint(name=f"{name}_key_once_in_a_check", fields=["fact_check", "key"]),
    ]


class Byline(models.Model):
    """One author's place in the list of authors."""

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="bylines")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, verbose_name=_("person"))
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["position"]
        constraints = [
            unique_when_done("byline_one_at_each_place", "fact_check", "position"),
            models.UniqueConstraint(
                name="byline_names_a_person_once",
                fields=["fact_check", "person"],
                violation_error_message=_("This person is already an author."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class Finding(Part):
    """One numbered part of the answer."""

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="findings")
    heading = models.CharField(_("heading"), max_length=300)
    text = models.TextField(_("text"), blank=True)

    class Meta(Part.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = part_constraints("finding")

    def __str__(self) -> str:
        return self.heading


class Citation(models.Model):
    """Number *n* in a check: which source it stands for (``schema.org/citation``).

    Without a source it is a placeholder, which stops publication.
    """

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="citations")
    number = models.PositiveIntegerField(_("number"))
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="citations",
        verbose_name=_("source"),
    )
    accessed_on = models.DateField(_("accessed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                name="citation_key_once_in_a_check", fields=["fact_check", "key"]
            ),
            unique_when_done("citation_number_once_in_a_check", "fact_check", "number"),
            unique_when_done("citation_source_once_in_a_check", "fact_check", "source"),
            models.CheckConstraint(name="citation_number_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"[{self.number}]"


class Quotation(models.Model):
    """A passage of the source, relied on by the check or by one finding (``schema.org/Quotation``)."""

    key = models.UUIDField(default=uuid.uuid4, editable=False)
    citation = models.ForeignKey(Citation, on_delete=models.CASCADE, related_name="quotations")
    finding = models.ForeignKey(
        Finding,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quotations",
        verbose_name=_("finding"),
        help_text=_("Left empty, the whole check relies on it."),
    )
    text = models.TextField(_("passage"))
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        ordering = ["citation__number", "position"]
        constraints = [
            unique_when_done("quotation_one_at_each_place", "citation", "position"),
            models.UniqueConstraint(
                name="quotation_key_once_in_a_citation", fields=["citation", "key"]
            ),
            models.CheckConstraint(
                name="quotation_has_a_passage",
                condition=~Q(text=""),
                violation_error_message=_("A quotation needs its passage."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class SearchQuery(Part):
    """What was searched for, word by word (``schema.org/backstory`` tells of it)."""

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="searches")
    text = models.CharField(_("searched for"), max_length=300)

    class Meta(Part.Meta):
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        constraints = part_constraints("search_query")

    def __str__(self) -> str:
        return self.text


class FollowUp(Part):
    """A further question that the check opens."""

    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="follow_ups")
    text = models.CharField(_("question"), max_length=300)

    class Meta(Part.Meta):
        verbose_name = _("follow-up question")
        verbose_name_plural = _("follow-up questions")
        constraints = part_constraints("follow_up")

    def __str__(self) -> str:
        return self.text
