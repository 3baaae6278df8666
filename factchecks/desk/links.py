"""Secret links for experts from outside: make one, see which are open, revoke one; and what the experts said."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from factchecks import documents
from factchecks.desk import pages
from factchecks.desk.access import signed_in
from factchecks.expertise import Said, hash_of, said
from factchecks.models import FactCheck, ReviewComment, ReviewLink

SHOWN = 20  # comments beside the form of the check; the page of the links has more
MOST = 1000  # comments, and links, on one page


class LinkForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("For whom"),
        max_length=200,
        help_text=gettext_lazy(
            "Their comments bear this name. Give each expert a link of their own."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for days"), min_value=1, max_value=90, initial=14
    )

    def clean_name(self) -> str:
        name = documents.clean_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("Say for whom the link is."))
        return name


def _comments(check: FactCheck, most: int) -> list[Said]:
    comments = ReviewComment.objects.filter(link__fact_check=check).select_related("link")
    return said(comments.order_by("-made_at", "-pk")[:most])


def context(check: FactCheck | None) -> dict[str, Any]:
    """What experts said last, for the page of the check."""
    return {"said": _comments(check, SHOWN) if check else []}


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """The links of a check. The address of a new one is shown once, in the answer that made it."""

    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        form = LinkForm(request.POST or None)
        made = None
        if request.method == "POST" and form.is_valid():
            made = _make(request, check, **form.cleaned_data)
            form = LinkForm()
        response = pages.render(
            model_admin,
            request,
            "links",
            check,
            title=_("Outside experts: %(check)s") % {"check": check},
            form=form,
            made=made,
            links=_links(check),
            said=_comments(check, MOST),
        )
        response["Cache-Control"] = "no-store"
        return response

    return page


def _make(request: HttpRequest, check: FactCheck, *, name: str, days: int) -> dict[str, Any]:
    """A new link with its address, which nobody can find out later."""
    token = secrets.token_urlsafe(32)
    link = ReviewLink.objects.create(
        fact_check=check,
        name=name,
        token_sha256=hash_of(token),
        made_by=signed_in(request),
        expires_at=timezone.now() + timedelta(days=days),
    )
    address = request.build_absolute_uri(reverse("factchecks:review", args=[token]))
    return {"link": link, "address": address}


def _links(check: FactCheck) -> list[Any]:
    """Each with ``state``: open, expired or revoked."""
    now = timezone.now()
    links: list[Any] = list(check.review_links.select_related("made_by")[:MOST])
    for link in links:
        link.state = "revoked" if link.revoked_at else "expired"
        if link.revoked_at is None and link.expires_at > now:
            link.state = "open"
    return links


def revoke(model_admin: Any) -> Callable[[HttpRequest, int, int], HttpResponse]:
    @require_POST
    def view(request: HttpRequest, pk: int, link: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        found = get_object_or_404(check.review_links, pk=link)
        check.review_links.filter(pk=found.pk, revoked_at=None).update(revoked_at=timezone.now())
        said = _("The link for %(name)s is revoked: its address leads nowhere now.")
        messages.success(request, said % {"name": found.name})
        return redirect("admin:factchecks_factcheck_links", check.pk)

    return view


def _allowed(model_admin: Any, request: HttpRequest, pk: int) -> FactCheck:
    check = get_object_or_404(FactCheck, pk=pk)
    if not model_admin.has_change_permission(request, check):
        raise PermissionDenied
    return check
