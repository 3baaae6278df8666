"""Two sources are one: the other one is chosen, all that a merge would do is shown, and somebody agrees to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sources import doubles, merging
from sources.autocomplete import Autocomplete
from sources.desk import access, at_once
from sources.models import Source


class OtherForm(forms.Form):
    """Which source is the double: chosen by a search, or by its address."""

    other = forms.ModelChoiceField(
        Source.objects.select_related("merged_into"),
        required=False,
        label=gettext_lazy("The other source"),
    )
    url = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("or its address"),
        help_text=gettext_lazy("In any spelling; a DOI as well."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args: Any, site: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = Source._meta.get_field("merged_into")
        widget = Autocomplete(field, site, choices=self.fields["other"].choices)  # type: ignore[attr-defined]
        widget.searched = _("source")
        self.fields["other"].widget = widget

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        chosen, url = cleaned.get("other"), cleaned.get("url", "")
        cleaned["chosen"] = chosen or (Source.objects.named(url) if url else None)
        if url and cleaned["chosen"] is None:
            self.add_error("url", _("No source has this address."))
        elif cleaned["chosen"] is None:
            self.add_error("other", _("Choose the other source first."))
        return cleaned


def view(model_admin: Any) -> Callable[..., HttpResponse]:
    """The source of the page is kept. Nothing is written before somebody has seen what would be."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def merge(request: HttpRequest, object_id: int) -> HttpResponse:
        kept = access.to_change(model_admin, request, object_id)
        if not at_once.may_merge(request.user, kept):
            raise PermissionDenied
        asked = request.POST if request.method == "POST" else request.GET
        is_asked = bool({"other", "url"} & asked.keys())
        form = OtherForm(asked if is_asked else None, site=model_admin.admin_site)
        if not (is_asked and form.is_valid()):
            return _choosing(model_admin, request, kept, form)
        double: Source = form.cleaned_data["chosen"]
        if not at_once.may_merge(request.user, double):
            raise PermissionDenied
        refusal: list[str] = []
        if request.method == "POST":
            try:
                merging.merge(kept.pk, double.pk, seen=asked.get("seen", ""), by=request.user)
            except ValidationError as error:
                refusal = error.messages
                kept.refresh_from_db()
                double.refresh_from_db()
            else:
                messages.success(request, _("The two are one source now."))
                return redirect("admin:sources_source_change", kept.pk)
        try:
            planned = merging.plan(kept, double)
        except ValidationError as error:
            form.add_error(None, refusal or error)
            return _choosing(model_admin, request, kept, form)
        return _page(model_admin, request, kept, "merge", plan=planned, refusal=refusal)

    return merge


def _choosing(
    model_admin: Any, request: HttpRequest, kept: Source, form: OtherForm
) -> HttpResponse:
    media = model_admin.media + form.media
    probable = doubles.probable(kept)
    return _page(
        model_admin, request, kept, "merge_choose", form=form, media=media, probable=probable
    )


def _page(
    model_admin: Any, request: HttpRequest, kept: Source, name: str, **context: Any
) -> HttpResponse:
    values = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": kept,
        "title": _("Merge a double into this source"),
        "subtitle": str(kept),
        **context,
    }
    return TemplateResponse(request, f"admin/sources/source/{name}.html", values)
