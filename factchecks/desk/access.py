"""Who is at the desk."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest

from factchecks.models import FactCheck


def signed_in(request: HttpRequest) -> User:
    """The person; the admin lets nobody else come this far."""
    assert request.user.is_authenticated, "the desk is for people who have signed in"  # noqa: S101
    return request.user


def may_save(model_admin: Any, request: HttpRequest, check: FactCheck | None) -> bool:
    """Whether this person may save the check, or where there is none yet, a new one."""
    if check is None:
        return bool(model_admin.has_add_permission(request))
    return bool(model_admin.has_change_permission(request, check))
