"""Which sources are probably one: two rows for what readers would call the same page."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sources import addresses, identifiers
from sources.models import Source

MOST = 20  # that are looked at, and shown


@dataclass(frozen=True)
class Probable:
    """A source that may be a double of another, and why."""

    source: Source
    why: Promise


def probable(source: Source) -> list[Probable]:
    """The strongest reason first, each source once."""
    others = Source.objects.unmerged().exclude(pk=source.pk).order_by("pk")
    reasons: list[tuple[Promise, list[Source]]] = [
        (_("its address is another spelling of the same one"), list(_at(others, source.url))),
        (_("it has the same DOI"), _with_doi(others, source)),
        (_("one of the two pages gives the other's address as its own"), _own(others, source)),
    ]
    found: dict[int, Probable] = {}
    for why, sources in reasons:
        for other in sources:
            found.setdefault(other.pk, Probable(other, why))
    return list(found.values())[:MOST]


def _at(others: QuerySet[Source], *urls: str) -> QuerySet[Source]:
    spelt = {addresses.canonical(url) for url in urls if url}
    return others.filter(canonical__in=spelt)[:MOST]


def _with_doi(others: QuerySet[Source], source: Source) -> list[Source]:
    """An address may hold the DOI in any case; an arXiv paper's holds the end of it."""
    doi = identifiers.doi(source.url)
    if doi is None:
        return []
    paper = identifiers.arxiv(source.url)
    words = {doi, *([paper.paper] if paper else [])}
    holding = Q.create([("url__icontains", word) for word in words], connector=Q.OR)
    return [row for row in others.filter(holding)[:MOST] if identifiers.doi(row.url) == doi]


def _own(others: QuerySet[Source], source: Source) -> list[Source]:
    """What a page says of its own place is a hint, and no more (``rel=canonical``)."""
    ours = [source.own_address] if source.own_address else []
    claimed = others.filter(own_address__in=[source.url, *ours])
    return [*_at(others, *ours), *claimed[:MOST]]
