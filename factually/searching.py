"""Search over everything at the desk: each person finds what they may see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from factchecks.desk.searching import containing, words_of
from factchecks.models import FactCheck, Person
from sources.models import Publisher, Source
from supporters.models import Supporter

SHOWN = 10  # of each kind
LONGEST = 200  # characters that are looked for

Search = Callable[[QuerySet[Any], str], QuerySet[Any]]


def _in_fields(*fields: str) -> Search:
    """Those in which each word stands in one of the fields."""

    def search(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        for word in words_of(query):
            places: list[Any] = [(f"{field}__icontains", word) for field in fields]
            rows = rows.filter(Q.create(places, connector=Q.OR))
        return rows

    return search


# Each kind, how it is searched, and the field that tells two of one name apart.
KINDS: list[tuple[type[Model], Search, str]] = [
    (FactCheck, containing, "slug"),
    (Source, _in_fields("title", "url"), "url"),
    (Person, _in_fields("name"), ""),
    (Publisher, _in_fields("name", "domain"), "domain"),
    (Supporter, _in_fields("name", "email"), "email"),
]


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    note: str


@dataclass(frozen=True)
class Group:
    """What was found of one kind. ``more`` leads to a list with the rest, where there is one."""

    title: str
    hits: list[Hit]
    more: str


def found(site: AdminSite, request: HttpRequest, query: str) -> list[Group]:
    """Everything in which each of the words stands, by kind. One query a kind, two for checks."""
    return list(_groups(site, request, query)) if words_of(query) else []


def _groups(site: AdminSite, request: HttpRequest, query: str) -> Iterator[Group]:
    for model, search, note in KINDS:
        if not site.get_model_admin(model).has_view_permission(request):
            continue
        rows = search(model._default_manager.all(), query).order_by("-pk")
        hits = [_hit(row, note) for row in rows[: SHOWN + 1]]
        if hits:
            address = reverse(_page(model, "changelist"), query={"q": query})
            title = capfirst(str(model._meta.verbose_name_plural))
            yield Group(title, hits[:SHOWN], address if len(hits) > SHOWN else "")


def _hit(row: Any, note: str) -> Hit:
    return Hit(
        title=str(row),
        url=reverse(_page(type(row), "change"), args=[row.pk]),
        note=str(getattr(row, note)) if note else "",
    )


def _page(model: type[Model], name: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}"
