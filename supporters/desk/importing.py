"""Import at the desk: a file is looked at line by line, and recorded only when somebody says so."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from supporters import money
from supporters.importing import files, recording
from supporters.importing.rows import Gift

SALT = "supporters.desk.importing"
VALID_FOR = 24 * 3600  # seconds
PREVIEWED = 50


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), at most 5 MB and 20,000 lines."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=money.currency_choices,
        initial="USD",
        help_text=gettext_lazy("Of lines that name none."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def import_gifts(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Asks for a file; answers with what it holds; that answer, sent back, is recorded.

    Nothing is kept in between: the gifts travel with the page, signed, so that what is recorded is what was shown.
    """
    if "checked" in request.POST:
        return _record(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        context = _looked_at(form)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Import gifts"),
        "form": form,
        **context,
    }
    return TemplateResponse(request, "admin/supporters/contribution/import.html", context)


def _looked_at(form: FileForm) -> dict[str, Any]:
    sent = form.cleaned_data["file"]
    try:
        run = recording.dry_run(
            sent.read(files.LARGEST + 1), currency=form.cleaned_data["currency"]
        )
    except ValidationError as error:
        form.add_error("file", error)
        return {}
    gifts = [{**asdict(gift), "received_on": gift.received_on.isoformat()} for gift in run.new]
    return {
        "run": run,
        "preview": run.new[:PREVIEWED],
        "more": max(len(run.new) - PREVIEWED, 0),
        "checked": signing.dumps([sent.name[:100], gifts], salt=SALT, compress=True),
    }


def _record(request: HttpRequest) -> HttpResponse:
    page = redirect("admin:supporters_contribution_import_gifts")
    try:
        name, sent = signing.loads(request.POST["checked"], salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        messages.error(request, _("Nothing was recorded: choose the file once more."))
        return page
    gifts = [
        Gift(**{**each, "received_on": date.fromisoformat(each["received_on"])}) for each in sent
    ]
    try:
        count = recording.record(gifts, by=request.user, name=name)
    except IntegrityError:
        messages.error(
            request,
            _(
                "Nothing was recorded: somebody records the same at this very moment. "
                "Choose the file once more."
            ),
        )
        return page
    text = ngettext("%(count)d gift is recorded.", "%(count)d gifts are recorded.", count)
    messages.success(request, text % {"count": count})
    return redirect("admin:supporters_contribution_changelist")
