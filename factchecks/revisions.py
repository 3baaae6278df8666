"""The one way to change a check: build a document, then ``apply`` it. Each change becomes a revision."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import documents, resolving, verifying
from factchecks.constraints import told
from factchecks.documents import Document
from factchecks.models import (
    Byline,
    Citation,
    FactCheck,
    FollowUp,
    Picture,
    Quotation,
    Revision,
    SearchQuery,
)

MOST_TAKEN_IN = 20  # revisions in a row that only took something in


class StaleBase(ValidationError):
    """Somebody saved the check since the revision that a change was based on. Nothing was written."""


def newest(fact_check: FactCheck) -> Revision | None:
    return fact_check.revisions.order_by("-number").first()


def build(fact_check: FactCheck) -> Document:
    """The working copy as a document; sources, people and the rating as they are now."""
    quotations = Quotation.objects.filter(citation__fact_check=fact_check).select_related("finding")
    quoted: dict[int, list[Quotation]] = {}
    for quotation in quotations.order_by("position"):
        quoted.setdefault(quotation.citation_id, []).append(quotation)
    citations = fact_check.citations.select_related("source__publisher").order_by("number")
    return {
        "version": documents.VERSION,
        "key": str(fact_check.key),
        "slug": fact_check.slug,
        "question": fact_check.question,
        "summary": fact_check.summary,
        "language": fact_check.language,
        "checked_on": resolving.iso(fact_check.checked_on),
        "review_on": resolving.iso(fact_check.review_on),
        "authors": [
            resolving.person_part(byline.person)
            for byline in fact_check.bylines.select_related("person").order_by("position")
        ],
        "reviewed_by": resolving.person_part(fact_check.reviewed_by)
        if fact_check.reviewed_by
        else None,
        "tags": sorted(fact_check.tags.values_list("name", flat=True), key=str.casefold),
        "searches": _items(fact_check.searches.order_by("position")),
        "findings": [
            {"key": str(finding.key), "heading": finding.heading, "text": finding.text}
            for finding in fact_check.findings.order_by("position")
        ],
        "citations": [
            {
                "key": str(citation.key),
                "number": citation.number,
                "accessed_on": resolving.iso(citation.accessed_on),
                "source": resolving.source_part(citation.source) if citation.source else None,
                "quotations": [
                    {
                        "key": str(quotation.key),
                        "text": quotation.text,
                        "finding": str(quotation.finding.key) if quotation.finding else None,
                    }
                    for quotation in quoted.get(citation.pk, [])
                ],
            }
            for citation in citations
        ],
        "follow_ups": _items(fact_check.follow_ups.order_by("position")),
        "claim": _claim(fact_check),
        "rating": resolving.rating_part(fact_check.rating) if fact_check.rating else None,
        "pictures": [_picture(picture) for picture in fact_check.pictures.order_by("position")],
        "one_publisher_reason": fact_check.one_publisher_reason,
        "limitations": fact_check.limitations,
        "answers": str(fact_check.answers) if fact_check.answers else None,
    }


def with_sources_of_today(revision: Revision, rows: Iterable[Citation] | None = None) -> Document:
    """Its document, but for what is said of the sources, which may have been mended since: as publishing it would.

    ``rows`` are the check's citations with their sources, where they are at hand.
    """
    document: Document = revision.document
    if rows is None:
        rows = Citation.objects.filter(fact_check=revision.fact_check_id)
        rows = rows.select_related("source__publisher")
    sources = {str(row.key): resolving.source_part(row.source) for row in rows if row.source}
    citations: list[documents.CitationPart] = [
        {**citation, "source": sources.get(citation["key"])} for citation in document["citations"]
    ]
    return {**document, "citations": citations}


def written(last: Revision) -> Revision:
    """The revision in which somebody last wrote something: later ones only took in what is said of their sources."""
    before = last.fact_check.revisions.filter(number__lt=last.number).order_by("-number")
    for revision in before[:MOST_TAKEN_IN]:
        if _without_sources(revision) != _without_sources(last):
            break
        last = revision
    return last


def _without_sources(revision: Revision) -> dict[str, Any]:
    """Its document with the addresses of the sources alone."""
    citations = [
        {**citation, "source": citation["source"] and citation["source"]["url"]}
        for citation in revision.document["citations"]
    ]
    return {**revision.document, "citations": citations}


def _picture(picture: Picture) -> documents.PicturePart:
    return {
        "key": str(picture.key),
        "name": picture.name,
        "alt": picture.alt,
        "credit": picture.credit,
        "licence": picture.licence,
        "sha256": picture.sha256,
        "width": picture.width,
        "height": picture.height,
    }


def _items(rows: Iterable[SearchQuery | FollowUp]) -> list[documents.Item]:
    return [{"key": str(row.key), "text": row.text} for row in rows]


def _claim(fact_check: FactCheck) -> documents.ClaimPart | None:
    claim: documents.ClaimPart = {
        "text": fact_check.claim_text,
        "claimant": fact_check.claimant,
        "claimed_on": resolving.iso(fact_check.claimed_on),
        "appearance": fact_check.claim_appearance,
    }
    return claim if any(claim.values()) else None


def hold_slug(slug: str) -> None:
    """Until the transaction ends, nobody else takes this slug: a second click waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('factchecks'), hashtext(%s))", [slug])


