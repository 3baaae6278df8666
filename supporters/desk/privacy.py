"""The desk's part in privacy, for somebody who writes by post: the link to their data, and being forgotten."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from supporters import letters, privacy
from supporters.models import Supporter
from supporters.own import ErasureForm

CHANGE = "admin:supporters_supporter_change"
View = Callable[..., HttpResponse]


def urls(model_admin: Any) -> list[URLPattern]:
    def guarded(view: View) -> View:
        def allowed(request: HttpRequest, object_id: int) -> HttpResponse:
            if not model_admin.has_change_permission(request):
                raise PermissionDenied
            return view(request, get_object_or_404(Supporter, pk=object_id), model_admin)

        view_at_the_desk: View = model_admin.admin_site.admin_view(allowed)
        return view_at_the_desk

    return [
        path("<int:object_id>/link/", guarded(send_link), name="supporters_supporter_link"),
        path("<int:object_id>/forget/", guarded(forget), name="supporters_supporter_forget"),
    ]


@require_POST
def send_link(request: HttpRequest, supporter: Supporter, model_admin: Any) -> HttpResponse:
    """Write to them at the address that we have: the desk itself never sees the link."""
    if supporter.email:
        letters.offer_link(supporter)
        messages.success(request, _("A letter with the link goes to the address on record."))
    else:
        messages.error(request, _("There is no address to write to."))
    return redirect(CHANGE, supporter.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def forget(request: HttpRequest, supporter: Supporter, model_admin: Any) -> HttpResponse:
    form = ErasureForm(request.POST or None)
    form.fields["is_meant"].label = _("I mean it: forget this person. This cannot be undone.")
    if request.method == "POST" and form.is_valid():
        if privacy.forget(supporter):
            model_admin.log_change(request, supporter, _("Forgotten at their wish."))
        messages.success(request, _("The person is forgotten. The totals are as they were."))
        return redirect(CHANGE, supporter.pk)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": supporter,
        "title": _("Forget %s") % supporter,
        "form": form,
    }
    return TemplateResponse(request, "admin/supporters/supporter/forget.html", context)
