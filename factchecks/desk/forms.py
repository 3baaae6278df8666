"""The form of a whole check on one page.

Its forms validate and show; they never write. What was typed becomes a document (``factchecks.desk.posted``), and
``factchecks.revisions.apply`` writes it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Model
from django.forms.models import BaseInlineFormSet, construct_instance
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks import citations, documents
from factchecks.importing import lengths
from factchecks.models import Byline, Citation, FactCheck, Finding, FollowUp, SearchQuery
from sources.autocomplete import Choice
from sources.models import validate_address

# How a passage says who relies on it. Said of the whole check only where its own words could be taken for the other.
QUOTED_IN = re.compile(r"(?:finding\s+(?P<finding>\d{1,3})|(?P<whole>whole check))\s*:\s*", re.I)
# What a row carries besides what a person types into it.
BOOKKEEPING = {"position", "number"}


class DocumentForm(forms.ModelForm):
    """A form whose fields go into a document. The document is checked as a whole; here, only what a field can tell.

    So no query is made for a row: whether its slug is free, its source exists or its constraints hold.
    """

    def _post_clean(self) -> None:
        construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)


class Hidden(forms.HiddenInput):
    """A long check has hundreds: made without the templates that other fields are made with."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        value = self.format_value(value)
        given = {"type": "hidden", "name": name, **({} if value is None else {"value": value})}
        return format_html("<input{}>", flatatt({**given, **self.build_attrs(self.attrs, attrs)}))


class Deletion(forms.CheckboxInput):
    """Made as ``Hidden`` is."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = {"type": "checkbox", "name": name, "checked": bool(value)}
        return format_html("<input{}>", flatatt({**given, **self.build_attrs(self.attrs, attrs)}))


class Unlabelled(Hidden):
    """A hidden field for which the admin's label, hidden too, does not claim to be one."""

    def id_for_label(self, id_: str | None) -> str:
        return ""


def limit(form: forms.BaseForm, **longest: int) -> None:
    """Refuse longer texts at their field, in a sentence."""
    for name, length in longest.items():
        form.fields[name].validators.append(MaxLengthValidator(length))


