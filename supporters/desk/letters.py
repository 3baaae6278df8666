"""Letters at the desk: what went out, what did not, and the folder where the demonstration keeps its mails."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from supporters import letters, mailbox
from supporters.models import Letter

MAILS_A_PAGE = 20


class FateFilter(admin.SimpleListFilter):
    title = _("what became of it")
    parameter_name = "fate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("sent", _("sent")), ("unsent", _("to be looked at"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "sent":
                return queryset.exclude(sent_at=None)
            case "unsent":
                return queryset & Letter.objects.unsent()
        return queryset


class LetterAdmin(admin.ModelAdmin):
    """Letters are written by the software: the desk looks, and has one sent again that did not arrive."""

    list_display = ["asked_at", "kind", "supporter", "sent_at", "sent_by", "error"]
    list_filter = [FateFilter, "kind", "asked_at"]
    list_select_related = ["supporter", "sent_by"]
    search_fields = ["supporter__name", "supporter__email"]
    search_help_text = _("By the supporter's name or e-mail address.")
    fields = (
        *("kind", "supporter", "contribution", "payment"),
        *("asked_at", "begun_at", "sent_at", "sent_by", "error"),
    )
    readonly_fields = fields
    actions = ["send_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        folder = self.admin_site.admin_view(self.folder)
        return [path("folder/", folder, name="supporters_letter_folder"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"has_folder": bool(settings.MAIL_FOLDER), **(extra_context or {})}
        return super().changelist_view(request, context)

    def folder(self, request: HttpRequest) -> HttpResponse:
        """What would have been sent, where mails go to a folder."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Paginator(mailbox.mails(settings.MAIL_FOLDER), MAILS_A_PAGE)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Mails in the folder"),
            "page": found.get_page(request.GET.get("page")),
            "has_folder": bool(settings.MAIL_FOLDER),
        }
        return TemplateResponse(request, "admin/supporters/letter/folder.html", context)

    @admin.action(description=_("Send again what did not arrive"), permissions=["change"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Letter]) -> None:
        count = sum(letters.send_again(letter) for letter in chosen)
        self.message_user(
            request,
            ngettext(
                "%(count)d letter will be sent again.",
                "%(count)d letters will be sent again.",
                count,
            )
            % {"count": count},
            messages.SUCCESS if count else messages.WARNING,
        )
