"""``/healthz`` (the process lives) and ``/readyz`` (the database answers and is migrated)."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

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
