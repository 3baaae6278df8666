"""What happens to a request before any view: health, and a bound on what it may carry."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]


def health(get_response: GetResponse) -> GetResponse:
    """Answer ``/healthz`` and ``/readyz`` before the host name or HTTPS is looked at: a probe comes by address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path == "/readyz":
            problem = _not_ready()
            text, status = (problem, 503) if problem else ("ok", 200)
            return HttpResponse(
                f"{text}\n",
                content_type="text/plain",
                status=status,
                headers={"Cache-Control": "no-store"},
            )
        return get_response(request)

    return middleware


def _not_ready() -> str:
    """Why the site can't serve yet, in a sentence for the operator; empty when it can."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "The database is not migrated."
    except DatabaseError:
        return "The database does not answer."
    return ""


def limit_uploads(get_response: GetResponse) -> GetResponse:
    """Refuse what is too large before it is read: little from strangers, a whole draft from the desk.

    A browser that has signed in at the desk carries ``desk``, a signed cookie, so that a long text survives an
    expired session (see ``factually.desk``).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if request.method not in {"GET", "HEAD"} and size > _limit(request):
            context = {"message": _("What was sent is larger than this page accepts.")}
            return render(request, "400.html", context, status=413)
        return get_response(request)

    return middleware


def _limit(request: HttpRequest) -> int:
    known = request.get_signed_cookie("desk", default="", max_age=DESK_COOKIE_AGE)
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if known else settings.STRANGER_UPLOAD_MAX_SIZE


DESK_COOKIE_AGE = 90 * 24 * 3600
