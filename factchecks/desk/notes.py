"""Notes on a check, from the newsroom for the newsroom: in no revision, on no public page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import documents
from factchecks.desk import pages
from factchecks.desk.access import signed_in
from factchecks.models import FactCheck, Note

LONGEST = 10_000  # characters
SHOWN = 5  # beside the form of the check; its own page has them all
PER_PAGE = 50


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("New note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={"required": gettext_lazy("The note is empty.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_note_%s")

    def clean_text(self) -> str:
        text = documents.clean_text(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("The note is empty."))
        return text


def context(check: FactCheck | None) -> dict[str, Any]:
    """The newest notes and an empty form, for the page of the check."""
    if check is None:
        return {"notes": None}
    newest = list(check.notes.select_related("by")[: SHOWN + 1])
    return {"notes": {"list": newest[:SHOWN], "more": len(newest) > SHOWN, "form": NoteForm()}}


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """All notes; who may change the check adds one. None is ever changed."""

    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_view_permission(request, check):
            raise PermissionDenied
        may_write = model_admin.has_change_permission(request, check)
        form = NoteForm(request.POST or None)
        if request.method == "POST":
            if not may_write:
                raise PermissionDenied
            if form.is_valid():
                text = form.cleaned_data["text"]
                Note.objects.create(fact_check=check, by=signed_in(request), text=text)
                return redirect("admin:factchecks_factcheck_notes", check.pk)
        paginator = Paginator(check.notes.select_related("by"), PER_PAGE)
        notes = paginator.get_page(request.GET.get("page"))
        return pages.render(
            model_admin,
            request,
            "notes",
            check,
            title=_("Notes: %(check)s") % {"check": check},
            notes={"list": notes, "more": False, "form": form if may_write else None},
            page=notes,
        )

    return page
