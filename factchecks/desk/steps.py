"""The steps to the public and back, each on a page of its own: review, publish or schedule, cancel, withdraw."""

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

from factchecks import publishing, workflow
from factchecks.desk import panel
from factchecks.desk.access import signed_in
from factchecks.models import Correction, FactCheck

View = Callable[[HttpRequest, int], HttpResponse]


SMALL_FIX = "fix"
# What a new version may be; a retraction has a page of its own and needs no new version.
STATED = [kind for kind in Correction.Kind if kind != Correction.Kind.RETRACTION]


class ReviewForm(forms.Form):
    """A word with the step; to send a check back, it is needed."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=10_000,
        help_text=gettext_lazy("For the newsroom. Needed when the check goes back to its writer."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )


class PublishForm(forms.Form):
    """Now or at a moment; for a check that is public, what the new version is."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    at = forms.SplitDateTimeField(
        label=gettext_lazy("Publish at"),
        required=False,
        widget=AdminSplitDateTime,
        help_text=gettext_lazy("Left empty: now. In the newsroom's time zone."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What this version is"),
        choices=[
            ("", gettext_lazy("— choose —")),
            (SMALL_FIX, gettext_lazy("a small fix, such as spelling")),
            *((kind.value, kind.label) for kind in STATED),
        ],
    )
    text = forms.CharField(
        label=gettext_lazy("What changed, for readers"),
        required=False,
        max_length=publishing.LONGEST_WORD_TO_READERS,
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
        kind, text = cleaned.get("kind"), (cleaned.get("text") or "").strip()
        if kind in Correction.Kind.values and not text:
            self.add_error("text", _("Say what changed and why."))
        if kind == SMALL_FIX and text:
            self.add_error("kind", _("What needs words for readers is more than a small fix."))
        return cleaned

    def what_changed(self) -> publishing.WhatChanged | None:
        kind = self.cleaned_data.get("kind")
        if kind not in Correction.Kind.values:
            return None
        return publishing.WhatChanged(Correction.Kind(kind), self.cleaned_data["text"].strip())


class WithdrawForm(forms.Form):
    notice = forms.CharField(
        label=gettext_lazy("Notice"),
        help_text=gettext_lazy(
            "What readers find at the address from now on: why it is withdrawn."
        ),
        max_length=publishing.LONGEST_WORD_TO_READERS,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


REVIEW_STEPS = {
    "_submit": (workflow.submit, gettext_lazy("It is in review.")),
    "_approve": (workflow.approve, gettext_lazy("It is approved.")),
    "_send_back": (workflow.send_back, gettext_lazy("It went back to its writer.")),
}


def review(model_admin: Any) -> View:
    """Send to review; approve or send back, for those who may publish."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_change_permission(request, check):
            raise PermissionDenied
        form = ReviewForm(request.POST or None)
        name = next((name for name in REVIEW_STEPS if name in request.POST), None)
        if name and name != "_submit" and not model_admin.has_publish_permission(request):
            raise PermissionDenied
        if name and form.is_valid():
            step, said = REVIEW_STEPS[name]
            try:
                step(check, by=signed_in(request), **form.cleaned_data)
            except ValidationError as error:
                _refuse(form, error)
            else:
                return _done(request, check, str(said))
        state = panel.context(check)["panel"]
        form.initial["base"] = state["last"].number
        title = _("Review: %(check)s") % {"check": check}
        return _page(model_admin, request, "review", check, form, title, panel=state)

    return view


def _refuse(form: forms.Form, error: ValidationError) -> None:
    """Put each sentence at its field, where the form has it."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
    for field, sentences in by_field.items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, sentence)


class RetractForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Notice"),
        help_text=gettext_lazy("What readers find above the text: why it is retracted."),
        max_length=publishing.LONGEST_WORD_TO_READERS,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


def publish(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        first = not check.publications.published().exists()
        form = PublishForm(request.POST or None, first=first)
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
                _refuse(form, error)
            else:
                return _done(request, check, _said(publication))
        state = panel.context(check)["panel"]
        form.initial["base"] = state["last"].number
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
                publishing.withdraw(
                    check, notice=form.cleaned_data["notice"], editor=signed_in(request)
                )
            except ValidationError as error:
                _refuse(form, error)
            else:
                return _done(request, check, _("It is withdrawn; its address shows the notice."))
        title = _("Withdraw: %(check)s") % {"check": check}
        return _page(model_admin, request, "withdraw", check, form, title)

    return view


def retract(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        form = RetractForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                publishing.retract(
                    check, notice=form.cleaned_data["text"], editor=signed_in(request)
                )
            except ValidationError as error:
                _refuse(form, error)
            else:
                return _done(request, check, _("It is retracted; the notice stands over it."))
        title = _("Retract: %(check)s") % {"check": check}
        return _page(model_admin, request, "retract", check, form, title)

    return view


def cancel(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = _allowed(model_admin, request, pk)
        if request.method == "GET":
            return redirect("admin:factchecks_factcheck_publish", check.pk)
        try:
            publishing.cancel(check, editor=signed_in(request))
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
