"""The text of generated checks. Pure: a number in, documents out, the same ones every time.

A check's text, sources and dates come from one of ``SHAPES`` shapes; only its number and a name are its own. So what is
slow to make, such as a page's HTML, is made once a shape, with ``MARK`` and ``NAME_MARK`` where these go.

Most words are drawn from a made-up vocabulary as people draw theirs: the second is half as frequent as the first, the
hundredth a hundredth (Zipf's law).
"""

import hashlib
import json
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from factchecks import documents
from factchecks.documents import Document

SHAPES = 500
SOURCES, PUBLISHERS, PEOPLE, TAGS = 2000, 300, 40, 60
MOST = 999_999  # checks, for the number has six digits
SLUG = "generated-check-"
MARK, NAME_MARK, KEY_MARK = (
    "QZNQZN",
    "Qznameqz",
    "QZKEYQZKEY",
)  # as long as a number, a name; in no text
VOCABULARY = 20_000  # words
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aeiou"
NAMESPACE = uuid.UUID("6d1f6f0e-2f0c-4d0a-9d5e-8f6f2a8c1b11")

THINGS = [
    "harbour",
    "lighthouse",
    "orchard",
    "ferry",
    "reservoir",
    "tram line",
    "observatory",
    "mill",
]
PLACES = ["Vellmoor", "Ostrand", "Kettleby", "Dun Harrow", "Sellisby", "Marrowick", "Tarn Hollow"]
DEEDS = ["freeze over", "run dry", "move by a metre", "grow taller", "lose its colour", "sink"]
RATINGS = ("Generated: right", "Generated: partly right", "Generated: wrong")
SENTENCES = [
    "The {a} of {place} was measured {count} times in {year}, and {b} and {c} agree with the {d} [{n}].",
    "Two of the people who keep the {a} and the {b} said that they had never seen a {c} {deed} [{n}].",
    "A survey made in {year} names {count} cases of {a} in {place}, most of them {b} or {c} {d} [{n}].",
    "The {a} records of {place} were kept as {b} until {year}, and a fifth of the {c} is {d}.",
    "What is said of the {thing} goes back to a {a} letter, which speaks of {b} {c} and {d} [{n}].",
    "Nobody has repeated the {a} measurement of {year} with {b} {c}, nor with the {d} of today [{n}].",
]


@dataclass(frozen=True)
class Written:
    """One state of one check: its document as JSON in the one spelling, and the hash of that."""

    text: str
    sha256: str

    @property
    def document(self) -> Document:
        document: Document = json.loads(self.text)
        return document


def key_of(*what: object) -> str:
    return str(uuid.uuid5(NAMESPACE, ".".join(map(str, what))))


def numbered(text: str, number: int) -> str:
    """A text of a shape as the text of one check. In lower case the marks stand as a search's words."""
    name = name_of(number)
    for mark, own in ((MARK, f"{number:06}"), (NAME_MARK, name)):
        text = text.replace(mark, own).replace(mark.lower(), own.lower())
    return text


def name_of(number: int) -> str:
    """A name that no other check has, as long as its mark; no language's stemmer shortens it."""
    last, rest = divmod(number * 7_654_321 % (16 * 80**3), 80**3)  # no factor in common
    return f"{_syllables(rest, 3)}{CONSONANTS[last]}u".capitalize()


@cache
def vocabulary_word(rank: int) -> str:
    """The word of that place among the most frequent; the rarer, the longer."""
    length = 2 + (rank > 40) + (rank > 4000)
    return _syllables(zlib.crc32(f"word {rank}".encode()) % 80**length, length)


