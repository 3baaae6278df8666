"""What every page shows: the newsroom's name, and how far the supporter goal is."""

from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from factchecks.models import StandingPage
from supporters.goals import current_progress


def newsroom(request: HttpRequest) -> dict[str, Any]:
    """``newsroom``: its name and tagline, the standing pages that the footer links, its site's origin."""
    return {
        "newsroom": {
            "name": settings.NEWSROOM_NAME,
            "tagline": settings.NEWSROOM_TAGLINE,
            "standing_pages": StandingPage.Subject,
            "origin": _origin(request),
        }
    }


def _origin(request: HttpRequest) -> str:
    """``https://newsroom.example``; empty on the page that refuses a wrong host name."""
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return ""


def goal(request: HttpRequest) -> dict[str, Any]:
    """``goal``: the current goal's progress, or a false value; one query, made only if a template asks."""
    return {"goal": SimpleLazyObject(current_progress)}
