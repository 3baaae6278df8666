"""Forms that several people may have open at once: nobody's save takes back, unseen, what somebody else saved meanwhile.

A form carries the values that it was opened with. What only one side changed goes together; what both changed
differently is refused at its field, with both values in view, and the next save decides.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist
from django.db import transaction
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _

LONGEST = 200  # characters of the own text in a sentence; the field has it whole


class Simultaneous(forms.ModelForm):
    """A form of one row, which may have changed since the form was opened.

    ``shared`` names the fields that are compared; without it, all of the model are.
    """

    shared: Iterable[str] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._shared():
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        cleaned = self.cleaned_data if cleaned is None else cleaned
        if self.instance.pk:
            posted: Any = self.data
            self.data = posted.copy()
            for name in self._shared():
                self._bring_together(name, cleaned)
        return cleaned

    def _bring_together(self, name: str, cleaned: dict[str, Any]) -> None:
        there = self.initial.get(name)
        if name not in self.changed_data:
            cleaned[name] = getattr(self.instance, name)
            self._show(self.add_prefix(name), there)
            self._show(self.add_initial_prefix(name), there)
        elif name in cleaned and self._collides(name, there):
            self._show(self.add_initial_prefix(name), there)
            message = _(
                "Somebody else changed this meanwhile, to “%(theirs)s”. You have “%(mine)s”:"
                " save again to put it in the place of theirs, or change it."
            )
            values = {
                "theirs": self._shown(name, getattr(self.instance, name)),
                "mine": Truncator(self._shown(name, cleaned[name])).chars(LONGEST),
            }
            self.add_error(name, message % values)

    def _collides(self, name: str, there: Any) -> bool:
        """Whether the row has neither the value that the form was opened with nor the one that it brings."""
        field = self.fields[name]
        hidden = field.hidden_widget()
        opened = hidden.value_from_datadict(self.data, self.files, self.add_initial_prefix(name))
        return all(field.has_changed(_as_sent(there), sent) for sent in (opened, self[name].data))

    def _show(self, name: str, value: Any) -> None:
        posted: Any = self.data
        posted[name] = "" if value is None else str(value)

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if value is None or value == "":
            return _("nothing")
        if isinstance(field, forms.ModelChoiceField):
            return str(field.label_from_instance(value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return date_format(value) if isinstance(field, forms.DateField) else str(value)

    def _shared(self) -> list[str]:
        if self.shared is not None:
            return [name for name in self.shared if name in self.fields]
        return [name for name in self.fields if self._is_of_the_row(name)]

    def _is_of_the_row(self, name: str) -> bool:
        try:
            self._meta.model._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        return True


def _as_sent(value: Any) -> Any:
    """As a browser sends it: a text with its line ends, and without white space around it, as fields leave it."""
    return "\r\n".join(value.strip().splitlines()) if isinstance(value, str) else value


class OneSaveAtATime:
    """For the admin of such a form: a save waits for one under way, and is compared with what that left."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        admin: Any = self
        with transaction.atomic():
            if request.method == "POST" and object_id:
                row = admin.get_object(request, unquote(object_id))
                rows = admin.model._default_manager.select_for_update()
                rows.filter(pk=row.pk if row else None).first()
            return super().changeform_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
