"""The desk's pages in Django's admin: the whole check on one page, people and the rating scale."""

from typing import Any

import taggit.admin
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy

from factchecks import revisions
from factchecks.desk import (
    answering,
    assigning,
    forms,
    links,
    listing,
    merge,
    notes,
    opening,
    pages,
    panel,
    rows,
    searching,
    unsaved,
    urls,
)
from factchecks.desk.access import signed_in
from factchecks.desk.assigning import WithAssignee
from factchecks.desk.posted import document_of
from factchecks.desk.queues import AgeFilter, QueueFilter
from factchecks.models import (
    Byline,
    Citation,
    FactCheck,
    Finding,
    FollowUp,
    Person,
    Quotation,
    Rating,
    Revision,
    SearchQuery,
    StandingPage,
)
from sources.autocomplete import WithAutocomplete
from sources.simultaneous import OneSaveAtATime, Simultaneous


class Refused(Exception):
    """A save that broke a rule after the forms were found valid; nothing was written."""

    def __init__(self, reason: ValidationError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Named:
    """A group of rows whose fields look up once what they are called, and not for each row."""

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(*args, **kwargs)  # type: ignore[misc]
        if field is not None:
            field.label, field.help_text = str(field.label), str(field.help_text)
        return field


class PartInline(Named, admin.StackedInline):
    """An ordered group of parts."""

    extra = 0
    formset = rows.RowFormSet
    template = "admin/factchecks/factcheck/rows.html"


class LineInline(Named, admin.TabularInline):
    """An ordered group of parts that are a line each."""

    extra = 0
    formset = rows.RowFormSet
    template = "admin/factchecks/factcheck/table.html"


class BylineInline(WithAutocomplete, LineInline):
    model = Byline
    form = forms.BylineForm
    formset = rows.BylineFormSet
    fields = ["person", "position"]
    autocomplete_fields = ["person"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Byline]:
        return super().get_queryset(request).select_related("person")


class SearchQueryInline(LineInline):
    model = SearchQuery
    form = forms.SearchQueryForm
    fields = ["text", "position"]


class FollowUpInline(LineInline):
    model = FollowUp
    form = forms.FollowUpForm
    fields = ["text", "position", "answer"]
    readonly_fields = ["answer"]

    @admin.display(description=gettext_lazy("answer"))
    def answer(self, question: FollowUp) -> str:
        return answering.way_to_answer(question)


class FindingInline(PartInline):
    model = Finding
    form = forms.FindingForm
    formset = rows.NumberedFormSet
    fields = ["heading", "text", "position", "number"]


class CitationInline(WithAutocomplete, PartInline):
    model = Citation
    form = forms.CitationForm
    formset = rows.CitationFormSet
    autocomplete_fields = ["source"]
    fields = ["source", "accessed_on", "quotations", "position", "number"]
    verbose_name = gettext_lazy("source")
    verbose_name_plural = gettext_lazy("sources")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Citation]:
        quotations = Quotation.objects.select_related("finding").order_by("position")
        rows = super().get_queryset(request).select_related("source__publisher")
        return rows.prefetch_related(Prefetch("quotations", quotations)).order_by("number")


