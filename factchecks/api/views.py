"""The endpoints. They read publications only, as the pages do."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import documents, structured, views
from factchecks.api import answering, asking, paging, shapes
from factchecks.api.answering import Problem, endpoint
from factchecks.api.paging import BEGINS
from factchecks.models import Correction, Publication, PublicationQuerySet

DESCRIPTION = json.loads((Path(__file__).parent / "openapi.json").read_text("utf-8"))
MOST_VERSIONS = 1_000_000  # past any that there can be, and within what a database counts to


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The API for people who write programs, told from its own description."""
    context = {
        "about": DESCRIPTION["info"]["description"],
        "server": DESCRIPTION["servers"][0]["url"],
        "endpoints": list(_endpoints()),
    }
    return render(request, "factchecks/api.html", context)


def _endpoints() -> Iterator[dict[str, Any]]:
    shared = DESCRIPTION["components"]["parameters"]
    for path, methods in DESCRIPTION["paths"].items():
        told = methods["get"]
        asked = [
            shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
            for each in told.get("parameters", [])
        ]
        yield {
            "path": path,
            "summary": told["summary"],
            "description": told.get("description", ""),
            "parameters": asked,
        }


@endpoint
def root(request: HttpRequest) -> HttpResponseBase:
    """Where everything is."""
    asking.parameters(request, ())
    body = {
        "name": settings.NEWSROOM_NAME,
        "fact_checks_url": shapes.address(request, "api-fact-checks"),
        "corrections_url": shapes.address(request, "api-corrections"),
        "claim_reviews_url": shapes.address(request, "claimreview"),
        "openapi_url": shapes.address(request, "api-openapi"),
        "document_schema_url": shapes.address(request, "api-document-schema"),
        "documentation_url": shapes.address(request, "api"),
    }
    return answering.answer(request, body)


@endpoint
def openapi(request: HttpRequest) -> HttpResponseBase:
    return answering.answer(request, DESCRIPTION, max_age=answering.SETTLED)


@endpoint
def document_schema(request: HttpRequest) -> HttpResponseBase:
    """What a document is: JSON Schema, draft 2020-12."""
    schema = "application/schema+json"
    return answering.answer(
        request, documents.SCHEMA, content_type=schema, max_age=answering.SETTLED
    )


@endpoint
def fact_checks(request: HttpRequest) -> HttpResponseBase:
    """What is public now, the last updated first."""
    asked = asking.parameters(request, ("topic", "rating", "language", "updated_since"))
    rows = Publication.objects.published().for_lists()
    if "topic" in asked:
        rows = rows.on_topic(asked["topic"])
    if "rating" in asked:
        rows = rows.filter(rating=asked["rating"])
    if "language" in asked:
        rows = rows.filter(language__iexact=asked["language"])
    if moment := asking.since(asked, "updated_since"):
        rows = rows.filter(**{f"{BEGINS}__gte": moment})
    found, following = paging.page_of(request, asked, rows, BEGINS)
    items = [shapes.summary(request, publication) for publication in found]
    return paging.listed(request, items, following)


