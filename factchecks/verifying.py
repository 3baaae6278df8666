"""Whether the quotations of a check stand in kept copies of its sources: for the desk, and as a rule of publication."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from factchecks.documents import CitationPart, Document, QuotationPart
from factchecks.models import FactCheck, Quotation
from factchecks.rules import Problem, Rule
from sources import quoting
from sources.models import Source
from sources.quoting import Standing, State

TASK = "factchecks.tasks.verify_quotations"  # by name: the jobs import this module
SHOWN = 60  # characters of a passage in a sentence
WRONG = frozenset({State.DIFFERENT, State.NOT_FOUND})


@dataclass(frozen=True)
class Quoted:
    """One quotation of a document, and how it stands in the copies of its source."""

    citation: CitationPart
    part: QuotationPart
    standing: Standing

    @property
    def digest(self) -> str:
        return quoting.digest(self.part["text"])

    @property
    def is_wrong(self) -> bool:
        """The newest copy does not have it as quoted, and no other has."""
        return not self.standing.stands and self.standing.state in WRONG

    @property
    def is_unknown(self) -> bool:
        """There is nothing yet in which it could have been looked up."""
        return not self.standing.stands and self.standing.state not in WRONG

    @property
    def problem(self) -> Problem | None:
        """What is to be said of it where it stands in no copy: where that is a must, it stops publication."""
        if self.standing.stands:
            return None
        taken_at = self.standing.snapshot and self.standing.snapshot.taken_at
        values = {
            "number": self.citation["number"],
            "passage": _short(self.part["text"]),
            "day": date_format(timezone.localtime(taken_at)) if taken_at else "",
        }
        message = _sentences()[self.standing.state] % values
        return Problem(message, "citations", self.citation["key"], "quotations")


def _sentences() -> dict[State, str]:
    return {
        State.DIFFERENT: _("Source [%(number)s], copy of %(day)s: “%(passage)s” stands there with differences."),
        State.NOT_FOUND: _("Source [%(number)s], copy of %(day)s: “%(passage)s” is not found in it."),
        State.NO_COPY: _("Source [%(number)s]: no copy is kept yet to look “%(passage)s” up in."),
        State.NO_TEXT: _("Source [%(number)s], copy of %(day)s: it has no readable text to look “%(passage)s” up in."),
        State.WAITING: _("Source [%(number)s], copy of %(day)s: “%(passage)s” is being looked up."),
    }  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1].rstrip()}…"


def quoted(
    document: Document, sources: Mapping[str, int] | None = None, *, look_up: bool = False
) -> list[Quoted]:
    """Every quotation of the document, in its order. ``sources`` are their keys by address, where they are at hand.

    ``look_up``: what was not looked up yet is now, which costs milliseconds each; else it costs three queries in all.
    """
    pairs = [
        (citation, part, citation["source"]["url"])
        for citation in document["citations"]
        if citation["source"]
        for part in citation["quotations"]
    ]
    if not pairs:
        return []
    if sources is None:
        urls = {url for _citation, _part, url in pairs}
        sources = dict(Source.objects.filter(url__in=urls).order_by().values_list("url", "pk"))
    wanted = [(sources[url], part["text"]) for _citation, part, url in pairs if url in sources]
    found = quoting.looked_up(wanted) if look_up else quoting.standing(wanted)
    return [
        Quoted(citation, part, found.get((sources.get(url, 0), part["text"]), Standing()))
        for citation, part, url in pairs
    ]


def rule(found: list[Quoted]) -> Iterator[Rule]:
    """A line of the checklist, where the newsroom wants quotations verified before a check is published."""
    if settings.QUOTATIONS_MUST_BE_VERIFIED:
        yield Rule(
            _("Every quotation stands word for word in a kept copy of its source"),
            [each.problem for each in found if each.problem],
        )


def warnings(found: list[Quoted]) -> list[Quoted]:
    """Those known to be wrong, where they stop nothing: whoever publishes has to see them all the same."""
    if settings.QUOTATIONS_MUST_BE_VERIFIED:
        return []
    return [each for each in found if each.is_wrong]


def unknown(found: list[Quoted]) -> list[Quoted]:
    """Those that were not looked up in any copy yet, where that stops nothing."""
    if settings.QUOTATIONS_MUST_BE_VERIFIED:
        return []
    return [each for each in found if each.is_unknown]


def problems(document: Document, *, look_up: bool = False) -> list[Problem]:
    """What that rule finds in a document."""
    if not settings.QUOTATIONS_MUST_BE_VERIFIED:
        return []
    return [
        problem for line in rule(quoted(document, look_up=look_up)) for problem in line.problems
    ]


def ask(document: Document, before: Document | None, fact_check_id: int) -> None:
    """Let the worker look up what a save quotes otherwise; the job is saved or rolled back with it."""
    if _passages(document) - _passages(before):
        app.configure_task(TASK).defer(fact_check_id=fact_check_id)


def _passages(document: Document | None) -> set[tuple[str, str]]:
    return {
        (citation["source"]["url"], part["text"])
        for citation in (document["citations"] if document else ())
        if citation["source"]
        for part in citation["quotations"]
    }


def verify(fact_check: FactCheck) -> int:
    """Look up what the working copy quotes and was not looked up yet; gives how many quotations stand in a copy."""
    rows = Quotation.objects.filter(citation__fact_check=fact_check, citation__source__isnull=False)
    pairs = rows.order_by().values_list("citation__source", "text")
    return sum(each.stands for each in quoting.looked_up(pairs).values())