def _syllables(number: int, length: int) -> str:
    word = ""
    for _ in range(length):
        number, syllable = divmod(number, 80)
        word += CONSONANTS[syllable // 5] + VOWELS[syllable % 5]
    return word


def written(number: int, *, first: bool) -> Written:
    """A check as it was saved the first time, or as it is."""
    text = numbered(_canonical(number % SHAPES, first), number)
    text = text.replace(KEY_MARK, key_of("check", number))
    return Written(text, hashlib.sha256(text.encode()).hexdigest())


@cache
def _canonical(shape: int, first: bool) -> str:
    return documents.canonical(shape_of(shape, first)).decode()


@cache
def shape_of(shape: int, first: bool) -> Any:
    """A document with ``MARK`` and ``KEY_MARK`` in place of what is one check's own. The first of all is the longest."""
    findings = [_finding(shape, place) for place in range(6 if shape == 0 else 3 + shape % 4)]
    sources = 9 if shape == 0 else 4 + shape % 6
    checked_on = date(2022, 1, 1) + timedelta(days=shape * 2)
    thing, place = _picked(THINGS, shape, "thing"), _picked(PLACES, shape, "place")
    deed = _picked(DEEDS, shape, "deed")
    is_rated = shape % 3 == 0
    return {
        "version": documents.VERSION,
        "key": KEY_MARK,
        "slug": f"{SLUG}{MARK}",
        "question": f"Generated check {MARK}: Did the {thing} of {place} {deed}?",
        "summary": _summary(shape, first),
        "language": _picked(["en", "en", "en", "en", "de", "fr"], shape, "language"),
        "checked_on": checked_on.isoformat(),
        "review_on": (checked_on + timedelta(days=900)).isoformat(),
        "authors": [person_part(shape), person_part(shape + 7)][: 1 + shape % 2],
        "reviewed_by": person_part(shape + 19) if shape % 4 else None,
        "tags": sorted({tag_name(shape), tag_name(shape * 7 + 3)}),
        "searches": _items(shape, "search", [f"{place} {thing}", f"{thing} {deed}"]),
        "findings": findings,
        "citations": [
            _citation(shape, number, findings[0]["key"]) for number in range(1, sources + 1)
        ],
        "follow_ups": _items(
            shape, "follow-up", [f"Who keeps the {thing}?", f"Will the {thing} {deed} again?"]
        ),
        "claim": _claim(f"The {thing} of {place} did {deed}.") if is_rated else None,
        "rating": rating_part(shape % len(RATINGS)) if is_rated else None,
        "pictures": [],
        "one_publisher_reason": "",
        "limitations": "",
        "answers": None,
    }


def _summary(shape: int, first: bool) -> str:
    sentences = [_sentence(shape, "summary", place) for place in range(1 if first else 3)]
    told = f"This is generated check {MARK}; **nothing in it is true**. {NAME_MARK} was asked about it."
    return f"{told} {' '.join(sentences)} [1]"


def _finding(shape: int, place: int) -> dict[str, str]:
    paragraphs = [
        " ".join(_sentence(shape, place, paragraph, line) for line in range(3))
        for paragraph in range(2)
    ]
    thing, deed = _picked(THINGS, shape, place), _picked(DEEDS, shape, place)
    return {
        "key": key_of("finding", shape, place),
        "heading": f"A {thing} does not {deed} in one year",
        "text": "\n\n".join(paragraphs),
    }


def _sentence(shape: int, *where: object) -> str:
    return _picked(SENTENCES, shape, *where).format(
        thing=_picked(THINGS, shape, "thing"),
        place=_picked(PLACES, shape, "place"),
        deed=_picked(DEEDS, shape, "deed"),
        year=1880 + _number(shape, "year", *where) % 130,
        **{slot: _drawn(shape, slot, *where) for slot in "abcd"},
        count=2 + _number(shape, "count", *where) % 90,
        n=1 + _number(shape, "n", *where) % 4,
    )


def _citation(shape: int, number: int, finding: str) -> dict[str, Any]:
    quotation = {
        "key": key_of("quotation", shape, number),
        "text": f"The {_picked(THINGS, shape, number)} was looked at, and nothing was found.",
        "finding": finding if number % 2 else None,
    }
    return {
        "key": key_of("citation", shape, number),
        "number": number,
        "accessed_on": (date(2022, 1, 1) + timedelta(days=shape)).isoformat(),
        "source": source_part((shape * 37 + number * 101) % SOURCES),
        "quotations": [quotation] if number <= 3 else [],
    }


def _items(shape: int, kind: str, texts: Sequence[str]) -> list[documents.Item]:
    return [{"key": key_of(kind, shape, place), "text": text} for place, text in enumerate(texts)]


def _claim(text: str) -> documents.ClaimPart:
    return {
        "text": text,
        "claimant": "A generated claimant",
        "claimed_on": "2021-12-01",
        "appearance": "https://claims.example/generated",
    }


def rating_part(number: int) -> documents.RatingPart:
    return {"name": RATINGS[number], "description": "For generated checks only."}


def person_part(number: int) -> documents.PersonPart:
    number %= PEOPLE
    return {"key": key_of("person", number), "name": f"Generated author {number:02}"}


def tag_name(number: int) -> str:
    return f"generated topic {number % TAGS:02}"


def publisher_part(number: int) -> documents.PublisherPart:
    number %= PUBLISHERS
    return {
        "name": f"Generated publisher {number:03}",
        "domain": f"generated-publisher-{number:03}.example",
    }


def source_part(number: int) -> documents.SourcePart:
    publisher = publisher_part(number)
    thing, place = _picked(THINGS, number, "source"), _picked(PLACES, number, "source")
    return {
        "url": f"https://{publisher['domain']}/reports/{number:04}",
        "title": f"Generated source {number:04}: the {thing} of {place}",
        "publisher": publisher,
        "published_on": (date(2015, 1, 1) + timedelta(days=number)).isoformat(),
    }


def _picked(words: Sequence[str], *what: object) -> str:
    return words[_number(*what) % len(words)]


def _drawn(*what: object) -> str:
    """A word of the vocabulary: a place is drawn as often as its rank says."""
    return vocabulary_word(int(VOCABULARY ** (_number(*what) / 2**32)))


def _number(*what: object) -> int:
    """Any number, the same one for the same things."""
    return zlib.crc32(".".join(map(str, what)).encode())
