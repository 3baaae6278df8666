"""The words of published checks, learnt after publication, and what a misspelt word may have meant."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from factchecks.models import Publication

WORD = re.compile(r"[^\W\d_]{3,30}")
BATCH = 500  # publications that are learnt at once

LEARN = """
    INSERT INTO factchecks_knownword (word, publications)
    SELECT unaccent(word), sum(publications)
    FROM unnest(%s::text[], %s::integer[]) AS learnt (word, publications)
    GROUP BY unaccent(word) HAVING length(unaccent(word)) BETWEEN 3 AND 30
    ORDER BY 1
    ON CONFLICT (word) DO UPDATE
    SET publications = factchecks_knownword.publications + excluded.publications
"""

BEGINNING = """
    SELECT given.word, array(
        SELECT word FROM factchecks_knownword
        WHERE word ~>=~ typed AND word ~<~ (typed || chr(1114111))
        ORDER BY publications DESC, word LIMIT %s
    ) FROM (SELECT word, unaccent(lower(word)) FROM unnest(%s::text[]) AS word) AS given (word, typed)
"""
# First among those that begin with the same two letters, else among all that look like it: most slips come later.
MEANT = """
    SELECT given.word, coalesce((
        SELECT word FROM factchecks_knownword
        WHERE word ~>=~ left(typed, 2) AND word ~<~ (left(typed, 2) || chr(1114111))
        AND levenshtein_less_equal(word, typed, slips) <= slips
        ORDER BY levenshtein(word, typed), publications DESC, word LIMIT 1
    ), (
        SELECT word FROM factchecks_knownword
        WHERE word %% typed AND levenshtein_less_equal(word, typed, slips) <= slips
        ORDER BY levenshtein(word, typed), publications DESC, word LIMIT 1
    ))
    FROM (
        SELECT word, unaccent(lower(word)), CASE WHEN length(word) < 5 THEN 1 ELSE 2 END
        FROM unnest(%s::text[]) AS word
    ) AS given (word, typed, slips)
    WHERE NOT EXISTS (SELECT FROM factchecks_knownword known WHERE known.word = typed)
"""
MOST_ENDINGS = 20  # known words that a beginning stands for


def words_of(text: str) -> set[str]:
    """Each once, in lower case; numbers are no words."""
    return {word.lower() for word in WORD.findall(text)}


def learn(counted: Mapping[str, int]) -> None:
    """Add words to the known ones: in how many more publications each stands."""
    with connection.cursor() as cursor:
        cursor.execute(LEARN, [list(counted), list(counted.values())])


@transaction.atomic
def learn_new() -> int:
    """Learn the words of the next publications that are public; how many these were. One run at a time."""
    unknown = Publication.objects.begun().filter(words_known=False).select_for_update()
    rows = list(unknown.order_by("pk").values_list("pk", "text")[:BATCH])
    counted: Counter[str] = Counter()
    for _pk, text in rows:
        counted.update(words_of(text))
    learn(counted)
    Publication.objects.filter(pk__in=[pk for pk, _text in rows]).update(words_known=True)
    return len(rows)


def beginning_with(beginnings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each the known words that begin so, the most frequent first; none where nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(BEGINNING, [MOST_ENDINGS, list(beginnings)])
        return {typed: tuple(words) for typed, words in cursor.fetchall() if words}


def meant(words: Iterable[str]) -> dict[str, str]:
    """For each word that is not known the known one that is most like it, where one is like it."""
    with connection.cursor() as cursor:
        cursor.execute(MEANT, [[word for word in words if WORD.fullmatch(word)]])
        return {typed: word for typed, word in cursor.fetchall() if word}
