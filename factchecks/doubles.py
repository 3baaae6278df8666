"""Two citations of one source become one. Pure, no queries."""

from collections.abc import Mapping
from typing import cast

from factchecks import citations
from factchecks.documents import CitationPart, Document, QuotationPart
from sources import addresses


def folded(document: Document) -> Document:
    """The document with one citation for each address, and its texts with the numbers that are left.

    The first one stays, with the passages of both and the later day of access. The very document, where no address
    stands twice. A draft's, whose parts have no keys yet, is folded as well.
    """
    by_address: dict[str, CitationPart] = {}
    stay: list[CitationPart] = []
    numbers: dict[int, int] = {}
    for citation in document["citations"]:
        source = citation["source"]
        address = addresses.normalise(source["url"]) if source else ""
        twin = by_address.get(address)
        if twin is None:
            twin = cast(CitationPart, {**citation, "number": len(stay) + 1})
            stay.append(twin)
            by_address |= {address: twin} if address else {}
        else:
            _take_in(twin, citation)
        numbers[citation["number"]] = twin["number"]
    if len(stay) == len(document["citations"]):
        return document
    return _renumbered({**document, "citations": stay}, numbers)


def _take_in(twin: CitationPart, other: CitationPart) -> None:
    days = filter(None, [twin["accessed_on"], other["accessed_on"]])
    twin["accessed_on"] = max(days, default=None)
    said = {_said(quotation) for quotation in twin["quotations"]}
    twin["quotations"] = [
        *twin["quotations"],
        *(quotation for quotation in other["quotations"] if _said(quotation) not in said),
    ]


def _said(quotation: QuotationPart) -> tuple[str, object]:
    return " ".join(quotation["text"].split()), quotation["finding"]


def _renumbered(document: Document, numbers: Mapping[int, int]) -> Document:
    return {
        **document,
        "summary": citations.fold(document["summary"], numbers),
        "findings": [
            {**finding, "text": citations.fold(finding["text"], numbers)}
            for finding in document["findings"]
        ],
    }
