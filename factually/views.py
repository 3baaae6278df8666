"""The pages that belong to no wing: home, and what is shown when something is not there."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from factchecks import structured
from factchecks.models import Publication
from factually import sent

SHORT = 20  # characters; what is shorter is no text that somebody would miss
LATEST = 7


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "latest": _led_by_a_standing_one(Publication.objects.published().for_lists()[:LATEST]),
        "topics": Publication.objects.published().topics(),
        "structured": structured.script(structured.home(structured.Site.of(request))),
    }
    return render(request, "home.html", context)


def _led_by_a_standing_one(latest: Iterable[Publication]) -> list[Publication]:
    """The newest first, but no retracted check leads the page."""
    latest = list(latest)
    lead = next((publication for publication in latest if not publication.is_retracted), None)
    return sorted(latest, key=lambda publication: publication is not lead)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not allowed, as when a role was taken away while a form was open: what was typed can still be copied."""
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    typed = [(name, value) for name, value in sent.fields(request) if len(value) > SHORT]
    return render(request, "403.html", {"typed": typed if ours else []}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token, as after signing in again in another tab: what was typed can be sent again.

    Only a form of our own pages is offered again, by the browser's word; another site's is refused and that is all.
    """
    ours = request.headers.get("sec-fetch-site") == "same-origin"
    context = {"sent": sent.fields(request) if ours else []}
    return render(request, "403_csrf.html", context, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)
