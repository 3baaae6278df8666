"""What is public, as the API tells it. Nothing of the newsroom's own business has a place here, nor what is scheduled."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from factchecks.models import Correction, Publication
from factchecks.structured import moment


def address(request: HttpRequest, name: str, *args: object) -> str:
    return request.build_absolute_uri(reverse(f"factchecks:{name}", args=args))


def summary(request: HttpRequest, publication: Publication) -> dict[str, Any]:
    """A check in a list."""
    return {
        "slug": publication.slug,
        "url": address(request, "detail", publication.slug),
        "api_url": address(request, "api-fact-check", publication.slug),
        "question": publication.question,
        "excerpt": publication.excerpt,
        "language": publication.language,
        "rating": publication.rating or None,
        "authors": publication.authors,
        "topics": publication.tags,
        "checked_on": publication.checked_on.isoformat(),
        **standing(publication),
    }


def standing(publication: Publication) -> dict[str, Any]:
    """Since when it is public, and whether it still stands."""
    review_on = publication.review_on
    return {
        "review_on": review_on.isoformat() if review_on else None,
        "may_be_outdated": publication.may_be_outdated,
        "first_published_at": moment(publication.first_published_at),
        "updated_at": moment(publication.updated_at),
        "is_retracted": publication.is_retracted,
    }


def version(
    request: HttpRequest, slug: str, number: int, publication: Publication, now: datetime
) -> dict[str, Any]:
    """One line of a check's history. When a version is going to end is the newsroom's plan, and not told."""
    until = publication.live_until
    correction = getattr(publication, "correction", None)
    return {
        "number": number,
        "url": address(request, "version", slug, number),
        "api_url": address(request, "api-version", slug, number),
        "live_from": moment(publication.updated_at),
        "live_until": moment(until) if until and until <= now else None,
        "is_retracted": publication.is_retracted,
        "correction": what_changed(correction) if correction else None,
        "withdrawal_notice": publication.withdrawal_notice or None,
        "is_taken_down": publication.is_taken_down,
        "takedown_notice": publication.takedown_notice or None,
    }


def evidence(request: HttpRequest, publication: Any) -> list[dict[str, Any]]:
    """How it stands with each of its sources, as its page tells; nothing until the worker has made that anew."""
    return [
        {
            "number": known["number"],
            "page_url": address(request, "source", known["source"]),
            **{name: told for name, told in known.items() if name not in {"number", "source"}},
        }
        for known in publication.evidence or []
    ]


def what_changed(correction: Correction) -> dict[str, Any]:
    """The public word for a new version."""
    return {
        "kind": correction.kind,
        "text": correction.text,
        "changes_verdict": correction.changes_verdict,
        "made_at": moment(correction.made_at),
    }


def correction(request: HttpRequest, correction: Correction) -> dict[str, Any]:
    """The same in a list, with the check that it is of; words that are taken down stay untold."""
    publication = correction.publication
    return {
        **what_changed(correction),
        "fact_check": {
            "slug": publication.slug,
            "url": address(request, "detail", publication.slug),
            "api_url": address(request, "api-fact-check", publication.slug),
            "question": None if publication.is_taken_down else publication.question,
        },
    }
