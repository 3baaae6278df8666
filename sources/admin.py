"""Sources and publishers at the desk; a source can be added from the form of a check without leaving it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from sources.autocomplete import WithAutocomplete
from sources.models import Publisher, Source


@admin.register(Source)
class SourceAdmin(WithAutocomplete, admin.ModelAdmin):
    list_display = ["__str__", "address", "publisher", "published_on", "cited_by"]
    list_select_related = ["publisher"]
    list_filter = ["created_at"]
    search_fields = ["title", "url", "publisher__name"]
    autocomplete_fields = ["publisher"]
    fields = ["url", "title", "publisher", "published_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        citations = Source.objects.filter(pk=OuterRef("pk")).values("pk")
        times = citations.annotate(times=Count("citations")).values("times")
        sources: QuerySet[Source] = super().get_queryset(request)
        return sources.annotate(times_cited=Subquery(times))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence stays: a published version may rest on it."""
        return False

    @admin.display(description=_("address"))
    def address(self, source: Source) -> str:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', source.url, source.url[:80])

    @admin.display(description=_("cited by"), ordering="times_cited")
    def cited_by(self, source: Any) -> int:
        return source.times_cited  # type: ignore[no-any-return]


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    list_display = ["name", "domain"]
    search_fields = ["name", "domain"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
