"""``/claimreview.json``: every standing verdict of the newsroom in one feed, for those who gather fact checks."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from factchecks import structured
from factchecks.api import answering, asking, paging
from factchecks.api.answering import endpoint
from factchecks.models import Publication
from factchecks.structured import CONTEXT, Site, moment

# schema.org has no word for the next page of a feed; Hydra has.
NEXT = {"next": {"@id": "http://www.w3.org/ns/hydra/core#next", "@type": "@id"}}


@endpoint
def claim_reviews(request: HttpRequest) -> HttpResponseBase:
    """A ``schema.org/DataFeed`` of the ClaimReviews that are live and not retracted, the last updated first."""
    asked = asking.parameters(request, ())
    found, following = paging.page_of(request, asked, _standing(), paging.BEGINS)
    site = Site.of(request)
    feed: dict[str, Any] = {
        "@context": [CONTEXT, NEXT],
        "@type": "DataFeed",
        "@id": site.address("factchecks:claimreview"),
        "name": _("Claim reviews of %(newsroom)s") % {"newsroom": site.name},
        "publisher": site.publisher,
        "dataFeedElement": list(_elements(found, site)),
    }
    if found:
        feed["dateModified"] = moment(found[0].updated_at)
    if following:
        feed["next"] = following
    return answering.answer(request, feed, content_type="application/ld+json", following=following)


def _standing() -> QuerySet[Publication]:
    """Of each page only the part that is asked for leaves the database.

    That the part is there is not a condition: guessing how often it is, Postgres read every page (15,000: 0.3 s).
    """
    rated = Publication.objects.published().filter(is_retracted=False).exclude(rating="")
    return rated.for_lists().annotate(kept=F("html__structured__claim_review"))


def _elements(found: Iterable[Publication], site: Site) -> Iterator[dict[str, Any]]:
    """Those whose part is kept; the worker is about to make the others' (see ``pages.version``)."""
    for publication in found:
        kept = publication.kept  # type: ignore[attr-defined]
        if item := structured.claim_review(publication, kept, site):
            yield {
                "@type": "DataFeedItem",
                "dateCreated": moment(publication.first_published_at),
                "dateModified": moment(publication.updated_at),
                "item": item,
            }
