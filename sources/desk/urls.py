"""The addresses of the desk's pages of a source, besides those of Django's admin."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from sources.desk import copies, kept_text, merging

Page = Callable[[Any], Callable[..., HttpResponseBase]]

# Each address with what gives its page and its name, ``admin:sources_…``.
PAGES: list[tuple[str, Page, str]] = [
    ("<int:object_id>/copies/", copies.view, "source_copies"),
    ("<int:object_id>/copies/keep/", copies.keep, "source_keep"),
    ("<int:object_id>/copies/note/", copies.note, "source_note"),
    ("<int:object_id>/copies/<int:snapshot>/", kept_text.view, "snapshot"),
    ("<int:object_id>/copies/<int:snapshot>/warc", copies.warc, "warc"),
    ("<int:object_id>/merge/", merging.view, "source_merge"),
]


def of(model_admin: Any) -> Iterator[URLPattern]:
    """Every one of them, for those who have signed in; each page then asks for its own permission."""
    for route, page, name in PAGES:
        view = model_admin.admin_site.admin_view(page(model_admin))
        yield path(route, view, name=f"sources_{name}")
