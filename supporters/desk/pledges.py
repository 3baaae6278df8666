"""A pledge kept: the money has come, and somebody says so in one step."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from supporters.desk import thanks
from supporters.forms import KeptPledgeForm
from supporters.models import Contribution

NEEDED = ("supporters.change_contribution", "supporters.add_payment")
CHANGE = "admin:supporters_contribution_change"


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def came(request: HttpRequest, model_admin: Any, object_id: int) -> HttpResponse:
    """Records a pledge's money, once: the pledge is locked, and its key is the payment's reference."""
    rows = Contribution.objects.select_for_update(of=("self",), no_key=True)
    gift = get_object_or_404(rows.select_related("supporter"), pk=object_id)
    if not gift.is_open_pledge:
        messages.warning(request, _("This is no pledge whose money is still to come."))
        return redirect(CHANGE, gift.pk)
    form = KeptPledgeForm(request.POST if request.method == "POST" else None, pledge=gift)
    if not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "original": gift,
            "title": _("The money has come"),
            "form": form,
        }
        return TemplateResponse(request, "admin/supporters/contribution/came.html", context)
    payment = form.payment()
    payment.save()
    gift.method = form.cleaned_data["method"]
    user: Any = request.user
    gift.recorded_by = gift.recorded_by or user
    gift.save(update_fields=["method", "recorded_by"])
    thanks.follow(payment)
    said = _("The money has come: %(amount)s.") % {"amount": payment.amount_label}
    model_admin.log_change(request, gift, said)
    messages.success(request, said)
    return redirect(CHANGE, gift.pk)


@admin.action(description=gettext_lazy("The money has come…"), permissions=["keep"])
def has_come(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Contribution]
) -> HttpResponse | None:
    keys = list(chosen.order_by().values_list("pk", flat=True)[:2])
    if len(keys) == 1:
        return redirect("admin:supporters_contribution_came", keys[0])
    model_admin.message_user(request, _("Choose one pledge, not several."), messages.ERROR)
    return None