@transaction.atomic
def apply(
    document: Document,
    *,
    fact_check: FactCheck | None,
    base: int,
    by: User | None,
    origin: Revision.Origin = Revision.Origin.DESK,
) -> Revision:
    """Make the working copy what the document says, and record a revision if that changed anything.

    ``base`` is the number of the revision that the document was made from, 0 for a new check (``fact_check=None``).
    Returns the newest revision: a new one, or the one there was when nothing changed; for an import, nothing but what
    its sources have come to say since. Sources, people and tags that are not known yet are made; those that are keep
    what they say. Raises ``StaleBase`` when ``base`` is no longer the
    newest, and ``ValidationError`` with a sentence for each rule that the document breaks.
    """
    problems = documents.problems_of(document)
    if problems:
        raise ValidationError(problems)
    last = None
    if fact_check is not None:
        fact_check = FactCheck.objects.select_for_update().get(pk=fact_check.pk)
        last = newest(fact_check)
        document = {**document, "key": str(fact_check.key)}
    if last is None or last.document["slug"] != document["slug"]:
        hold_slug(document["slug"])
    if (last.number if last else 0) != base:
        raise StaleBase(_("This check was saved by somebody else after you opened it."))
    if last is None or document["slug"] != last.document["slug"]:
        _refuse_taken_slug(document["slug"], fact_check)
    same = {last.sha256} if last else set()
    if last and origin == Revision.Origin.IMPORT:
        same.add(documents.sha256(with_sources_of_today(last)))
    known = resolving.Resolved(document)
    document = known.document
    digest = documents.sha256(document)
    if last and digest in same:
        return last
    fact_check = _write(fact_check or FactCheck(key=document["key"]), document, known, last)
    verifying.ask(document, last.document if last else None, fact_check.pk)
    return Revision.objects.create(
        fact_check=fact_check,
        number=base + 1,
        document=document,
        sha256=digest,
        origin=origin,
        saved_by=by,
        saved_at=timezone.now(),
    )


@transaction.atomic
def record(fact_check: FactCheck, *, by: User | None) -> Revision:
    """The newest revision, after taking in what changed around the check: a source's title, a person's name."""
    fact_check = FactCheck.objects.select_for_update().get(pk=fact_check.pk)
    return take_in(fact_check, newest(fact_check), by=by)


def take_in(fact_check: FactCheck, last: Revision | None, *, by: User | None) -> Revision:
    """``record`` for who has locked the check already, and knows its newest revision."""
    document = build(fact_check)
    if last and documents.sha256(document) == last.sha256:
        return last
    return apply(document, fact_check=fact_check, base=last.number if last else 0, by=by)


def _refuse_taken_slug(slug: str, fact_check: FactCheck | None) -> None:
    others = FactCheck.objects.filter(slug=slug)
    if fact_check is not None:
        others = others.exclude(pk=fact_check.pk)
    if others.exists():
        raise ValidationError({"slug": _("Another fact check has this slug.")})


def _write(
    fact_check: FactCheck, document: Document, known: "resolving.Resolved", last: Revision | None
) -> FactCheck:
    """Write the rows of the working copy; a group of parts that did not change is left alone."""
    before: dict[str, Any] = last.document if last else {}
    _write_fields(fact_check, document, known)
    if document["authors"] != before.get("authors"):
        _write_bylines(fact_check, known)
    if document["tags"] != before.get("tags", []):
        fact_check.tags.set(document["tags"])
    if document["searches"] != before.get("searches"):
        _sync(fact_check.searches.all(), _placed(document["searches"]), fact_check=fact_check)
    if document["follow_ups"] != before.get("follow_ups"):
        _sync(fact_check.follow_ups.all(), _placed(document["follow_ups"]), fact_check=fact_check)
    if document["findings"] != before.get("findings"):
        _sync(fact_check.findings.all(), _placed(document["findings"]), fact_check=fact_check)
    if document["citations"] != before.get("citations"):
        _write_citations(fact_check, document, known, before)
    if document["pictures"] != before.get("pictures", []):
        _sync(fact_check.pictures.all(), _placed(document["pictures"]), fact_check=fact_check)
    return fact_check


