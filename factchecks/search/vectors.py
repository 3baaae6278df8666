"""What the search knows of a publication: its words without mark-up, and the vectors that Postgres makes of them."""

from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from factchecks import markup
from factchecks.documents import Document
from factchecks.search import language

# Postgres refuses a vector of more than 1 MB. What stands further back is not found.
LONGEST = 50_000  # characters of one weight


def columns(document: Document) -> dict[str, Any]:
    """``text``, ``search`` and ``search_front`` of a publication; the vectors as expressions, made where they are stored."""
    parts = weighted(document)
    config = language.configuration(document["language"])
    question, summary, findings, titles = (
        SearchVector(Value(text), weight=weight, config=config) for weight, text in parts.items()
    )
    front = question + summary
    return {
        "text": "\n".join(parts.values()),
        "search": front + findings + titles,
        "search_front": front,
    }


def weighted(document: Document) -> dict[str, str]:
    """The words by their weight: of the question, the summary, the findings, the titles of the sources."""
    findings = [
        f"{finding['heading']}\n{markup.plain(finding['text'])}" for finding in document["findings"]
    ]
    sources = [citation["source"] for citation in document["citations"]]
    parts = {
        "A": document["question"],
        "B": markup.plain(document["summary"]),
        "C": "\n".join(findings),
        "D": "\n".join(source["title"] for source in sources if source),
    }
    return {weight: text[:LONGEST] for weight, text in parts.items()}
