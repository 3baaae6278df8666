"""The desk's report on evidence: sources that were found and that no text cites, and checks that lean on one publisher."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from factchecks import leaning
from factchecks.desk import listing
from factchecks.models import Citation, Leaning, Publication
from sources.models import Source

PER_PAGE = 50


def view(model_admin: Any) -> Callable[..., HttpResponse]:
    @require_safe
    def report(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        chosen = LISTS.get(request.GET.get("list", ""), LISTS["uncited"])
        of_public = request.GET.get("of") == "public"
        page = Paginator(chosen.rows(of_public), PER_PAGE).get_page(request.GET.get("page"))
        page.object_list = chosen.shown(list(page.object_list))
        values = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "media": model_admin.media,
            "title": _("Report on evidence"),
            "lists": [
                _Way(each.title, _address(each.key, of_public), each is chosen)
                for each in LISTS.values()
            ],
            "scopes": [
                _Way(_("all checks"), _address(chosen.key, of_public=False), not of_public),
                _Way(_("public checks"), _address(chosen.key, of_public=True), of_public),
            ],
            "chosen": chosen,
            "page": page,
            "elided": list(page.paginator.get_elided_page_range(page.number)),
            "is_behind": leaning.is_behind(),
        }
        return TemplateResponse(request, "admin/factchecks/factcheck/evidence_report.html", values)

    return report


@dataclass(frozen=True)
class _Way:
    """A link to another list, or to the same one of other checks."""

    title: Promise
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class _List:
    """One of the lists: ``rows`` are those of all checks, or of the public ones; ``shown`` a page of them, with their facts."""

    key: str
    title: Promise
    about: Promise
    none: Promise
    rows: Callable[[bool], Any]
    shown: Callable[[list[Any]], list[Any]]


def _address(key: str, of_public: bool) -> str:
    query = {"list": key, "of": "public" if of_public else "all"}
    return reverse("admin:factchecks_factcheck_evidence_report", query=query)


def _public(check: str) -> Exists:
    """Whether the check that the row speaks of is public now."""
    live = Publication.objects.published(timezone.now()).order_by()
    return Exists(live.filter(fact_check=OuterRef(check)))


def _leanings(of_public: bool) -> QuerySet[Leaning]:
    rows = Leaning.objects.select_related("fact_check", "publisher").order_by("-pk")
    rows = rows.only(
        *("uncited", "found", "of_publisher", "cited", "publisher__name", "fact_check__question"),
        *("fact_check__stage", "fact_check__one_publisher_reason"),
    )
    return rows.filter(_public("pk")) if of_public else rows


def _with_uncited(of_public: bool) -> QuerySet[Leaning]:
    return _leanings(of_public).exclude(uncited=[])


def _one_sided(of_public: bool) -> QuerySet[Leaning]:
    return _leanings(of_public).filter(is_one_sided=True)


def _marked(rows: list[Any]) -> list[Any]:
    """``state``: how far each check is, in words."""
    listing.mark([row.fact_check for row in rows])
    for row in rows:
        row.state = listing.state(row.fact_check)
    return rows


def _with_sources(rows: list[Any]) -> list[Any]:
    """``sources``: the citations that nothing refers to, with what they stand for."""
    uncited = {row.pk: set(row.uncited) for row in rows}
    cited = Citation.objects.filter(fact_check__in=uncited).select_related("source__publisher")
    found: dict[int, list[Citation]] = {}
    for each in cited.order_by("fact_check_id", "number"):
        if each.number in uncited[each.fact_check_id]:
            found.setdefault(each.fact_check_id, []).append(each)
    for row in rows:
        row.sources = found.get(row.pk, [])
    return _marked(rows)


def _cited_nowhere(of_public: bool) -> list[int]:
    """Their keys, all of them: finding a page of them takes as long. One whose check was not looked through is cited.

    Compared here: Postgres would look each source's citations up one by one, which takes several times as long.
    """
    found = Citation.objects.order_by()
    not_cited = Leaning.objects.filter(
        fact_check=OuterRef("fact_check"), uncited__contains=[OuterRef("number")]
    )
    rows = Source.objects.unmerged()
    if of_public:
        of_source = found.filter(source=OuterRef("pk"))
        rows = rows.filter(Exists(of_source.filter(_public("fact_check"))))
    cited = set(found.exclude(Exists(not_cited)).values_list("source", flat=True).distinct())
    return [pk for pk in rows.order_by("-pk").values_list("pk", flat=True) if pk not in cited]


def _sources(pks: list[int]) -> list[Any]:
    """``checks``: in how many they were found."""
    found = Citation.objects.filter(source__in=pks).order_by().values("source")
    counts = dict(found.annotate(checks=Count("pk")).values_list("source", "checks"))
    rows: list[Any] = list(Source.objects.filter(pk__in=pks).select_related("publisher"))
    for row in rows:
        row.checks = counts.get(row.pk, 0)
    return sorted(rows, key=lambda row: -row.pk)


LISTS = {
    each.key: each
    for each in (
        _List(
            "uncited",
            _("Found, not cited"),
            _("Checks with sources that none of their texts cites. Readers see these as found."),
            _("In every check, each source is cited."),
            _with_uncited,
            _with_sources,
        ),
        _List(
            "sources",
            _("Cited nowhere"),
            _("Sources that no text of any check cites, the last added first."),
            _("Every source is cited by some text."),
            _cited_nowhere,
            _sources,
        ),
        _List(
            "one-sided",
            _("Leaning on one publisher"),
            _(
                "Checks of which all, or more than two thirds, of the sources that they cite have one publisher."
            ),
            _("No check leans on one publisher."),
            _one_sided,
            _marked,
        ),
    )
}
