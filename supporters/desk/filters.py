"""By what the lists of gifts can be narrowed."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from supporters.models import Letter, Payment

Lookups = list[tuple[str, Any]]


class PaidFilter(admin.SimpleListFilter):
    title = _("money")
    parameter_name = "paid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("yes", _("came in")), ("no", _("still to come, or given back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(paid__gt=0)
            case "no":
                return queryset.filter(paid=0)
        return queryset


class ThankedFilter(admin.SimpleListFilter):
    title = _("thanks")
    parameter_name = "thanked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("no", _("not thanked")), ("letter", _("by letter")), ("hand", _("by hand"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "no":
                came = Payment.objects.filter(contribution=OuterRef("pk"), kind="payment")
                return queryset.filter(Exists(came.order_by()), ~Exists(_thanks()))
            case "letter":
                return queryset.filter(Exists(_thanks().filter(sent_by=None)))
            case "hand":
                return queryset.filter(Exists(_thanks().exclude(sent_by=None)))
        return queryset


def _thanks() -> QuerySet[Letter]:
    """For the gift of the row, and gone out."""
    own = Letter.objects.filter(contribution=OuterRef("pk"), kind=Letter.Kind.THANKS)
    return own.exclude(sent_at=None).order_by()


class HeldFilter(admin.SimpleListFilter):
    title = _("held back as suspicious")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("now", _("held back now")), ("released", _("released"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "now":
                return queryset.filter(held_at__isnull=False)
            case "released":
                return queryset.filter(held_at=None).exclude(held_reason="")
        return queryset


class FailingFilter(admin.SimpleListFilter):
    title = _("renewal")
    parameter_name = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("yes", _("fails")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return queryset.filter(failing_since__isnull=False)
            case "ended":
                return queryset.filter(ended_at__isnull=False)
        return queryset
