"""The unsaved text as the real page."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from factchecks import (
    documents,
    evidence,
    pages,
    publishing,
    resolving,
    revisions,
    rules,
    verifying,
)
from factchecks.desk.posted import document_of
from factchecks.documents import Document
from factchecks.models import FactCheck
from sources.models import Source


def view(model_admin: Any) -> Callable[..., HttpResponse]:
    """Takes the desk's form as it is, with errors or without, and writes nothing."""

    @require_http_methods(["GET", "POST"])
    def preview(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if (
            request.method == "GET"
        ):  # such as a reload in a tab of which the browser forgot the form
            return redirect("admin:factchecks_factcheck_changelist")
        check = get_object_or_404(FactCheck, pk=pk) if pk else None
        allowed = (
            model_admin.has_change_permission(request, check)
            if check
            else model_admin.has_add_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        document, errors = _typed(model_admin, request, check)
        return render(request, "factchecks/detail.html", page_context(document, errors))

    return preview


def _typed(
    model_admin: Any, request: HttpRequest, check: FactCheck | None
) -> tuple[Document, list[str]]:
    """The document in the form, and a sentence for each field that could not be read."""
    form = model_admin.get_form(request, check, change=check is not None)(
        request.POST, instance=check
    )
    formsets, _inlines = model_admin._create_formsets(request, form.instance, change=bool(check))
    bound = [form, *(row for formset in formsets for row in formset.forms)]
    last = revisions.newest(check) if check else None
    form.is_valid()
    for formset in formsets:
        formset.is_valid()
    errors = [
        f"{row.fields[name].label if name in row.fields else _('This row')}: {message}"
        for row in bound
        for name, messages in row.errors.items()
        for message in messages
    ]
    document = document_of(form, formsets, last.document if last else None)
    return resolving.in_known_addresses(document), errors


def page_context(document: Document, errors: list[str]) -> dict[str, Any]:
    """What the public page's template needs, for a document that is no publication."""
    urls = [citation["source"]["url"] for citation in document["citations"] if citation["source"]]
    cited = dict(Source.objects.filter(url__in=urls).values_list("url", "pk"))
    known = evidence.of(document, cited)
    broken = [*rules.problems(document, timezone.localdate()), *verifying.problems(document)]
    # Text that is no document, such as an over-long one, is shown all the same; the sentences say what is wrong.
    return {
        "document": document,
        "parts": pages.parts(document, known, publishing.newsroom()),
        "questions": document["follow_ups"],
        "publication": None,
        "corrections": [],
        "preview": True,
        "problems": [*errors, *(p.message for p in broken), *_unlike_a_document(document, errors)],
    }


def _unlike_a_document(document: Document, errors: list[str]) -> list[str]:
    return [] if errors else documents.problems_of(document)
