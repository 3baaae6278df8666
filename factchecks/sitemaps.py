"""What search engines are told of (sitemaps.org): every live fact check, the topics; and, apart, the news of two days.

Each section is something to be counted and cut into pages; of its rows only what an entry says is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from factchecks import embedding
from factchecks.models import Publication, PublicationQuerySet, StandingPage

PER_PAGE = 10_000
FRESH = 600  # seconds that a sitemap may be used without asking again
NEWS_FOR = timedelta(days=2)
MOST_NEWS = 1_000  # Google's rules for a news sitemap
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    path: str
    changed_at: datetime | None = None


class Section(Protocol):
    def count(self) -> int: ...

    def entries(self, start: int, end: int) -> Iterable[Entry]: ...


class FactChecks:
    """The live checks, the oldest first, so that a new one changes the last page alone."""

    def count(self) -> int:
        return Publication.objects.published().count()

    def entries(self, start: int, end: int) -> Iterator[Entry]:
        rows = Publication.objects.published().order_by("pk").values_list("slug", "live_during")
        for slug, live_during in rows[start:end]:
            yield Entry(reverse("factchecks:detail", args=[slug]), live_during.lower)


class Listed:
    """Pages that are few enough to be listed at once."""

    def count(self) -> int:
        return len(self.all())

    def entries(self, start: int, end: int) -> Sequence[Entry]:
        return self.all()[start:end]

    def all(self) -> Sequence[Entry]:
        raise NotImplementedError


class Topics(Listed):
    def all(self) -> list[Entry]:
        topics = Publication.objects.published().topics()
        return [Entry(reverse("factchecks:topic", args=[topic["slug"]])) for topic in topics]


class StandingPages(Listed):
    """What the newsroom says of itself, where it has said it."""

    def all(self) -> list[Entry]:
        written = StandingPage.objects.exclude(text="").values_list("subject", "changed_at")
        return [Entry(reverse("factchecks:standing", args=[name]), at) for name, at in written]


@require_safe
@cache_control(public=True, max_age=FRESH)
def index(request: HttpRequest, sections: dict[str, Section]) -> HttpResponse:
    """The sitemap of the sitemaps; a section without a page is left out."""
    addresses = [
        request.build_absolute_uri(reverse("sitemap", args=[name])) + _query(number)
        for name, section in sections.items()
        for number in range(1, -(-section.count() // PER_PAGE) + 1)
    ]
    return render(request, "sitemaps/index.xml", {"addresses": addresses}, content_type=XML)


def _query(number: int) -> str:
    return f"?page={number}" if number > 1 else ""


@require_safe
@cache_control(public=True, max_age=FRESH)
def sitemap(request: HttpRequest, section: str, sections: dict[str, Section]) -> HttpResponse:
    """One page of one section."""
    text = request.GET.get("page", "1")
    if section not in sections or not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Http404(_("There is no such sitemap."))
    start = (int(text) - 1) * PER_PAGE
    entries = list(sections[section].entries(start, start + PER_PAGE)) if start >= 0 else []
    if not entries:
        raise Http404(_("There is no such sitemap."))
    context = {"entries": entries, "origin": _origin(request)}
    return render(request, "sitemaps/section.xml", context, content_type=XML)


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


@require_safe
@cache_control(public=True, max_age=FRESH)
def news(request: HttpRequest) -> HttpResponse:
    """What was first published in the last two days (``sitemap-news/0.9``), the newest first; nothing retracted."""
    context: dict[str, Any] = {
        "news": [(publication, embedding.clean(publication.question)) for publication in _news()],
        "newsroom": {"name": settings.NEWSROOM_NAME},
        "origin": _origin(request),
    }
    return render(request, "sitemaps/news.xml", context, content_type=XML)


def _news() -> PublicationQuerySet:
    recent = Publication.objects.published().filter(
        first_published_at__gte=timezone.now() - NEWS_FOR, is_retracted=False
    )
    rows = recent.order_by("-first_published_at", "-pk")[:MOST_NEWS]
    return rows.only("slug", "question", "language", "first_published_at")
