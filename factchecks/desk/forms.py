"""The form of a whole check on one page.

Its forms and their groups (``factchecks.desk.rows``) validate and show; they never write. What was typed becomes a document (``factchecks.desk.posted``), and
``factchecks.revisions.apply`` writes it.
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.models import construct_instance
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks import documents
from factchecks.desk import answering, assigning
from factchecks.importing import lengths
from factchecks.models import Byline, Citation, FactCheck, Finding, FollowUp, SearchQuery
from sources.autocomplete import Choice
from sources.models import validate_address
from sources.simultaneous import Simultaneous

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


class Unlabelled(forms.HiddenInput):
    """A hidden field for which the admin's label, hidden too, does not claim to be one."""

    def id_for_label(self, id_: str | None) -> str:
        return ""


def limit(form: forms.BaseForm, **longest: int) -> None:
    """Refuse longer texts at their field, in a sentence."""
    for name, length in longest.items():
        form.fields[name].validators.append(MaxLengthValidator(length))


class FactCheckForm(Simultaneous, DocumentForm):
    """The check's own fields.

    The desk sets ``opened_with``, and ``refusal`` when a save was refused after this form was valid.
    """

    refusal: ValidationError | None = None
    opened_with = 0  # the newest revision when the page was made
    shared = assigning.FIELDS  # in no revision, so they are compared by themselves

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
            "limitations",
            "answers",
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
            "limitations": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "claim_text": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:  # else the person may only look
            self.fields["slug"].required = False
            limit(
                self,
                summary=lengths.SUMMARY,
                claim_text=lengths.CLAIM,
                limitations=lengths.LIMITATIONS,
            )
            answering.show_question(self, self["answers"].value())
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
    def media(self) -> forms.Media:
        """All rows of a group need the same: it is put together once for the page."""
        kind: Any = type(self)
        if "rows_media" not in vars(kind):  # the admin makes a class of its own for each page
            kind.rows_media = super().media
        return kind.rows_media  # type: ignore[no-any-return]

    @cached_property
    def changed_data(self) -> list[str]:
        """A row in which only the bookkeeping differs is an empty row."""
        changed = super().changed_data
        return [] if not existed(self) and BOOKKEEPING.issuperset(changed) else changed


def existed(row: Any) -> bool:
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
        elif day := self.fields.get("accessed_on"):
            # Sent along, so that tomorrow it is still no change of an empty row.
            self.initial["accessed_on"] = timezone.localdate()
            day.show_hidden_initial = True

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
