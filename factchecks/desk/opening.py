"""Somebody opens the form of a check, or sends it: what it shows them besides the fields."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from factchecks.desk import presence, unsaved, vanished
from factchecks.desk.access import may_save, signed_in
from factchecks.models import FactCheck


def context(model_admin: Any, request: HttpRequest, check: FactCheck | None) -> dict[str, Any]:
    """Their unsaved work, and who else has the check open."""
    if not may_save(model_admin, request, check):
        return {}
    if request.method != "GET":
        if check:
            request.POST = vanished.settle(request.POST, check)  # type: ignore[assignment]
        return {"may_save": True, **unsaved.context(request, check)}
    others = presence.seen(check, signed_in(request), timezone.now()) if check else []
    return {"may_save": True, "others": others, **unsaved.context(request, check)}
