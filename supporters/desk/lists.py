"""Lists of a million rows: counted only as far as is quick, searched by index."""

from functools import cached_property
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Page, Paginator
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.utils import OperationalError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from supporters import money
from supporters.models import Supporter

MANY = 10_000
"""A list is counted, and can be leafed through, up to here: further down search and filters lead."""

PATIENCE = 100  # milliseconds for a count
MOST_PEOPLE = 500
"""So many people whose gifts and payments one search goes through."""


class BoundedPaginator(Paginator):
    """Counts no further than anybody reads, and not longer than a moment."""

    most = MANY

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE}")
                found = int(rows.order_by()[: MANY + 1].count())
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
                raise
            return MANY
        return min(found, MANY)

    def page(self, number: Any) -> Page:
        """What a row adds up to is worked out for the rows of the page alone, not for those skipped before it."""
        number = self.validate_number(number)
        rows: Any = self.object_list
        first = (number - 1) * self.per_page
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)


class CurrencyFilter(admin.SimpleListFilter):
    """Those in use; each is looked up in the index, instead of reading every row."""

    title = gettext_lazy("currency")
    parameter_name = "currency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT code FROM unnest(%s::text[]) AS code
                WHERE EXISTS (SELECT FROM supporters_contribution WHERE currency = code)
                """,
                [sorted(money.DECIMALS)],
            )
            return [(code, code) for (code,) in cursor.fetchall()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(currency=self.value()) if self.value() else queryset


def named(query: str) -> QuerySet[Supporter]:
    """People with each of the words in the name or the address."""
    people = Supporter.objects.order_by()
    for word in query.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return people


def of_people(request: HttpRequest, query: str) -> list[int]:
    """The numbers of the people that a search means; who searches is told if there are too many of them."""
    found = list(named(query).values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    if len(found) > MOST_PEOPLE:
        messages.warning(
            request,
            _(
                "More than %(most)d people are called so: only some of them are looked at. Write more."
            )
            % {"most": MOST_PEOPLE},
        )
    return found[:MOST_PEOPLE]
