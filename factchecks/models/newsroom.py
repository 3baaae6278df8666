"""The newsroom's own: the people who sign, and the scale they rate on."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A byline (``schema.org/Person``), with or without an account at the desk."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("account"),
    )

    role = models.CharField(
        _("role"), max_length=200, blank=True, help_text=_("Such as: Editor, science.")
    )
    biography = models.TextField(
        _("biography"),
        blank=True,
        help_text=_("Markdown. Experience, and interests to declare; readers see it."),
    )
    contact = models.EmailField(
        _("public address"), blank=True, help_text=_("An e-mail address that readers may see.")
    )
    is_listed = models.BooleanField(
        _("stands among our people"),
        default=False,
        help_text=_("Shown on the page of the people of the newsroom."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~models.Q(name=""),
                violation_error_message=_("A person needs a name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rating(models.Model):
    """One step of the newsroom's scale (``schema.org/Rating``, its ``alternateName``)."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    description = models.CharField(
        _("description"), max_length=500, blank=True, help_text=_("What readers are told it means.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    needs_second_person = models.BooleanField(
        _("needs a second person"),
        default=False,
        help_text=_(
            "A check with this rating is never published without somebody else's approval, not even in a "
            "one-person newsroom: such as “no evidence found”."
        ),
    )

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class StandingPage(models.Model):
    """What the newsroom says of itself, at an address of its own (the codes of IFCN and EFCSN ask for each).

    The migrations make all of them, empty; a system check warns while one is.
    """

    class Subject(models.TextChoices):
        """The page's address without slashes, and its name in the footer."""

        METHODOLOGY = "methodology", _("How we check")
        CLAIMS = "how-we-choose", _("How we choose claims")
        CORRECTIONS = "corrections-policy", _("Corrections policy")
        FUNDING = "funding", _("Funding and ownership")
        NONPARTISANSHIP = "non-partisanship", _("Non-partisanship")
        PEOPLE = "people", _("Our people")
        COMPLAINTS = "complaints", _("Complaints and contact")
        PRIVACY = "privacy", _("Privacy")

    subject = models.CharField(
        _("subject"), max_length=20, choices=Subject, unique=True, editable=False
    )
    text = models.TextField(_("text"), blank=True, max_length=100_000, help_text=_("Markdown."))
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("standing page")
        verbose_name_plural = _("standing pages")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_subject_display()

    def get_absolute_url(self) -> str:
        return reverse("factchecks:standing", args=[self.subject])
