"""A save that came too late: what both people did, side by side, brought together in one revision.

The page carries the editor's whole document, and takes part in what the desk does with any form, such as waiting for a
new sign-in. What was typed is kept as unsaved work too, until it is saved: the page may be closed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from factchecks import comparing, documents, merging, resolving, revisions, weaving
from factchecks.desk import assigning, pages, unsaved
from factchecks.desk.access import may_save, signed_in
from factchecks.desk.history import revision_number
from factchecks.desk.posted import document_of
from factchecks.documents import Document
from factchecks.importer import Result
from factchecks.models import FactCheck, Revision

# The groups of the form, and where the document has them.
LISTS = {
    "findings": "findings",
    "citations": "citations",
    "searches": "searches",
    "follow_ups": "follow_ups",
}


@dataclass(frozen=True)
class Collision:
    """What both changed, for the page: the name of its choice, and both texts."""

    conflict: merging.Conflict
    chosen: str
    mine: list[weaving.Run]
    theirs: list[weaving.Run]

    @property
    def name(self) -> str:
        return field_name(self.conflict.id)


def field_name(conflict: str) -> str:
    return f"choice.{conflict}"


def offer(model_admin: Any, request: HttpRequest, check: FactCheck | None) -> HttpResponse | None:
    """The page of the merge, for a form of an older revision that is otherwise right. Else nothing."""
    if request.method != "POST" or check is None or not may_save(model_admin, request, check):
        return None
    last = revisions.newest(check)
    base = check.revisions.filter(number=revision_number(request.POST.get("base", ""))).first()
    if last is None or base is None or base.number == last.number:
        return None
    unsaved.store(request, check)
    typed = _typed(model_admin, request, check, base)
    if typed is None:
        return None
    mine, form = typed
    mine, base = resolving.in_known_addresses(mine), _of_today(base)
    try:
        assigning.save(form, check.pk)  # no part of the text
    except ValidationError:
        return None
    if merging.merge(base.document, mine, last.document) == merging.Merge(last.document, []):
        unsaved.forget(request)
        message = _(
            "Nothing of yours is missing in revision %(number)s, which was saved meanwhile."
        )
        messages.info(request, message % {"number": last.number})
        return _on(model_admin, request, check)
    return _page(model_admin, request, check, base, mine, last)


def of_draft(
    model_admin: Any, request: HttpRequest, result: Result, base: Revision | None
) -> HttpResponse | None:
    """The page of the merge, for a draft that would overwrite a revision. Else nothing."""
    theirs = result.overwritten
    if theirs is None or result.document is None:
        return None
    check = theirs.fact_check
    if not may_save(model_admin, request, check):
        return None
    base = _of_today(base) if base else _beginning(theirs)
    return _page(model_admin, request, check, base, result.document, theirs)


def _of_today(base: Revision) -> Revision:
    """With the sources that are known today: what was merged since is no change of anybody's."""
    base.document = resolving.in_known_addresses(documents.whole(base.document))
    return base


def _beginning(theirs: Revision) -> Revision:
    """In place of a revision that both began with, where there is none: nothing, so that all that differs is chosen."""
    document: Any = {
        name: type(value)() if isinstance(value, str | list) else None
        for name, value in documents.whole(theirs.document).items()
    }
    document |= {"version": documents.VERSION, "key": theirs.document["key"]}
    return Revision(fact_check=theirs.fact_check, number=0, document=document)


def _began_with(check: FactCheck, posted: str, theirs: Revision) -> Revision | None:
    """The revision that the page named, or the nothing that it began with."""
    if posted == "0":
        return _beginning(theirs)
    base = check.revisions.filter(number=revision_number(posted)).first()
    return _of_today(base) if base else None


def _typed(
    model_admin: Any, request: HttpRequest, check: FactCheck, base: Revision
) -> tuple[Document, Any] | None:
    """What the form says, read as of the revision that it was opened with; nothing where it has an error.

    The rows of then may be gone now or stand elsewhere, so all of them are read as new ones with the old keys.
    """
    fresh = FactCheck.objects.get(pk=check.pk)
    form = model_admin.get_form(request, check, change=True)(request.POST, instance=fresh)
    formsets = []
    for formset_class, inline in model_admin.get_formsets_with_inlines(request, check):
        prefix = formset_class.get_default_prefix()
        formsets.append(
            formset_class(
                _as_new_rows(request.POST, prefix),
                instance=fresh,
                prefix=prefix,
                queryset=inline.get_queryset(request),
                opened=_opened(formset_class, request.POST, prefix, base),
            )
        )
    if not all([form.is_valid(), *(formset.is_valid() for formset in formsets)]):
        return None
    mine = document_of(form, formsets, documents.whole(base.document))
    return None if documents.problems_of(mine) else (mine, form)


def _as_new_rows(posted: QueryDict, prefix: str) -> QueryDict:
    data = posted.copy()
    data[f"{prefix}-INITIAL_FORMS"] = "0"
    for name in [name for name in data if name.startswith(f"{prefix}-") and name.endswith("-id")]:
        data[name] = ""
    return data


