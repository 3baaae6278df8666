"""What stops a check from being published, and what an editor should know: a document in, problems out.

No queries; of pictures it is looked whether their files are here.

The rules follow the IFCN's code of principles: sources (2), methodology (4), and honest corrections (5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks import citations, documents, markup, pictures
from factchecks.documents import CitationPart, Document

ROW_SHOWN = 60  # characters of a broken table's row


@dataclass(frozen=True)
class Problem:
    """A sentence for the editor, and the place it speaks of.

    ``part`` is a field of the check, or the list that the part with ``key`` is in; ``field`` is that part's field.
    """

    message: str
    part: str
    key: str = ""
    field: str = ""


@dataclass(frozen=True)
class Rule:
    """One line of the checklist: what must be so, and what is not so yet."""

    text: str
    problems: list[Problem]


def checklist(document: Document, today: date) -> list[Rule]:
    """Every rule of publication with what breaks it, in the order of the page."""
    return [
        Rule(_("Its authors are named"), list(_of_authors(document))),
        Rule(_("It says when it was checked"), list(_of_dates(document, today))),
        Rule(_("It has an executive summary"), list(_of_the_summary(document))),
        Rule(_("It has findings, each with its text"), list(_of_findings(document))),
        Rule(_("Every citation leads to a source"), list(_of_citing(document))),
        Rule(
            _("Each source has its address, title, publisher and date of access"),
            list(_of_sources(document)),
        ),
        Rule(
            _("At least two independent publishers, or the reason why one is enough"),
            list(_of_publishers(document)),
        ),
        Rule(_("Every table has its head and a cell for each word"), list(_of_tables(document))),
        Rule(_("Every picture that a text places is there"), list(_of_pictures(document))),
        Rule(_("A rating has its claim, claimant and appearance"), list(_of_the_claim(document))),
    ]


def problems(document: Document, today: date) -> list[Problem]:
    """Everything that stops publication."""
    return [problem for rule in checklist(document, today) for problem in rule.problems]


def uncited(document: Document) -> list[CitationPart]:
    """The sources that were found, but that no text cites. They stop nothing."""
    cited = {
        number
        for _part, _key, _place, text in _texts(document)
        for number in citations.numbers_in(text)
    }
    return [citation for citation in document["citations"] if citation["number"] not in cited]


def placing(document: Document) -> dict[str, list[str]]:
    """By the name of a picture: the places whose texts show it."""
    places: dict[str, list[str]] = {}
    for _part, _key, place, text in _texts(document):
        for name in markup.placed(text):
            places.setdefault(name, []).append(place)
    return places


def _of_authors(document: Document) -> Iterator[Problem]:
    if not document["authors"]:
        yield Problem(_("The check has no author."), "authors")


def _of_dates(document: Document, today: date) -> Iterator[Problem]:
    checked_on = documents.day(document["checked_on"])
    if checked_on is None:
        yield Problem(_("The date of checking is missing."), "checked_on")
    elif checked_on > today:
        yield Problem(_("The date of checking lies in the future."), "checked_on")


def _of_the_summary(document: Document) -> Iterator[Problem]:
    if not document["summary"]:
        yield Problem(_("The executive summary is missing."), "summary")


def _of_findings(document: Document) -> Iterator[Problem]:
    if not document["findings"]:
        yield Problem(_("The check has no finding."), "findings")
    for number, finding in enumerate(document["findings"], 1):
        if not finding["text"]:
            message = _("Finding %(number)s has no text.") % {"number": number}
            yield Problem(message, "findings", finding["key"], "text")


def _of_publishers(document: Document) -> Iterator[Problem]:
    """Independent means: other publishers, not other pages of the same."""
    publishers = {
        citation["source"]["publisher"]["domain"]
        for citation in document["citations"]
        if citation["source"] and citation["source"]["publisher"]
    }
    if len(publishers) == 1 and not document["one_publisher_reason"]:
        message = _("All sources have one publisher. Add another, or say why this one is enough.")
        yield Problem(message, "one_publisher_reason")
    elif not publishers:
        yield Problem(_("No source with its publisher is there yet."), "citations")


def _texts(document: Document) -> Iterator[tuple[str, str, str, str]]:
    """Each text that may cite: part, key, its name in a sentence, the text."""
    yield "summary", "", _("The executive summary"), document["summary"]
    for number, finding in enumerate(document["findings"], 1):
        place = _("Finding %(number)s") % {"number": number}
        yield "findings", finding["key"], place, finding["text"]


def _of_citing(document: Document) -> Iterator[Problem]:
    count = len(document["citations"])
    any_cited = False
    for part, key, place, text in _texts(document):
        for number in citations.numbers_in(text):
            any_cited = True
            if not 1 <= number <= count:
                message = ngettext(
                    "%(place)s cites [%(number)s], but there is only %(count)s source.",
                    "%(place)s cites [%(number)s], but there are only %(count)s sources.",
                    count,
                )
                if not count:
                    message = _("%(place)s cites [%(number)s], but there are no sources.")
                values = {"place": place, "number": number, "count": count}
                yield Problem(message % values, part, key, "text" if key else "")
    if not any_cited:
        yield Problem(_("Nothing in the check cites a source."), "citations")


def _of_tables(document: Document) -> Iterator[Problem]:
    for part, key, place, text in _texts(document):
        for row in markup.torn_rows(text)[:1]:
            message = _(
                "%(place)s has a broken table at “%(row)s”: under its head belongs a line of dashes with as many "
                "cells, such as “|---|---|”, and no row may have more."
            )
            values = {"place": place, "row": row[:ROW_SHOWN]}
            yield Problem(message % values, part, key, "text" if key else "")


def _of_pictures(document: Document) -> Iterator[Problem]:
    known = {picture["name"] for picture in document["pictures"]}
    for part, key, place, text in _texts(document):
        for name in markup.placed(text):
            if name not in known:
                message = _("%(place)s shows a picture “%(name)s”, but the check has none.")
                values = {"place": place, "name": name}
                yield Problem(message % values, part, key, "text" if key else "")
    for picture in pictures.lacking(document):
        message = _("The files of the picture “%(name)s” are not here. Upload it again.")
        yield Problem(message % {"name": picture["name"]}, "pictures", picture["key"])


def _of_sources(document: Document) -> Iterator[Problem]:
    for citation in document["citations"]:
        source = citation["source"]
        if source is None:
            missing = [(_("Source [%(number)s] has no address yet."), "source")]
        else:
            missing = [
                (message, field)
                for message, field, value in (
                    (_("Source [%(number)s] has no title."), "source", source["title"]),
                    (_("Source [%(number)s] has no publisher."), "source", source["publisher"]),
                    (
                        _("Source [%(number)s] has no date of access."),
                        "accessed_on",
                        citation["accessed_on"],
                    ),
                )
                if not value
            ]
        for message, field in missing:
            values = {"number": citation["number"]}
            yield Problem(message % values, "citations", citation["key"], field)


def _of_the_claim(document: Document) -> Iterator[Problem]:
    if document["rating"] is None:
        return
    claim = document["claim"]
    for field, message in (
        ("text", _("A rating needs the claim that it rates.")),
        ("claimant", _("A rating needs to say who made the claim.")),
        ("appearance", _("A rating needs an address at which the claim can be seen.")),
    ):
        if not (claim and claim[field]):  # type: ignore[literal-required]
            yield Problem(message, "claim", "", field)
