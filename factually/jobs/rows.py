"""Which row a job is about, with the way to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from factchecks.models import FactCheck, Publication
from sources.models import Source
from supporters.models import Letter, ProviderEvent, Supporter


@dataclass(frozen=True)
class Row:
    title: str
    url: str


def _check(pk: int, question: str) -> Row:
    return Row(question, reverse("admin:factchecks_factcheck_change", args=[pk]))


def _checks(numbers: set[int]) -> dict[int, Row]:
    found = FactCheck.objects.filter(pk__in=numbers).values_list("pk", "question")
    return {pk: _check(pk, question) for pk, question in found}


def _of_publications(numbers: set[int]) -> dict[int, Row]:
    found = Publication.objects.filter(pk__in=numbers)
    columns = found.values_list("pk", "fact_check", "fact_check__question")
    return {pk: _check(check, question) for pk, check, question in columns}


def _sources(numbers: set[int]) -> dict[int, Row]:
    found = Source.objects.filter(pk__in=numbers).values_list("pk", "title", "url")
    return {
        pk: Row(title or url, reverse("admin:sources_source_change", args=[pk]))
        for pk, title, url in found
    }


def _numbered(model: type[Model]) -> Callable[[set[int]], dict[int, Row]]:
    """Rows that are named by their number: a supporter's name has no place among jobs."""

    def rows(numbers: set[int]) -> dict[int, Row]:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        found = model._default_manager.filter(pk__in=numbers).values_list("pk", flat=True)
        return {
            pk: Row(
                _("%(name)s %(number)d")
                % {"name": str(model._meta.verbose_name).capitalize(), "number": pk},
                reverse(f"admin:{label}_change", args=[pk]),
            )
            for pk in found
        }

    return rows


Find = Callable[[set[int]], dict[int, Row]]

# By the name of the job's argument.
KINDS: dict[str, Find] = {
    "publication_id": _of_publications,
    "fact_check_id": _checks,
    "source_id": _sources,
    "letter_id": _numbered(Letter),
    "event_pk": _numbered(ProviderEvent),
    "supporter_id": _numbered(Supporter),
}


def rows_of(jobs: Iterable[ProcrastinateJob]) -> dict[int, Row]:
    """By the job. One query for each kind of row; a row that is gone is left out."""
    asked: dict[str, dict[int, int]] = {}
    for job in jobs:
        for name, value in job.args.items():
            if name in KINDS and isinstance(value, int):
                asked.setdefault(name, {})[job.pk] = value
    found: dict[int, Row] = {}
    for name, numbers in asked.items():
        rows = KINDS[name](set(numbers.values()))
        found |= {job: rows[number] for job, number in numbers.items() if number in rows}
    return found
