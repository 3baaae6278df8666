"""/search/: a form, what was found, ways to narrow it down; and suggestions while somebody types."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from factchecks.search import asking, query, searching
from factchecks.search.asking import MOST_SHOWN, PER_PAGE, Asked
from factchecks.search.searching import Results


@dataclass(frozen=True)
class Choice:
    """A way to narrow down what was found, or to take that back."""

    name: str
    href: str
    is_chosen: bool


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    asked, refusal = asking.read(request.GET)
    results = Results()
    if asked.query and not refusal:
        results = searching.search(asked, timezone.now())
        if results.found.count and not results.hits:
            results, refusal = Results(), _("There is no such page of results.")
    context = {
        "asked": asked,
        "longest": query.LONGEST,
        "results": results,
        "told": refusal or _told(asked, results),
        "narrowing": list(_narrowing(asked, results)),
        "sorting": _sorting(asked),
        **_beside(asked, results),
    }
    return render(request, "factchecks/search.html", context, status=400 if refusal else 200)


def _told(asked: Asked, results: Results) -> str:
    """What came of it, as a sentence."""
    typed = {"query": asked.typed}
    if not asked.typed:
        return ""
    if not asked.query:
        return _("Type a word that should be there.")
    if results.says_nothing:
        return _("These words stand in every text. Add one that says more.")
    if not results.found.count:
        return _("Nothing was found for “%(query)s”.") % typed
    count = results.found.count
    if count > MOST_SHOWN:
        told = _("More than %(count)s fact checks were found.") % {"count": f"{MOST_SHOWN:,}"}
    else:
        told = ngettext(
            "%(count)s fact check was found.", "%(count)s fact checks were found.", count
        )
        told %= {"count": count}
    if results.meant is None:
        return told
    nothing = _("Nothing was found for “%(query)s”. This is for “%(meant)s”.")
    return f"{nothing % {**typed, 'meant': results.meant}} {told}"


def _narrowing(asked: Asked, results: Results) -> Iterator[tuple[str, list[Choice]]]:
    """Each filter with its choices: the one that was made, to take it back, or those that there are."""
    names = {
        "topic": _("Topic"),
        "rating": _("Rating"),
        "year": _("Year"),
        "publisher": _("Source"),
    }
    for filter_name, title in names.items():
        chosen = getattr(asked, filter_name)
        choices = results.choices.get(filter_name, [])
        if chosen:
            name = dict(choices).get(chosen, chosen)
            yield title, [Choice(name, asked.address(**{filter_name: ""}), True)]
        elif len(choices) > 1:
            yield (
                title,
                [
                    Choice(name, asked.address(**{filter_name: value}), False)
                    for value, name in choices
                ],
            )


def _sorting(asked: Asked) -> list[Choice]:
    return [
        Choice(_("Most relevant"), asked.address(by_date=False), not asked.by_date),
        Choice(_("Newest"), asked.address(by_date=True), asked.by_date),
    ]


def _beside(asked: Asked, results: Results) -> dict[str, Any]:
    """The addresses of the pages before and after this one, where there are such."""
    last = -(-min(results.found.count, MOST_SHOWN) // PER_PAGE)
    return {
        "last": last,
        "previous": asked.address(page=asked.page - 1) if asked.page > 1 and last else "",
        "next": asked.address(page=asked.page + 1) if asked.page < last else "",
    }


@require_safe
@cache_control(public=True, max_age=60)
def suggest(request: HttpRequest) -> JsonResponse:
    """``{"suggestions": [{"title", "language", "url"}]}`` for what was typed so far."""
    typed = query.read(request.GET.get("q", ""))
    publications = searching.suggest(typed, timezone.now()) if typed else []
    suggestions = [
        {"title": each.title, "language": each.language, "url": each.get_absolute_url()}
        for each in publications
    ]
    return JsonResponse({"suggestions": suggestions})
