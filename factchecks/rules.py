"""What stops a check from being published, and what an editor should know. Pure: a document in, problems out.

The rules follow the IFCN's code of principles: sources (2), methodology (4), and honest corrections (5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks import citations, documents
from factchecks.documents import CitationPart, Document


@dataclass(frozen=True)
class Problem:
    """A sentence for the editor, and the place it speaks of.

    ``part`` is a field of the check, or the list that the part with ``key`` is in; ``field`` is that part's field.
    """

    message: str
    part: str
    key: str = ""
    field: str = ""


def problems(document: Document, today: date) -> list[Problem]:
    """Everything that stops publication, in the order of the page."""
    return [
        *_of_the_whole(document, today),
        *_of_citing(document),
        *_of_sources(document),
        *_of_the_claim(document),
    ]


def uncited(document: Document) -> list[CitationPart]:
    """The sources that were found, but that no text cites. They stop nothing."""
    cited = {
        number
        for _part, _key, _place, text in _texts(document)
        for number in citations.numbers_in(text)
    }
    return [citation for citation in document["citations"] if citation["number"] not in cited]


def _of_the_whole(document: Document, today: date) -> Iterator[Problem]:
    if not document["authors"]:
        yield Problem(_("The check has no author."), "authors")
    checked_on = documents.day(document["checked_on"])
    if checked_on is None:
        yield Problem(_("The date of checking is missing."), "checked_on")
    elif checked_on > today:
        yield Problem(_("The date of checking lies in the future."), "checked_on")
    if not document["summary"]:
        yield Problem(_("The executive summary is missing."), "summary")
    if not document["findings"]:
        yield Problem(_("The check has no finding."), "findings")
    for number, finding in enumerate(document["findings"], 1):
        if not finding["text"]:
            message = _("Finding %(number)s has no text.") % {"number": number}
            yield Problem(message, "findings", finding["key"], "text")


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
