"""The public pages of sources and publishers: how it stands with them, and what relies on them.

There is none before a live publication cites it. What they are called is what publications say, as long as they are
public; how it stands with them is what the worker found.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Window
from django.db.models.functions import Coalesce, Lag
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import citations
from factchecks.evidence import TROUBLES
from factchecks.models import Publication, PublishedCitation
from factchecks.pages import at_passage, foreign
from factchecks.views import moved, page_of
from sources import moving, quoting
from sources.fetching.outcomes import Kind
from sources.fetching.verdict import State
from sources.models import Look, Publisher, Snapshot, Source

SOURCES = "sources"  # the parameter of a publisher's list of sources
MOST_CHANGES = 30  # of a source's state that its page tells, the newest


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """A source that a published check relies on, or relies on under a double's address; of others readers are not told."""
    kept = _kept(pk)
    cited = _cited_now().filter(source__in=[kept.pk, *kept.doubles.values_list("pk", flat=True)])
    named = cited.order_by(F("source__merged_into").asc(nulls_first=True), *NEWEST).first()
    if named is None:
        raise Http404(UNCITED)
    if kept.pk != pk:
        return moved(reverse("factchecks:source", args=[kept.pk]))
    page = page_of(request, cited.select_related("publication__revision"))
    verified = {digest: at for (_pk, digest), at in quoting.verified_on([kept.pk]).items()}
    context = {
        "source": named,
        "addresses": _addresses(cited, named),
        "state": kept,
        "is_troubled": kept.state in TROUBLES,
        "title_language": foreign(kept.language, get_language() or "") if named.title else "",
        "kind": Snapshot.objects.filter(source=kept).values_list("body__kind", flat=True).first(),
        "publisher": Publisher.objects.filter(domain=named.publisher_domain).first(),
        "changes": _changes(kept),
        "last_look_at": _last_look_at(kept),
        "page": page,
        "citing": [_citing(citation, verified, kept.language) for citation in page],
    }
    return render(request, "factchecks/source.html", context)


UNCITED = gettext_lazy("No published fact check relies on this source.")
NEWEST = ("-publication__first_published_at", "-publication_id", "number")


def _kept(pk: int) -> Source:
    """The source of that number, or what it was merged into."""
    found = Source.objects.filter(pk=pk).select_related("merged_into").first()
    if found is None:
        raise Http404(UNCITED)
    return found.merged_into or found


def _cited_now() -> QuerySet[PublishedCitation]:
    """What the live publications say of their sources, the newest publication first."""
    cited = PublishedCitation.objects.filter(publication__in=Publication.objects.published())
    unread = [f"publication__{name}" for name in ("html", "text", "search", "search_front")]
    return cited.defer(*unread).order_by(*NEWEST)


def _addresses(cited: QuerySet[PublishedCitation], named: PublishedCitation) -> list[str]:
    """Those at which checks cite it: its own first, then those of its doubles."""
    others = cited.order_by("url").values_list("url", flat=True).distinct()
    return [named.url, *(url for url in others if url != named.url)]


def _changes(source: Source) -> list[Look]:
    """The looks after which it stood otherwise with the source than before, the newest first."""
    before = Window(Lag("state"), partition_by="source", order_by=["at", "pk"])
    looks = moving.looks(source).annotate(before=before)
    changes = looks.filter(Q(before=None) | ~Q(state=F("before"))).exclude(state=State.UNKNOWN)
    return list(changes.only("at", "state")[:MOST_CHANGES])


def _last_look_at(source: Source) -> datetime | None:
    """When the page was last seen, or was not to be had."""
    looks = moving.looks(source).exclude(kind=Kind.BARRED)
    return looks.values_list("at", flat=True).first()


def _citing(
    citation: PublishedCitation, verified: dict[str, datetime], language: str
) -> dict[str, Any]:
    """Which number the source has in a check, which findings cite it, and what is quoted of it."""
    document = citation.publication.document
    findings = [
        {"number": place, "heading": finding["heading"]}
        for place, finding in enumerate(document["findings"], 1)
        if citation.number in citations.numbers_in(finding["text"])
    ]
    return {
        "publication": citation.publication,
        "number": citation.number,
        "findings": findings,
        "language": foreign(language, citation.publication.language),
        "quotations": [
            {
                "text": text,
                "href": at_passage(citation.url, text),
                "verified_at": verified.get(quoting.digest(text)),
            }
            for text in _quoted(document, citation.number)
        ],
    }


def _quoted(document: dict[str, Any], number: int) -> Iterator[str]:
    """Each passage once."""
    quotations = [
        quotation["text"]
        for citation in document["citations"]
        if citation["number"] == number
        for quotation in citation["quotations"]
    ]
    yield from dict.fromkeys(quotations)


@require_safe
def publisher(request: HttpRequest, domain: str) -> HttpResponse:
    """A publisher that published checks rely on, with its pages that they cite."""
    checks = Publication.objects.published().for_lists()
    checks = checks.filter(publishers__contains=[{"domain": domain}])
    page = page_of(request, checks)
    if not page.object_list:
        raise Http404(_("No published fact check relies on this publisher."))
    sources = page_of(request, _sources_of(domain), SOURCES)
    context = {
        "name": next(each["name"] for each in page[0].publishers if each["domain"] == domain),
        "domain": domain,
        "publisher": Publisher.objects.filter(domain=domain).first(),
        "page": page,
        "sources_page": sources,
        "sources": _with_states(sources),
    }
    return render(request, "factchecks/publisher.html", context)


def _sources_of(domain: str) -> QuerySet[PublishedCitation, Any]:
    """What live publications cite of it, a source and its doubles once; the last used first."""
    cited = _cited_now().filter(publisher_domain=domain).order_by()
    grouped = cited.values(kept=Coalesce("source__merged_into", "source"))
    return grouped.annotate(
        named=Max("title"),
        day=Max("published_on"),
        checks=Count("publication", distinct=True),
        used=Max("publication__first_published_at"),
    ).order_by("-used", "-kept")


def _with_states(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = list(rows)
    states = Source.objects.only("state", "state_since", "archived_url", "language")
    known = states.in_bulk([row["kept"] for row in rows])
    return [
        {
            **row,
            "path": reverse("factchecks:source", args=[row["kept"]]),
            "state": known[row["kept"]],
            "is_troubled": known[row["kept"]].state in TROUBLES,
            "language": foreign(known[row["kept"]].language, get_language() or ""),
        }
        for row in rows
    ]
