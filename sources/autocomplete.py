"""Django's autocomplete, made safe, and quick in forms of many rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import ForeignKey, Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sources.models import Source


class Autocomplete(AutocompleteSelect):
    """Django's own fails on a chosen value that is no number, before the form can refuse it, and has no name.

    Without its script it is a list of what is chosen, named by its label.
    """

    known: Mapping[str, Model] = {}
    searched = ""  # what is searched, where that is not the field's name

    @property
    def media(self) -> forms.Media:
        """With the script that gives it the name of its field, after the one that makes it."""
        scripts = ["admin/js/autocomplete.js", "sources/autocomplete.js"]
        media: forms.Media = super().media
        return media + forms.Media(js=scripts)

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """While nothing is chosen it says what is searched; an address that is no source yet may be added."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        placeholder = _("Search: %(field)s") % {"field": self.searched or self.field.verbose_name}
        if self.field.related_model is Source:
            attrs["data-add"] = _("Add this address: %s")
        return {**attrs, "data-placeholder": placeholder}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        chosen = [str(each) for each in value if str(each).isdecimal()]
        if not self.known.keys() >= set(chosen):
            return super().optgroups(name, chosen, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        for key in chosen:
            label = self.choices.field.label_from_instance(self.known[key])
            options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]


class Choice(forms.ModelChoiceField):
    """The choice of one row. ``known`` are rows that were fetched already, by their primary key as text."""

    known: Mapping[str, Model] = {}

    def know(self, rows: Mapping[str, Model]) -> None:
        """Rows that neither this field nor its widget need to look up."""
        self.known = rows
        widget: Any = self.widget
        getattr(widget, "widget", widget).known = self.known

    def to_python(self, value: Any) -> Any:
        row = self.known.get(str(value))
        return super().to_python(value) if row is None else row


class WithAutocomplete:
    """For an admin or an inline with ``autocomplete_fields``."""

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name in self.autocomplete_fields:  # type: ignore[attr-defined]
            options["widget"] = Autocomplete(db_field, self.admin_site)  # type: ignore[attr-defined]
            options["form_class"] = Choice
        return super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]
