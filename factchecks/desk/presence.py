"""Who else has a check open, and whether somebody has saved it meanwhile."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from factchecks.desk.access import signed_in
from factchecks.models import FactCheck, Revision

SEEN_WITHIN = timedelta(seconds=60)
SEEN = """
    INSERT INTO factchecks_presence (user_id, fact_check_id, seen_at) VALUES (%s, %s, %s)
    ON CONFLICT (user_id, fact_check_id) DO UPDATE SET seen_at = excluded.seen_at
"""


def beat(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """A sign of life from an open form, which says as ``base`` with which revision it was opened."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_change_permission(request, check):
            raise PermissionDenied
        shown = {
            "check": check,
            "others": seen(check, signed_in(request), timezone.now()),
            "newer": _newer(check, request.POST.get("base", "")),
        }
        notice = render_to_string("admin/factchecks/factcheck/_others.html", shown)
        return JsonResponse({"others": shown["others"], "notice": notice.strip()})

    return view


def seen(check: FactCheck, user: User, now: datetime) -> list[str]:
    """Note that this person has the check open; the names of the others who have."""
    with connection.cursor() as cursor:  # in one statement: two tabs may come at once
        cursor.execute(SEEN, [user.pk, check.pk, now])
    here = check.presences.filter(seen_at__gt=now - SEEN_WITHIN).exclude(user=user)
    others = User.objects.filter(pk__in=here.values("user")).order_by("pk")
    return [other.get_full_name() or other.get_username() for other in others]


def _newer(check: FactCheck, base: str) -> dict[str, Any] | None:
    newest = check.revisions.select_related("saved_by").defer("document").order_by("-number")
    last: Revision | None = newest.first()
    if last is None or not base.isdecimal() or last.number <= int(base[:18]):
        return None
    by = last.saved_by
    return {"number": last.number, "by": by and (by.get_full_name() or by.get_username())}
