"""The support page and the supporters' wall; the goal as data for the counter on every page, and as a frame."""

import hashlib
import re

from csp.decorators import csp_replace
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from supporters import counting
from supporters.goals import Progress, current_progress, past_progress
from supporters.models import Supporter

THEMES = ("light", "dark")
NAMES_A_PAGE = 200
SECONDS_FRESH = 5
"""How long a cache may answer for us: a new gift is seen this much later at most."""


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """What the supporters make possible, how far the goal is, and how the past ones ended."""
    return render(request, "supporters/support.html", {"goals_past": past_progress()})


@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """What the figures of the goals are made of, in plain words."""
    at = timezone.now()
    context = {"figures": counting.figures(at), "as_of": at}
    return render(request, "supporters/how_we_count.html", context)


@require_safe
@cache_control(no_cache=True)
def wall(request: HttpRequest) -> HttpResponse:
    """Who agreed to be named: their names, and nothing else. Never kept by caches, because minds change."""
    before = request.GET.get("before", "")
    if before and not re.fullmatch("[0-9]{1,18}", before, re.ASCII):
        raise Http404(_("There is no such page."))
    people = Supporter.objects.on_the_wall().only("name", "is_demonstration")
    if before:
        people = people.filter(pk__lt=int(before))
    found = list(people[: NAMES_A_PAGE + 1])
    names = found[:NAMES_A_PAGE]
    context = {
        "people": names,
        "next": names[-1].pk if len(found) > NAMES_A_PAGE else None,
        "is_first": not before,
    }
    return render(request, "supporters/wall.html", context)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@cache_control(public=True, max_age=SECONDS_FRESH)
def embed(request: HttpRequest) -> HttpResponse:
    """The goal for a frame on any site, in the reader's colours or, with ``?theme=``, in those of the site."""
    theme = request.GET.get("theme", "")
    context = {"theme": theme if theme in THEMES else ""}
    return render(request, "supporters/embed.html", context)


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
