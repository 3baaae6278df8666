"""From the desk's form to a document: what was typed, with the numbers rewritten to the new order.

Reads forms that may have errors too, so that a preview shows what is there; only valid ones are ever saved.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from factchecks import citations, documents, keys, resolving
from factchecks.desk.forms import passages
from factchecks.desk.rows import CitationFormSet, NumberedFormSet, RowFormSet
from factchecks.documents import Document
from factchecks.models import Person, Rating
from sources.models import Source


def document_of(form: Any, formsets: list[Any], before: Document | None) -> Document:
    """The whole check as it stands in the form; ``before`` lends the keys of quotations that are still there."""
    groups: dict[str, RowFormSet] = {formset.prefix: formset for formset in formsets}
    cited = cast(CitationFormSet, groups["citations"])
    numbers = cited.new_numbers()
    found = cast(NumberedFormSet, groups["findings"])
    findings = _findings(found, numbers)
    labels = found.labels()
    by_number = {labels[row]: finding["key"] for row, finding in findings.items()}
    document = {
        "version": documents.VERSION,
        "key": str(form.instance.key),
        "slug": _text(form, "slug"),
        "question": documents.clean_line(_text(form, "question")),
        "summary": citations.renumber(documents.clean_text(_text(form, "summary")), numbers),
        "language": _text(form, "language") or "en",
        "checked_on": _day(form, "checked_on"),
        "review_on": _day(form, "review_on"),
        "authors": [
            resolving.person_part(person)
            for row in groups["bylines"].rows()
            if isinstance(person := _value(row, "person"), Person)
        ],
        "reviewed_by": _person(_value(form, "reviewed_by")),
        "tags": sorted(_tags(form), key=str.casefold),
        "searches": _items(groups["searches"]),
        "findings": list(findings.values()),
        "citations": _citations(cited, by_number),
        "follow_ups": _items(groups["follow_ups"]),
        "claim": _claim(form),
        "rating": _rating(_value(form, "rating")),
        "pictures": before["pictures"] if before else [],
        "one_publisher_reason": documents.clean_text(_text(form, "one_publisher_reason")),
        "limitations": documents.clean_text(_text(form, "limitations")),
        "answers": str(_value(form, "answers") or "") or None,
    }
    return keys.with_keys(document, before)


def _value(form: Any, name: str) -> Any:
    """The cleaned value, or nothing where the field has an error."""
    return getattr(form, "cleaned_data", {}).get(name)


def _text(form: Any, name: str) -> str:
    """The cleaned text, or what was typed where the field has an error."""
    cleaned = getattr(form, "cleaned_data", {})
    return str(cleaned[name] if name in cleaned else form[name].value() or "")


def _day(form: Any, name: str) -> str | None:
    value = _value(form, name)
    return value.isoformat() if isinstance(value, date) else None


def _person(person: Person | None) -> documents.PersonPart | None:
    return resolving.person_part(person) if person else None


def _rating(rating: Rating | None) -> documents.RatingPart | None:
    return resolving.rating_part(rating) if rating else None


def _tags(form: Any) -> set[str]:
    """The tags, one of each whatever its case."""
    names = [documents.clean_line(name) for name in _value(form, "tags") or []]
    return set({name.casefold(): name for name in names if name}.values())


def _claim(form: Any) -> documents.ClaimPart | None:
    claim: documents.ClaimPart = {
        "text": documents.clean_text(_text(form, "claim_text")),
        "claimant": documents.clean_line(_text(form, "claimant")),
        "claimed_on": _day(form, "claimed_on"),
        "appearance": _text(form, "claim_appearance"),
    }
    return claim if any(claim.values()) else None


def _items(formset: RowFormSet) -> list[documents.Item]:
    items = [
        documents.Item(key=str(row.instance.key), text=documents.clean_line(_text(row, "text")))
        for row in formset.rows()
    ]
    return [item for item in items if item["text"]]


def _findings(formset: RowFormSet, numbers: Mapping[int, int]) -> dict[Any, documents.FindingPart]:
    """By form, in the new order."""
    return {
        row: {
            "key": str(row.instance.key),
            "heading": documents.clean_line(_text(row, "heading")),
            "text": citations.renumber(documents.clean_text(_text(row, "text")), numbers),
        }
        for row in formset.rows()
    }


def _citations(formset: CitationFormSet, by_number: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "key": str(row.instance.key),
            "number": number,
            "accessed_on": _day(row, "accessed_on"),
            "source": _source(_value(row, "source")),
            "quotations": [
                {"text": passage.text, "finding": by_number.get(passage.finding or 0)}
                for passage in passages(_text(row, "quotations"))
            ],
        }
        for number, row in enumerate(formset.rows(), 1)
    ]


def _source(source: Source | None) -> documents.SourcePart | None:
    return resolving.source_part(source) if source else None
