"""What checks quote of sources, for the ground floor to look up and to watch: see ``sources.relying``."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Func, JSONField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from factchecks.cited import cited
from factchecks.following import citing, follow, may_follow, published
from factchecks.models import Publication, PublishedCitation, Quotation
from sources.models import Source
from sources.relying import Reliance

__all__ = [
    "cited",
    "citing",
    "follow",
    "may_follow",
    "names_publisher",
    "published",
    "quotations",
    "shown",
]


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


class _Passages(Func):
    """What a citation of a document quotes: picked by Postgres, since a document is long and the passages are few."""

    function = "jsonb_path_query_array"
    output_field = JSONField()

    def __init__(self, document: str, number: str, **extra: Any) -> None:
        path = "$.citations[*] ? (@.number == $number).quotations[*].text"
        wanted = Func(Value("number"), F(number), function="jsonb_build_object")
        super().__init__(F(document), Value(path), wanted, **extra)


def _public(into: dict[int, int]) -> dict[int, set[str]]:
    """The passages in documents that are live or scheduled, read out of their revisions."""
    found: dict[int, set[str]] = defaultdict(set)
    cited = PublishedCitation.objects.filter(
        source__in=into, publication__in=_live_or_waiting()
    ).order_by()
    passages = _Passages("publication__revision__document", "number")
    for source, texts in cited.values_list("source", passages).distinct():
        found[into[source]].update(texts)
    return found


def shown() -> QuerySet[Any]:
    """The keys of the sources that live and scheduled publications cite; of a double, the one that it went into."""
    cited = PublishedCitation.objects.filter(publication__in=_live_or_waiting())
    kept = Coalesce("source__merged_into_id", "source_id")
    return cited.order_by().annotate(kept=kept).values("kept")


def names_publisher(domain: str) -> bool:
    """Whether live or scheduled publications name a publisher of that domain."""
    named = PublishedCitation.objects.filter(publisher_domain=domain)
    return named.filter(publication__in=_live_or_waiting()).exists()


def _live_or_waiting() -> QuerySet[Publication]:
    return Publication.objects.live_or_waiting(timezone.now())
