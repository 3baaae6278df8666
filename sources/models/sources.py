"""Where evidence comes from, and how it stands with it."""

from collections.abc import Iterable

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from sources import addresses, identifiers
from sources.fetching.verdict import State
from sources.models.publishers import Publisher


def validate_address(url: str) -> None:
    try:
        addresses.normalise(url)
    except addresses.BadAddress as error:
        raise ValidationError(str(error)) from error


STATES = [
    (State.UNKNOWN.value, _("not known yet")),
    (State.ALIVE.value, _("available")),
    (State.DEAD.value, _("no longer available")),
    (State.MOVED.value, _("moved away")),
    (State.DRIFTED.value, _("changed since we read it")),
]

# What may change on a published page without a new version is the evidence's own state, and what no document says of it.
NOTE_ITS_STATE = pgtrigger.Trigger(
    name="note_its_state",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
        "archived_url", "author", "language", "state", "merged_into_id"
    ),
    condition=pgtrigger.Q(old__archived_url__df=pgtrigger.F("new__archived_url"))
    | pgtrigger.Q(old__author__df=pgtrigger.F("new__author"))
    | pgtrigger.Q(old__language__df=pgtrigger.F("new__language"))
    | pgtrigger.Q(old__state__df=pgtrigger.F("new__state"))
    | pgtrigger.Q(old__merged_into__df=pgtrigger.F("new__merged_into")),
    func="NEW.state_changed_at = clock_timestamp(); RETURN NEW;",
)

# What was kept at the old address would be taken for a copy of what is at the new one (``sources.moving``).
KEEP_ITS_ADDRESS = pgtrigger.Trigger(
    name="keep_its_address",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("url", "canonical"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__url__df=pgtrigger.F("new__url"))
    & pgtrigger.Q(old__canonical__df=pgtrigger.F("new__canonical")),
    func="""
        IF EXISTS (SELECT FROM sources_snapshot WHERE source_id = OLD.id) THEN
            RAISE EXCEPTION 'a source with a kept copy keeps its address';
        END IF;
        RETURN NEW;
    """,
)


class Canonical(models.TextField):
    """The row's address as it is compared: written with every save, never by hand."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        url: str = model_instance.url  # type: ignore[attr-defined]
        try:
            value = addresses.canonical(url)
        except addresses.BadAddress:
            value = url  # (the database refuses what is no web address)
        setattr(model_instance, self.attname, value)
        return value


HOLD = """
    SELECT id FROM sources_source
    WHERE canonical = ANY(%(spelt)s)
       OR id IN (SELECT merged_into_id FROM sources_source WHERE canonical = ANY(%(spelt)s))
    ORDER BY id FOR KEY SHARE
