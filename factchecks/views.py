"""The public pages. They read publications only: what the desk is writing cannot be seen here."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import neighbours, structured
from factchecks.models import Correction, Publication

PER_PAGE = 20


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    page = page_of(request, Publication.objects.published().for_lists())
    return render(request, "factchecks/list.html", {"page": page})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(request, Publication.objects.published().on_topic(slug).for_lists())
    if not page.object_list:
        raise Http404(_("No published fact check has this topic."))
    name = next(tag["name"] for tag in page.object_list[0].tags if tag["slug"] == slug)
    context = {"topic": {"slug": slug, "name": name}, "page": page}
    return render(request, "factchecks/topic.html", context)


def page_of(request: HttpRequest, rows: QuerySet[Any], name: str = "page") -> Page[Any]:
    """The page that was asked for by that parameter; a number that is none, or past the end, is not found."""
    number = request.GET.get(name, "1")
    paginator = Paginator(rows, PER_PAGE)
    if not number.isdecimal() or len(number) > 9 or not 1 <= int(number) <= paginator.num_pages:
        raise Http404(_("There is no such page."))
    return paginator.page(int(number))


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The check that is live at this address; else where it moved to, else why it was withdrawn."""
    publication = Publication.objects.published().numbered().filter(slug=slug).first()
    if publication is None:
        return _formerly_public(request, slug)
    context = {
        "number": publication.number,
        "canonical": request.build_absolute_uri(publication.get_absolute_url()),
        **page_context(publication),
        **neighbours.of(publication),
    }
    return render(request, "factchecks/detail.html", {**context, **_for_machines(request, context)})


def _for_machines(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """``structured``: what the page says, as JSON-LD; the present version's own page alone has it."""
    corrections = [*context["corrections_on_top"], *context["corrections"]]
    site = structured.Site.of(request)
    graph = structured.check_page(context["publication"], corrections, site)
    return {"structured": structured.script(graph)}


def page_context(publication: Publication) -> dict[str, Any]:
    """What a version's page needs: its parts, and what was corrected up to it, newest first.

    A changed verdict is told on top, and so is a retraction that still stands.
    """
    on_top, others = on_top_and_others(publication, corrections_of(publication))
    return {
        "document": publication,  # its own words for question and language: the document stays unread
        "parts": publication.html,
        "questions": neighbours.questions_of(publication),
        "publication": publication,
        "corrections_on_top": on_top,
        "corrections": others,
        "preview": False,
    }


def on_top_and_others(
    publication: Publication, corrections: Iterable[Correction]
) -> tuple[list[Correction], list[Correction]]:
    """Those that readers must see before they read on, and the rest; each in the order that they came."""
    on_top: list[Correction] = []
    others: list[Correction] = []
    for correction in corrections:
        undone = correction.kind == Correction.Kind.RETRACTION and not publication.is_retracted
        (on_top if correction.is_on_top and not undone else others).append(correction)
    return on_top, others


def corrections_of(publication: Publication) -> list[Correction]:
    """What was corrected up to this version, newest first. A first version has corrected nothing."""
    if publication.updated_at == publication.first_published_at:
        return []
    corrections = Correction.objects.filter(
        publication__fact_check=publication.fact_check_id,
        publication__live_during__startswith__lte=publication.updated_at,
    )
    return list(
        corrections.select_related("publication")
        .only("kind", "text", "changes_verdict", "publication__live_during")
        .order_by("-publication__live_during")
    )


def _formerly_public(request: HttpRequest, slug: str) -> HttpResponse:
    """An address that was public once redirects to the check's present one, or shows the notice (410)."""
    former = Publication.objects.begun().filter(slug=slug).order_by("-live_during").first()
    if former is None:
        raise Http404(_("No fact check was ever published at this address."))
    versions = Publication.objects.filter(fact_check=former.fact_check_id)
    live = versions.published().first()
    if live:
        return moved(live.get_absolute_url())
    last = versions.begun().order_by("-live_during").first()
    return render(request, "factchecks/withdrawn.html", {"publication": last}, status=410)


def moved(path: str) -> HttpResponse:
    """From a former address to the present one: for ever, as search engines are told (301).

    Yet a check may take a former address back. A browser that remembered the old redirect would then go in circles
    between the two, so none may use it again without asking (``no-cache``, RFC 9111, section 5.2.2.4).
    """
    return HttpResponsePermanentRedirect(path, headers={"Cache-Control": "no-cache"})
