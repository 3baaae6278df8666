"""Atom feeds (RFC 4287) of all fact checks, of a topic's, and of the corrections; further pages as RFC 5005 says.

An entry stays the same one for ever by the check's key. A correction moves its ``updated``, and the entry tells of it; a
retraction stands first, in the title and in the text. What is withdrawn leaves the feed: that is why a feed has an ETag and no
``Last-Modified``, which would say that nothing has changed since.
"""

import hashlib
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.html import linebreaks
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from factchecks import views
from factchecks.embedding import clean
from factchecks.models import Correction, Publication, PublicationQuerySet
from factchecks.structured import Site

PER_PAGE = 50
FRESH = 60  # seconds that a feed may be used without asking again
ENTRY = "factchecks/_entry.html"
TEMPLATES = (ENTRY, "factchecks/_told.html")
NO_DAY = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed was updated
OWN_ADDRESS = re.compile(r'(\s(?:href|src)=")([/#])')
FOR_SCRIPTS = re.compile(r"<template\b.*?</template>", re.DOTALL)
OWN_SIZES = re.compile(r'\ssrcset="[^"]*"')


class _Feed(Atom1Feed):
    """Django's, with several authors, a language and a summary as plain text for each entry."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=NO_DAY)

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for rel, href in self.feed["pages"].items():
            handler.addQuickElement("link", None, {"rel": rel, "href": href})

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("title", clean(item["title"]))
        handler.addQuickElement(
            "link", None, {"rel": "alternate", "type": "text/html", "href": item["link"]}
        )
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        for name in item["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", clean(name))
            handler.endElement("author")
        for tag in item["tags"]:
            category = {"term": tag["slug"], "label": clean(tag["name"])}
            handler.addQuickElement("category", None, category)
        handler.addQuickElement("summary", clean(item["description"]), {"type": "text"})
        handler.addQuickElement("content", clean(item["content"]), {"type": "html"})


@require_safe
@cache_control(public=True, max_age=FRESH)
def everything(request: HttpRequest) -> HttpResponse:
    """Every live fact check, the one published or changed last first."""
    title = _("%(newsroom)s: fact checks") % {"newsroom": settings.NEWSROOM_NAME}
    return _of_checks(request, Publication.objects.published(), title, reverse("factchecks:list"))


@require_safe
@cache_control(public=True, max_age=FRESH)
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The live fact checks of one topic."""
    about = Publication.objects.published().on_topic(slug)
    tags = about.values_list("tags", flat=True).first()
    if tags is None:
        raise Http404(_("No published fact check has this topic."))
    name = next(tag["name"] for tag in tags if tag["slug"] == slug)
    title = _("%(newsroom)s: fact checks about %(topic)s")
    title %= {"newsroom": settings.NEWSROOM_NAME, "topic": name}
    return _of_checks(request, about, title, reverse("factchecks:topic", args=[slug]))


def _of_checks(
    request: HttpRequest, found: PublicationQuerySet, title: str, path: str
) -> HttpResponse:
    rows = found.order_by("-live_during__startswith", "-pk").values_list("pk", "html_version")
    number, shown, has_more = _page(request, rows)
    tag = _etag(request, number, shown, has_more)
    if unchanged := get_conditional_response(request, tag):
        return unchanged
    site = Site.of(request)
    feed = _begin(request, site, title, path, (number, has_more))
    for publication, corrections in _with_corrections([pk for pk, _version in shown]):
        _add_check(feed, site, publication, corrections)
    return _answer(feed, tag)


@require_safe
@cache_control(public=True, max_age=FRESH)
def corrections(request: HttpRequest) -> HttpResponse:
    """What was corrected, clarified, updated and retracted, the last first."""
    begun = Correction.objects.filter(publication__in=Publication.objects.begun())
    rows = begun.order_by("-publication__live_during__startswith", "-pk")
    number, shown, has_more = _page(request, rows.values_list("pk", "publication__is_taken_down"))
    tag = _etag(request, number, shown, has_more)
    if unchanged := get_conditional_response(request, tag):
        return unchanged
    site = Site.of(request)
    title = _("%(newsroom)s: corrections") % {"newsroom": site.name}
    feed = _begin(request, site, title, reverse("factchecks:corrections"), (number, has_more))
    told = rows.filter(pk__in=[pk for pk, _gone in shown]).select_related("publication__fact_check")
    for correction in told.only(
        *("kind", "text", "changes_verdict", "publication__live_during", "publication__slug"),
        *("publication__question", "publication__language", "publication__is_taken_down"),
        *("publication__tags", "publication__fact_check__key"),
    ):
        _add_correction(feed, site, correction)
    return _answer(feed, tag)


