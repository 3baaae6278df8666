"""The steps towards the public and back, each on a page of its own: publish or schedule, cancel, withdraw."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import publishing
from factchecks.desk import panel
from factchecks.desk.access import signed_in
from factchecks.models import Correction, FactCheck

View = Callable[[HttpRequest, int], HttpResponse]


class PublishForm(forms.Form):
    """Now or at a moment; for a check that was public before, what changed."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    at = forms.SplitDateTimeField(
        label=gettext_lazy("Publish at"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=gettext_lazy("Left empty: now. In the newsroom's time zone."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What this version is"),
        required=False,
        choices=[("", gettext_lazy("a small fix, such as spelling")), *Correction.Kind.choices],
    )
    text = forms.CharField(
        label=gettext_lazy("What changed, for readers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["kind"], self.fields["text"]

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at <= timezone.now():
            raise ValidationError(_("This moment has passed."))
        return at

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("kind") and not (cleaned.get("text") or "").strip():
            self.add_error("text", _("Say what changed and why."))
        if (cleaned.get("text") or "").strip() and not cleaned.get("kind"):
            self.add_error("kind", _("Say what kind of change this is; a small fix has no text."))
        return cleaned

    def what_changed(self) -> publishing.WhatChanged | None:
        kind = self.cleaned_data.get("kind")
        if not kind:
            return None
        return publishing.WhatChanged(Correction.Kind(kind), self.cleaned_data["text"].strip())


class WithdrawForm(forms.Form):
    notice = forms.CharField(
        label=gettext_lazy("Notice"),
        help_text=gettext_lazy(
            "What readers find at the address from now on: why it is withdrawn."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


def publish(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        state = panel.context(check)["panel"]
        first = state["live"] is None
        form = PublishForm(
            request.POST or None, first=first, initial={"base": state["last"].number}
        )
        if request.method == "POST" and form.is_valid():
            try:
                publication = publishing.publish(
                    check,
                    editor=signed_in(request),
                    at=form.cleaned_data["at"],
                    base=form.cleaned_data["base"],
                    what_changed=form.what_changed(),
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return _done(request, check, _said(publication))
        title = _("Publish: %(check)s") % {"check": check}
        return _page(model_admin, request, "publish", check, form, title, panel=state)

    return view


def _said(publication: Any) -> str:
    if publication.updated_at > timezone.now():
        moment = publishing.moment_text(publication.updated_at)
        return _("It is scheduled for %(moment)s") % {"moment": moment}
    return _("It is public.")


def withdraw(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        form = WithdrawForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                publishing.withdraw(check, notice=form.cleaned_data["notice"])
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return _done(request, check, _("It is withdrawn; its address shows the notice."))
        title = _("Withdraw: %(check)s") % {"check": check}
        return _page(model_admin, request, "withdraw", check, form, title)

    return view


def cancel(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        if request.method == "GET":
            return redirect("admin:factchecks_factcheck_publish", check.pk)
        try:
            publishing.cancel(check)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:factchecks_factcheck_change", check.pk)
        return _done(request, check, _("The schedule is cancelled."))

    return view


def _allowed(model_admin: Any, request: HttpRequest, pk: int) -> FactCheck:
    if not model_admin.has_publish_permission(request):
        raise PermissionDenied
    return get_object_or_404(FactCheck, pk=pk)


def _done(request: HttpRequest, check: FactCheck, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("admin:factchecks_factcheck_change", check.pk)


def _page(
    model_admin: Any,
    request: HttpRequest,
    name: str,
    check: FactCheck,
    form: forms.Form,
    title: str,
    **context: Any,
) -> HttpResponse:
    values = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": check,
        "form": form,
        "title": title,
        "media": model_admin.media + form.media,
        **context,
    }
    return TemplateResponse(request, f"admin/factchecks/factcheck/{name}.html", values)
