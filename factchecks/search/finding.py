"""The publications that answer a query, the best or the newest first, in a time that their number hardly moves.

Two things would be slow: to visit all that have a common word, and to read their vectors, which Postgres keeps apart
from the rows. So the newest publications are looked through first. When these have enough hits it stays at that; else
so many more are looked through as should have the most hits that are ranked. Ranking uses the vector of question and
summary, which stands in the row; only the best are ranked by all their words.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from factchecks.search.understanding import Understood

MOST_PHRASES = 1_000  # hits, the best, in which a phrase is looked for
RANKED = 50  # hits, the best, that are ranked by all their words

# The newest are told by thousands of keys, which only the index of the words knows: with an index of the keys alone
# Postgres would read the vector of each.
STATEMENT = """
    WITH hits AS MATERIALIZED (
        SELECT id, first_published_at, {rank} AS rank FROM factchecks_publication
        WHERE search @@ %(words)s::tsquery AND live_during @> %(now)s::timestamptz {only}
    ), newest AS MATERIALIZED (
        SELECT id, first_published_at, rank FROM hits
        ORDER BY first_published_at DESC, id DESC LIMIT %(most)s
    ), kept AS MATERIALIZED ({kept}), placed AS (
        SELECT id, row_number() OVER (ORDER BY {order}) AS place FROM kept
        ORDER BY place LIMIT %(wanted)s
    )
    SELECT (SELECT max(id) / 1000 + 1 FROM factchecks_publication), (SELECT count(*) FROM hits),
        (SELECT count(*) FROM kept), array({listed})
"""
RANK = "ts_rank(search_front, %(exact)s::tsquery)"
ALL = "TABLE newest"
WITH_PHRASES = """
    SELECT id, first_published_at, rank
    FROM (SELECT * FROM newest ORDER BY rank DESC, first_published_at DESC, id DESC LIMIT %(phrases)s) best
    JOIN factchecks_publication USING (id, first_published_at)
    WHERE search_front @@ %(exact)s::tsquery OR search @@ %(exact)s::tsquery
"""
BY_DATE = "first_published_at DESC, id DESC"
BY_RANK = f"rank DESC, {BY_DATE}"
LISTED = "SELECT id FROM placed ORDER BY place"
LISTED_BY_RANK = """
    SELECT id FROM placed ORDER BY (
        SELECT ts_rank(search, %(exact)s::tsquery) FROM factchecks_publication
        WHERE factchecks_publication.id = placed.id AND placed.place <= %(ranked)s
    ) DESC NULLS LAST, place
"""
FILTERS = {
    # The last thousand has only begun: so many whole ones beside it.
    "window": "id / 1000 >= (SELECT max(id) / 1000 FROM factchecks_publication) - %(window)s",
    "topic": "tags @> %(topic)s::jsonb",
    "rating": "rating = %(rating)s",
    "publisher": "publishers @> %(publisher)s::jsonb",
    "since": "first_published_at >= %(since)s::timestamptz",
    "until": "first_published_at < %(until)s::timestamptz",
}


@dataclass(frozen=True)
class Depth:
    """How far it is looked."""

    window: int  # thousands of publications, the newest, that are looked through first
    enough: int  # hits with which it stays at these
    most: int  # hits, the newest, that are ranked


THOROUGH = Depth(window=3, enough=1_000, most=4_000)
QUICK = Depth(window=1, enough=50, most=500)


@dataclass(frozen=True)
class Found:
    """How many there are, as far as it was looked, and the first of them by their primary keys."""

    count: int = 0
    ids: list[int] = field(default_factory=list)


def filters(
    topic: str = "",
    rating: str = "",
    publisher: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """As ``find`` takes them: a topic's slug, a rating's name, a publisher's domain, a span of first publication."""
    given: dict[str, Any] = {"rating": rating, "since": since, "until": until}
    if topic:
        given["topic"] = json.dumps([{"slug": topic}])
    if publisher:
        given["publisher"] = json.dumps([{"domain": publisher}])
    return {name: value for name, value in given.items() if value}


def find(
    understood: Understood,
    *,
    now: datetime,
    wanted: int,
    depth: Depth = THOROUGH,
    by_date: bool = False,
    only: Mapping[str, Any] | None = None,
) -> Found:
    """Those that are live at that moment, the first ``wanted`` of them. One query where it is a common word, else two."""
    if not understood:
        return Found()
    only = only or {}
    is_phrase = understood.exact != understood.words
    values: dict[str, Any] = {
        **only,
        "words": understood.words,
        "exact": understood.exact,
        "now": now,
        "wanted": wanted,
        "most": depth.most,
        "phrases": MOST_PHRASES,
        "ranked": RANKED,
    }
    pieces = {
        "rank": "0" if by_date and not is_phrase else RANK,
        "kept": WITH_PHRASES if is_phrase else ALL,
        "order": BY_DATE if by_date else BY_RANK,
        "listed": LISTED if by_date else LISTED_BY_RANK,
    }
    statement = STATEMENT.format(**pieces, only=_and("window", *only))
    with transaction.atomic(), connection.cursor() as cursor:
        # Its cost for all is reckoned without the vectors, which it would read one by one.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(statement, {**values, "window": depth.window})
        there_are, hits, count, ids = cursor.fetchone()
        if count < depth.enough and depth.window < (there_are or 0):
            window = -(-depth.window * depth.most // max(hits, 1))
            if window >= there_are:
                statement = STATEMENT.format(**pieces, only=_and(*only))
            cursor.execute(statement, {**values, "window": window})
            there_are, hits, count, ids = cursor.fetchone()
    return Found(count, ids)


def _and(*filters: str) -> str:
    return "".join(f"AND {FILTERS[name]} " for name in filters)
