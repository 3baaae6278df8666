"""The steps to the public and back, each on a page of its own: review, publish or schedule, move, cancel, withdraw."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import publishing, workflow
from factchecks.desk import pages, panel
from factchecks.desk.access import signed_in
from factchecks.models import Correction, FactCheck, Publication, Revision

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


class Moment(AdminSplitDateTime):
    """With a name for each of its two fields: Django's label is for both together."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        for part, name in zip(
            self.widgets, (gettext_lazy("Date"), gettext_lazy("Time")), strict=True
        ):
            part.attrs["aria-label"] = name


class MomentField(forms.SplitDateTimeField):
    """A moment to come, in the newsroom's time zone; one that its clocks show twice or never is refused."""

    widget = Moment

    def clean(self, value: Any) -> datetime | None:
        at: datetime | None = super().clean(value)
        if at is not None and at <= timezone.now():
            raise ValidationError(_("This moment has passed."))
        return at


def words_to_readers(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """A field for what readers will read."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=publishing.LONGEST_WORD_TO_READERS,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


class PublishForm(forms.Form):
    """Now or at a moment; for a check that is public, what the new version is."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    at = MomentField(label=gettext_lazy("Publish at"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("What this version is"),
        choices=[
            ("", gettext_lazy("— choose —")),
            (SMALL_FIX, gettext_lazy("a small fix, such as spelling")),
            *((kind.value, kind.label) for kind in STATED),
        ],
    )
    text = words_to_readers(gettext_lazy("What changed, for readers"), required=False)

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = _("Left empty: now. Time zone: %(zone)s.") % {"zone": _zone()}
        if first:
            del self.fields["kind"], self.fields["text"]

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