@admin.register(FactCheck)
class FactCheckAdmin(WithAssignee, WithAutocomplete, admin.ModelAdmin):
    """A whole check on one page. What is saved goes through ``revisions.apply``, never through the forms."""

    form = forms.FactCheckForm
    inlines = [BylineInline, FindingInline, CitationInline, SearchQueryInline, FollowUpInline]
    list_display = [
        "question",
        "state",
        "assignee",
        "due_on",
        "checked_on",
        "review_on",
        "last_saved",
    ]
    list_filter = [QueueFilter, listing.StateFilter, AgeFilter, "rating", "language"]
    search_fields = ["question", "slug", "summary", "findings__heading"]
    autocomplete_fields = ["reviewed_by"]
    prepopulated_fields = {"slug": ["question"]}
    save_on_top = True
    view_on_site = False  # the panel beside the form leads there
    list_per_page = 50
    show_full_result_count = False
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
        (gettext_lazy("Limits"), {"fields": ["limitations", "one_publisher_reason", "answers"]}),
        assigning.FIELDSET,
    ]

    class Media:
        css = {"all": ["factchecks/desk.css", "factchecks/newsroom.css"]}
        js = [
            f"factchecks/desk/{name}.js"
            for name in (
                "sending",
                "order",
                "unsaved",
                "presence",
                "citing",
                "preview",
                "words",
                "keys",
                "notes",
            )
        ]

    # The list ---------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[FactCheck]:
        checks: QuerySet[FactCheck] = super().get_queryset(request)
        numbers = Revision.objects.filter(fact_check=OuterRef("pk")).order_by("-number")
        # In one statement with the check itself: no save comes in between.
        checks = checks.annotate(newest_number=Subquery(numbers.values("number")[:1]))
        return checks.select_related("reviewed_by", "assignee")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[listing.CheckList]:
        return listing.CheckList

    @admin.display(description=gettext_lazy("state"))
    def state(self, check: Any) -> str:
        return listing.state(check)

    @admin.display(description=gettext_lazy("last saved"))
    def last_saved(self, check: Any) -> Any:
        return check.last_saved_at

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word in the question, the address, the summary or a heading; no check twice."""
        return searching.containing(queryset, search_term), False

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

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """What was posted is read by each group as it is: Django copies all of it for each, to change it."""
        rows: dict[str, Any] = {"instance": obj, "prefix": prefix}
        rows["queryset"] = inline.get_queryset(request)
        return rows | ({"data": request.POST} if request.method == "POST" else {})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save; where the save itself is refused, show the form again with all that was typed, and the reason."""
        check: Any = self.get_object(request, object_id) if object_id else None
        request.opened_with = check.newest_number if check else 0  # type: ignore[attr-defined]
        is_late = request.POST.get("base") != str(request.opened_with)  # type: ignore[attr-defined]
        # (before rows that are gone become new ones)
        if is_late and (late := merge.offer(self, request, check)):
            return late
        context = {**opening.context(self, request, check), **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refused as refused:
            # Somebody saved while this save was on its way.
            if late := merge.offer(self, request, check):
                return late
            request.refusal = refused.reason  # type: ignore[attr-defined]
            request.opened = None  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> FactCheck | None:
        """Looked up once for a page, with the people that its form shows."""
        check: FactCheck | None = getattr(request, "opened", None)
        if check is None or str(check.pk) != object_id:
            check = super().get_object(request, object_id, from_field)
            request.opened = check  # type: ignore[attr-defined]
        return check

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """What stands beside the form is looked up only when it is shown: a save that went well has no need of it."""
        groups = {group.formset.prefix: group.formset for group in context["inline_admin_formsets"]}
        sources = groups.get("citations") if request.method == "GET" else None
        rows = sources.get_queryset() if sources else None
        context |= {**panel.context(obj, rows), **notes.context(obj), **links.context(obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

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
            assigning.save(form, revision.fact_check_id)
        except ValidationError as error:
            raise Refused(error) from error
        unsaved.forget(request)
        form.instance.pk = revision.fact_check_id
        form.instance._state.adding = False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The revisions tell more than the log of Django's admin."""
        check = self.get_object(request, object_id)
        if check is None:
            raise Http404
        if not self.has_view_permission(request, check):
            raise PermissionDenied
        return redirect("admin:factchecks_factcheck_revisions", check.pk)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The revision itself says who changed what and when."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        return super().construct_change_message(request, form, [], add)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return pages.after_saving(self, request, obj.pk) or super().response_change(request, obj)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        response = pages.after_saving(self, request, obj.pk)
        return response or super().response_add(request, obj, post_url_continue)

    # Further pages ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [*urls.of(self), *super().get_urls()]


@admin.register(Person)
class PersonAdmin(OneSaveAtATime, WithAutocomplete, admin.ModelAdmin):
    form = Simultaneous
    list_display = ["name", "role", "is_listed", "user"]
    list_select_related = ["user"]
    search_fields = ["name"]
    autocomplete_fields = ["user"]


@admin.register(Rating)
class RatingAdmin(OneSaveAtATime, admin.ModelAdmin):
    form = Simultaneous
    list_display = ["name", "description", "position"]
    search_fields = ["name"]


@admin.register(StandingPage)
class StandingPageAdmin(OneSaveAtATime, admin.ModelAdmin):
    """Written, not made or deleted: which there are is part of the software."""

    form = Simultaneous
    list_display = ["__str__", "is_written", "changed_at"]
    fields = ["text"]

    @admin.display(description=gettext_lazy("written"), boolean=True)
    def is_written(self, page: StandingPage) -> bool:
        return bool(page.text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: StandingPage | None = None) -> bool:
        return False


# Taggit's own has a page on which all staff could merge tags, past the revisions.
admin.site.unregister(taggit.admin.Tag)


@admin.register(taggit.admin.Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
