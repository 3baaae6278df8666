"""The ground floor: where evidence comes from. Shared by all checks, and knowing none of them."""

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sources import addresses


def validate_address(url: str) -> None:
    try:
        addresses.normalise(url)
    except addresses.BadAddress as error:
        raise ValidationError(str(error)) from error


class Publisher(models.Model):
    """Who stands behind a source (``schema.org/Organization``), known by the domain it publishes at."""

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        help_text=_("As in the address, without “www.”: example.org"),
    )

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

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-created_at"]
        triggers = [NOTE_ITS_STATE]
        indexes = [models.Index(name="source_state_changed", fields=["state_changed_at"])]
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
            self.publisher = Publisher.objects.filter(domain=addresses.domain(self.url)).first()
