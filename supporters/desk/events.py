"""What the card processor told us, at the desk: what could not be taken in, why, and one more try."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

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
        *("created_at", "received_at", "applied_at", "payload"),
    )
    readonly_fields = fields
    actions = ["try_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_RETRY))

    def get_urls(self) -> list[Any]:
        page = guarding.page("<int:object_id>/retry/", retry, self, MAY_RETRY)
        return [page, *super().get_urls()]

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
