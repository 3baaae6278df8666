"""The ground floor: where evidence comes from. Shared by all checks, and knowing none of them."""

import pgtrigger
from django.contrib.postgres.indexes import HashIndex
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sources import addresses


def validate_address(url: str) -> None:
    try:
        addresses.normalise(url)
    except addresses.BadAddress as error:
        raise ValidationError(str(error)) from error


class PublisherQuerySet(models.QuerySet["Publisher"]):
    def behind(self, url: str) -> "Publisher | None":
        """Who publishes at the address: known by its very host, or else by the domain that somebody registered."""
        host, registered = addresses.domain(url), addresses.publishers_domain(url)
        known = {row.domain: row for row in self.filter(domain__in={host, registered})}
        return known.get(host) or known.get(registered)

    def named(self, name: str, url: str) -> "Publisher":
        """The publisher of that name at the address, made if there is none.

        It gets the registered domain; if that is somebody else's already, the host alone.
        """
        domain = addresses.publishers_domain(url)
        if self.filter(domain=domain).exclude(name=name).exists():
            domain = addresses.domain(url)
        return self.get_or_create(domain=domain, defaults={"name": name})[0]


class Publisher(models.Model):
    """Who stands behind a source (``schema.org/Organization``), known by the domain it publishes at."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        help_text=_("As in the address, without “www.”: example.org"),
    )

    objects = PublisherQuerySet.as_manager()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="publisher_domain_is_a_bare_lower_case_host",
                condition=models.Q(domain=Lower("domain"))
                & ~models.Q(domain__contains="/")
                & ~models.Q(domain=""),
                violation_error_message=_("Give the bare domain in lower case: example.org"),
            ),
            models.CheckConstraint(
                name="publisher_has_a_name",
                condition=~models.Q(name=""),
                violation_error_message=_("A publisher needs a name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.domain = self.domain.strip().lower().removeprefix("www.")


# What may change on a published page without a new version is the evidence's own state.
NOTE_ITS_STATE = pgtrigger.Trigger(
    name="note_its_state",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("archived_url"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__archived_url__df=pgtrigger.F("new__archived_url")),
    func="NEW.state_changed_at = clock_timestamp(); RETURN NEW;",
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


class SourceQuerySet(models.QuerySet["Source"]):
    def at(self, *urls: str) -> "SourceQuerySet":
        """Those at one of the addresses, in any spelling. Raises ``BadAddress``."""
        return self.filter(canonical__in={addresses.canonical(url) for url in urls})


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
        null=True, editable=False, help_text=_("When the archived copy was last another one.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # Not unique: doubles from before it was kept may be cited, and stay.
    canonical = Canonical(editable=False, default="")

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-created_at"]
        triggers = [NOTE_ITS_STATE]
        indexes = [
            models.Index(name="source_state_changed", fields=["state_changed_at"]),
            # (an address may be longer than what fits into a B-tree)
            HashIndex(name="source_canonical", fields=["canonical"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="source_url_is_http",
                condition=models.Q(url__startswith="http://")
                | models.Q(url__startswith="https://"),
                violation_error_message=_("A web address starts with http:// or https://."),
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
