"""Working out how checks lean on their sources: which of them no text cites, and whether most have one publisher.

A job does it, soon after a check was saved; one at a time.
"""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Exists, Max, OuterRef, QuerySet

from factchecks import documents, rules
from factchecks.models import Citation, Leaning, Revision

BATCH = 200
LATE = 1000  # revisions; one may be committed after those that were numbered after it
FIELDS = ("revision", "found", "uncited", "publisher", "of_publisher", "cited", "is_one_sided")


def learn_new() -> int:
    """Take the next revisions into account that are not yet; returns how many they are."""
    batch = dict(_lacking().order_by("pk").values_list("pk", "fact_check")[:BATCH])
    # (of two of one check the later one)
    _keep({check: revision for revision, check in batch.items()})
    return len(batch)


def is_behind() -> bool:
    return _lacking().exists()


def _lacking() -> QuerySet[Revision]:
    last = Leaning.objects.aggregate(last=Max("revision"))["last"] or 0
    known = Leaning.objects.filter(fact_check=OuterRef("fact_check"), revision__gte=OuterRef("pk"))
    return Revision.objects.filter(pk__gt=last - LATE).exclude(Exists(known))


def learn_again(after: int = 0) -> int | None:
    """Work out those of the next checks anew, for a source may have another publisher by now; returns the last one."""
    known = Leaning.objects.filter(pk__gt=after).order_by("pk")
    batch = dict(known.values_list("fact_check", "revision")[:BATCH])
    _keep(batch)
    return max(batch, default=None)


def _keep(revisions: dict[int, int]) -> None:
    """``revisions``: by check, the key of the revision that is taken into account with this."""
    publishers = _publishers(revisions)
    newest = Revision.objects.filter(fact_check__in=revisions).order_by("fact_check_id", "-number")
    rows = [
        _leaning(each, revisions[each.fact_check_id], publishers.get(each.fact_check_id, {}))
        for each in newest.distinct("fact_check_id")
    ]
    Leaning.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["fact_check"], update_fields=FIELDS
    )


def _publishers(checks: Iterable[int]) -> dict[int, dict[int, int]]:
    """By check and number: who publishes the source, as the desk knows it now."""
    found: dict[int, dict[int, int]] = {}
    cited = Citation.objects.filter(fact_check__in=checks, source__publisher__isnull=False)
    for check, number, publisher in cited.order_by().values_list(
        "fact_check", "number", "source__publisher"
    ):
        found.setdefault(check, {})[number] = publisher
    return found


def _leaning(newest: Revision, revision: int, publishers: dict[int, int]) -> Leaning:
    document = documents.whole(newest.document)
    uncited = [citation["number"] for citation in rules.uncited(document)]
    cited = [publisher for number, publisher in publishers.items() if number not in uncited]
    counts = Counter(cited).most_common(1)
    most, count = counts[0] if counts else (None, 0)
    return Leaning(
        fact_check_id=newest.fact_check_id,
        revision=revision,
        found=len(document["citations"]),
        uncited=uncited,
        publisher_id=most,
        of_publisher=count,
        cited=len(cited),
        is_one_sided=count * 3 > len(cited) * 2,
    )