"""


class SourceQuerySet(models.QuerySet["Source"]):
    def at(self, *urls: str) -> "SourceQuerySet":
        """Those at one of the addresses, in any spelling. Raises ``BadAddress``."""
        return self.filter(canonical__in={addresses.canonical(url) for url in urls})

    def unmerged(self) -> "SourceQuerySet":
        """Those that may be cited: not the doubles that went into another."""
        return self.filter(merged_into=None)

    def known(self, urls: Iterable[str]) -> "dict[str, Source]":
        """By address as it is given: the source there, in any spelling; for a double, the one that it went into.

        Of several, the one that is spelt so, else one that is no double, else the oldest. Raises ``BadAddress``.
        """
        urls = list(urls)
        if not urls:
            return {}
        rows = self.at(*urls).select_related("publisher", "merged_into__publisher").order_by("pk")
        spelt: dict[str, list[Source]] = {}
        for row in rows:
            spelt.setdefault(row.canonical, []).append(row)
        found: dict[str, Source] = {}
        one_each: dict[int, Source] = {}
        for url in urls:
            there = spelt.get(addresses.canonical(url), [])
            one = addresses.normalise(url)
            ordered = sorted(there, key=lambda row: (row.url != one, row.merged_into_id or 0))
            if ordered:
                row = ordered[0].merged_into or ordered[0]
                found[url] = one_each.setdefault(row.pk, row)
        return found

    def named(self, text: str) -> "Source | None":
        """The source that is meant by an address, a DOI or an arXiv number; none for any other text."""
        try:
            url = addresses.normalise(identifiers.address_of(text))
        except addresses.BadAddress:
            return None
        return self.known([url]).get(url)

    def hold(self, url: str) -> None:
        """Until the transaction ends: of two who add one address at once, the second waits and sees the first one's."""
        key = ["sources.address", addresses.canonical(url)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", key)

    def hold_from_merging(self, urls: Iterable[str]) -> None:
        """Until the transaction ends, no source at one of the addresses, in any spelling, goes into another."""
        spelt = sorted({addresses.canonical(url) for url in urls})
        with connection.cursor() as cursor:
            cursor.execute(HOLD, {"spelt": spelt})


class Source(models.Model):
    """One address that checks rely on (``schema.org/CreativeWork``)."""

    url = models.CharField(
        _("address"), max_length=2000, unique=True, validators=[validate_address]
    )
    title = models.CharField(_("title"), max_length=500, blank=True)
    publisher = models.ForeignKey(
        Publisher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name=_("publisher"),
        help_text=_("Left empty, it is found by the address's domain."),
    )
    author = models.CharField(
        _("author"),
        max_length=300,
        blank=True,
        help_text=_("Names, as the page says them; several with commas."),
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    language = models.CharField(
        _("language"),
        max_length=35,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}\Z")],
        help_text=_("As the page says it: en, de-AT."),
    )
    own_address = models.CharField(
        _("canonical link"),
        max_length=2000,
        blank=True,
        validators=[validate_address],
        help_text=_("What the page gives as its own place. It is kept, and not relied on."),
    )
    archived_url = models.CharField(
        _("archived copy"),
        max_length=2000,
        blank=True,
        validators=[validate_address],
        help_text=_(
            "An address at which an archive keeps it. Readers see it at once, on every check that cites it."
        ),
    )
    state_changed_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When what readers are told of it last changed.")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=STATES,
        default=State.UNKNOWN.value,
        editable=False,
    )
    state_since = models.DateTimeField(_("since"), null=True, editable=False)
    moved_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When it got another address: earlier looks were at something else."),
    )
    next_look_at = models.DateTimeField(
        _("next look at"),
        null=True,
        editable=False,
        help_text=_("Empty where it was never looked at: at once."),
    )
    noted_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_(
            "When somebody took note of its state: the front page is silent about it until it changes."
        ),
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="doubles",
        verbose_name=_("merged into"),
        help_text=_(
            "The source that this one was a double of. Published versions still name this one."
        ),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # Not unique: doubles from before it was kept may be cited, and stay.
    canonical = Canonical(editable=False, default="")

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-created_at"]
        triggers = [NOTE_ITS_STATE, KEEP_ITS_ADDRESS]
        indexes = [
            models.Index(name="source_state_changed", fields=["state_changed_at"]),
            models.Index(name="source_next_look", fields=["next_look_at"]),
            models.Index(name="source_state", fields=["state"]),
            # (an address may be longer than what fits into a B-tree)
            HashIndex(name="source_canonical", fields=["canonical"]),
            HashIndex(
                name="source_own_address",
                fields=["own_address"],
                condition=~models.Q(own_address=""),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="source_url_is_http",
                condition=models.Q(url__startswith="http://")
                | models.Q(url__startswith="https://"),
                violation_error_message=_("A web address starts with http:// or https://."),
            ),
            models.CheckConstraint(
                name="source_is_not_its_own_double",
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.url

    def clean(self) -> None:
        """Bring the address into its one spelling, so that uniqueness means what it says."""
        try:
            self.url = addresses.normalise(self.url)
        except addresses.BadAddress:
            return  # the field's own validator has said so
        if self.publisher is None:
            self.publisher = Publisher.objects.behind(self.url)
        if self._is_its_own_archive():
            message = _("This is the address of the source itself: give that of an archive's copy.")
            raise ValidationError({"archived_url": message})

    def _is_its_own_archive(self) -> bool:
        try:
            archive = addresses.canonical(self.archived_url)
        except addresses.BadAddress:
            return False  # none, or the field's own validator has said so
        return archive == addresses.canonical(self.url)
