"""What somebody typed and has not saved yet: kept apart from the revisions, and offered back to who typed it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from factchecks.desk import vanished
from factchecks.desk.access import may_save, signed_in
from factchecks.models import FactCheck, UnsavedWork

View = Callable[..., HttpResponse]

MAX_LENGTH = 2_000_000  # characters of one form, names and values
KEPT_FOR = timedelta(days=30)
REOPEN = "unsaved"  # in the form's address: show what was typed instead of what was saved
UNDECIDED = (
    "_unsaved_undecided"  # in the form: older work was offered, and neither taken nor discarded
)
LARGEST_BASE = 2**31 - 1


def keep(model_admin: Any) -> View:
    """Take the form as it stands. It takes the place of what this person's browser sent before."""

    @require_POST
    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        fields = _typed(request)
        if sum(len(name) + len(value) for name, value in fields) > MAX_LENGTH:
            return HttpResponse(status=413)
        work = UnsavedWork(
            user=signed_in(request),
            fact_check=check,
            base=_base(request.POST.get("base", "")),
            fields=fields,
        )
        UnsavedWork.objects.bulk_create(
            [work],
            update_conflicts=True,
            unique_fields=["user", "fact_check"],
            update_fields=["base", "fields", "saved_at"],
        )
        return HttpResponse(status=204)

    return view


def discard(model_admin: Any) -> View:
    @require_POST
    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        _of(signed_in(request), check).delete()
        return redirect(_form(check))

    return view


def context(request: HttpRequest, check: FactCheck | None) -> dict[str, Any]:
    """What the form's page shows of unsaved work: an offer, or the work itself where its address asks for it."""
    work = _of(signed_in(request), check).first()
    if work is None:
        return {}
    shown = {"when": _moment(work.saved_at), "discard": _url("unsaved_discard", check)}
    if REOPEN not in request.GET:
        return {"unsaved": {**shown, "reopen": f"{_form(check)}?{REOPEN}=1"}}
    _reopen(request, work, check)
    # No errors on top of the page: nobody has tried to save this.
    return {"unsaved": shown, "errors": None}


def forget(request: HttpRequest, check: FactCheck | None) -> None:
    """What was typed is saved; older work that was offered meanwhile stays until its author decides."""
    if UNDECIDED not in request.POST:
        _of(signed_in(request), check).delete()


def _reopen(request: HttpRequest, work: UnsavedWork, check: FactCheck | None) -> None:
    """Let the form come up as after a save that was refused: with all that was typed, and nothing written."""
    typed = QueryDict(mutable=True)
    for name, value in work.fields:
        typed.appendlist(name, value)
    _read = request.POST  # before it is replaced; reading the files later would empty it again
    request.POST = vanished.settle(typed, check) if check else typed  # type: ignore[assignment]
    request.method = "POST"
    request.refusal = ValidationError(_("Nothing of this is saved yet."))  # type: ignore[attr-defined]


def _of(user: User, check: FactCheck | None) -> Any:
    if check is None:
        return UnsavedWork.objects.filter(user=user, fact_check=None)
    return UnsavedWork.objects.filter(user=user, fact_check=check)


def _form(check: FactCheck | None) -> str:
    return _url("change", check) if check else reverse("admin:factchecks_factcheck_add")


def _url(name: str, check: FactCheck | None) -> str:
    name = f"admin:factchecks_factcheck_{name}"
    return reverse(name, args=[check.pk]) if check else reverse(f"{name}_new")


def _moment(moment: datetime) -> str:
    """The time of day; with the date, if that was not today."""
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if today else "DATETIME_FORMAT")


def _allowed(model_admin: Any, request: HttpRequest, pk: int | None) -> FactCheck | None:
    """The check, or none for the form of a new one; refused to who could not save it."""
    check = get_object_or_404(FactCheck, pk=pk) if pk is not None else None
    if not may_save(model_admin, request, check):
        raise PermissionDenied
    return check


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values in the form's order; without what is no text of the form, such as buttons and tokens."""
    return [
        (_storable(name), _storable(value))
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith("_")
        for value in values
    ]


def _storable(text: str) -> str:
    return text.replace("\0", "")


def _base(typed: str) -> int:
    return min(int(typed), LARGEST_BASE) if typed.isdecimal() and len(typed) < 20 else 0
