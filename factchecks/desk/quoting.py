"""A passage selected in the kept text of a source becomes a quotation of a check that cites the source."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from factchecks import documents, revisions
from factchecks.desk.access import signed_in
from factchecks.documents import CitationPart, Document, QuotationPart
from factchecks.importing import lengths
from factchecks.models import FactCheck, Finding, Quotation, Revision
from sources import quoting
from sources.desk import differences, kept_text
from sources.models import Snapshot, Source
from sources.reading import passages

OFFERED = 30  # checks, those that were saved last
CORRECT = "correct"  # as a form says it: not one more, but in place of a wrong one


@dataclass(frozen=True)
class Place:
    """Where a passage can be quoted: in a check as of a revision, by the whole of it or by one finding.

    Or in place of what is quoted there wrongly.
    """

    check: int
    base: int
    part: str  # the key of the finding, or of the quotation in whose place it is; empty for the whole check
    name: str = ""

    @property
    def value(self) -> str:
        return f"{self.check}.{self.base}.{self.part}"


@dataclass(frozen=True)
class Group:
    """A check that cites the source, with the places in it."""

    name: str
    places: list[Place]


def place_of(posted: str) -> Place | None:
    """The place that a form names, which the form itself has written."""
    check, base, part = (*posted.split("."), "", "")[:3]
    if all(number.isdecimal() and len(number) < 10 for number in (check, base)):
        return Place(int(check), int(base), part)
    return None


@dataclass(frozen=True)
class Wrong:
    """A quotation that does not stand as it is, and in whose place another passage can be quoted."""

    place: Place
    text: str


def wrong(source: Source, check: int, key: str) -> Wrong | None:
    """The check's quotation of that source with this key; nothing where there is none any more."""
    try:
        known = Quotation.objects.filter(key=uuid.UUID(key))
    except ValueError:
        return None
    rows = known.filter(citation__fact_check=check, citation__source=source)
    newest = Revision.objects.filter(fact_check=check).order_by("-number").values("number")[:1]
    row = rows.select_related("finding").annotate(base=Subquery(newest)).first()
    if row is None:
        return None
    name = _name(row.finding) if row.finding else _("the whole check")
    return Wrong(Place(check, row.base, key, name), row.text)


def places(source: Source, wanted: int = 0) -> list[Group]:
    """The checks that cite the source, each with its places: the one wanted, then those that were saved last."""
    newest = Revision.objects.filter(fact_check=OuterRef("pk")).order_by("-number")
    checks = (
        FactCheck.objects.filter(citations__source=source)
        .annotate(
            is_wanted=Q(pk=wanted),
            newest_number=Subquery(newest.values("number")[:1]),
            saved_at=Subquery(newest.values("saved_at")[:1]),
        )
        .order_by("-is_wanted", "-saved_at")[:OFFERED]
    )
    findings: dict[int, list[Finding]] = {}
    for finding in Finding.objects.filter(fact_check__in=[check.pk for check in checks]):
        findings.setdefault(finding.fact_check_id, []).append(finding)
    return [_group(check, findings.get(check.pk, [])) for check in checks]


def _group(check: Any, findings: list[Finding]) -> Group:
    whole = Place(check.pk, check.newest_number, "", _("the whole check"))
    by_place = sorted(findings, key=lambda each: each.position)
    made = [Place(check.pk, check.newest_number, str(each.key), _name(each)) for each in by_place]
    return Group(check.question, [whole, *made])


def _name(finding: Finding) -> str:
    values = {"number": finding.position, "heading": finding.heading}
    return _("finding %(number)s: %(heading)s") % values


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """Quote the passage, which stands in this copy, in a check, be it in place of what was quoted wrongly.

    Refused, the page shows what was typed, and why.
    """

    @require_POST
    def quote(request: HttpRequest, snapshot: int) -> HttpResponse:
        copy = get_object_or_404(
            Snapshot.objects.select_related("body", "source__publisher"), pk=snapshot
        )
        corrects = request.POST.get("how") == CORRECT
        place = place_of(request.POST.get("wrong" if corrects else "place", ""))
        check = FactCheck.objects.filter(pk=place.check).first() if place else None
        if not model_admin.has_change_permission(request, check):
            raise PermissionDenied
        typed = request.POST.get("passage", "").replace("\0", "")[: passages.LONGEST]
        passage = differences.undivided(documents.clean_text(typed), copy.body.text)
        try:
            if place is None or check is None:
                raise ValidationError(_("Choose the check that quotes it."))
            _refuse_what_does_not_stand(copy, passage)
            put = _corrected if corrects else _with
            _quote(copy, passage, check, place, put, by=signed_in(request))
        except ValidationError as error:
            of_sources = model_admin.admin_site.get_model_admin(Source)
            return kept_text.page(of_sources, request, copy, typed, error.messages)
        quoting.verify_copy(copy, [passage])
        _say(request, check, copy, corrects=corrects)
        query = urlencode({"quotation": quoting.digest(passage), "check": str(check.pk)})
        url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
        return redirect(f"{url}?{query}#passage")

    return quote