class MoveForm(forms.Form):
    """Another moment for what is scheduled; ``base`` is the revision that it was when the page was opened."""

    prefix = "move"  # it stands on one page with the form of publishing

    base = forms.IntegerField(widget=forms.HiddenInput)
    at = MomentField(label=gettext_lazy("Move to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].help_text = _("Time zone: %(zone)s.") % {"zone": _zone()}


class WithdrawForm(forms.Form):
    notice = words_to_readers(
        gettext_lazy("Notice"),
        gettext_lazy("What readers find at the address from now on: why it is withdrawn."),
    )


class RetractForm(forms.Form):
    notice = words_to_readers(
        gettext_lazy("Notice"),
        gettext_lazy("What readers find above the text: why it is retracted."),
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
                refuse(form, error)
            else:
                return done(request, check, str(said))
        check.refresh_from_db(fields=["stage"])
        state = panel.context(check, look_up=True)["panel"]
        _show(form, state["last"])
        title = _("Review: %(check)s") % {"check": check}
        decides = model_admin.has_publish_permission(request)
        who = _who(check, state["last"], signed_in(request), decides=decides)
        values = {"panel": state, **who}
        return pages.render(model_admin, request, "review", check, title=title, form=form, **values)

    return view


def _who(check: FactCheck, last: Revision, me: User, *, decides: bool) -> dict[str, Any]:
    """Who wrote what is to be approved, and which steps are this person's to take."""
    written = workflow.written(last)
    saved = {writer.name: writer.saved for writer in written.writers}
    waits = decides and check.stage == FactCheck.Stage.REVIEW
    refusal = workflow.refusal_to_approve(check, last, me) if waits else ""
    return {
        "written": written,
        "saved_by_me": saved.get(me.get_username(), 0),
        "refusal": refusal,
        "may_approve": waits and not refusal,
        "may_submit": not refusal and not workflow.refusal_to_submit(check, last, me),
        "may_send_back": decides and check.stage != FactCheck.Stage.DRAFT,
    }


def _show(form: forms.Form, revision: Revision) -> None:
    """From now on the page speaks of this revision: also to who sent the form with an older one, and is told so."""
    form.initial["base"] = revision.number
    if form.is_bound:
        form.data = dict(form.data.items()) | {form.add_prefix("base"): str(revision.number)}


def _zone() -> str:
    return timezone.get_current_timezone_name()


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Put each sentence at its field, where the form has it."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
    for field, sentences in by_field.items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, sentence)


def publish(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = allowed(model_admin, request, pk)
        form = _publish_form(check, request.POST or None)
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
                refuse(form, error)
            else:
                return done(request, check, _said(publication))
        return _publish_page(model_admin, request, check, form)

    return view


def _publish_form(check: Any, posted: Any = None) -> PublishForm:
    """What takes the place of a scheduled version begins with that one's words to readers."""
    first = not check.is_public
    waiting = Correction.objects.filter(
        publication__fact_check=check, publication__live_during__startswith__gt=timezone.now()
    )
    words = None if first or posted else waiting.filter(kind__in=STATED).first()
    initial = {"kind": words.kind, "text": words.text} if words else {}
    return PublishForm(posted, first=first, initial=initial)


def _publish_page(
    model_admin: Any,
    request: HttpRequest,
    check: FactCheck,
    form: PublishForm,
    moving: MoveForm | None = None,
) -> HttpResponse:
    state = panel.context(check, look_up=True)["panel"]
    _show(form, state["last"])
    waiting = state["scheduled"]
    if waiting:
        moving = moving or MoveForm(initial={"at": waiting.updated_at})
        _show(moving, waiting.revision)
    title = _("Publish: %(check)s") % {"check": check}
    values = {"panel": state, "moving": moving}
    return pages.render(model_admin, request, "publish", check, title=title, form=form, **values)


def move(model_admin: Any) -> View:
    """Another moment for what is scheduled. The form stands on the page of publishing."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = allowed(model_admin, request, pk)
        if request.method == "GET":
            return redirect("admin:factchecks_factcheck_publish", check.pk)
        moving = MoveForm(request.POST)
        if moving.is_valid():
            try:
                moved = publishing.move(check, editor=signed_in(request), **moving.cleaned_data)
            except ValidationError as error:
                refuse(moving, error)
            else:
                return done(request, check, _said(moved))
        return _publish_page(model_admin, request, check, _publish_form(check), moving)

    return view


def _said(publication: Any) -> str:
    if publication.updated_at > timezone.now():
        moment = publishing.moment_text(publication.updated_at)
        return _("It is scheduled for %(moment)s") % {"moment": moment}
    return _("It is public.")


def withdraw(model_admin: Any) -> View:
    return _telling(
        model_admin,
        "withdraw",
        WithdrawForm,
        publishing.withdraw,
        title=gettext_lazy("Withdraw: %(check)s"),
        said=gettext_lazy("It is withdrawn; its address shows the notice."),
    )


def retract(model_admin: Any) -> View:
    return _telling(
        model_admin,
        "retract",
        RetractForm,
        publishing.retract,
        title=gettext_lazy("Retract: %(check)s"),
        said=gettext_lazy("It is retracted; the notice stands over it."),
    )


def _telling(
    model_admin: Any,
    name: str,
    form_class: type[forms.Form],
    step: Callable[..., Publication],
    *,
    title: Any,
    said: Any,
) -> View:
    """A step that ends something public, and asks for nothing but the notice to readers."""

    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = allowed(model_admin, request, pk)
        form = form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                step(check, editor=signed_in(request), **form.cleaned_data)
            except ValidationError as error:
                refuse(form, error)
            else:
                return done(request, check, str(said))
        titled = str(title) % {"check": check}
        return pages.render(model_admin, request, name, check, title=titled, form=form)

    return view


def cancel(model_admin: Any) -> View:
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        check = allowed(model_admin, request, pk)
        if request.method == "GET":
            return redirect("admin:factchecks_factcheck_publish", check.pk)
        try:
            publishing.cancel(check, editor=signed_in(request))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("admin:factchecks_factcheck_change", check.pk)
        return done(request, check, _("The schedule is cancelled."))

    return view


def allowed(model_admin: Any, request: HttpRequest, pk: int) -> FactCheck:
    if not model_admin.has_publish_permission(request):
        raise PermissionDenied
    live = Publication.objects.published().filter(fact_check=OuterRef("pk"))
    return get_object_or_404(FactCheck.objects.annotate(is_public=Exists(live)), pk=pk)


def done(request: HttpRequest, check: FactCheck, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("admin:factchecks_factcheck_change", check.pk)
