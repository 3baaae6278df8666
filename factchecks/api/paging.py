"""Pages of a list, the newest first: each ends at a place in the order, so that what comes later moves nothing."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from factchecks.api import answering, asking
from factchecks.models import Correction

BEGINS = "live_during__startswith"


def page_of(
    request: HttpRequest, asked: dict[str, str], rows: QuerySet[Any], moment: str
) -> tuple[list[Any], str]:
    """One page in the order of a moment, newest first, and the address of the next (empty: there is none)."""
    size, place = asking.limit(asked), asking.Place.read(asked)
    if place:
        rows = place.after(rows, moment)
    found = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    began = last.made_at if isinstance(last, Correction) else last.updated_at
    return found[:size], asking.following(request, asking.Place(began, last.pk))


def listed(request: HttpRequest, items: list[Any], following: str) -> HttpResponseBase:
    """A page as the API answers it."""
    body = {"items": items, "next": following or None}
    return answering.answer(request, body, following=following)
