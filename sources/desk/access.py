"""Who may see the desk's pages of a source, and who may change something there."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from sources.models import Source


def to_see(model_admin: Any, request: HttpRequest, pk: int) -> Source:
    """The source, for somebody who may see sources."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rows = Source.objects.select_related("publisher", "merged_into", "noted_by")
    return get_object_or_404(rows, pk=pk)


def to_change(model_admin: Any, request: HttpRequest, pk: int) -> Source:
    """The source, for somebody who may change it: nobody changes one that went into another."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    source = get_object_or_404(Source.objects.select_related("publisher"), pk=pk)
    if not model_admin.has_change_permission(request, source):
        raise PermissionDenied
    return source
