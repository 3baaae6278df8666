"""A page of the desk beside the form of a check."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from factchecks.models import FactCheck

PUBLISH = "_publish"  # the name of that button


def render(
    model_admin: Any,
    request: HttpRequest,
    name: str,
    check: FactCheck,
    *,
    title: str,
    form: forms.Form | None = None,
    **context: Any,
) -> TemplateResponse:
    """``templates/admin/factchecks/factcheck/<name>.html``, within the desk's frame."""
    values = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": check,
        "title": title,
        "form": form,
        "media": model_admin.media + form.media if form else model_admin.media,
        **context,
    }
    return TemplateResponse(request, f"admin/factchecks/factcheck/{name}.html", values)


def after_saving(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse | None:
    """The page of publishing, for who pressed “Save and go on to publish” and may; else nothing."""
    if PUBLISH in request.POST and model_admin.has_publish_permission(request):
        return redirect("admin:factchecks_factcheck_publish", pk)
    return None
