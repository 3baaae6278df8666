"""The addresses of the desk's pages of a check, besides those of Django's admin."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from factchecks.desk import (
    assigning,
    citing,
    evidence,
    history,
    links,
    merge,
    notes,
    paste,
    pictures,
    presence,
    preview,
    quoting,
    reports,
    steps,
    takedown,
    unsaved,
)

Page = Callable[[Any], Callable[..., HttpResponseBase]]

# Each address with what gives its page and the end of its name, ``admin:factchecks_factcheck_…``.
PAGES: list[tuple[str, Page, str]] = [
    ("paste/", paste.view, "paste"),
    ("staff/", assigning.names, "staff"),
    ("sources/search/", citing.search, "sources"),
    ("quote/<int:snapshot>/", quoting.view, "quote"),
    ("add/preview/", preview.view, "preview_new"),
    ("add/unsaved/", unsaved.keep, "unsaved_new"),
    ("add/unsaved/discard/", unsaved.discard, "unsaved_discard_new"),
    ("<int:pk>/change/preview/", preview.view, "preview"),
    ("<int:pk>/unsaved/", unsaved.keep, "unsaved"),
    ("<int:pk>/unsaved/discard/", unsaved.discard, "unsaved_discard"),
    ("<int:pk>/presence/", presence.beat, "presence"),
    ("<int:pk>/merge/", merge.view, "merge"),
    ("<int:pk>/evidence/", evidence.view, "evidence"),
    ("<int:pk>/pictures/", pictures.view, "pictures"),
    ("<int:pk>/notes/", notes.view, "notes"),
    ("<int:pk>/links/", links.view, "links"),
    ("<int:pk>/links/<int:link>/revoke/", links.revoke, "revoke"),
    ("<int:pk>/review/", steps.review, "review"),
    ("<int:pk>/publish/", steps.publish, "publish"),
    ("<int:pk>/move/", steps.move, "move"),
    ("<int:pk>/cancel/", steps.cancel, "cancel"),
    ("<int:pk>/retract/", steps.retract, "retract"),
    ("<int:pk>/withdraw/", steps.withdraw, "withdraw"),
    ("<int:pk>/takedown/", takedown.view, "takedown"),
    ("<int:pk>/revisions/", history.listing, "revisions"),
    ("<int:pk>/revisions/compare/", history.compare, "compare"),
    ("<int:pk>/revisions/<int:number>/restore/", history.restore, "restore"),
]


def of(model_admin: Any) -> Iterator[URLPattern]:
    """Every one of them, for those who have signed in; each page then asks for its own permission."""
    for route, page, name in PAGES:
        view = model_admin.admin_site.admin_view(page(model_admin))
        yield path(route, view, name=f"factchecks_factcheck_{name}")
    report = model_admin.admin_site.admin_view(reports.view(model_admin))
    yield path("evidence-report/", report, name="factchecks_factcheck_evidence_report")
