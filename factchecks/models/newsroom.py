"""The newsroom's own: the people who sign, and the scale they rate on."""

import uuid

from django.conf import settings
from django.db import models
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
