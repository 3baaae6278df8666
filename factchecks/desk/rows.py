"""The groups of rows in the form of a check: which rows stay, in what order, and what their numbers mean."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import HiddenInput
from django.forms.models import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from factchecks import citations
from factchecks.desk.forms import existed, passages
from sources.autocomplete import Choice


class RowFormSet(BaseInlineFormSet):
    """The rows of one group. What they are and what they choose is fetched for all of them at once."""

    chosen = ""  # the foreign key that a row chooses
    chosen_related: tuple[str, ...] = ()
    _chosen: dict[str, Model] | None = None

    def __init__(self, *args: Any, opened: Sequence[str] = (), **kwargs: Any) -> None:
        """``opened``: by row, the keys of a form that is based on an older revision than the rows now."""
        self.opened = opened
        super().__init__(*args, **kwargs)

    def total_form_count(self) -> int:
        """As the form says, but for rows at its end that were not sent: a forged number makes no work."""
        count = super().total_form_count()
        if self.is_bound:
            saved = min(self.initial_form_count(), len(self.get_queryset()))
            while count > saved and not self._was_sent(count - 1):
                count -= 1
        return count

    def _was_sent(self, index: int) -> bool:
        prefix = self.add_prefix(index)
        return any(f"{prefix}-{name}" in self.data for name in ("id", *self.form.base_fields))

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if i < len(self.opened) and self.opened[i]:
            form.opened_as = form.instance.key = self.opened[i]
        return form

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Take this out")
        key = form.fields[self._pk_field.name]  # type: ignore[attr-defined]
        held = Choice(key.queryset, initial=key.initial, required=False, widget=HiddenInput)
        form.fields[self.fk.name].widget = HiddenInput()
        held.know(self._held)
        form.fields[self._pk_field.name] = held  # type: ignore[attr-defined]
        field = form.fields.get(self.chosen)
        if isinstance(field, Choice):
            if self._chosen is None:
                self._chosen = self._fetch_chosen(field)
            field.know(self._chosen)
            field.widget.can_view_related = False  # the pencil beside it shows the same page

    @cached_property
    def _held(self) -> dict[str, Model]:
        return {str(row.pk): row for row in self.get_queryset()}

    def _fetch_chosen(self, field: Choice) -> dict[str, Model]:
        """What the rows have chosen, as saved or as typed, by primary key as text."""
        saved = [getattr(row, self.chosen) for row in self.get_queryset()]
        chosen = {str(row.pk): row for row in saved if row is not None}
        typed = {
            str(self.data.get(f"{self.add_prefix(index)}-{self.chosen}", ""))
            for index in range(self.total_form_count() if self.is_bound else 0)
        }
        new = {key for key in typed - chosen.keys() if key.isdecimal() and len(key) < 19}
        if new and field.queryset is not None:
            rows = field.queryset.filter(pk__in=new)
            if self.chosen_related:
                rows = rows.select_related(*self.chosen_related)
            chosen |= {str(row.pk): row for row in rows}
        return chosen

    @cached_property
    def empty_form(self) -> Any:
        return super().empty_form

    def holds_something(self, form: Any) -> bool:
        return bool(form.has_changed() or existed(form))

    def rows(self) -> list[Any]:
        """The forms that are to stay and hold something, in the order the editor gave them."""
        kept = [
            (self._place(form, index), index, form)
            for index, form in enumerate(self.forms)
            if self.holds_something(form)
            if not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]
        return [form for _place, _index, form in sorted(kept, key=lambda row: row[:2])]

    @staticmethod
    def _place(form: Any, index: int) -> int:
        posted = str(form.data.get(form.add_prefix("position"), ""))
        return int(posted) if posted.isdecimal() and len(posted) < 6 else 100_000 + index


class BylineFormSet(RowFormSet):
    chosen = "person"

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.rows():
            person = form.cleaned_data.get("person")
            if person in seen:
                form.add_error("person", _("This person is already an author."))
            seen.add(person)


class NumberedFormSet(RowFormSet):
    """Rows that texts beside them mean by number."""

    def labels(self) -> dict[Any, int]:
        """By row, the number that texts of this form mean it by: the saved one, or the one a new row showed."""
        rows: list[Any] = self.forms
        labels = {
            form: form.saved_number or form.shown_number() or 0 for form in rows if existed(form)
        }
        used = set(labels.values())
        for form in rows:
            if form not in labels:
                shown = form.shown_number()
                labels[form] = shown if shown and shown not in used else max(used, default=0) + 1
                used.add(labels[form])
        return labels

    def new_numbers(self) -> dict[int, int]:
        """From the number in the texts to the number after saving."""
        labels = self.labels()
        return {labels[form]: number for number, form in enumerate(self.rows(), 1)}


class CitationFormSet(NumberedFormSet):
    """The numbered sources."""

    chosen, chosen_related = "source", ("publisher",)

    def holds_something(self, form: Any) -> bool:
        """A row that was left empty but is cited is a placeholder."""
        return super().holds_something(form) or form.shown_number() in self.cited_in_texts

    def clean(self) -> None:
        super().clean()
        self._refuse_doubles()
        self._refuse_unknown_findings()
        self._refuse_loss_of_cited()

    def _refuse_doubles(self) -> None:
        seen: dict[Any, int] = {}
        labels = self.labels()
        for form in self.rows():
            source = form.cleaned_data.get("source")
            if source in seen:
                message = _("This source is already number [%(number)s].")
                form.add_error("source", message % {"number": seen[source]})
            elif source is not None:
                seen[source] = labels[form]

    def _refuse_unknown_findings(self) -> None:
        """A passage relies on a finding that is there, by the number that the page shows for it."""
        known = {number for number, _heading, _text in self._posted_findings()}
        for form in self.rows():
            for passage in passages(form.cleaned_data.get("quotations", "")):
                if passage.finding is not None and passage.finding not in known:
                    message = _("There is no finding %(number)s for this passage to belong to.")
                    form.add_error("quotations", message % {"number": passage.finding})

    def _refuse_loss_of_cited(self) -> None:
        """A cited number whose row goes would, after renumbering, mean another source."""
        new = self.new_numbers()
        given_out = set(new.values())
        deleted: list[Any] = self.deleted_forms
        labels = self.labels()
        saved = {labels[form] for form in deleted if existed(form)}
        message = _("[%(number)s] is still cited in: %(places)s. Take it out there first.")
        refused = [
            message % {"number": number, "places": ", ".join(places)}
            for number, places in self.cited_in_texts.items()
            if number not in new and (number in given_out or number in saved)
        ]
        if refused:
            raise ValidationError(refused)

    @cached_property
    def cited_in_texts(self) -> dict[int, list[str]]:
        """Number to the names of the places that cite it, as typed."""
        texts = [(_("the executive summary"), self.data.get("summary", ""))]
        texts += [(f"“{heading}”", text) for _number, heading, text in self._posted_findings()]
        used: dict[int, list[str]] = {}
        for place, text in texts:
            for number in citations.numbers_in(text):
                used.setdefault(number, []).append(place)
        return used

    def _posted_findings(self) -> list[tuple[int, str, str]]:
        """Number, heading and text of the findings beside, as typed, without those that are taken out."""
        total = str(self.data.get("findings-TOTAL_FORMS", "0"))
        return [
            (int(shown) if shown.isdecimal() else index + 1, heading, text)
            for index in range(min(int(total), 1000) if total.isdecimal() else 0)
            if not self.data.get(f"findings-{index}-DELETE")
            for shown, heading, text in [
                [
                    str(self.data.get(f"findings-{index}-{name}", ""))
                    for name in ("number", "heading", "text")
                ]
            ]
        ]
