"""The form of a whole check on one page.

Its forms validate and show; they never write. What was typed becomes a document (``factchecks.desk.posted``), and
``factchecks.revisions.apply`` writes it.
"""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks import citations, documents
from factchecks.models import Byline, Citation, FactCheck, Finding, FollowUp, SearchQuery
from sources.models import validate_address

QUOTED_IN = re.compile(r"finding\s+(\d{1,3})\s*:\s*", re.IGNORECASE)
# What a row carries besides what a person types into it.
BOOKKEEPING = {"position", "number"}


class FactCheckForm(forms.ModelForm):
    """The check's own fields. ``refusal`` is set by the desk when a save was refused after this form was valid."""

    refusal: ValidationError | None = None

    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = FactCheck
        fields = [
            "question",
            "slug",
            "summary",
            "language",
            "checked_on",
            "review_on",
            "reviewed_by",
            "tags",
            "claim_text",
            "claimant",
            "claimed_on",
            "claim_appearance",
            "rating",
        ]
        widgets = {
            "question": forms.TextInput(attrs={"class": "vTextField wide"}),
            "summary": forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField prose"}),
            "claim_text": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean_question(self) -> str:
        return documents.clean_line(self.cleaned_data["question"])

    def clean_slug(self) -> str:
        """Left empty, it is made of the question."""
        slug: str = self.cleaned_data["slug"]
        return slug or slugify(self.data.get("question", ""), allow_unicode=True)[:80].strip("-")

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"].strip()
        if not re.fullmatch(documents.SCHEMA["properties"]["language"]["pattern"], language):
            raise ValidationError(_("Give a language tag, such as en or pt-BR."))
        return language

    def clean_claim_appearance(self) -> str:
        address: str = self.cleaned_data["claim_appearance"].strip()
        if address:
            validate_address(address)
        return address

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            self._add_refusal(self.refusal)
        return cleaned

    def _add_refusal(self, refusal: ValidationError) -> None:
        by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {}
        for field, messages in by_field.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)
        if not by_field:
            self.add_error(None, refusal.messages)


class RowForm(forms.ModelForm):
    """One row of an ordered group. The order is what the page's buttons leave in ``position``."""

    position = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def changed_data(self) -> list[str]:
        """A row in which only the bookkeeping differs is an empty row."""
        changed = super().changed_data
        return [] if not self.instance.pk and BOOKKEEPING.issuperset(changed) else changed

    # What must hold among the rows is checked on the whole document, in its new order.
    def validate_unique(self) -> None:
        pass

    def validate_constraints(self) -> None:
        pass


class BylineForm(RowForm):
    class Meta:
        model = Byline
        fields = ["person", "position"]


class FindingForm(RowForm):
    class Meta:
        model = Finding
        fields = ["heading", "text", "position"]
        widgets = {
            "heading": forms.TextInput(attrs={"class": "vTextField wide"}),
            "text": forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField prose"}),
        }

    def clean_heading(self) -> str:
        return documents.clean_line(self.cleaned_data["heading"])


class SearchQueryForm(RowForm):
    class Meta:
        model = SearchQuery
        fields = ["text", "position"]


class FollowUpForm(RowForm):
    class Meta:
        model = FollowUp
        fields = ["text", "position"]


class CitationForm(RowForm):
    """One numbered source. ``number`` is the one that the texts of this form use; the order gives the new one."""

    number = forms.IntegerField(required=False, widget=forms.HiddenInput(attrs={"class": "label"}))
    quotations = forms.CharField(
        required=False,
        label=gettext_lazy("Passages relied on"),
        help_text=gettext_lazy(
            "Word for word, with an empty line between two. Begin one with “Finding 2:” if only that finding relies on it."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
    )

    class Meta:
        model = Citation
        fields = ["source", "accessed_on", "position", "number"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["position"] = self.instance.number
            self.initial["quotations"] = "\n\n".join(
                _as_typed(quotation) for quotation in self.instance.quotations.all()
            )


def _as_typed(quotation: Any) -> str:
    if quotation.finding is None:
        return str(quotation.text)
    return f"Finding {quotation.finding.position}: {quotation.text}"


class RowFormSet(BaseInlineFormSet):
    """The rows of one group."""

    def rows(self) -> list[Any]:
        """The forms that are to stay and hold something, in the order the editor gave them."""
        kept = [
            (self._place(form, index), index, form)
            for index, form in enumerate(self.forms)
            if form.has_changed() or form.instance.pk
            if not self._should_delete_form(form)  # type: ignore[attr-defined]
        ]
        return [form for _place, _index, form in sorted(kept, key=lambda row: row[:2])]

    @staticmethod
    def _place(form: Any, index: int) -> int:
        place = getattr(form, "cleaned_data", {}).get("position")
        return place if place is not None else 10_000 + index


class BylineFormSet(RowFormSet):
    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.rows():
            person = form.cleaned_data.get("person")
            if person in seen:
                form.add_error("person", _("This person is already an author."))
            seen.add(person)


class CitationFormSet(RowFormSet):
    """The numbered sources, and the numbers that the texts beside them use."""

    def labels(self) -> dict[Any, int]:
        """The number by which the texts of this form mean each row: the saved one, or the one a new row showed."""
        labels = {}
        used = {form.instance.number for form in self.forms if form.instance.pk}
        for form in self.forms:
            if form.instance.pk:
                labels[form] = form.instance.number
                continue
            shown = getattr(form, "cleaned_data", {}).get("number")
            labels[form] = shown if shown and shown not in used else max(used, default=0) + 1
            used.add(labels[form])
        return labels

    def new_numbers(self) -> dict[int, int]:
        """From the number in the texts to the number after saving."""
        labels = self.labels()
        return {labels[form]: number for number, form in enumerate(self.rows(), 1)}

    def clean(self) -> None:
        super().clean()
        self._refuse_doubles()
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

    def _refuse_loss_of_cited(self) -> None:
        """A citation that a text still uses stays."""
        labels, used = self.labels(), self._cited_in_texts()
        message = _("[%(number)s] is still cited in: %(places)s. Take it out there first.")
        lost = [labels[form] for form in self.deleted_forms if form.instance.pk]
        refused = [
            message % {"number": number, "places": ", ".join(used[number])}
            for number in lost
            if number in used
        ]
        if refused:
            raise ValidationError(refused)

    def _cited_in_texts(self) -> dict[int, list[str]]:
        """Number to the names of the places that cite it, as typed."""
        texts = [(_("the executive summary"), self.data.get("summary", ""))]
        total = self.data.get("findings-TOTAL_FORMS", "0")
        for index in range(min(int(total), 1000) if total.isdecimal() else 0):
            if not self.data.get(f"findings-{index}-DELETE"):
                heading = self.data.get(f"findings-{index}-heading", "")
                texts.append((f"“{heading}”", self.data.get(f"findings-{index}-text", "")))
        used: dict[int, list[str]] = {}
        for place, text in texts:
            for number in citations.numbers_in(text):
                used.setdefault(number, []).append(place)
        return used
