"""Which checks cite a source, in their working copies and in public: for the desk's pages of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from factchecks.models import Citation, FactCheck, Publication, PublishedCitation
from sources.models import Source
from sources.relying import Check, Cited

MOST = 20  # that are named


def cited(source: int, *, user: Any) -> Cited:
    """Those that were made last. What cites a double of it cites it as well."""
    if not user.has_perm("factchecks.view_factcheck"):
        return Cited()
    sources = Source.objects.filter(Q(pk=source) | Q(merged_into=source)).values("pk")
    drafts = _lowest(
        Citation.objects.filter(source__in=sources).values_list("fact_check", "number")
    )
    public = PublishedCitation.objects.filter(
        source__in=sources, publication__in=Publication.objects.published(timezone.now())
    )
    numbers = _lowest(public.values_list("publication__fact_check", "number"))
    shown = sorted(drafts.keys() | numbers.keys(), reverse=True)
    titles = FactCheck.objects.only("question").in_bulk(shown[:MOST])
    pages = Publication.objects.published().filter(fact_check__in=shown[:MOST]).for_lists()
    addresses = {page.fact_check_id: page.get_absolute_url() for page in pages}
    checks = [
        Check(
            titles[pk].question,
            reverse("admin:factchecks_factcheck_change", args=[pk]),
            drafts.get(pk),
            numbers.get(pk),
            addresses.get(pk, "") if pk in numbers else "",
        )
        for pk in shown[:MOST]
        if pk in titles
    ]
    page = reverse("factchecks:source", args=[source]) if numbers else ""
    return Cited(len(shown), checks, page)


def _lowest(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    """By check: the number that it cites the source by, the lowest of several."""
    found: dict[int, int] = {}
    for check, number in sorted(rows):
        found.setdefault(check, number)
    return found
