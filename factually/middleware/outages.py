"""When Postgres is away: a page that says so, and that keeps what somebody sent."""

import logging
from collections.abc import Callable

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from factually import sent

GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_AFTER = 60  # seconds

logger = logging.getLogger(__name__)


def outage(get_response: GetResponse) -> GetResponse:
    """Answer 503 where a view met a database that does not answer: away, restarting, or out of disk.

    And 400 where it met a text that no database takes.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = _process_exception  # type: ignore[attr-defined]
    return middleware


def _process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if isinstance(exception, DataError):  # such as a NUL character, which Postgres can't store
        return render(request, "400.html", status=400)
    if not isinstance(exception, OperationalError | InterfaceError):
        return None
    logger.error("The database does not answer: %s", str(exception).partition("\n")[0])
    context = {"sent": sent.fields(request), "token": request.POST.get("csrfmiddlewaretoken", "")}
    response = render(None, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response
