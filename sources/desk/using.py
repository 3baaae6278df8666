"""In the pop-up of a check's form: a source that is there already is used, instead of being added again."""

from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from sources.models import Source

USE = "_use"  # in what is posted: the key of the source


class Using:
    """For the admin of sources: the pop-up answers as if the other source had just been added."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id is None and {USE, IS_POPUP_VAR} <= request.POST.keys():
            return self._use(request)
        above: Any = super()
        return above.changeform_view(request, object_id, form_url, extra_context)

    def _use(self, request: HttpRequest) -> HttpResponse:
        admin: Any = self
        if not admin.has_add_permission(request):
            raise PermissionDenied
        key = request.POST[USE]
        asked = int(key) if key.isdecimal() and len(key) < 19 else 0
        source = get_object_or_404(Source.objects.select_related("merged_into"), pk=asked)
        chosen: HttpResponse = admin.response_add(request, source.merged_into or source)
        return chosen

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> HttpResponse:
        """``known`` is the source that the pop-up offers, ``is_there`` whether it is at that very address."""
        if context["is_popup"] and context["original"] is None:
            typed = (request.POST or request.GET).get("url", "")
            there = Source.objects.named(typed) if typed else None
            context["known"] = there or getattr(request, "known_source", None)
            context["is_there"] = there is not None
        above: Any = super()
        shown: HttpResponse = above.render_change_form(request, context, *args, **options)
        return shown
