"""A fact check on other people's pages: a card in a frame, and oEmbed (oembed.com), by which their software finds it.

The card is fetched from here each time, so that it always shows the present verdict, or that there is none any more.
"""

import re
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from factchecks import drawing, views
from factchecks.models import Correction, Publication

FRESH = 60  # seconds that a card or an answer may be used without asking again
WIDTH, HEIGHT = 560, 300  # pixels of the frame, where nobody asks for less
LEAST = 200  # pixels
FORMATS = ("json", "xml")
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
EMBEDDED = ("factchecks:detail", "factchecks:embed")


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no arguments
@cache_control(public=True, max_age=FRESH)
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The card for a frame on any site: what is live at this address; else where it moved to, else that it is withdrawn."""
    present = present_at(slug)
    if present is None:
        raise Http404(_("No fact check was ever published at this address."))
    if present.slug != slug:
        return views.moved(reverse("factchecks:embed", args=[present.slug]))
    is_live = _is_live(present)
    retraction = Correction.objects.filter(publication=present, kind=Correction.Kind.RETRACTION)
    context = {
        "publication": present,
        "is_live": is_live,
        "retraction": retraction.first() if is_live and present.is_retracted else None,
        "newsroom": {"name": settings.NEWSROOM_NAME},
    }
    return render(request, "factchecks/embed.html", context, status=200 if is_live else 410)


def present_at(slug: str) -> Publication | None:
    """The newest public version of the check that has or had this address, by one query."""
    begun = Publication.objects.begun()
    check = begun.filter(slug=slug).values("fact_check")[:1]
    versions = begun.filter(fact_check__in=check).defer("html", "text", "search")
    return versions.order_by("-live_during").first()


def _is_live(publication: Publication) -> bool:
    return publication.live_until is None or publication.live_until > timezone.now()


@require_safe
@cache_control(public=True, max_age=FRESH)
def oembed(request: HttpRequest) -> HttpResponse:
    """The frame's HTML for the address of a fact check (``rich``), as JSON or XML.

    Bad requests are answered by a sentence: 400 for a wrong parameter, 404 for an address that is none of a published
    check here, 501 for another format (oEmbed 1.0, section 2.3.4).
    """
    wanted = request.GET.get("format", "json")
    if wanted not in FORMATS:
        return _refusal(_("The format is json or xml."), 501)
    sizes = [_size(request, name) for name in ("maxwidth", "maxheight")]
    if None in sizes:
        return _refusal(_("maxwidth and maxheight are numbers of pixels."), 400)
    address = request.GET.get("url", "")
    if not address:
        return _refusal(_("Give the address of a fact check as url."), 400)
    publication = _published_at(request, address)
    if publication is None:
        return _refusal(_("There is no published fact check at this address."), 404)
    answer = _answer(
        request,
        publication,
        *(min(own, size or own) for own, size in zip((WIDTH, HEIGHT), sizes, strict=True)),
    )
    if wanted == "json":
        response: HttpResponse = JsonResponse(answer)
    else:
        response = HttpResponse(_as_xml(answer), content_type="text/xml; charset=utf-8")
    return _open(response)


def _open(response: HttpResponse) -> HttpResponse:
    """What is public may be read by scripts of other sites too."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _refusal(sentence: str, status: int) -> HttpResponse:
    return _open(
        HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)
    )


def _size(request: HttpRequest, name: str) -> int | None:
    """The pixels that are asked for, never less than a card needs; 0 where nothing is asked, None for no number."""
    text = request.GET.get(name, "")
    if not text:
        return 0
    return max(LEAST, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else None


def _published_at(request: HttpRequest, address: str) -> Publication | None:
    """The live publication that an address of this site shows, or would redirect to."""
    try:
        parts = urlsplit(address)
        found = resolve(unquote(parts.path, errors="strict"))
    except (ValueError, Resolver404):
        return None
    is_ours = parts.scheme in {"http", "https"} and parts.netloc.lower() == request.get_host()
    if not is_ours or found.view_name not in EMBEDDED:
        return None
    present = present_at(found.kwargs["slug"])
    return present if present and _is_live(present) else None


def _answer(
    request: HttpRequest, publication: Publication, width: int, height: int
) -> dict[str, Any]:
    source = request.build_absolute_uri(reverse("factchecks:embed", args=[publication.slug]))
    frame = {"source": source, "publication": publication, "width": width, "height": height}
    answer = {
        "version": "1.0",
        "type": "rich",
        "title": publication.title,
        "author_name": ", ".join(publication.authors),
        "provider_name": settings.NEWSROOM_NAME,
        "provider_url": request.build_absolute_uri("/"),
        "cache_age": FRESH,
        "html": render_to_string("factchecks/_frame.html", frame).strip(),
        "width": width,
        "height": height,
    }
    if publication.card:
        card = reverse("factchecks:social-card", args=[publication.card])
        thumbnail_width, thumbnail_height = drawing.SIZE
        answer |= {
            "thumbnail_url": request.build_absolute_uri(card),
            "thumbnail_width": thumbnail_width,
            "thumbnail_height": thumbnail_height,
        }
    return answer


def clean(text: str) -> str:
    """Without what no XML document may hold."""
    return NOT_IN_XML.sub("", text)


def _as_xml(answer: dict[str, Any]) -> str:
    elements = "".join(
        f"<{name}>{escape(clean(str(value)))}</{name}>" for name, value in answer.items()
    )
    return f'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<oembed>{elements}</oembed>\n'
