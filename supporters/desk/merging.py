"""Merging at the desk: two records are chosen in the list, shown side by side, and one is kept."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from supporters import merging, money
from supporters.models import Supporter


@admin.action(description=gettext_lazy("Merge two records of one person…"), permissions=["change"])
def choose(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Supporter]
) -> HttpResponse | None:
    keys = sorted(chosen.order_by().values_list("pk", flat=True)[:3])
    if len(keys) != 2:
        model_admin.message_user(request, _("Choose two records to merge."), messages.ERROR)
        return None
    address = reverse("admin:supporters_supporter_merge", args=keys)
    return HttpResponseRedirect(address)


class KeepForm(forms.Form):
    """Which of the two stays."""

    keep = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect, label=gettext_lazy("Keep"))

    def __init__(self, *args: Any, pair: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [
            (each.pk, _("Record %(number)s: %(name)s") % {"number": each.pk, "name": each})
            for each in pair
        ]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, model_admin: Any, one: int, other: int) -> HttpResponse:
    with_totals = Supporter.objects.with_totals()
    pair: list[Any] = [get_object_or_404(with_totals, pk=pk) for pk in (one, other)]
    form = KeepForm(request.POST if request.method == "POST" else None, pair=pair)
    try:
        merging.check(*pair)
        if request.method == "POST" and form.is_valid():
            kept, gone = sorted(pair, key=lambda each: each.pk != form.cleaned_data["keep"])
            kept = merging.merge(kept, gone, by=request.user)
            messages.success(request, _("The two records are one now."))
            return redirect("admin:supporters_supporter_change", kept.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("admin:supporters_supporter_changelist")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Merge two records of one person"),
        "pair": [{"record": each, **_known(each)} for each in pair],
        "form": form,
    }
    return TemplateResponse(request, "admin/supporters/supporter/merge.html", context)


def _known(supporter: Any) -> dict[str, Any]:
    totals = [money.label(each["amount"], each["currency"]) for each in supporter.totals]
    return {"given": " + ".join(totals) or "–", "gifts": supporter.contributions.count()}
