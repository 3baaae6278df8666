"""The desk's pages in Django's admin: the whole check on one page, people and the rating scale."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks import revisions
from factchecks.desk import forms, panel, paste, preview, steps
from factchecks.desk.access import signed_in
from factchecks.desk.posted import document_of
from factchecks.models import (
    Byline,
    Citation,
    FactCheck,
    Finding,
    FollowUp,
    Person,
    Publication,
    Rating,
    Revision,
    SearchQuery,
)
from sources.autocomplete import WithAutocomplete


class Refused(Exception):
    """A save that broke a rule after the forms were found valid; nothing was written."""

    def __init__(self, reason: ValidationError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class PartInline(admin.StackedInline):
    """An ordered group of parts."""

    extra = 0
    formset = forms.RowFormSet
    show_change_link = False


class BylineInline(WithAutocomplete, admin.TabularInline):
    model = Byline
    form = forms.BylineForm
    formset = forms.BylineFormSet
    extra = 0
    autocomplete_fields = ["person"]


class SearchQueryInline(admin.TabularInline):
    model = SearchQuery
    form = forms.SearchQueryForm
    formset = forms.RowFormSet
    extra = 0


class FollowUpInline(admin.TabularInline):
    model = FollowUp
    form = forms.FollowUpForm
    formset = forms.RowFormSet
    extra = 0


class FindingInline(PartInline):
    model = Finding
    form = forms.FindingForm
    formset = forms.NumberedFormSet


class CitationInline(WithAutocomplete, PartInline):
    model = Citation
    form = forms.CitationForm
    formset = forms.CitationFormSet
    autocomplete_fields = ["source"]
    fields = ["source", "accessed_on", "quotations", "position", "number"]
    verbose_name = gettext_lazy("source")
    verbose_name_plural = gettext_lazy("sources")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        rows = super().get_queryset(request).select_related("source__publisher")
        return rows.prefetch_related("quotations__finding").order_by("number")


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("public", _("public")),
            ("scheduled", _("scheduled")),
            ("draft", _("not public")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "public":
                return queryset.filter(is_public=True)
            case "scheduled":
                return queryset.filter(is_scheduled=True)
            case "draft":
                return queryset.filter(is_public=False)
        return queryset


@admin.register(FactCheck)
class FactCheckAdmin(WithAutocomplete, admin.ModelAdmin):
    """A whole check on one page. What is saved goes through ``revisions.apply``, never through the forms."""

    form = forms.FactCheckForm
    inlines = [BylineInline, FindingInline, CitationInline, SearchQueryInline, FollowUpInline]
    list_display = ["question", "state", "checked_on", "review_on", "last_saved"]
    list_filter = [StateFilter, "rating", "language"]
    search_fields = ["question", "slug", "summary", "findings__heading"]
    date_hierarchy = "checked_on"
    autocomplete_fields = ["reviewed_by"]
    prepopulated_fields = {"slug": ["question"]}
    save_on_top = True
    list_per_page = 50
    fieldsets = [
        (None, {"fields": ["question", "summary", "base"]}),
        (
            gettext_lazy("Dates, address and topics"),
            {"fields": ["slug", "language", "checked_on", "review_on", "reviewed_by", "tags"]},
        ),
        (
            gettext_lazy("Claim and rating"),
            {
                "description": gettext_lazy(
                    "Only if somebody claimed something that the check rates. A rating needs all of it."
                ),
                "fields": [
                    "claim_text",
                    "claimant",
                    "claimed_on",
                    "claim_appearance",
                    "rating",
                ],
            },
        ),
    ]

    class Media:
        css = {"all": ["factchecks/desk.css"]}
        js = ["factchecks/desk.js"]

    # The list ---------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactCheck]:
        publications = Publication.objects.filter(fact_check=OuterRef("pk"))
        now = timezone.now()
        revisions_of = Revision.objects.filter(fact_check=OuterRef("pk")).order_by("-number")
        checks: QuerySet[FactCheck] = super().get_queryset(request)
        return checks.annotate(
            is_public=Exists(publications.published(now)),
            is_scheduled=Exists(publications.filter(live_during__startswith__gt=now)),
            was_public=Exists(publications.filter(live_during__startswith__lte=now)),
            last_saved_at=Subquery(revisions_of.values("saved_at")[:1]),
        )

    @admin.display(description=gettext_lazy("state"))
    def state(self, check: Any) -> str:
        words = [
            _("public") if check.is_public else "",
            _("withdrawn") if check.was_public and not check.is_public else "",
            _("scheduled") if check.is_scheduled else "",
        ]
        return ", ".join(filter(None, words)) or _("draft")

    @admin.display(description=gettext_lazy("last saved"), ordering="last_saved_at")
    def last_saved(self, check: Any) -> Any:
        return check.last_saved_at

    # Permissions ------------------------------------------------------------------------------

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("factchecks.publish_factcheck")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A check has revisions from its first save on, and those stay."""
        return False

    # The form ---------------------------------------------------------------------------------

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, *args, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        form.opened_with = getattr(request, "opened_with", 0)  # type: ignore[attr-defined]
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save; where the save itself is refused, show the form again with all that was typed, and the reason."""
        # Read before the check itself: a save in between is noticed, rather than overwritten.
        request.opened_with = _newest_number(object_id)  # type: ignore[attr-defined]
        check = self.get_object(request, object_id) if object_id else None
        context = {**panel.context(check), **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refused as refused:
            request.refusal = refused.reason  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The check is saved with its parts, as one document."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        check = form.instance if change else None
        last = revisions.newest(check) if check else None
        try:
            revision = revisions.apply(
                document_of(form, formsets, last.document if last else None),
                fact_check=check,
                base=form.cleaned_data["base"] or 0,
                by=signed_in(request),
            )
        except ValidationError as error:
            raise Refused(error) from error
        form.instance.pk = revision.fact_check_id
        form.instance._state.adding = False

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return super().construct_change_message(request, form, [], add)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._on_to_publishing(request, obj) or super().response_change(request, obj)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = self._on_to_publishing(request, obj)
        return response or super().response_add(request, obj, post_url_continue)

    def _on_to_publishing(self, request: HttpRequest, obj: FactCheck) -> HttpResponse | None:
        if "_publish" in request.POST and self.has_publish_permission(request):
            return redirect("admin:factchecks_factcheck_publish", obj.pk)
        return None

    # Further pages ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("paste/", wrap(paste.view(self)), name="factchecks_factcheck_paste"),
            path("add/preview/", wrap(preview.view(self)), name="factchecks_factcheck_preview_new"),
            path(
                "<int:pk>/change/preview/",
                wrap(preview.view(self)),
                name="factchecks_factcheck_preview",
            ),
            path(
                "<int:pk>/publish/", wrap(steps.publish(self)), name="factchecks_factcheck_publish"
            ),
            path(
                "<int:pk>/withdraw/",
                wrap(steps.withdraw(self)),
                name="factchecks_factcheck_withdraw",
            ),
            path("<int:pk>/cancel/", wrap(steps.cancel(self)), name="factchecks_factcheck_cancel"),
            *super().get_urls(),
        ]

    def view_on_site(self, obj: FactCheck) -> str | None:
        live = obj.publications.published().first()
        return live.get_absolute_url() if live else None


def _newest_number(object_id: str | None) -> int:
    """Of the newest revision; 0 for a new check."""
    if not object_id or not object_id.isdecimal() or len(object_id) > 18:
        return 0
    numbers = Revision.objects.filter(fact_check=int(object_id)).order_by("-number")
    return numbers.values_list("number", flat=True).first() or 0


@admin.register(Person)
class PersonAdmin(WithAutocomplete, admin.ModelAdmin):
    list_display = ["name", "user"]
    list_select_related = ["user"]
    search_fields = ["name"]
    autocomplete_fields = ["user"]


@admin.register(Rating)
class RatingAdmin(admin.ModelAdmin):
    list_display = ["name", "description", "position"]
    search_fields = ["name"]
