"""The support page, and the goal as data for the counter on every page."""

import hashlib

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from supporters.goals import Progress, current_progress, past_progress

SECONDS_FRESH = 5
"""How long a cache may answer for us: a new gift is seen this much later at most."""


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """What the supporters make possible, how far the goal is, and how the past ones ended."""
    return render(request, "supporters/support.html", {"goals_past": past_progress()})


@require_safe
def goal_json(request: HttpRequest) -> HttpResponse:
    """The current goal for scripts, ours and anybody's: see ``Progress.as_json``.

    Without a current goal 404, without the database 503, both with a sentence in ``error``.
    """
    response = _answer(request)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    try:
        progress = current_progress()
    except (OperationalError, InterfaceError):
        return JsonResponse(
            {"error": _("The figure cannot be read just now.")},
            status=503,
            headers={"Cache-Control": "no-store", "Retry-After": str(SECONDS_FRESH)},
        )
    headers = {"Cache-Control": f"public, max-age={SECONDS_FRESH}"}
    if progress is None:
        return JsonResponse({"error": _("There is no current goal.")}, status=404, headers=headers)
    etag = _etag(progress)
    answer = JsonResponse(progress.as_json(), headers={**headers, "ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _etag(progress: Progress) -> str:
    """Weak: the same figures a moment later are the same answer, whatever their ``as_of``."""
    figures = {name: each for name, each in progress.as_json().items() if name != "as_of"}
    return f'W/"{hashlib.sha256(repr(figures).encode()).hexdigest()[:16]}"'