class FactCheckForm(DocumentForm):
    """The check's own fields.

    The desk sets ``opened_with``, and ``refusal`` when a save was refused after this form was valid.
    """

    refusal: ValidationError | None = None
    opened_with = 0  # the newest revision when the page was made

    base = forms.IntegerField(required=False, widget=Unlabelled)

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
            "one_publisher_reason",
            "assignee",
            "due_on",
        ]
        widgets = {
            "question": forms.TextInput(attrs={"class": "vTextField wide"}),
            "summary": forms.Textarea(
                attrs={"rows": 8, "class": "vLargeTextField prose", "spellcheck": "true"}
            ),
            "one_publisher_reason": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "claim_text": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # else the person may only look
            self.fields["slug"].required = False
            limit(self, summary=lengths.SUMMARY, claim_text=lengths.CLAIM)
        self.initial.setdefault("base", self.opened_with)
        for name in ("reviewed_by", "assignee"):
            field, row = self.fields.get(name), self.instance.pk and getattr(self.instance, name)
            if isinstance(field, Choice) and row:
                field.know({str(row.pk): row})

    def clean_question(self) -> str:
        return documents.clean_line(self.cleaned_data["question"])

    def clean_slug(self) -> str:
        """Left empty, it is made of the question."""
        slug: str = self.cleaned_data["slug"]
        slug = slug or slugify(self.data.get("question", ""), allow_unicode=True)[:80].strip("-")
        if not slug:
            raise ValidationError(_("Give the last part of the address; the question gives none."))
        return slug

    def clean_tags(self) -> list[str]:
        tags: list[str] = self.cleaned_data["tags"]
        if len(tags) > lengths.TAGS:
            message = _("A check has at most %(most)s tags.")
            raise ValidationError(message % {"most": lengths.TAGS})
        if any(len(tag) > lengths.TAG or not documents.topic_slug(tag) for tag in tags):
            message = _("A tag has at most %(most)s characters, a letter or digit among them.")
            raise ValidationError(message % {"most": lengths.TAG})
        return tags

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


class RowForm(DocumentForm):
    """One row of an ordered group. The order is what the page's buttons leave in ``position``."""

    position = forms.IntegerField(required=False, widget=Unlabelled)
    # The key that the row had when the form was opened, read back after the row changed.
    opened_as = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name not in BOOKKEEPING:
                field.widget.attrs.setdefault("aria-label", field.label)

    @property
    def changed_data(self) -> list[str]:
        """A row in which only the bookkeeping differs is an empty row."""
        changed = super().changed_data
        return [] if not _existed(self) and BOOKKEEPING.issuperset(changed) else changed


def _existed(row: Any) -> bool:
    """Whether the row was there when the form was opened."""
    return bool(row.instance.pk or row.opened_as)


class NumberedForm(RowForm):
    """A row that texts of the same form mean by its number: the one it had when the form was opened."""

    number = forms.IntegerField(required=False, widget=Unlabelled(attrs={"class": "label"}))

    counted_by = "position"  # the field of the row that holds its number

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.saved_number: int | None = None
        if self.instance.pk:
            self.saved_number = getattr(self.instance, self.counted_by)
            self.initial["number"] = self.initial["position"] = self.saved_number

    def shown_number(self) -> int | None:
        """The number that the page showed for it, as posted; also of a row that was left empty."""
        posted = str(self.data.get(self.add_prefix("number"), ""))
        return int(posted) if posted.isdecimal() and len(posted) < 4 else None


class BylineForm(RowForm):
    class Meta:
        model = Byline
        fields = ["person", "position"]


class FindingForm(NumberedForm):
    class Meta:
        model = Finding
        fields = ["heading", "text", "position", "number"]
        widgets = {
            "heading": forms.TextInput(attrs={"class": "vTextField wide"}),
            "text": forms.Textarea(
                attrs={"rows": 8, "class": "vLargeTextField prose", "spellcheck": "true"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit(self, text=lengths.TEXT)

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


class CitationForm(NumberedForm):
    """One numbered source."""

    counted_by = "number"

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
            self.initial["quotations"] = "\n\n".join(
                _as_typed(quotation) for quotation in self.instance.quotations.all()
            )

    def clean_quotations(self) -> str:
        typed: str = self.cleaned_data["quotations"]
        if any(len(passage.text) > lengths.QUOTATION for passage in passages(typed)):
            message = _("A passage has at most %(most)s characters.")
            raise ValidationError(message % {"most": lengths.QUOTATION})
        return typed


@dataclass(frozen=True)
class Passage:
    """A passage as typed: which finding relies on it, by its number in the form; none for the whole check."""

    text: str
    finding: int | None


def passages(typed: str) -> list[Passage]:
    """The paragraphs of a source's field, each perhaps beginning with who relies on it."""
    found = []
    for paragraph in documents.clean_text(typed).split("\n\n"):
        match = QUOTED_IN.match(paragraph)
        text = " ".join((paragraph[match.end() :] if match else paragraph).split())
        number = match["finding"] if match else None
        if text:
            found.append(Passage(text, int(number) if number else None))
    return found


def _as_typed(quotation: Any) -> str:
    if quotation.finding is not None:
        return f"Finding {quotation.finding.position}: {quotation.text}"
    return f"Whole check: {quotation.text}" if QUOTED_IN.match(quotation.text) else quotation.text


class RowFormSet(BaseInlineFormSet):
    """The rows of one group. What they are and what they choose is fetched for all of them at once."""

    deletion_widget = Deletion
    chosen = ""  # the foreign key that a row chooses
    chosen_related: tuple[str, ...] = ()
    _chosen: dict[str, Model] | None = None

    def __init__(self, *args: Any, opened: Sequence[str] = (), **kwargs: Any) -> None:
        """``opened``: by row, the keys of a form that is based on an older revision than the rows now."""
        self.opened = opened
        super().__init__(*args, **kwargs)

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
        held = Choice(key.queryset, initial=key.initial, required=False, widget=Hidden)
        form.fields[self.fk.name].widget = Hidden()
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
            rows = field.queryset.select_related(*self.chosen_related)
            chosen |= {str(row.pk): row for row in rows.filter(pk__in=new)}
        return chosen

    def holds_something(self, form: Any) -> bool:
        return bool(form.has_changed() or _existed(form))

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
            form: form.saved_number or form.shown_number() or 0 for form in rows if _existed(form)
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
        saved = {labels[form] for form in deleted if _existed(form)}
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
