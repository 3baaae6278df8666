"""Thanks at the desk: who has been thanked for a gift, and by whom."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from supporters import letters
from supporters.models import Contribution, Letter

MOST = 200


def with_thanks(gifts: QuerySet[Any]) -> QuerySet[Any]:
    """Adds ``thanked_at`` and ``thanked_by``, a username or nothing."""
    sent = Letter.objects.filter(contribution=OuterRef("pk"), kind=Letter.Kind.THANKS)
    sent = sent.exclude(sent_at=None).order_by()
    annotated: QuerySet[Any] = gifts.annotate(
        thanked_at=Subquery(sent.values("sent_at")[:1]),
        thanked_by=Subquery(sent.values("sent_by__username")[:1]),
    )
    return annotated


def label(gift: Any) -> str | None:
    """ "March 1, 2026, by keeper"; nothing if nobody has."""
    if gift.thanked_at is None:
        return None
    day = date_format(localtime(gift.thanked_at), "DATE_FORMAT")
    if gift.thanked_by:
        return _("%(day)s, by hand: %(who)s") % {"day": day, "who": gift.thanked_by}
    return _("%(day)s, by letter") % {"day": day}


@admin.action(description=gettext_lazy("I have thanked for these by hand"), permissions=["change"])
def thanked(model_admin: Any, request: HttpRequest, chosen: QuerySet[Contribution]) -> None:
    count = 0
    keys = list(chosen.order_by().values_list("pk", flat=True)[:MOST])
    for gift in Contribution.objects.filter(pk__in=keys).order_by("pk"):
        letter = letters.thanked_by_hand(gift, by=request.user)
        count += letter.sent_by_id == request.user.pk
    text = ngettext(
        "Thanks for %(count)d gift are on record.",
        "Thanks for %(count)d gifts are on record.",
        count,
    )
    level = messages.SUCCESS if count else messages.WARNING
    model_admin.message_user(request, text % {"count": count}, level)