def _page(
    request: HttpRequest, rows: QuerySet[Any, tuple[Any, Any]]
) -> tuple[int, list[tuple[Any, Any]], bool]:
    """The number of the page that was asked for, its rows, and whether more follow; none past the end."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and int(text) > 0):
        raise Http404(_("There is no such page."))
    number = int(text)
    start = (number - 1) * PER_PAGE
    found = list(rows[start : start + PER_PAGE + 1])
    if not found and number > 1:
        raise Http404(_("There is no such page."))
    return number, found[:PER_PAGE], len(found) > PER_PAGE


def _etag(request: HttpRequest, number: int, shown: list[tuple[Any, Any]], has_more: bool) -> str:
    made_of = (_form(), settings.NEWSROOM_NAME, settings.NEWSROOM_TAGLINE, request.get_host())
    digest = hashlib.sha256(repr((made_of, request.scheme, number, shown, has_more)).encode())
    return f'"{digest.hexdigest()[:32]}"'


@cache
def _form() -> str:
    """A hash over what turns rows into a feed."""
    made_by = [get_template(name).origin.name for name in TEMPLATES]  # type: ignore[attr-defined]
    return hashlib.sha256(
        b"".join(Path(file).read_bytes() for file in [__file__, *made_by])
    ).hexdigest()


def _begin(
    request: HttpRequest, site: Site, title: str, path: str, page: tuple[int, bool]
) -> _Feed:
    number, has_more = page
    own = request.build_absolute_uri(request.path)
    pages = {"first": own}
    if number > 1:
        pages["previous"] = own if number == 2 else f"{own}?page={number - 1}"
    if has_more:
        pages["next"] = f"{own}?page={number + 1}"
    return _Feed(
        title=clean(title),
        link=site.origin + path,
        description=None,
        subtitle=clean(site.tagline),
        language=settings.LANGUAGE_CODE,
        author_name=clean(site.name),
        author_link=site.address("home"),
        feed_url=own if number == 1 else f"{own}?page={number}",
        feed_guid=own,
        pages=pages if number > 1 or has_more else {},
    )


def _answer(feed: _Feed, tag: str) -> HttpResponse:
    response = HttpResponse(content_type=feed.content_type, headers={"ETag": tag})
    feed.write(response, "utf-8")
    return response


def _with_corrections(pks: list[int]) -> Iterator[tuple[Publication, list[Correction]]]:
    """The publications with what was corrected up to now, by two queries; the newest begun comes first in both."""
    publications = list(
        Publication.objects.filter(pk__in=pks)
        .select_related("fact_check")
        .defer("text", "search", "publishers")
        .only(
            *("slug", "question", "excerpt", "language", "rating", "authors", "tags", "html"),
            *("live_during", "first_published_at", "is_retracted", "review_on", "checked_on"),
            "fact_check__key",
        )
        .order_by("-live_during__startswith", "-pk")
    )
    changed = [p.fact_check_id for p in publications if p.updated_at != p.first_published_at]
    told: defaultdict[int, list[Correction]] = defaultdict(list)
    if changed:
        begun = Publication.objects.begun().filter(fact_check__in=changed)
        for correction in (
            Correction.objects.filter(publication__in=begun)
            .select_related("publication")
            .only(
                *("kind", "text", "changes_verdict"),
                *("publication__live_during", "publication__fact_check"),
            )
            .order_by("-publication__live_during")
        ):
            told[correction.publication.fact_check_id].append(correction)
    return ((publication, told[publication.fact_check_id]) for publication in publications)


def _add_check(
    feed: _Feed, site: Site, publication: Publication, corrections: Iterable[Correction]
) -> None:
    page = site.origin + publication.get_absolute_url()
    on_top, others = views.on_top_and_others(publication, corrections)
    context = {
        "publication": publication,
        "parts": publication.html,
        "corrections_on_top": on_top,
        "corrections": others,
    }
    feed.add_item(
        title=publication.title,
        link=page,
        description=publication.excerpt,
        unique_id=publication.fact_check.key.urn,
        pubdate=publication.first_published_at,
        updateddate=publication.updated_at,
        language=publication.language,
        authors=publication.authors or [site.name],
        tags=publication.tags,
        content=_absolute(render_to_string(ENTRY, context), site.origin, page),
    )


def _absolute(html: str, origin: str, page: str) -> str:
    """Our own HTML with whole addresses, for a feed is read elsewhere."""
    bases = {"/": origin, "#": page}
    html = OWN_SIZES.sub("", FOR_SCRIPTS.sub("", html))
    return OWN_ADDRESS.sub(lambda found: found[1] + bases[found[2]] + found[2], html)


def _add_correction(feed: _Feed, site: Site, correction: Correction) -> None:
    publication = correction.publication
    question = publication.question
    if publication.is_taken_down:
        question = _("a fact check whose words were taken down")
    name = f"correction {publication.updated_at.isoformat()}"
    feed.add_item(
        title=f"{capfirst(correction.get_kind_display())}: {question}",
        link=site.address("factchecks:history", publication.slug),
        description=correction.text,
        unique_id=uuid.uuid5(publication.fact_check.key, name).urn,
        pubdate=publication.updated_at,
        updateddate=publication.updated_at,
        language=publication.language,
        authors=[site.name],
        tags=[] if publication.is_taken_down else publication.tags,
        content=linebreaks(correction.text, autoescape=True),
    )
