"""Quoting a passage of a source in a check, on the page of a kept copy: a part of the checks on a page of the sources."""

from typing import Any

from django import template

from factchecks.desk import quoting
from sources.models import Source

register = template.Library()


@register.simple_tag(takes_context=True)
def places_to_quote(context: template.RequestContext, source: Source) -> dict[str, Any]:
    """The checks that cite the source, for who may change them, and the place that was chosen or asked for.

    And the quotation that the passage may take the place of, where one came here because it is wrong.
    """
    request = context["request"]
    if not request.user.has_perm("factchecks.change_factcheck"):
        return {}
    chosen = quoting.place_of(request.POST.get("place", ""))
    asked = request.GET.get("check", "")
    wanted = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    known = quoting.place_of(request.POST.get("wrong", ""))
    key = known.part if known else request.GET.get("wrong", "")
    about = known.check if known else wanted
    return {
        "groups": quoting.places(source, chosen.check if chosen else wanted),
        "check": about or (chosen.check if chosen else wanted),
        "chosen": chosen,
        "wrong": quoting.wrong(source, about, key) if key else None,
        "adds": request.POST.get("how") == "add",
    }
