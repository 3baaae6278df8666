"""Sources and publishers at the desk; a source can be added from the form of a check without leaving it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sources import addresses, doubles, identifiers, keeping, moving, relying
from sources.autocomplete import WithAutocomplete
from sources.desk import at_once, listing, standing, urls
from sources.desk.at_once import AtOnce
from sources.desk.using import Using
from sources.filling import Filling, double_of, link
from sources.models import Publisher, Snapshot, Source
from sources.models.sources import validate_address
from sources.simultaneous import OneSaveAtATime, Simultaneous

LONGEST = 60  # characters of a declared interest in the list


class AddressField(forms.CharField):
    """An address; a DOI or an arXiv paper may stand for its own."""

    default_validators = [validate_address]

    def to_python(self, value: Any) -> Any:
        return identifiers.address_of(super().to_python(value) or "")


class SourceForm(Simultaneous):
    """A source; a publisher that is new is named in the same form."""

    publisher_name = forms.CharField(
        label=_("or a new publisher"),
        required=False,
        max_length=200,
        help_text=_("Its name; its domain is taken from the address."),
        widget=AdminTextInputWidget,
    )

    class Meta:
        model = Source
        fields = [
            "url",
            "title",
            "publisher",
            "author",
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
        written: str = self.cleaned_data["url"]
        if self.instance.pk and addresses.normalise(written) == self.instance.url:
            return written
        url = identifiers.stored(written)
        if self.instance.pk and addresses.canonical(url) == self.instance.canonical:
            return url
        if self.instance.pk:
            moving.refuse(self.instance)
        Source.objects.hold(url)
        if other := double_of(self.instance, url):
            message = gettext("This address is a source already: {}")
            # (a link would open the whole desk in the pop-up, which offers to use it)
            shown = other if IS_POPUP_VAR in self.data else link(other)
            raise ValidationError(format_html(message, shown))
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


def _groups(fields: list[Any]) -> list[tuple[None, dict[str, Any]]]:
    return [(None, {"fields": fields[:1]}), (None, {"fields": fields[1:]})]


@admin.register(Source)
class SourceAdmin(AtOnce, Filling, Using, OneSaveAtATime, WithAutocomplete, admin.ModelAdmin):
    form = SourceForm
    list_display = ["__str__", "address", "publisher", "published_on", "standing"]
    list_select_related = ["publisher", "merged_into"]
    list_filter = [listing.StateFilter, listing.PublishersKindFilter, "created_at"]
    search_fields = ["title", "url", "publisher__name", "author"]
    search_help_text = _("Title, publisher, author, or an address in any spelling.")
    autocomplete_fields = ["publisher"]
    view_on_site = False  # readers' page of it exists only while a public check cites it
    fields = [
        *("url", "title", "publisher", "publisher_name", "author", "published_on", "language"),
        *("own_address", "archived_url"),
    ]
    readonly_fields = ["standing", "newest_copy", "next_look"]
    at_once = ("author", "language", "archived_url")

    class Media:
        css = {"all": ["sources/desk.css"]}

    # The list ---------------------------------------------------------------------------------

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Source], search_term: str
    ) -> tuple[QuerySet[Source], bool]:
        """An address, or a DOI, finds the source there; what went into another is not offered to be cited."""
        match = request.resolver_match
        if match and match.url_name == "autocomplete":
            queryset = queryset.filter(merged_into=None)
        if named := Source.objects.named(search_term):
            return queryset.filter(Q(pk=named.pk) | Q(merged_into=named.pk)), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("address"))
    def address(self, source: Source) -> str:
        return format_html('<a href="{}" rel="noreferrer">{}</a>', source.url, source.url[:80])

    @admin.display(description=_("state"), ordering="state")
    def standing(self, source: Source) -> str:
        if source.merged_into:
            return format_html(gettext("merged into {}"), standing.link(source.merged_into))
        return " · ".join(
            filter(None, [standing.in_words(source), standing.noted_in_words(source)])
        )

    @admin.display(description=_("newest copy"))
    def newest_copy(self, source: Source) -> str:
        newest = source.snapshots.order_by("-taken_at", "-pk").first()
        taken = standing.day(newest.taken_at) if newest else gettext("none yet")
        copies = reverse("admin:sources_source_copies", args=[source.pk])
        return format_html(
            '{} · <a href="{}">{}</a>', taken, copies, gettext("all copies and looks")
        )

    @admin.display(description=_("next look"))
    def next_look(self, source: Source) -> str:
        return standing.next_look(source)

    # Permissions ------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A double stays as it was: what is to be said of it is said of the source that it went into."""
        if obj is not None and obj.merged_into_id:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Evidence stays: a published version may rest on it."""
        return False

    def is_shown(self, row: Source) -> bool:
        return relying.is_shown(row.pk)

    # The form ---------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address first, with the button that fills in the rest. How it stands is shown once there is one."""
        fields, said = list(self.fields), list(self.readonly_fields)
        if obj is None:
            return _groups(fields)
        if obj.merged_into_id:
            said = ["standing"]
        how_it_stands = (gettext("How it stands"), {"fields": said})
        if self.has_change_permission(request, obj):
            return [*_groups(fields), how_it_stands]
        fields.remove("publisher_name")  # a field of the form alone
        return [(None, {"fields": fields}), how_it_stands]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        """Who may only look is not told how to fill it in."""
        if change and not self.has_change_permission(request, obj):
            options["help_texts"] = dict.fromkeys(self.fields, "")
        return super().get_form(request, obj, change, **options)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context: dict[str, Any] = {}
        source = self.get_object(request, unquote(object_id)) if object_id else None
        if source and source.merged_into_id:
            if request.method == "POST" and self.has_change_permission(request):
                return self._merged_meanwhile(request, source)
        elif source and request.method == "GET" and self.has_change_permission(request, source):
            context = {"probable": doubles.probable(source)}
        if source and IS_POPUP_VAR not in request.GET:
            context |= standing.reliance(source, request.user)
        if source and not source.merged_into_id:
            context["may_merge"] = at_once.may_merge(request.user, source)
        context |= extra_context or {}
        return super().changeform_view(request, object_id, form_url, context)

    def _merged_meanwhile(self, request: HttpRequest, source: Source) -> HttpResponse:
        """What was typed is shown once more, beside the source that it may be put into."""
        typed = [
            f"{field.verbose_name}: {value}"
            for field in Source._meta.fields
            if (value := request.POST.get(field.name, "").strip())
            if field.name != "publisher" and value != (getattr(source, field.name) or "")
        ]
        said = gettext("This source was merged into “%(kept)s” meanwhile, so nothing was saved.")
        messages.error(request, said % {"kept": source.merged_into})
        if typed:
            messages.warning(request, gettext("You had typed: %s") % "; ".join(typed))
        return redirect("admin:sources_source_change", source.merged_into_id)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if is_elsewhere := moving.is_elsewhere(obj, obj.url):
            moving.begin_anew(obj)
        super().save_model(request, obj, form, change)
        if not change or is_elsewhere:
            keeping.ask([obj.pk], Snapshot.Reason.ADDED)

    # Further pages ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [*urls.of(self), *super().get_urls()]


