"""Pages of the desk beside Django's own, each behind its permission."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

Page = Callable[..., HttpResponseBase]


def page(address: str, view: Page, model_admin: Any, *needed: str) -> URLPattern:
    """``view`` is given the request, the model's admin, and what stands in the address.

    ``needed`` are permissions such as "supporters.add_contribution". The view's name is given to the address.
    """

    def allowed(request: HttpRequest, **values: Any) -> HttpResponseBase:
        if not request.user.has_perms(needed):
            raise PermissionDenied
        return view(request, model_admin=model_admin, **values)

    options = model_admin.opts
    name = f"{options.app_label}_{options.model_name}_{view.__name__}"
    pattern: URLPattern = path(address, model_admin.admin_site.admin_view(allowed), name=name)
    return pattern
