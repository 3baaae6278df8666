"""The evidence of a check: every source that it cites, how it stands with it, and each quotation in its newest copy."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from factchecks import revisions, verifying
from factchecks.desk import pages
from factchecks.models import Citation, FactCheck
from factchecks.verifying import Quoted
from sources import quoting
from sources.desk import differences, standing
from sources.desk.differences import Run
from sources.models import Snapshot


@dataclass(frozen=True)
class Passage:
    """A quotation, who relies on it, and the differences where there are some."""

    quoted: Quoted
    relied_on_by: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Cited:
    """One numbered source of the check."""

    citation: Citation
    state: str
    is_in_trouble: bool
    copy: Snapshot | None
    passages: list[Passage]


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    """Costs the same few queries whatever the number of sources and quotations."""

    @require_safe
    def show(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_view_permission(request, check):
            raise PermissionDenied
        title = _("Evidence: %(check)s") % {"check": check}
        cited = _cited(check)
        return pages.render(model_admin, request, "evidence", check, title=title, cited=cited)

    return show


def _cited(check: FactCheck) -> list[Cited]:
    rows = list(check.citations.select_related("source__publisher").order_by("number"))
    last = revisions.newest(check)
    assert last is not None, "a check has a revision from its first save on"  # noqa: S101
    document = revisions.with_sources_of_today(last, rows)
    sources = {row.source.url: row.source.pk for row in rows if row.source}
    numbers = {part["key"]: number for number, part in enumerate(document["findings"], 1)}
    quoted: dict[str, list[Quoted]] = {}
    for each in verifying.quoted(document, sources):
        quoted.setdefault(each.citation["key"], []).append(each)
    copies = quoting.newest(sources.values())
    return [
        Cited(
            row,
            standing.in_words(row.source) if row.source else "",
            row.source is not None and standing.is_in_trouble(row.source),
            copies[row.source_id].snapshot if row.source_id in copies else None,
            list(_passages(quoted.get(str(row.key), []), numbers)),
        )
        for row in rows
    ]


def _passages(quoted: Iterable[Quoted], numbers: dict[str, int]) -> Iterable[Passage]:
    for each in quoted:
        number = numbers.get(each.part["finding"] or "")
        who = _("Finding %(number)s") % {"number": number} if number else _("The whole check")
        found = each.standing.verification
        yield Passage(each, who, differences.runs(found.pieces if found else ()))
