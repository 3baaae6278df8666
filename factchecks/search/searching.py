"""From what was asked to what is shown: found as it was typed, else as it may have been meant, else what is near."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from factchecks.models import Publication
from factchecks.search import excerpts, finding, narrowing, spelling
from factchecks.search.asking import PER_PAGE, Asked
from factchecks.search.excerpts import Hit
from factchecks.search.finding import QUICK, RANKED, Found
from factchecks.search.query import Query
from factchecks.search.understanding import Understood, understand

NEARBY = 5  # checks that are offered where nothing was found
SUGGESTED = 7
SHORTEST_BEGINNING = 2  # characters
LEAVING = "html", "text", "search", "search_front"


@dataclass(frozen=True)
class Results:
    found: Found = field(default_factory=Found)
    hits: list[Hit] = field(default_factory=list)
    meant: Query | None = None  # where nothing was found as it was typed
    nearby: list[Publication] = field(default_factory=list)
    choices: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    says_nothing: bool = False  # of stop words alone


def search(asked: Asked, now: datetime) -> Results:
    begins, ends = (asked.page - 1) * PER_PAGE, asked.page * PER_PAGE
    how: dict[str, Any] = {"by_date": asked.by_date, "only": asked.only}
    how |= {"now": now, "wanted": max(RANKED, ends)}
    query = _with_endings(asked.query)
    understood = understand(query)
    found, meant = finding.find(understood, **how), None
    if not found.count and understood:
        meant = _as_it_may_be_meant(query)
        if meant != query:
            other = understand(meant)
            found = finding.find(other, **how)
            understood = other if found.count else understood
    if not found.count:
        nearby = _nearby(understood, now)
        return Results(nearby=nearby, says_nothing=bool(query) and not understood)
    shown = found.ids[begins:ends]
    return Results(
        found,
        excerpts.hits(_in_order(shown, with_text=True), understood),
        meant,
        choices=narrowing.choices(found.ids[:RANKED]),
    )


def suggest(query: Query, now: datetime) -> list[Publication]:
    """Checks that somebody may look for who has typed so far, the likeliest first."""
    begun = query.begun()
    if any(len(beginning) < SHORTEST_BEGINNING for beginning in begun.beginnings):
        begun = query
    understood = understand(_with_endings(begun))
    found = finding.find(understood, now=now, wanted=SUGGESTED, depth=QUICK)
    return _in_order(found.ids[:SUGGESTED])


def _with_endings(query: Query) -> Query:
    if not query.beginnings:
        return query
    return query.with_endings(spelling.beginning_with(query.beginnings))


def _as_it_may_be_meant(query: Query) -> Query:
    """The last word goes on, where known words begin like it; words that nobody knows are misspelt."""
    begun = _with_endings(query.begun())
    last = begun.parts[-1]
    query = begun if last.endings and last.text.lower() not in last.endings else query
    misspelt = [part.text for part in query.wanted if not part.is_phrase and not part.endings]
    return query.with_words(spelling.meant(misspelt)) if misspelt else query


def _nearby(understood: Understood, now: datetime) -> list[Publication]:
    """Checks with any of the words; else the newest."""
    any_word = replace(understood, exact=understood.any_word, words=understood.any_word)
    found = finding.find(any_word, now=now, wanted=NEARBY, depth=QUICK)
    if found.count:
        return _in_order(found.ids[:NEARBY])
    return list(Publication.objects.published(now).for_lists()[:NEARBY])


def _in_order(ids: list[int], *, with_text: bool = False) -> list[Publication]:
    leaving = [name for name in LEAVING if name != "text" or not with_text]
    rows = Publication.objects.defer(*leaving).in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]