def _refuse_what_does_not_stand(copy: Snapshot, passage: str) -> None:
    if not passage:
        raise ValidationError(_("Select a passage in the text, or paste it into the field."))
    if len(passage) > lengths.QUOTATION:
        message = _("A passage has at most %(most)s characters.")
        raise ValidationError(message % {"most": lengths.QUOTATION})
    if kept_text.look_up(copy.body, passage).name != "verified":
        raise ValidationError(
            _("This does not stand in the text word for word, so it is not quoted.")
        )


def _quote(
    copy: Snapshot,
    passage: str,
    check: FactCheck,
    place: Place,
    put: Callable[[Document, str, str, str], Document],
    *,
    by: User,
) -> None:
    document = revisions.build(check)
    try:
        changed = put(document, copy.source.url, passage, place.part)
        revisions.apply(changed, fact_check=check, base=place.base, by=by)
    except revisions.StaleBase as error:
        again = _("Look at the choice again, then quote it.")
        raise ValidationError([*error.messages, again]) from error


def _with(document: Document, url: str, passage: str, finding: str) -> Document:
    """The document with one more quotation of that source."""
    if finding and finding not in {part["key"] for part in document["findings"]}:
        raise ValidationError(_("This finding is not in the check any more."))
    cited = _cited(document, url)
    quoted = cited["quotations"]
    _refuse_twice(quoted, passage, finding or None)
    if len(quoted) >= lengths.QUOTATIONS:
        message = _("A source has at most %(most)s quotations in a check.")
        raise ValidationError(message % {"most": lengths.QUOTATIONS})
    new: QuotationPart = {"key": str(uuid.uuid4()), "text": passage, "finding": finding or None}
    return _quoting(document, cited, [*quoted, new])


def _corrected(document: Document, url: str, passage: str, key: str) -> Document:
    """The document with those words in that quotation: who relies on it stays, and so does its place."""
    cited = _cited(document, url)
    quoted = cited["quotations"]
    old = next((part for part in quoted if part["key"] == key), None)
    if old is None:
        raise ValidationError(_("The quotation that was wrong is not in the check any more."))
    _refuse_twice(quoted, passage, old["finding"])
    new: QuotationPart = {**old, "text": passage}
    return _quoting(document, cited, [new if part is old else part for part in quoted])


def _cited(document: Document, url: str) -> CitationPart:
    for each in document["citations"]:
        if _is_of(each, url):
            return each
    raise ValidationError(_("The check does not cite this source any more."))


def _refuse_twice(quoted: list[QuotationPart], passage: str, finding: str | None) -> None:
    if any((part["text"], part["finding"]) == (passage, finding) for part in quoted):
        raise ValidationError(_("This passage is quoted there already."))


def _quoting(document: Document, cited: CitationPart, quoted: list[QuotationPart]) -> Document:
    citations: list[CitationPart] = [
        {**each, "quotations": quoted} if each is cited else each for each in document["citations"]
    ]
    return {**document, "citations": citations}


def _is_of(citation: CitationPart, url: str) -> bool:
    return citation["source"] is not None and citation["source"]["url"] == url


def _say(request: HttpRequest, check: FactCheck, copy: Snapshot, *, corrects: bool) -> None:
    number = check.citations.get(source=copy.source_id).number
    url = reverse("admin:factchecks_factcheck_change", args=[check.pk])
    link = format_html('<a href="{}">{}</a>', url, check.question)
    said = (
        _("Corrected, as source [{}] says it: {}") if corrects else _("Quoted from source [{}]: {}")
    )
    messages.success(request, format_html(said, number, link))
