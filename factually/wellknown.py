"""What browsers, robots and finders of faults ask for at addresses that others have agreed upon."""

import json
from datetime import UTC, datetime, time, timedelta
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from factchecks.sitemaps import Entry, FactChecks, Listed, Section, StandingPages, Topics
from factually import icons

HOUR, DAY = 3600, 24 * 3600  # seconds
CONTACT_STANDS_FOR = timedelta(days=180)  # less than a year (RFC 9116, section 2.5.5)
PLAIN = "text/plain; charset=utf-8"
PAPER, ACCENT = "#fffdf9", "#0b5a63"  # as in site.css
PICTURES = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)


class Pages(Listed):
    """The pages that are always there."""

    def all(self) -> list[Entry]:
        names = ("home", "factchecks:list", "factchecks:corrections", "supporters:support")
        return [Entry(reverse(name)) for name in names]


SITEMAPS: dict[str, Section] = {
    "pages": Pages(),
    "about": StandingPages(),
    "topics": Topics(),
    "fact-checks": FactChecks(),
}


@require_safe
@cache_control(public=True, max_age=HOUR)
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read (RFC 9309), and where the sitemaps are."""
    closed = [
        reverse("admin:index"),
        reverse("factchecks:review", args=["-"]).removesuffix("-/"),
        reverse("factchecks:suggest"),
    ]
    maps = [request.build_absolute_uri(reverse(name)) for name in ("sitemaps", "news-sitemap")]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        *(f"Sitemap: {address}" for address in maps),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


@require_safe
@cache_control(public=True, max_age=HOUR)
def security(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole in the software (RFC 9116); not found where the newsroom has named nobody."""
    if not settings.SECURITY_CONTACT:
        raise Http404(_("No contact for security is named here."))
    today = datetime.combine(timezone.now().date(), time(), UTC)
    lines = [
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {today + CONTACT_STANDS_FOR:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {request.build_absolute_uri(request.path)}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


@require_safe
@cache_control(public=True, max_age=HOUR)
def manifest(request: HttpRequest) -> HttpResponse:
    """How the site looks among a phone's programs (W3C's Web Application Manifest)."""
    described = {
        "name": settings.NEWSROOM_NAME,
        "short_name": settings.NEWSROOM_NAME,
        "description": settings.NEWSROOM_TAGLINE,
        "id": "/",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "minimal-ui",
        "lang": settings.LANGUAGE_CODE,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "background_color": PAPER,
        "theme_color": ACCENT,
        "icons": [
            {
                "src": static(f"factually/icons/{name}"),
                "sizes": sizes,
                "type": "image/png",
                "purpose": purpose,
            }
            for name, sizes, purpose in PICTURES
        ],
    }
    text = json.dumps(described, ensure_ascii=False, indent=2)
    return HttpResponse(text, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """For those that ask for this address whatever the page says."""
    return HttpResponse(_favicon(), content_type="image/x-icon")


@cache
def _favicon() -> bytes:
    return icons.FAVICON.read_bytes()
