"""What may be asked of the API: parameters and cursors, each read strictly. A wrong one is told, never guessed at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from factchecks.api.answering import Problem

PER_PAGE = 50
MOST_PER_PAGE = 100
LONGEST_VALUE = 200  # characters
LARGEST_KEY = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def wrong(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def parameters(request: HttpRequest, known: Iterable[str]) -> dict[str, str]:
    """The query's parameters, each known and given once; an empty one is as good as none."""
    allowed = {*known, "cursor", "limit"}
    for name in request.GET:
        values = request.GET.getlist(name)
        if name not in allowed:
            raise wrong(_("There is no parameter “%(name)s”.") % {"name": name[:LONGEST_VALUE]})
        if len(values) > 1:
            raise wrong(_("“%(name)s” is given twice.") % {"name": name})
        if len(values[0]) > LONGEST_VALUE or not values[0].isprintable():
            raise wrong(_("“%(name)s” is too long or has control characters.") % {"name": name})
    given = {name: request.GET[name] for name in request.GET}
    return {name: value for name, value in given.items() if value}


def limit(asked: dict[str, str]) -> int:
    """How many items a page has: 50, or what was asked, up to 100."""
    text = asked.get("limit", str(PER_PAGE))
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0):
        raise wrong(_("“limit” is a number from 1 to %(most)s.") % {"most": MOST_PER_PAGE})
    return min(int(text), MOST_PER_PAGE)


def since(asked: dict[str, str], name: str) -> datetime | None:
    """A moment with its time zone (RFC 3339)."""
    text = asked.get(name)
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = _("“%(name)s” is a moment such as 2026-03-01T00:00:00Z.")
        raise wrong(message % {"name": name})
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise wrong(_("“%(name)s” is out of range.") % {"name": name}) from error


@dataclass(frozen=True)
class Place:
    """Where a page ends in an order by moment and then by key, newest first: rows that come later change nothing."""

    at: datetime
    key: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.key}"

    @classmethod
    def read(cls, asked: dict[str, str]) -> "Place | None":
        text = asked.get("cursor")
        if text is None:
            return None
        moment, _dash, key = text.partition("-")
        try:
            if not (text.isascii() and moment.isdigit() and key.isdigit()):
                raise ValueError
            place = cls(EPOCH + int(moment) * MICROSECOND, int(key))
        except (ValueError, OverflowError) as error:
            raise wrong(_("“cursor” is none that this API gave.")) from error
        if place.key > LARGEST_KEY:
            raise wrong(_("“cursor” is none that this API gave."))
        return place

    def after(self, rows: QuerySet[Any], moment: str) -> QuerySet[Any]:
        """The rows that stand behind this place. The first condition is for the index."""
        behind = Q(**{f"{moment}__lt": self.at}) | Q(**{moment: self.at, "pk__lt": self.key})
        return rows.filter(behind, **{f"{moment}__lte": self.at})


def following(request: HttpRequest, cursor: object) -> str:
    """The address of the page that begins after a cursor, asked with the same words."""
    asked = request.GET.copy()
    asked["cursor"] = str(cursor)
    return request.build_absolute_uri(f"{request.path}?{asked.urlencode()}")