@endpoint
def fact_check(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The version that is public now: its document whole, and what is said of it since."""
    asking.parameters(request, ())
    publication = _told().published().filter(slug=slug).first()
    if publication is None:
        return _formerly_public(request, slug)
    url = shapes.address(request, "detail", slug)
    return _whole(request, publication, publication.number, url)


def _told() -> PublicationQuerySet:
    """Publications with their numbers in the public history, and what their pages tell of the evidence.

    Their documents are read when they are needed.
    """
    rows = Publication.objects.numbered().for_lists().select_related("revision")
    return rows.defer("revision__document").annotate(evidence=KeyTransform("evidence", "html"))


def _whole(
    request: HttpRequest, publication: Publication, number: int, url: str
) -> HttpResponseBase:
    """A version, which readers find at ``url``; its document is read only for whoever does not have it yet."""
    facts = {
        "url": url,
        "version": number,
        "versions_url": shapes.address(request, "api-versions", publication.slug),
        **shapes.standing(publication),
        "corrections": [shapes.what_changed(each) for each in views.corrections_of(publication)],
        "evidence": shapes.evidence(request, publication),
    }
    etag = answering.tag(publication.revision.sha256, json.dumps(facts))
    if known := answering.known_already(request, etag):
        return known
    document = documents.whole(publication.document)  # type: ignore[arg-type]
    body = {**facts, "sha256": documents.sha256(document), "document": document}
    return answering.answer(request, body, etag=etag)


def _formerly_public(request: HttpRequest, slug: str) -> HttpResponseBase:
    """301 to the present address, or why the check was withdrawn (410), or that there was none (404)."""
    last = _newest(slug)
    if last.live_until is None or last.live_until > timezone.now():
        return views.moved(reverse("factchecks:api-fact-check", args=[last.slug]))
    raise Problem(
        HTTPStatus.GONE,
        _("This fact check was withdrawn."),
        withdrawal_notice=last.withdrawal_notice,
        withdrawn_at=structured.moment(last.live_until),
        versions_url=shapes.address(request, "api-versions", last.slug),
    )


def _newest(slug: str) -> Publication:
    """A check's newest public version, by any address that it ever had."""
    begun = Publication.objects.begun()
    check = begun.filter(slug=slug).values("fact_check")[:1]
    last = begun.filter(fact_check__in=check).for_lists().order_by(f"-{BEGINS}").first()
    if last is None:
        raise Problem(HTTPStatus.NOT_FOUND, _("No fact check was ever published at this address."))
    return last


@endpoint
def versions(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every version that is or was public, newest first; also of a check that was withdrawn."""
    asked = asking.parameters(request, ())
    present = _newest(slug)
    if present.slug != slug:
        return views.moved(reverse("factchecks:api-versions", args=[present.slug]))
    rows = _history(present).select_related("correction")
    found, following = paging.page_of(request, asked, rows, BEGINS)
    now = timezone.now()
    items = [shapes.version(request, slug, row.number, row, now) for row in found]
    return paging.listed(request, items, following)


def _history(present: Publication) -> PublicationQuerySet:
    return _told().begun().filter(fact_check=present.fact_check_id)


@endpoint
def version(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The n-th version that was public, whole; where its words are taken down, why (451, RFC 7725)."""
    asking.parameters(request, ())
    present = _newest(slug)
    if present.slug != slug:
        return views.moved(reverse("factchecks:api-version", args=[present.slug, number]))
    in_order = _history(present).order_by(BEGINS)
    found = list(in_order[number - 1 : number]) if 1 <= number <= MOST_VERSIONS else []
    if not found:
        raise Problem(HTTPStatus.NOT_FOUND, _("This fact check has no such version."))
    [publication] = found
    if publication.is_taken_down:
        raise Problem(
            HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
            _("The words of this version are taken down for legal reasons."),
            takedown_notice=publication.takedown_notice,
        )
    url = shapes.address(request, "version", slug, number)
    return _whole(request, publication, number, url)


@endpoint
def corrections(request: HttpRequest) -> HttpResponseBase:
    """What was corrected, clarified, updated and retracted, of all checks, newest first."""
    asked = asking.parameters(request, ("kind", "made_since"))
    rows = Correction.objects.filter(publication__in=Publication.objects.begun())
    if kind := asked.get("kind"):
        if kind not in Correction.Kind.values:
            raise asking.wrong(_("“kind” is one of: %s.") % ", ".join(Correction.Kind.values))
        rows = rows.filter(kind=kind)
    if moment := asking.since(asked, "made_since"):
        rows = rows.filter(**{f"publication__{BEGINS}__gte": moment})
    rows = rows.select_related("publication").defer(
        "publication__html", "publication__text", "publication__search"
    )
    found, following = paging.page_of(request, asked, rows, f"publication__{BEGINS}")
    return paging.listed(request, [shapes.correction(request, each) for each in found], following)


@endpoint
def nothing(request: HttpRequest) -> HttpResponseBase:
    """For an address that is none of the API's."""
    raise Problem(HTTPStatus.NOT_FOUND, _("The API has nothing at this address."))
