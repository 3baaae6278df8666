"""A source was a double of another: the checks that cite it follow, in their working copies; see ``sources.merging``.

What was published stays as it was.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import revisions
from factchecks.models import (
    Citation,
    FactCheck,
    Publication,
    PublishedCitation,
    UnsavedWork,
)
from sources.relying import Citing


def may_follow(user: Any) -> bool:
    """Whether this person may change the checks that cite a source."""
    return bool(user.has_perm("factchecks.change_factcheck"))


def citing(double: int, kept: int, *, lock: bool = False) -> list[Citing]:
    """The working copies that cite the double, in the order in which they are locked."""
    checks = _citing(double)
    if lock:
        list(checks.select_for_update().values_list("pk", flat=True))
    now = timezone.now()
    checks = checks.annotate(
        is_public=Exists(Publication.objects.published(now).filter(fact_check=OuterRef("pk"))),
        is_open=Exists(UnsavedWork.objects.filter(fact_check=OuterRef("pk"))),
    )
    rows = list(checks.only("pk", "question", "stage"))
    numbers = _numbers([row.pk for row in rows], [double, kept])
    return [_told(row, numbers, double, kept) for row in rows]


def _citing(double: int) -> QuerySet[FactCheck]:
    cited = Citation.objects.filter(source=double, fact_check=OuterRef("pk"))
    return FactCheck.objects.filter(Exists(cited)).order_by("pk")


def _numbers(checks: list[int], sources: list[int]) -> dict[tuple[int, int], int]:
    """By check and source: the number that the check cites it by."""
    rows = Citation.objects.filter(fact_check__in=checks, source__in=sources)
    found = rows.values_list("fact_check", "source", "number")
    return {(check, source): number for check, source, number in found if source}


def _told(check: Any, numbers: dict[tuple[int, int], int], double: int, kept: int) -> Citing:
    return Citing(
        pk=check.pk,
        title=check.question,
        url=reverse("admin:factchecks_factcheck_change", args=[check.pk]),
        number=numbers[check.pk, double],
        kept_number=numbers.get((check.pk, kept)),
        is_approved=check.stage == FactCheck.Stage.APPROVED,
        is_public=check.is_public,
        is_open=check.is_open,
    )


def published(double: int) -> int:
    """How many versions that are live, or were, or are still to come, cite it, and go on to do so."""
    cited = PublishedCitation.objects.filter(source=double).order_by()
    return cited.values("publication").distinct().count()


def follow(checks: Iterable[int], *, by: User) -> None:
    """A new revision of each, with the source that the double went into, signed by who merged them.

    The caller has locked the checks, and merged the sources. Raises ``ValidationError`` with a sentence that names the
    check that cannot follow.
    """
    for check in FactCheck.objects.filter(pk__in=checks).order_by("pk"):
        last = revisions.newest(check)
        try:
            document = revisions.build(check)
            revisions.apply(document, fact_check=check, base=last.number if last else 0, by=by)
        except ValidationError as error:
            message = _("“%(check)s” cannot follow, so nothing was changed: %(why)s")
            values = {"check": check.question, "why": " ".join(error.messages)}
            raise ValidationError(message % values) from error
