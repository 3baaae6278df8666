"""The revisions of a check: all of them, any two side by side, any one brought back as a new one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from factchecks import comparing, documents, revisions, weaving
from factchecks.comparing import Change
from factchecks.desk import pages
from factchecks.desk.access import signed_in
from factchecks.models import FactCheck, Revision, Step

PER_PAGE = 20
LARGEST = 2**31 - 1

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Row:
    """One revision in the list: what it changed, and what became of it."""

    revision: Revision
    summary: str
    is_live: bool
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Columns:
    """A change in two columns."""

    change: Change
    before: list[weaving.Run]
    after: list[weaving.Run]


def listing(model_admin: Any) -> View:
    """All revisions, the newest first."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _seen(model_admin, request, pk)
        paginator = Paginator(check.revisions.order_by("-number"), PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        return pages.render(
            model_admin,
            request,
            "revisions",
            check,
            title=_("Revisions: %(check)s") % {"check": check},
            rows=_rows(check, page),
            page=page,
            elided=paginator.get_elided_page_range(page.number),
            newest=paginator.count and revisions.newest(check),
            may_restore=model_admin.has_change_permission(request, check),
        )

    return view


def _rows(check: FactCheck, page: Page[Revision]) -> list[Row]:
    """The revisions of a page; one more is fetched, because the last is compared with the one before it."""
    start = page.start_index() - 1
    of_check = check.revisions.select_related("saved_by").order_by("-number")
    shown = list(of_check[start : start + PER_PAGE + 1])
    steps: dict[int, list[Step]] = {}
    marks = Step.objects.filter(revision__in=shown).select_related("by").order_by("at", "pk")
    for step in marks:
        steps.setdefault(step.revision_id, []).append(step)
    live = check.publications.published().values_list("revision_id", flat=True).first()
    return [
        Row(
            revision,
            _changed(before, revision),
            is_live=revision.pk == live,
            steps=steps.get(revision.pk, []),
        )
        for revision, before in zip(shown[:PER_PAGE], [*shown[1:], None], strict=False)
    ]


def _changed(before: Revision | None, revision: Revision) -> str:
    if before is None:
        return _("The first one")
    changes = comparing.compare(before.document, revision.document, with_words=False)
    return comparing.summary(changes)


def compare(model_admin: Any) -> View:
    """Two revisions side by side, whichever was chosen first."""

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _seen(model_admin, request, pk)
        chosen = sorted({revision_number(request.GET.get(name, "")) for name in ("old", "new")})
        if len(chosen) < 2 or not chosen[0]:
            messages.warning(request, _("Choose two revisions to compare."))
            return redirect("admin:factchecks_factcheck_revisions", check.pk)
        found = check.revisions.select_related("saved_by").filter(number__in=chosen)
        if len(found) < 2:
            raise Http404(_("This check has no such revision."))
        old, new = sorted(found, key=lambda revision: revision.number)
        numbers = {"old": old.number, "new": new.number}
        return pages.render(
            model_admin,
            request,
            "compare",
            check,
            title=_("Revisions %(old)s and %(new)s") % numbers,
            old=old,
            new=new,
            changes=columns(comparing.compare(old.document, new.document)),
        )

    return view


def columns(changes: list[Change]) -> list[Columns]:
    return [
        Columns(change, weaving.column(change.before), weaving.column(change.after))
        for change in changes
    ]


def restore(model_admin: Any) -> View:
    """Make a revision the newest again, as a new one. Nothing that came after it is lost."""

    @require_POST
    def view(request: HttpRequest, pk: int, number: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_change_permission(request, check):
            raise PermissionDenied
        old = get_object_or_404(check.revisions, number=min(number, LARGEST))
        base = revision_number(request.POST.get("base", ""))
        try:
            restored = revisions.apply(
                documents.whole(old.document), fact_check=check, base=base, by=signed_in(request)
            )
        except ValidationError as error:
            reasons = {"number": number, "reasons": " ".join(error.messages)}
            message = _("Revision %(number)s was not restored: %(reasons)s")
            messages.error(request, message % reasons)
        else:
            _say(request, old.number, restored.number, changed=restored.number != base)
        return redirect("admin:factchecks_factcheck_revisions", check.pk)

    return view


def _say(request: HttpRequest, old: int, restored: int, *, changed: bool) -> None:
    if changed:
        message = _("Revision %(old)s is restored, as revision %(new)s.")
        messages.success(request, message % {"old": old, "new": restored})
    else:
        message = _("The newest revision says the same as revision %(old)s already.")
        messages.info(request, message % {"old": old})


def _seen(model_admin: Any, request: HttpRequest, pk: int) -> FactCheck:
    check = get_object_or_404(FactCheck, pk=pk)
    if not model_admin.has_view_permission(request, check):
        raise PermissionDenied
    return check


def revision_number(typed: str) -> int:
    """The number of a revision; 0, which none has, for anything else."""
    return min(int(typed), LARGEST) if typed.isdecimal() and len(typed) < 20 else 0
