"""What stands beside a published check: what answers its questions, whose question it answers, and related checks."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any, Literal

from django.db.models import Q, Value
from django.urls import reverse

from factchecks.models import Publication, PublicationQuerySet
from factchecks.models.publications import is_past

MOST_RELATED = 4
# Checks with a topic in common are looked for among the newest, which suffices for a frequent topic, and among so many of
# any age, which suffices for a rare one: neither look grows with the archive.
NEWEST, OF_ANY_AGE = 500, 100
MOST_ASKED_IN = 4
COLUMNS = (
    *("why", "fact_check", "slug", "question", "language", "rating", "tags", "answers"),
    *("first_published_at", "review_on"),
)

Why = Literal["answers", "asked it", "related"]
Row = dict[str, Any]


def of(publication: Publication) -> dict[str, list[Row]]:
    """For the present version's page, in one query, and in none for a check without questions and topics.

    ``questions`` are its follow-up questions, each with the check that ``answer``s it or none; ``asked_in`` are the checks
    with the question that it answers; ``related`` share topics with it. A check has ``url``, ``question``,
    ``language``, ``rating`` and ``may_be_outdated``.
    """
    rows = _rows(publication)
    answers = {str(row["answers"]): row for row in rows if row["why"] == "answers"}
    asked_in = [row for row in rows if row["why"] == "asked it"]
    named = {row["fact_check"] for row in [*answers.values(), *asked_in]}
    related = {row["fact_check"]: row for row in rows if row["why"] == "related"}
    others = [row for check, row in related.items() if check not in named]
    others.sort(key=lambda row: (_in_common(publication, row), row["first_published_at"]))
    asked = questions_of(publication)
    return {
        "questions": [{**question, "answer": answers.get(question["key"])} for question in asked],
        "asked_in": asked_in,
        "related": others[: -MOST_RELATED - 1 : -1],
    }


def questions_of(publication: Publication) -> list[Row]:
    """The follow-up questions; none in a page that is still as an earlier version of the software has made it."""
    return publication.html.get("questions", [])  # type: ignore[no-any-return]


def _rows(publication: Publication) -> list[Row]:
    lists = list(_lists(publication))
    if not lists:
        return []
    rows = lists[0].union(*lists[1:], all=True).order_by() if lists[1:] else lists[0]
    return [_told(row) for row in rows]


def _told(row: Row) -> Row:
    url = reverse("factchecks:detail", args=[row["slug"]])
    return {**row, "url": url, "may_be_outdated": is_past(row["review_on"])}


def _lists(publication: Publication) -> Iterator[Any]:
    """Of other live checks that stand: a query for each reason to name them."""
    live = (
        Publication.objects.published()
        .filter(is_retracted=False)
        .order_by("-first_published_at", "-pk")
        .exclude(fact_check=publication.fact_check_id)
    )
    keys = [question["key"] for question in questions_of(publication)]
    if keys:
        yield _because("answers", live.filter(answers__in=keys))[: len(keys)]
    if publication.answers:
        asking = live.filter(html__questions__contains=[{"key": str(publication.answers)}])
        yield _because("asked it", asking)[:MOST_ASKED_IN]
    if publication.tags:
        shares_one = reduce(
            or_, (Q(tags__contains=[{"slug": t["slug"]}]) for t in publication.tags)
        )
        newest = Publication.objects.filter(pk__in=live.values("pk")[:NEWEST]).order_by()
        yield _because("related", newest.filter(shares_one))
        yield _because("related", live.order_by().filter(shares_one))[:OF_ANY_AGE]


def _because(why: Why, rows: PublicationQuerySet) -> Any:
    return rows.annotate(why=Value(why)).values(*COLUMNS)


def _in_common(publication: Publication, row: Row) -> int:
    own = {tag["slug"] for tag in publication.tags}
    return len(own & {tag["slug"] for tag in row["tags"]})
