"""What somebody typed and has not saved yet: kept apart from the revisions, and offered back to who typed it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from factchecks.desk import vanished
from factchecks.desk.access import may_save, signed_in
from factchecks.models import FactCheck, UnsavedWork

View = Callable[..., HttpResponse]

MAX_LENGTH = 2_000_000  # characters of one form, names and values
MOST = 10  # forms of one person and check; of more, the oldest is forgotten
KEPT_FOR = timedelta(days=30)
REOPEN = (
    "unsaved"  # in the form's address: show the unsaved work of this key instead of what was saved
)
FORM = "_form"  # in the form: its key
CONTINUES = "_continues"  # in the form: the unsaved work that it was opened with
LARGEST_BASE = 2**31 - 1


@dataclass(frozen=True)
class OpenForm:
    """One form in one tab: its key, and the unsaved work that it goes on with, by key and moment."""

    key: UUID
    continues: str = ""

    @classmethod
    def of(cls, posted: QueryDict) -> "OpenForm":
        return cls(_key(posted.get(FORM, "")) or uuid4(), posted.get(CONTINUES, ""))

    @classmethod
    def going_on_with(cls, work: UnsavedWork) -> "OpenForm":
        return cls(uuid4(), f"{work.form} {work.saved_at.isoformat()}")

    def continued(self) -> Q:
        """The work that it goes on with; not what another tab has made of it since."""
        key, _space, moment = self.continues.partition(" ")
        try:
            taken_at = parse_datetime(moment)
        except ValueError:
            taken_at = None
        if taken_at is None or timezone.is_naive(taken_at):
            return Q(pk=None)
        return Q(form=_key(key), saved_at__lte=taken_at)


def keep(model_admin: Any) -> View:
    """Take the form as it stands. It takes the place of what the same form sent before."""

    @require_POST
    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        kept = store(request, _allowed(model_admin, request, pk))
        return HttpResponse(status=204 if kept else 413)

    return view


@transaction.atomic
def store(request: HttpRequest, check: FactCheck | None) -> bool:
    """Keep what was posted; not when it is too long."""
    fields = _typed(request)
    if sum(len(name) + len(value) for name, value in fields) > MAX_LENGTH:
        return False
    user, opened = signed_in(request), OpenForm.of(request.POST)
    work = UnsavedWork(
        user=user,
        fact_check=check,
        form=opened.key,
        base=_base(request.POST.get("base", "")),
        title=_storable(request.POST.get("question", ""))[:200],
        fields=fields,
    )
    UnsavedWork.objects.bulk_create(
        [work],
        update_conflicts=True,
        unique_fields=["user", "form"],
        update_fields=["fact_check", "base", "title", "fields", "saved_at"],
    )
    of_check = _of(user, check)
    of_check.filter(opened.continued()).delete()
    of_check.filter(pk__in=of_check.values("pk")[MOST:]).delete()
    return True


def discard(model_admin: Any) -> View:
    @require_POST
    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        _of(signed_in(request), check).filter(form=OpenForm.of(request.POST).key).delete()
        return redirect(_form(check))

    return view


def context(request: HttpRequest, check: FactCheck | None) -> dict[str, Any]:
    """What the form's page shows of unsaved work: offers, or the work itself where its address asks for it."""
    if request.method != "GET":
        return {"open_form": OpenForm.of(request.POST)}
    works = list(_of(signed_in(request), check).defer("fields")[:MOST])
    asked = [work for work in works if str(work.form) == request.GET.get(REOPEN)]
    if asked:
        _reopen(request, asked[0], check)
        # No errors on top of the page: nobody has tried to save this.
        return {
            "open_form": OpenForm.going_on_with(asked[0]),
            "unsaved": {"works": [_shown(asked[0], check)], "discard": _discard(check)},
            "errors": None,
        }
    opened: dict[str, Any] = {"open_form": OpenForm(uuid4())}
    if works:
        offers = [_shown(work, check) for work in works]
        opened["unsaved"] = {"works": offers, "offered": True, "discard": _discard(check)}
    return opened


def forget(request: HttpRequest) -> None:
    """What was typed into this form is saved. Other forms of the same check keep what they have."""
    opened = OpenForm.of(request.POST)
    works = UnsavedWork.objects.filter(user=signed_in(request))
    works.filter(Q(form=opened.key) | opened.continued()).delete()


def is_kept(request: HttpRequest) -> bool:
    """Whether what this form had is kept."""
    works = UnsavedWork.objects.filter(user=signed_in(request))
    return works.filter(form=OpenForm.of(request.POST).key).exists()


def _shown(work: UnsavedWork, check: FactCheck | None) -> dict[str, Any]:
    return {
        "key": work.form,
        "when": _moment(work.saved_at),
        "title": work.title,
        "reopen": f"{_form(check)}?{REOPEN}={work.form}",
    }


def _reopen(request: HttpRequest, work: UnsavedWork, check: FactCheck | None) -> None:
    """Let the form come up as after a save that was refused: with all that was typed, and nothing written."""
    typed = QueryDict(mutable=True)
    for name, value in work.fields:
        typed.appendlist(name, value)
    _read = request.POST  # before it is replaced; reading the files later would empty it again
    request.POST = vanished.settle(typed, check) if check else typed  # type: ignore[assignment]
    request.method = "POST"
    request.refusal = ValidationError(_("Nothing of this is saved yet."))  # type: ignore[attr-defined]


def _of(user: User, check: FactCheck | None) -> QuerySet[UnsavedWork]:
    """The newest first."""
    works = UnsavedWork.objects.filter(user=user).order_by("-saved_at", "-pk")
    return works.filter(fact_check=check) if check else works.filter(fact_check=None)


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _form(check: FactCheck | None) -> str:
    return _url("change", check) if check else reverse("admin:factchecks_factcheck_add")


def _discard(check: FactCheck | None) -> str:
    return _url("unsaved_discard", check)


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
