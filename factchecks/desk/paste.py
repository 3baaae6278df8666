"""“Paste a draft”: the importer's three forms, with everything it noticed shown before anything is saved."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import importer
from factchecks.desk import merge
from factchecks.desk.access import signed_in
from factchecks.importing import UnreadableDraft, read
from factchecks.importing.decoding import decode
from factchecks.importing.draft import Notes


class PasteForm(forms.Form):
    """The draft, pasted or as a file; ``draft`` is what was read."""

    text = forms.CharField(
        label=gettext_lazy("Draft"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "A published page or a word processor's text as it is, Markdown with a YAML header, or an exported document."
        ),
    )
    file = forms.FileField(label=gettext_lazy("or a file"), required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        file: UploadedFile | None = cleaned.get("file")
        data = file.read() if file else cleaned.get("text", "")
        try:
            self.draft = read(data)
            cleaned["text"] = decode(data, Notes())
        except UnreadableDraft as error:
            raise ValidationError(str(error)) from error
        return cleaned


def view(model_admin: Any) -> Callable[[HttpRequest], HttpResponse]:
    @require_http_methods(["GET", "POST"])
    def paste(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_add_permission(request):
            raise PermissionDenied
        form = PasteForm(request.POST or None, request.FILES or None)
        result = None
        if request.method == "POST" and form.is_valid():
            user, seen = signed_in(request), _seen(request.POST)
            if "_save" in request.POST:
                result = importer.save(form.draft, by=user, seen=seen)
                if result.revision:
                    messages.success(request, _("The draft is saved."))
                    return redirect(
                        "admin:factchecks_factcheck_change", result.revision.fact_check_id
                    )
                began_with = importer.ancestor(result, by=user, seen=seen)
                if page := merge.of_draft(model_admin, request, result, began_with):
                    return page
            else:
                result = importer.preview(form.draft, by=user)
            # A file is in the page from now on: a browser does not send it a second time.
            form = PasteForm(initial={"text": form.cleaned_data["text"]})
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("Paste a draft"),
            "form": form,
            "media": model_admin.media,
            "result": result,
        }
        return TemplateResponse(request, "admin/factchecks/factcheck/paste.html", context)

    return paste


def _seen(posted: QueryDict) -> int | None:
    """The revision that the page showed as the one that the draft continues; nothing where none was shown."""
    typed = posted.get("seen", "")
    return int(typed) if typed.isdecimal() and len(typed) < 19 else None
