"""What the best hits differ in: what a search can be narrowed down by. One query, counted in Postgres."""

from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

MOST = 8  # of one kind
STATEMENT = """
    WITH found AS MATERIALIZED (
        SELECT tags, rating, publishers, first_published_at AT TIME ZONE %(zone)s AS published
        FROM factchecks_publication WHERE id = ANY(%(ids)s)
    ), trait (kind, value, name, published) AS (
        SELECT 'topic', tag ->> 'slug', tag ->> 'name', published
        FROM found, jsonb_array_elements(tags) tag
        UNION ALL SELECT 'rating', rating, rating, published FROM found WHERE rating <> ''
        UNION ALL SELECT 'year', to_char(published, 'YYYY'), to_char(published, 'YYYY'), published FROM found
        UNION ALL SELECT 'publisher', each ->> 'domain', each ->> 'name', published
        FROM found, jsonb_array_elements(publishers) each
    ), counted AS (
        SELECT kind, value, max(name) AS name,
            row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, max(published) DESC, value) AS place
        FROM trait GROUP BY kind, value
    )
    SELECT kind, value, name FROM counted WHERE place <= %(most)s ORDER BY kind, place
"""


def choices(ids: Sequence[int]) -> dict[str, list[tuple[str, str]]]:
    """By kind (``topic``, ``rating``, ``year``, ``publisher``) the values with their names, the most frequent first."""
    found: dict[str, list[tuple[str, str]]] = {}
    zone = timezone.get_current_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"ids": list(ids), "zone": zone, "most": MOST})
        for kind, value, name in cursor.fetchall():
            found.setdefault(kind, []).append((value, name))
    return found
