"""A page of the desk beside the form of a check."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse

from factchecks.models import FactCheck


def render(
    model_admin: Any,
    request: HttpRequest,
    name: str,
    check: FactCheck,
    *,
    title: str,
    **context: Any,
) -> TemplateResponse:
    """``templates/admin/factchecks/factcheck/<name>.html``, within the desk's frame."""
    values = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": check,
        "title": title,
        "media": model_admin.media,
        **context,
    }
    return TemplateResponse(request, f"admin/factchecks/factcheck/{name}.html", values)
