"""The lists of sources and publishers: by how it stands with a source, and by what kind of publisher it is."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sources.desk.standing import unnoted
from sources.models import Publisher, Source
from sources.models.sources import STATES

UNNOTED, MERGED, UNSAID = "unnoted", "merged", "unsaid"


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (UNNOTED, _("gone, moved or changed: shown to readers, not noted")),
            *STATES,
            (MERGED, _("merged into another")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        asked = self.value()
        if asked == UNNOTED:
            return queryset.filter(pk__in=unnoted().order_by().values("pk"))
        if asked == MERGED:
            return queryset.exclude(merged_into=None)
        if asked in dict(STATES):
            return queryset.filter(state=asked, merged_into=None)
        return queryset


class KindFilter(admin.SimpleListFilter):
    """Publishers, by their kind; with those of which nobody has said it."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Publisher.Kind.choices, (UNSAID, _("not said yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.value()
        if asked == UNSAID:
            return queryset.filter(self.of(""))
        return queryset.filter(self.of(asked)) if asked in Publisher.Kind.values else queryset

    def of(self, kind: str) -> Q:
        return Q(kind=kind)


class PublishersKindFilter(KindFilter):
    """Sources, by the kind of their publisher."""

    title = _("publisher’s kind")

    def of(self, kind: str) -> Q:
        theirs = Q(publisher__kind=kind)
        return theirs if kind else theirs | Q(publisher=None)
