"""Sources and publishers at the desk; a source can be added from the form of a check without leaving it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from sources import addresses
from sources.autocomplete import WithAutocomplete
from sources.models import Publisher, Source


class SourceForm(forms.ModelForm):
    """A source; a publisher that is new is named in the same form."""

    publisher_name = forms.CharField(
        label=_("or a new publisher"),
        required=False,
        max_length=200,
        help_text=_("Its name; its domain is taken from the address."),
    )

    class Meta:
        model = Source
        fields = ["url", "title", "publisher", "published_on"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        name, url = cleaned.get("publisher_name"), cleaned.get("url")
        if name and url and not cleaned.get("publisher"):
            cleaned["publisher"] = Publisher.objects.get_or_create(
                domain=addresses.domain(url), defaults={"name": name}
            )[0]
        return cleaned


@admin.register(Source)
class SourceAdmin(WithAutocomplete, admin.ModelAdmin):
    form = SourceForm
    list_display = ["__str__", "address", "publisher", "published_on"]
    list_select_related = ["publisher"]
    list_filter = ["created_at"]
    search_fields = ["title", "url", "publisher__name"]
    autocomplete_fields = ["publisher"]
    fields = ["url", "title", "publisher", "publisher_name", "published_on"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence stays: a published version may rest on it."""
        return False

    @admin.display(description=_("address"))
    def address(self, source: Source) -> str:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', source.url, source.url[:80])


@admin.register(Publisher)
class PublisherAdmin(admin.ModelAdmin):
    list_display = ["name", "domain"]
    search_fields = ["name", "domain"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
