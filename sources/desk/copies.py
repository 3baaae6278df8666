"""The copies that are kept of a source, and every look that was taken at it.

Copies are for the desk. Their files leave only to be stored: never for a browser to show.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Min
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from sources import keeping
from sources.desk import access, standing
from sources.fetching.outcomes import Kind
from sources.models import Look, Snapshot, Source
from sources.models.sources import STATES

View = Callable[..., HttpResponseBase]

COPIES, LOOKS = 50, 50  # on one page
WARC = "application/warc"
STATE = dict(STATES)


def view(model_admin: Any) -> View:
    """Both lists, the newest first."""

    @require_safe
    def copies(request: HttpRequest, object_id: int) -> HttpResponse:
        source = access.to_see(model_admin, request, object_id)
        kept = source.snapshots.select_related("body").defer("headers", "body__text")
        looks = source.looks.select_related("snapshot").defer("snapshot__headers")
        shown = Paginator(looks, LOOKS).get_page(request.GET.get("looks"))
        first = source.snapshots.aggregate(at=Min("taken_at"))["at"]
        context = {
            **model_admin.admin_site.each_context(request),
            **standing.context(source, request.user),
            "opts": model_admin.opts,
            "original": source,
            "title": _("Copies and looks"),
            "subtitle": str(source),
            "copies": Paginator(kept, COPIES).get_page(request.GET.get("copies")),
            "looks": shown,
            "told": [(look, _found(look, first), STATE[look.state]) for look in shown],
            "may_change": model_admin.has_change_permission(request, source),
        }
        return TemplateResponse(request, "admin/sources/source/copies.html", context)

    return copies


def _found(look: Look, first: datetime | None) -> str:
    """In words. ``first`` is when the first copy was taken: before there was one, no text was other than another.

    Such a look is kept as a change nevertheless, after which one looks again soon.
    """
    if look.kind == Kind.CHANGED and (first is None or look.at <= first):
        return _("stands")
    return look.get_kind_display()


def keep(model_admin: Any) -> View:
    """Have the worker keep a copy now."""

    @require_POST
    def ask(request: HttpRequest, object_id: int) -> HttpResponse:
        source = access.to_change(model_admin, request, object_id)
        keeping.ask([source.pk], Snapshot.Reason.ASKED)
        messages.success(
            request, _("The worker has been asked for a copy. It stands here when it is kept.")
        )
        return redirect("admin:sources_source_copies", source.pk)

    return ask


def note(model_admin: Any) -> View:
    """Somebody knows of the state that the page showed: the front page is silent about it until it changes."""

    @require_POST
    def take_note(request: HttpRequest, object_id: int) -> HttpResponse:
        source = access.to_change(model_admin, request, object_id)
        seen = _moment(request.POST.get("since", ""))
        same = Source.objects.filter(pk=source.pk, state_since=seen, state__in=standing.TROUBLES)
        noted = same.update(noted_at=timezone.now(), noted_by=request.user)
        if noted:
            said = _("Noted. The front page is silent about it until its state changes.")
            messages.success(request, said)
        else:
            messages.warning(request, _("Its state has changed since you looked."))
        return redirect("admin:sources_source_copies", source.pk)

    return take_note


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def warc(model_admin: Any) -> View:
    """The file of a copy, to be stored."""

    @require_GET
    def download(request: HttpRequest, object_id: int, snapshot: int) -> HttpResponseBase:
        source = access.to_see(model_admin, request, object_id)
        copies = source.snapshots.select_related("body").defer("body__text")
        copy = get_object_or_404(copies, pk=snapshot)
        try:
            file = copy.body.warc.open("rb")
        except OSError:
            messages.error(
                request, _("The file of this copy cannot be read: ask whoever runs the site.")
            )
            return redirect("admin:sources_source_copies", source.pk)
        name = f"source-{source.pk}-{copy.taken_at:%Y%m%dT%H%M%SZ}.warc.gz"
        answer = FileResponse(file, as_attachment=True, filename=name, content_type=WARC)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    return download
