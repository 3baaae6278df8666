"""Sources and publishers at the desk; a source can be added from the form of a check without leaving it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sources import addresses, identifiers
from sources.autocomplete import WithAutocomplete
from sources.filling import Filling, double_of, link
from sources.models import Publisher, Source
from sources.simultaneous import OneSaveAtATime, Simultaneous


class AddressField(forms.CharField):
    """An address; a DOI or an arXiv paper may stand for its own."""

    def to_python(self, value: Any) -> Any:
        return identifiers.address_of(super().to_python(value) or "")


class SourceForm(Simultaneous):
    """A source; a publisher that is new is named in the same form."""

    publisher_name = forms.CharField(
        label=_("or a new publisher"),
        required=False,
        max_length=200,
        help_text=_("Its name; its domain is taken from the address."),
    )

    class Meta:
        model = Source
        fields = [
            "url",
            "title",
            "publisher",
            "published_on",
            "language",
            "own_address",
            "archived_url",
        ]
        field_classes = {"url": AddressField}
        help_texts = {
            "url": _(
                "Paste it: “Fill in from the page” does the rest. Or a DOI, or “arXiv:” with a number."
            )
        }

    def clean_url(self) -> str:
        """Two spellings of one address are one source; doubles from before that was so can still be edited."""
        url: str = self.cleaned_data["url"]
        if self.instance.pk and addresses.canonical(url) == self.instance.canonical:
            return url
        _wait_for(url)
        if other := double_of(self.instance, url):
            message = gettext("This address is a source already: {}")
            raise ValidationError(format_html(message, link(other)))
        return url

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        name, url = cleaned.get("publisher_name"), cleaned.get("url")
        publisher = cleaned.get("publisher")
        if name and publisher and publisher.name != name:
            message = gettext(
                "The publisher is “%(name)s” already: empty this field, or take that one out."
            )
            self.add_error("publisher_name", ValidationError(message % {"name": publisher}))
        elif name and url and not publisher and "publisher" not in self.errors:
            cleaned["publisher"] = Publisher.objects.named(name, url)
        return cleaned


def _wait_for(url: str) -> None:
    """Of two who save one address at once, the second waits until it can see the first one's."""
    key = ["sources.address", addresses.canonical(url)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", key)


@admin.register(Source)
class SourceAdmin(Filling, OneSaveAtATime, WithAutocomplete, admin.ModelAdmin):
    form = SourceForm
    list_display = ["__str__", "address", "publisher", "published_on"]
    list_select_related = ["publisher"]
    list_filter = ["created_at"]
    search_fields = ["title", "url", "publisher__name"]
    autocomplete_fields = ["publisher"]
    fields = [
        *("url", "title", "publisher", "publisher_name", "published_on", "language"),
        *("own_address", "archived_url"),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence stays: a published version may rest on it."""
        return False

    @admin.display(description=_("address"))
    def address(self, source: Source) -> str:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', source.url, source.url[:80])


@admin.register(Publisher)
class PublisherAdmin(OneSaveAtATime, admin.ModelAdmin):
    form = Simultaneous
    list_display = ["name", "domain"]
    search_fields = ["name", "domain"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
