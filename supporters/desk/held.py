"""The quarantine at the desk: suspicious gifts are held back, looked at, released or kept, each with its reason."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from supporters import suspicion
from supporters.models import Contribution

MOST = 200


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Why it does not count for now. Name nobody here."),
    )


@admin.action(description=gettext_lazy("Release: it counts from now on"), permissions=["change"])
def release(model_admin: Any, request: HttpRequest, chosen: QuerySet[Contribution]) -> None:
    released = 0
    with transaction.atomic():
        for gift in _one_by_one(chosen.filter(held_at__isnull=False)):
            suspicion.release(gift)
            message = _("Released. Held back because: %(reason)s") % {"reason": gift.held_reason}
            model_admin.log_change(request, gift, message)
            released += 1
    text = ngettext("%(count)d gift counts again.", "%(count)d gifts count again.", released)
    level = messages.SUCCESS if released else messages.WARNING
    model_admin.message_user(request, text % {"count": released}, level)


@admin.action(description=gettext_lazy("Hold back, with a reason…"), permissions=["change"])
def hold(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Contribution]
) -> HttpResponse | None:
    """Held back already: it stays so, for the new reason."""
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": _("Hold back"),
            "gifts": chosen.select_related("supporter")[:MOST],
            "form": form,
        }
        return TemplateResponse(request, "admin/supporters/contribution/hold.html", context)
    reason = form.cleaned_data["reason"]
    held = 0
    with transaction.atomic():
        for gift in _one_by_one(chosen):
            since = gift.held_at or timezone.now()
            row = Contribution.objects.filter(pk=gift.pk)
            row.update(held_at=since, held_reason=reason)
            model_admin.log_change(request, gift, _("Held back: %(reason)s") % {"reason": reason})
            held += 1
    text = ngettext("%(count)d gift is held back.", "%(count)d gifts are held back.", held)
    model_admin.message_user(request, text % {"count": held}, messages.SUCCESS)
    return None


def _one_by_one(chosen: QuerySet[Contribution]) -> list[Contribution]:
    """At most a page of the list, locked in order, so that two who do the same never wait for each other."""
    keys = list(chosen.order_by().values_list("pk", flat=True)[:MOST])
    rows = Contribution.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("supporter").filter(pk__in=keys).order_by("pk"))
