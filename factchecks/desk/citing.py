"""All sources of the newsroom, for a text in which somebody types “[”."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from sources.models import Source

FOUND = 10  # sources in one answer
LONGEST = 100  # characters of a search that are looked at
WORDS = 5


def search(model_admin: Any) -> Callable[[HttpRequest], HttpResponse]:
    """The newest sources whose title, address, publisher or author has each word of ``q``; of an address, the source there."""

    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        words = request.GET.get("q", "").replace("\0", "")[:LONGEST].split()[:WORDS]
        found = Source.objects.unmerged().select_related("publisher")
        named = Source.objects.named(" ".join(words))
        if named:
            found, words = found.filter(pk=named.pk), []
        for word in words:
            found = found.filter(
                Q(title__icontains=word)
                | Q(url__icontains=word)
                | Q(publisher__name__icontains=word)
                | Q(author__icontains=word)
            )
        return JsonResponse({"sources": [_as_json(source) for source in found[:FOUND]]})

    return view


def _as_json(source: Source) -> dict[str, Any]:
    return {
        "id": source.pk,
        "title": str(source),
        "publisher": source.publisher.name if source.publisher else "",
    }
