"""What the card processor told us, at the desk: what could not be taken in, why, one more try, or an end to it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from supporters import webhook
from supporters.desk import guarding
from supporters.desk.lists import BoundedPaginator
from supporters.models import ProviderEvent

MAY_RETRY = "supporters.add_payment"  # a retried event may write to the ledger
MOST = 200


@require_POST
def retry(request: HttpRequest, model_admin: Any, object_id: int) -> HttpResponse:
    event = get_object_or_404(ProviderEvent, pk=object_id)
    if webhook.retry(event):
        messages.success(request, _("It is being tried again: look in a moment."))
    else:
        messages.warning(request, _("Only an event that failed is tried again."))
    return redirect("admin:supporters_providerevent_change", event.pk)


class ClosingForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        label=gettext_lazy("How it was dealt with"),
        help_text=gettext_lazy("Such as: recorded by hand. Name nobody here."),
        error_messages={"required": gettext_lazy("Say how it was dealt with.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, model_admin: Any, object_id: int) -> HttpResponse:
    """Asks how somebody dealt with a failed event; told so, it waits for nobody any more."""
    event = get_object_or_404(ProviderEvent, pk=object_id)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "original": event,
            "title": _("Dealt with"),
            "form": form,
        }
        return TemplateResponse(request, "admin/supporters/providerevent/close.html", context)
    reason = form.cleaned_data["reason"]
    with transaction.atomic():
        is_closed = webhook.close(event, reason)
        if is_closed:
            model_admin.log_change(request, event, _("Dealt with: %(reason)s") % {"reason": reason})
    if is_closed:
        messages.success(request, _("It is put away as dealt with, and waits for nobody."))
    else:
        messages.warning(request, _("Only an event that failed has to be dealt with."))
    return redirect("admin:supporters_providerevent_change", event.pk)


class ProviderEventAdmin(admin.ModelAdmin):
    list_display = ["received_at", "type", "event_id", "status", "attempts", "error"]
    list_filter = ["status", "is_live", "received_at"]
    search_fields = ["event_id__exact"]
    search_help_text = gettext_lazy("By the event's whole number, such as evt_1Abc.")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    fields = (
        *("type", "event_id", "provider", "is_live", "status", "error", "attempts"),
        *("closed_because", "closed_at", "created_at", "received_at", "applied_at", "payload"),
    )
    readonly_fields = fields
    actions = ["try_again"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj and obj.closed_at:
            return self.fields
        return [each for each in self.fields if each not in {"closed_because", "closed_at"}]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_RETRY))

    def get_urls(self) -> list[Any]:
        return [
            guarding.page("<int:object_id>/retry/", retry, self, MAY_RETRY),
            guarding.page("<int:object_id>/close/", close, self, MAY_RETRY),
            *super().get_urls(),
        ]

    @admin.action(description=gettext_lazy("Try again what failed"), permissions=["retry"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[ProviderEvent]) -> None:
        failed = chosen.filter(status=ProviderEvent.Status.FAILED)
        count = sum(webhook.retry(event) for event in failed.order_by("pk")[:MOST])
        text = ngettext(
            "%(count)d event is being tried again.",
            "%(count)d events are being tried again.",
            count,
        )
        level = messages.SUCCESS if count else messages.WARNING
        self.message_user(request, text % {"count": count}, level)
