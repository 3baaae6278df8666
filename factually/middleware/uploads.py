"""A bound on what a request may carry: little from strangers, a whole draft from the desk."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]
DESK_COOKIE_AGE = 90 * 24 * 3600  # seconds


def limit_uploads(get_response: GetResponse) -> GetResponse:
    """Refuse what is too large before it is read: little from strangers, a whole draft from the desk.

    A browser that has signed in at the desk carries ``desk``, a signed cookie, so that a long text survives an
    expired session (see ``factually.desk``).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.headers.get("content-length") or "0"
        size = int(length) if length.isdecimal() else 0
        if request.method not in {"GET", "HEAD"} and size > _limit(request):
            context = {"message": _("What was sent is larger than this page accepts.")}
            return render(request, "400.html", context, status=413)
        return get_response(request)

    return middleware


def _limit(request: HttpRequest) -> int:
    if request.path.startswith("/review/"):  # an expert's words on each finding
        return settings.EXPERT_UPLOAD_MAX_SIZE
    known = request.get_signed_cookie("desk", default="", max_age=DESK_COOKIE_AGE)
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if known else settings.STRANGER_UPLOAD_MAX_SIZE
