"""The lines of a check in which the words stand that were looked for, with the words marked."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from django.db import connection
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from factchecks.models import Publication
from factchecks.search import language
from factchecks.search.understanding import Understood

LENGTH = 240  # characters
LEAD = 40  # of them before the first word
MOST_PLACES = 200  # that are looked at in one text
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
START, STOP = "\ue000", "\ue001"  # private-use characters around a word, until the text is escaped
OPTIONS = f"HighlightAll=true, StartSel={START}, StopSel={STOP}"
MARK = """
    SELECT ts_headline(config::regconfig, line, %s::tsquery, %s)
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS given (config, line, place)
    ORDER BY place
"""


@dataclass(frozen=True)
class Hit:
    publication: Publication
    question: SafeString
    excerpt: SafeString


def hits(publications: Sequence[Publication], understood: Understood) -> list[Hit]:
    """Each with its question and its most telling lines, both with marks. One query."""
    configs, lines = [], []
    for publication in publications:
        for line in (publication.question, _most_telling(publication, understood.stems)):
            configs.append(language.configuration(publication.language))
            lines.append(line.replace(START, " ").replace(STOP, " "))
    with connection.cursor() as cursor:
        cursor.execute(MARK, [understood.any_word, OPTIONS, configs, lines])
        marked = [_html(line) for (line,) in cursor.fetchall()]
    return [Hit(*hit) for hit in zip(publications, marked[::2], marked[1::2], strict=True)]


def _most_telling(publication: Publication, stems: Collection[str]) -> str:
    """The stretch, after the question, with most of the words; without any the beginning of the summary."""
    text = publication.text[len(publication.question) :].lstrip()
    inside: Counter[str] = Counter()
    places = _places(_folded(text), stems)
    best, most, left = 0, 0, 0
    for place, stem in places:
        inside[stem] += 1
        while place - places[left][0] > LENGTH - LEAD:
            inside -= Counter([places[left][1]])
            left += 1
        if len(inside) > most:
            best, most = places[left][0], len(inside)
    return _cut(text, best) if places else publication.excerpt


def _places(text: str, stems: Iterable[str]) -> list[tuple[int, str]]:
    """Where words begin that may have one of these stems, in order."""
    places: list[tuple[int, str]] = []
    for stem in stems:
        # Most stems are how their words begin; of some the English stemmer has made a y an i.
        beginning = stem.removesuffix("i") or stem
        place = text.find(beginning)
        while place >= 0 and len(places) < MOST_PLACES:
            if place == 0 or not text[place - 1].isalnum():
                places.append((place, stem))
            place = text.find(beginning, place + 1)
    return sorted(places)


def _folded(text: str) -> str:
    """In lower case and without accents, each character in its place."""
    return NOT_ASCII.sub(lambda match: _plain(match[0]), text).lower()


@lru_cache(4096)
def _plain(character: str) -> str:
    plain = normalize("NFD", character)[0].lower()
    return plain if len(plain) == 1 else character


def _cut(text: str, place: int) -> str:
    """Whole words around a place, on one line; a point stands between a heading and its text."""
    start = text.rfind(" ", 0, max(0, place - LEAD)) + 1 if place > LEAD else 0
    end = start + LENGTH
    if end < len(text):
        end = text.rfind(" ", place + 1, end) if " " in text[place + 1 : end] else end
    lines = (" ".join(line.split()) for line in text[start:end].splitlines())
    cut = " · ".join(line for line in lines if line)
    return f"{'… ' * (start > 0)}{cut}{' …' * (end < len(text))}"


def _html(line: str) -> SafeString:
    html = escape(line).replace(START, "<mark>").replace(STOP, "</mark>")
    return mark_safe(html)  # noqa: S308  (escaped in the line above)
