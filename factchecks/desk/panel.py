"""The panel beside the form: where the check stands, and what still stops publication, each leading to its field."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from factchecks import documents, publishing, revisions, rules
from factchecks.documents import Document
from factchecks.models import FactCheck

GROUPS = {"authors": "bylines", "findings": "findings", "citations": "citations"}
CLAIM_FIELDS = {"text": "claim_text", "claimant": "claimant", "appearance": "claim_appearance"}


@dataclass(frozen=True)
class Item:
    """One sentence, and the id of the element of the form that it speaks of."""

    message: str
    target: str


def context(check: FactCheck | None) -> dict[str, Any]:
    """What the change form shows besides the form, of the check as it was last saved."""
    if check is None:
        return {"panel": None}
    now = timezone.now()
    document = revisions.build(check)
    last = revisions.newest(check)
    return {
        "panel": {
            "check": check,
            "items": items(document),
            "uncited": [citation["number"] for citation in rules.uncited(document)],
            "live": check.publications.published(now).select_related("revision").first(),
            "scheduled": publishing.scheduled(check, now),
            "last": last,
            "changed_around": last is not None and documents.sha256(document) != last.sha256,
        }
    }


def items(document: Document) -> list[Item]:
    return [
        Item(problem.message, _target(problem, document))
        for problem in rules.problems(document, timezone.localdate())
    ]


def _target(problem: rules.Problem, document: Document) -> str:
    if problem.part == "claim":
        return f"id_{CLAIM_FIELDS[problem.field]}"
    if problem.part not in GROUPS:
        return f"id_{problem.part}"
    group = GROUPS[problem.part]
    if not problem.key:
        return f"{group}-group"
    parts: list[Any] = document[problem.part]  # type: ignore[literal-required]
    row = next(index for index, part in enumerate(parts) if part["key"] == problem.key)
    return f"id_{group}-{row}-{problem.field}"
