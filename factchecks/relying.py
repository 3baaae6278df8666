"""What checks quote of sources, for the ground floor to look up and to watch: see ``sources.relying``."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from factchecks.models import Publication, PublishedCitation, Quotation
from sources.models import Source
from sources.relying import Reliance


def quotations(sources: Iterable[int]) -> dict[int, Reliance]:
    """By the key of a source: the passages that checks rely on. What cites a double of it quotes it as well."""
    wanted = set(sources)
    doubles = Source.objects.filter(merged_into__in=wanted).values_list("pk", "merged_into")
    into = {pk: pk for pk in wanted} | {pk: kept for pk, kept in doubles if kept}
    public = _public(into)
    drafts: dict[int, set[str]] = defaultdict(set)
    rows = Quotation.objects.filter(citation__source__in=into).order_by()
    for source, text in rows.values_list("citation__source", "text"):
        drafts[into[source]].add(text)
    return {
        pk: Reliance(frozenset(public[pk]), frozenset(drafts[pk]))
        for pk in public.keys() | drafts.keys()
    }


def _public(into: dict[int, int]) -> dict[int, set[str]]:
    """The passages in documents that are live or scheduled, read out of their revisions."""
    found: dict[int, set[str]] = defaultdict(set)
    cited = PublishedCitation.objects.filter(
        source__in=into, publication__in=_live_or_waiting()
    ).order_by()
    for source, number, document in cited.values_list(
        "source", "number", "publication__revision__document"
    ):
        for citation in document["citations"]:
            if citation["number"] == number:
                found[into[source]].update(
                    quotation["text"] for quotation in citation["quotations"]
                )
    return found


def shown() -> QuerySet[Any]:
    """The keys of the sources that live and scheduled publications cite."""
    cited = PublishedCitation.objects.filter(publication__in=_live_or_waiting())
    return cited.order_by().values("source")


def _live_or_waiting() -> QuerySet[Publication]:
    return Publication.objects.live_or_waiting(timezone.now())