def _write_fields(fact_check: FactCheck, document: Document, known: "resolving.Resolved") -> None:
    claim = document["claim"] or {"text": "", "claimant": "", "claimed_on": None, "appearance": ""}
    fact_check.slug = document["slug"]
    fact_check.question = document["question"]
    fact_check.summary = document["summary"]
    fact_check.language = document["language"]
    fact_check.checked_on = documents.day(document["checked_on"])
    fact_check.review_on = documents.day(document["review_on"])
    fact_check.reviewed_by = known.reviewed_by
    fact_check.claim_text = claim["text"]
    fact_check.claimant = claim["claimant"]
    fact_check.claimed_on = documents.day(claim["claimed_on"])
    fact_check.claim_appearance = claim["appearance"]
    fact_check.rating = known.rating
    fact_check.one_publisher_reason = document["one_publisher_reason"]
    fact_check.limitations = document["limitations"]
    fact_check.answers = UUID(document["answers"]) if document["answers"] else None
    fact_check.search_text = search_text(document)
    if fact_check.stage == FactCheck.Stage.APPROVED:
        fact_check.stage = FactCheck.Stage.DRAFT  # the approval was of the revision before
    with told(FactCheck):
        fact_check.save()


def search_text(document: Document) -> str:
    """What the desk's search looks at, in lower case."""
    headings = [finding["heading"] for finding in document["findings"]]
    texts = [document["question"], document["slug"], *headings, document["summary"]]
    return "\n".join(texts).lower()


def _write_bylines(fact_check: FactCheck, known: "resolving.Resolved") -> None:
    fact_check.bylines.all().delete()
    Byline.objects.bulk_create(
        Byline(fact_check=fact_check, person=person, position=position)
        for position, person in enumerate(known.authors, 1)
    )


def _write_citations(
    fact_check: FactCheck, document: Document, known: "resolving.Resolved", before: dict[str, Any]
) -> None:
    wanted = {
        citation["key"]: {
            "number": citation["number"],
            "accessed_on": documents.day(citation["accessed_on"]),
            "source_id": known.sources[citation["source"]["url"]].pk
            if citation["source"]
            else None,
        }
        for citation in document["citations"]
    }
    citations = _sync(fact_check.citations.all(), wanted, fact_check=fact_check)
    if _quotations(document["citations"]) != _quotations(before.get("citations", [])):
        _write_quotations(fact_check, document, citations)


def _quotations(citations: Iterable[documents.CitationPart]) -> list[Any]:
    """What is quoted, where; citations that quote nothing do not matter."""
    return sorted((each["key"], each["quotations"]) for each in citations if each["quotations"])


def _write_quotations(fact_check: FactCheck, document: Document, citations: dict[str, int]) -> None:
    findings = {str(key): pk for pk, key in fact_check.findings.values_list("pk", "key")}
    wanted = {
        quotation["key"]: {
            "citation_id": citations[citation["key"]],
            "finding_id": findings[quotation["finding"]] if quotation["finding"] else None,
            "text": quotation["text"],
            "position": position,
        }
        for citation in document["citations"]
        for position, quotation in enumerate(citation["quotations"], 1)
    }
    _sync(Quotation.objects.filter(citation__fact_check=fact_check), wanted)


def _placed(parts: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The wanted rows of parts that stand in order: ``{key: fields}``, with the position from 1."""
    return {
        part["key"]: {
            **{name: value for name, value in part.items() if name != "key"},
            "position": position,
        }
        for position, part in enumerate(parts, 1)
    }


def _sync(
    rows: models.QuerySet[Any], wanted: dict[str, dict[str, Any]], **belongs: FactCheck
) -> dict[str, int]:
    """Make the rows what ``wanted`` says, by key, in at most four statements; gives their primary keys by key."""
    existing = {str(row.key): row for row in rows}
    gone = [row.pk for key, row in existing.items() if key not in wanted]
    if gone:
        rows.filter(pk__in=gone).delete()
    changed = []
    for key, fields in wanted.items():
        row = existing.get(key)
        if row and any(getattr(row, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(row, name, value)
            changed.append(row)
    manager = rows.model._default_manager
    if changed:
        manager.bulk_update(
            changed, [name.removesuffix("_id") for name in next(iter(wanted.values()))]
        )
    new = manager.bulk_create(
        rows.model(key=key, **fields, **belongs)
        for key, fields in wanted.items()
        if key not in existing
    )
    return {str(row.key): row.pk for row in (*existing.values(), *new)}
