"""The public record: every version of a check, what changed between them, and all corrections."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import comparing, documents, views, weaving
from factchecks.comparing import Change
from factchecks.models import Correction, Publication, PublicationQuerySet

LONGEST_QUERY = 200  # characters


@dataclass(frozen=True)
class Version:
    """The n-th version that was public, beside the one before it."""

    number: int
    publication: Publication
    before: Publication | None

    @property
    def correction(self) -> Correction | None:
        """The public word for it; a first version and a small fix have none."""
        return getattr(self.publication, "correction", None)

    @property
    def came_back(self) -> bool:
        """Whether the check had been withdrawn or retracted, and is public again."""
        before = self.before
        return before is not None and (
            before.live_until != self.publication.updated_at
            or (before.is_retracted and not self.publication.is_retracted)
        )

    @property
    def is_over(self) -> bool:
        until = self.publication.live_until
        return until is not None and until <= timezone.now()

    @property
    def is_kept_back(self) -> bool:
        """Whether what changed would show words that are taken down."""
        before = self.before
        return self.publication.is_taken_down or (before is not None and before.is_taken_down)

    @cached_property
    def changes(self) -> list[Change]:
        """What changed since the version before; nothing in the first, or where the words of one are taken down."""
        if self.before is None or self.is_kept_back:
            return []
        if self.before.revision_id == self.publication.revision_id:
            return []
        return comparing.compare(self.before.revision.document, self.publication.revision.document)

    @property
    def changes_in_short(self) -> str:
        return comparing.summary(self.changes)

    @property
    def marked(self) -> list[tuple[Change, list[weaving.Run]]]:
        """Each change with its text in reading order."""
        return [(change, weaving.runs(change)) for change in self.changes]


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version that is or was public, newest first. A scheduled one is told of nowhere."""
    present = _present(slug)
    if present.slug != slug:
        return views.moved(reverse("factchecks:history", args=[present.slug]))
    page = views.page_of(request, _versions(present).defer("html").order_by("-live_during"))
    context = {"present": present, "is_live": _is_live(present), "page": page}
    return render(
        request, "factchecks/history.html", {**context, "versions": list(_beside_each_other(page))}
    )


def _beside_each_other(page: Any) -> Iterator[Version]:
    """The page's versions with their numbers; the last one's forerunner stands on the next page."""
    older = page.paginator.object_list[page.end_index() : page.end_index() + 1]
    shown = [*page.object_list, *older]
    newest = page.paginator.count - page.start_index() + 1
    for place, publication in enumerate(page.object_list):
        before = shown[place + 1] if place + 1 < len(shown) else None
        yield Version(newest - place, publication, before)


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The n-th version that was public, whole, under a banner. This address always shows the same words.

    Where they are taken down it says so instead (451, RFC 7725).
    """
    present = _present(slug)
    if present.slug != slug:
        return views.moved(reverse("factchecks:version", args=[present.slug, number]))
    versions = _versions(present).order_by("live_during")
    count = versions.count()
    if not 1 <= number <= count:
        raise Http404(_("This fact check has no such version."))
    publication = versions.defer("revision__document")[number - 1]
    if publication.is_taken_down:
        gone = {"number": number, "publication": publication, "present": present}
        return render(request, "factchecks/taken_down.html", gone, status=451)
    context = {
        "number": number,
        "count": count,
        "present": present,
        "is_live": _is_live(present),
        "canonical": request.build_absolute_uri(present.get_absolute_url()),
        **views.page_context(publication),
    }
    return render(request, "factchecks/version.html", context)


def _present(slug: str) -> Publication:
    """The check's newest public version, by any address that it ever had."""
    begun = Publication.objects.begun()
    check = begun.filter(slug=slug).values("fact_check")[:1]
    present = begun.filter(fact_check__in=check).defer("html").order_by("-live_during").first()
    if present is None:
        raise Http404(_("No fact check was ever published at this address."))
    return present


def _versions(present: Publication) -> PublicationQuerySet:
    """All versions that have begun, each with its revision and the word for it."""
    versions = Publication.objects.begun().filter(fact_check=present.fact_check_id)
    return versions.select_related("revision", "correction")


def _is_live(present: Publication) -> bool:
    return present.live_until is None or present.live_until > timezone.now()


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """What was corrected, clarified, updated and retracted, of all checks; by kind and by words."""
    words = documents.clean_line(request.GET.get("q", "")[:LONGEST_QUERY])
    kind = request.GET.get("kind", "")
    if kind not in Correction.Kind.values:
        kind = ""
    asked = {name: value for name, value in (("q", words), ("kind", kind)) if value}
    context = {
        "page": views.page_of(request, _corrections(words, kind)),
        "words": words,
        "longest": LONGEST_QUERY,
        "kind": kind,
        "kinds": list(_kinds(words, kind)),
        "query": urlencode(asked),
    }
    return render(request, "factchecks/corrections.html", context)


def _corrections(words: str, kind: str) -> QuerySet[Correction]:
    """Newest first; each word must stand in the question or in the text. What is scheduled is not told before."""
    found = Correction.objects.filter(publication__in=Publication.objects.begun())
    if kind:
        found = found.filter(kind=kind)
    for word in dict.fromkeys(words.split()):
        asked = Q(publication__question__icontains=word, publication__is_taken_down=False)
        found = found.filter(Q(text__icontains=word) | asked)
    found = found.select_related("publication").defer("publication__html")
    return found.order_by("-publication__live_during", "-pk")


def _kinds(words: str, chosen: str) -> Iterator[dict[str, Any]]:
    """The ways to filter, each a link that keeps the words."""
    names = {
        "": _("All"),
        Correction.Kind.CORRECTION: _("Corrections"),
        Correction.Kind.CLARIFICATION: _("Clarifications"),
        Correction.Kind.UPDATE: _("Updates"),
        Correction.Kind.RETRACTION: _("Retractions"),
    }
    path = reverse("factchecks:corrections")
    for kind, name in names.items():
        asked = urlencode({k: v for k, v in (("q", words), ("kind", str(kind))) if v})
        yield {"name": name, "href": f"{path}?{asked}" if asked else path, "chosen": kind == chosen}
