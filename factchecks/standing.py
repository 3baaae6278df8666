"""What the newsroom says of itself: its standing pages, its people, the scale it rates on."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import markup
from factchecks.models import Person, Rating, StandingPage

Subject = StandingPage.Subject
as_html = lru_cache(maxsize=128)(markup.page)  # few texts, each read often


@require_safe
def standing(request: HttpRequest, subject: str) -> HttpResponse:
    """One page, with what belongs to it: the scale under how we check, the people under our people."""
    page = StandingPage.objects.filter(subject=subject).first()
    if page is None:
        raise Http404(_("There is no such page."))
    context = {
        "page": page,
        "html": as_html(page.text),
        "scale": Rating.objects.all() if subject == Subject.METHODOLOGY else [],
        "people": _people() if subject == Subject.PEOPLE else [],
    }
    return render(request, "factchecks/standing.html", context)


def _people() -> list[tuple[Person, SafeString]]:
    listed = Person.objects.filter(is_listed=True)
    return [(person, as_html(person.biography)) for person in listed]