@admin.register(Publisher)
class PublisherAdmin(AtOnce, OneSaveAtATime, admin.ModelAdmin):
    form = Simultaneous
    list_display = ["name", "domain", "kind", "declared", "how_many"]
    list_filter = [listing.KindFilter]
    search_fields = ["name", "domain"]
    at_once = ("domain", "kind", "interest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publisher]:
        theirs = Source.objects.unmerged().filter(publisher=OuterRef("pk")).order_by()
        count = theirs.values("publisher").annotate(count=Count("pk")).values("count")
        rows: QuerySet[Publisher] = super().get_queryset(request)
        return rows.annotate(how_many=Coalesce(Subquery(count), 0))

    @admin.display(description=_("interest to declare"), empty_value="–")
    def declared(self, publisher: Publisher) -> str | None:
        return Truncator(publisher.interest).chars(LONGEST) or None

    @admin.display(description=_("sources"), ordering="how_many")
    def how_many(self, publisher: Any) -> str:
        theirs = reverse(
            "admin:sources_source_changelist", query={"publisher__id__exact": publisher.pk}
        )
        count: int = publisher.how_many
        text = ngettext("%(count)d source", "%(count)d sources", count) % {"count": count}
        return format_html('<a href="{}">{}</a>', theirs, text)

    def is_shown(self, row: Publisher) -> bool:
        return relying.names_publisher(row.domain)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
