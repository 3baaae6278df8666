"""Who stands behind sources."""

import pgtrigger
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sources import addresses


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


# Laid over published pages, as the evidence's own state is.
NOTE_ITS_CHANGE = pgtrigger.Trigger(
    name="note_its_change",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("kind", "interest"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__kind__df=pgtrigger.F("new__kind"))
    | pgtrigger.Q(old__interest__df=pgtrigger.F("new__interest")),
    func="NEW.changed_at = clock_timestamp(); RETURN NEW;",
)


class Publisher(models.Model):
    """Who stands behind a source (``schema.org/Organization``), known by the domain it publishes at."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("primary record")
        GOVERNMENT = "government", _("government")
        COURT = "court", _("court")
        ACADEMIC = "academic", _("academic")
        NEWS = "news", _("news")
        ADVOCACY = "advocacy", _("advocacy")
        COMPANY = "company", _("company")
        SOCIAL = "social", _("social network")

    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(
        _("domain"),
        max_length=253,
        unique=True,
        help_text=_("As in the address, without “www.”: example.org"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True)
    interest = models.TextField(
        _("interest to declare"),
        blank=True,
        max_length=1000,
        help_text=_(
            "What readers should know of its stake in what it says, such as who owns or funds it. "
            "They see it on every check that cites it."
        ),
    )
    changed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When what readers see of it besides the frozen check last changed."),
    )

    objects = PublisherQuerySet.as_manager()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name"]
        triggers = [NOTE_ITS_CHANGE]
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