def _opened(formset_class: Any, posted: QueryDict, prefix: str, base: Revision) -> list[str]:
    """By row, the key of the part that it showed: of the row that is still there, else of the part at its place."""
    if prefix not in LISTS:
        return []
    keys = [part["key"] for part in base.document[LISTS[prefix]]]
    rows = formset_class.model._default_manager.filter(fact_check=base.fact_check_id)
    known = {str(pk): str(key) for pk, key in rows.values_list("pk", "key")}
    count = min(revision_number(posted.get(f"{prefix}-INITIAL_FORMS", "")), len(keys))
    there = [known.get(posted.get(f"{prefix}-{row}-id", ""), "") for row in range(count)]
    return [key or (keys[row] if keys[row] not in there else "") for row, key in enumerate(there)]


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """Save both changes as one revision, with every collision decided."""

    @require_POST
    def merge(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not may_save(model_admin, request, check):
            raise PermissionDenied
        mine = _carried(request.POST.get("document", ""), check)
        mine = resolving.in_known_addresses(mine) if mine else None
        last = revisions.newest(check)
        base = last and _began_with(check, request.POST.get("base", ""), last)
        if base is None or mine is None or last is None:
            return _unreadable(model_admin, request, check)
        choices = _choices(request.POST)
        if last.number != revision_number(request.POST.get("theirs", "")):
            return _page(model_admin, request, check, base, mine, last, choices=choices, again=True)
        if undecided := _undecided(base, mine, last, choices):
            refusals = [_("Choose between both for: %(title)s") % {"title": undecided}]
            return _page(
                model_admin, request, check, base, mine, last, choices=choices, refusals=refusals
            )
        document = merging.resolve(base.document, mine, last.document, choices)
        try:
            saved = revisions.apply(
                document, fact_check=check, base=last.number, by=signed_in(request)
            )
        except revisions.StaleBase:
            last = revisions.newest(check) or last
            return _page(model_admin, request, check, base, mine, last, choices=choices, again=True)
        except ValidationError as error:
            refusals = error.messages
            return _page(
                model_admin, request, check, base, mine, last, choices=choices, refusals=refusals
            )
        unsaved.forget(request)
        message = _(
            "Your changes and those made meanwhile are saved together, as revision %(number)s."
        )
        messages.success(request, message % {"number": saved.number})
        return _on(model_admin, request, check)

    return merge


def _on(model_admin: Any, request: HttpRequest, check: FactCheck) -> HttpResponse:
    """Where the form itself would have led."""
    on = pages.after_saving(model_admin, request, check.pk)
    return on or redirect("admin:factchecks_factcheck_change", check.pk)


def _page(
    model_admin: Any,
    request: HttpRequest,
    check: FactCheck,
    base: Revision,
    mine: Document,
    theirs: Revision,
    *,
    choices: Mapping[str, str] | None = None,
    **context: Any,
) -> HttpResponse:
    choices = choices or {}
    merged = merging.merge(base.document, mine, theirs.document, choices)
    return pages.render(
        model_admin,
        request,
        "merge",
        check,
        title=_("Saved by two people: %(check)s") % {"check": check},
        base=base,
        theirs=theirs,
        document=json.dumps(mine, ensure_ascii=False),
        collisions=[
            Collision(
                conflict,
                choices.get(conflict.id, ""),
                weaving.column(conflict.mine_pieces),
                weaving.column(conflict.theirs_pieces),
            )
            for conflict in merged.conflicts
        ],
        my_changes=_woven(base.document, mine),
        their_changes=_woven(base.document, theirs.document),
        publish=pages.PUBLISH if pages.PUBLISH in request.POST else "",
        open_form=unsaved.OpenForm.of(request.POST),
        is_kept=unsaved.is_kept(request),
        **context,
    )


def _woven(old: Document, new: Document) -> list[tuple[comparing.Change, list[weaving.Run]]]:
    return [(change, weaving.runs(change)) for change in comparing.compare(old, new)]


def _undecided(base: Revision, mine: Document, theirs: Revision, choices: Mapping[str, str]) -> str:
    """The collisions without a choice: nobody's words go because somebody pressed Enter."""
    conflicts = merging.merge(base.document, mine, theirs.document, choices).conflicts
    return "; ".join(
        conflict.title
        for conflict in conflicts
        if choices.get(conflict.id) not in {"mine", "theirs"}
    )


def _unreadable(model_admin: Any, request: HttpRequest, check: FactCheck) -> HttpResponse:
    """Not what the page of the merge sends. What came is shown, so that nobody loses it."""
    return pages.render(
        model_admin,
        request,
        "merge",
        check,
        title=_("Saved by two people: %(check)s") % {"check": check},
        unreadable=request.POST.get("document", ""),
        refusals=[_("What was sent cannot be read as this check, so nothing was saved.")],
    )


def _carried(text: str, check: FactCheck) -> Document | None:
    """The document that the page carried, or nothing when it is none."""
    try:
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()  # half of a surrogate pair is no text
    except (ValueError, RecursionError):
        return None
    if documents.problems_of(document):
        return None
    document["key"] = str(check.key)
    return documents.whole(document)


def _choices(posted: QueryDict) -> dict[str, str]:
    start = field_name("")
    return {
        name.removeprefix(start): str(value)
        for name, value in posted.items()
        if name.startswith(start)
    }
