"""Export at the desk: what the list shows, with its search and filters, as CSV."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from supporters import exporting


@require_POST
def export_supporters(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    return _export(request, model_admin, exporting.supporters)


@require_POST
def export_payments(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    return _export(request, model_admin, exporting.payments)


def _export(
    request: HttpRequest, model_admin: Any, lines: Callable[[QuerySet[Any]], Iterator[str]]
) -> HttpResponseBase:
    """The address carries the list's own search and filters. Who took what along is on record, without names."""
    listed = model_admin.get_changelist_instance(request)
    _note(request, model_admin, bool(request.GET))
    name = f"{model_admin.opts.model_name}s-{timezone.localdate()}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        # Nothing on the way may gather it first.
        "X-Accel-Buffering": "no",
    }
    chosen = listed.get_queryset(request)
    return StreamingHttpResponse(
        lines(chosen), content_type="text/csv; charset=utf-8", headers=headers
    )


def _note(request: HttpRequest, model_admin: Any, is_narrowed: bool) -> None:
    signed_in: Any = request.user
    which = _("Exported what a search or filter found.") if is_narrowed else _("Exported all.")
    LogEntry.objects.create(
        user=signed_in,
        content_type=ContentType.objects.get_for_model(model_admin.model),
        object_repr=str(model_admin.opts.verbose_name_plural)[:200],
        action_flag=CHANGE,
        change_message=which,
    )
