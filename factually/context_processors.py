"""What every page shows: the newsroom's name, and how far the supporter goal is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from supporters.goals import current_progress


def newsroom(request: HttpRequest) -> dict[str, Any]:
    return {"newsroom": {"name": settings.NEWSROOM_NAME, "tagline": settings.NEWSROOM_TAGLINE}}


def goal(request: HttpRequest) -> dict[str, Any]:
    """``goal``: the current goal's progress, or a false value; one query, made only if a template asks."""
    return {"goal": SimpleLazyObject(current_progress)}
