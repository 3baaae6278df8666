"""A query as Postgres reads it, in each language that publications are written in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from factchecks.search import language
from factchecks.search.query import Part, Query

# A walk from one language to the next through the index, instead of over all publications.
LANGUAGES = """
    WITH RECURSIVE spoken (language) AS (
        (SELECT language FROM factchecks_publication ORDER BY language LIMIT 1)
        UNION ALL
        SELECT (SELECT next.language FROM factchecks_publication next
                WHERE next.language > spoken.language ORDER BY next.language LIMIT 1)
        FROM spoken WHERE spoken.language IS NOT NULL
    ), config AS (
        SELECT DISTINCT CASE WHEN split_part(lower(language), '-', 1) = ANY(%s)
            THEN 'factually_' || split_part(lower(language), '-', 1) ELSE %s END::regconfig AS config
        FROM spoken WHERE language IS NOT NULL
        UNION SELECT %s::regconfig WHERE NOT EXISTS (SELECT FROM factchecks_publication)
    )
"""


@dataclass(frozen=True)
class Understood:
    """Each as the text of a ``tsquery``; empty where nothing is left to look for, as of stop words alone."""

    exact: str  # all that was asked
    words: str  # phrases as words: what the index alone can answer
    any_word: str
    stems: tuple[str, ...]  # of what is looked for, without accents

    def __bool__(self) -> bool:
        return bool(self.exact)


def understand(query: Query) -> Understood:
    """In one query of the database. What must not be there is nowhere in any language."""
    if not query:
        return Understood("", "", "", ())
    unwanted = [part for part in query.parts if part.is_excluded]
    asked = [
        _joined(" && ", query.wanted),
        _joined(" && ", (replace(part, is_phrase=False) for part in query.wanted)),
        _joined(" || ", _each_word(query.wanted)),
        _joined(" || ", unwanted),
        _joined(" || ", (part for part in unwanted if not part.is_phrase)),
    ]
    columns = ", ".join(f"({expression})::text" for expression, _values in asked)
    statement = (
        f"{LANGUAGES} SELECT {columns}, tsvector_to_array(to_tsvector(config, %s)) FROM config"  # noqa: S608
    )
    words = " ".join(text for part in query.wanted for text in (part.text, *part.endings))
    values: list[Any] = [sorted(language.STEMMED), language.ANY, language.ANY]
    values += [value for _expression, given in asked for value in given]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, words])
        rows = cursor.fetchall()
    exact, loose, any_word, never, never_word = (
        _either(row[place] for row in rows) for place in range(len(asked))
    )
    return Understood(
        exact=_without(exact, never),
        words=_without(loose, never_word),
        any_word=any_word,
        stems=tuple({stem for row in rows if row[0] for stem in row[-1]}),
    )


def _each_word(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield from map(Part, part.text.split()) if part.is_phrase else [part]


def _joined(operator: str, parts: Iterable[Part]) -> tuple[str, list[str]]:
    pieces: list[str] = []
    values: list[str] = []
    for part in parts:
        function = "phraseto_tsquery" if part.is_phrase else "plainto_tsquery"
        texts = part.endings or (part.text,)
        either = " || ".join([f"{function}(config, %s)"] * len(texts))
        pieces.append(f"({either})")
        values += texts
    return operator.join(pieces) or "''::tsquery", values


def _without(wanted: str, unwanted: str) -> str:
    return f"({wanted}) & !({unwanted})" if wanted and unwanted else wanted


def _either(queries: Iterable[str]) -> str:
    """What one or another language made of it; many make the same."""
    return " | ".join(f"({query})" for query in dict.fromkeys(queries) if query)
