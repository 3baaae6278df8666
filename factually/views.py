"""The pages that belong to no wing: home, and what is shown when something is not there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from factchecks.models import Publication

LATEST = 7


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "latest": Publication.objects.published().for_lists()[:LATEST],
        "topics": Publication.objects.published().topics(),
    }
    return render(request, "home.html", context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)
