"""The list of checks: what it says of each, and how it is filtered."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factchecks.models import FactCheck, Publication, Revision


class CheckList(ChangeList):
    """One page of the list. What concerns publications and revisions is asked for its rows only."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        mark(self.result_list)


def mark(checks: list[Any]) -> None:
    """Give each check ``state_words`` and ``last_saved_at``. Two queries."""
    now = timezone.now()
    of_checks = {"fact_check__in": [check.pk for check in checks]}
    spans: dict[int, list[Any]] = {}
    for pk, span in Publication.objects.filter(**of_checks).values_list(
        "fact_check", "live_during"
    ):
        spans.setdefault(pk, []).append(span)
    revisions = Revision.objects.filter(**of_checks).order_by().values("fact_check")
    saved = dict(revisions.annotate(last=Max("saved_at")).values_list("fact_check", "last"))
    for check in checks:
        live = spans.get(check.pk, [])
        check.last_saved_at = saved.get(check.pk)
        is_public = any(now in span for span in live)
        check.state_words = [
            word
            for word, applies in (
                (_("public"), is_public),
                (_("withdrawn"), not is_public and any(span.lower <= now for span in live)),
                (_("scheduled"), any(span.lower > now for span in live)),
            )
            if applies
        ]


def state(check: Any) -> str:
    """How far a marked check is, in words: of what is public first, then of the newest revision."""
    words = list(check.state_words)
    if check.stage != FactCheck.Stage.APPROVED:
        words.append(_("being changed") if words else check.get_stage_display())
    return ", ".join(words) or str(check.get_stage_display())


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            *FactCheck.Stage.choices,
            ("public", _("public")),
            ("scheduled", _("scheduled")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        match self.value():
            case "public":
                public = Publication.objects.published(now).order_by()
                return queryset.filter(pk__in=public.values("fact_check"))
            case "scheduled":
                waiting = Publication.objects.filter(live_during__startswith__gt=now).order_by()
                return queryset.filter(pk__in=waiting.values("fact_check"))
            case FactCheck.Stage.DRAFT | FactCheck.Stage.REVIEW | FactCheck.Stage.APPROVED as stage:
                return queryset.filter(stage=stage)
        return queryset
