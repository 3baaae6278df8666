"""The panel beside the form: where the check stands, and what still stops publication, each leading to its field."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext

from factchecks import documents, publishing, revisions, rules, verifying, workflow
from factchecks.documents import Document
from factchecks.models import Citation, FactCheck, Revision, Step
from factchecks.verifying import Quoted

STEPS, STEPS_SHOWN = 20, 5
GROUPS = {"authors": "bylines", "findings": "findings", "citations": "citations"}
CLAIM_FIELDS = {"text": "claim_text", "claimant": "claimant", "appearance": "claim_appearance"}


@dataclass(frozen=True)
class Item:
    """One sentence, and the id of the element of the form that it speaks of; of a warning, an address."""

    message: str
    target: str


@dataclass(frozen=True)
class Line:
    """One rule of the checklist, with what breaks it."""

    text: str
    items: list[Item]


def context(
    check: FactCheck | None, rows: Iterable[Citation] | None = None, *, look_up: bool = False
) -> dict[str, Any]:
    """What the change form shows besides the form, of the check as it was last saved.

    ``rows`` are its citations with their sources, where they are at hand: each is told how its quotations stand.
    ``look_up`` them, where somebody decides on publication.
    """
    if check is None:
        return {"panel": None}
    now = timezone.now()
    last = revisions.newest(check)
    assert last is not None, "a check has a revision from its first save on"  # noqa: S101
    document = revisions.with_sources_of_today(last, rows)
    quoted = _quoted(document, rows, look_up=look_up)
    lines = checklist(document, quoted)
    steps = list(check.steps.select_related("by", "revision").defer("revision__document")[:STEPS])
    is_approved = check.stage == FactCheck.Stage.APPROVED
    approval = _approval(last, steps) if is_approved else None
    alone = workflow.may_be_published_alone(last)
    publications = publishing.live_and_scheduled(check, now)
    return {
        "panel": {
            "check": check,
            "checklist": lines,
            "items": [item for line in lines for item in line.items],
            "warnings": [_warning(each, check) for each in verifying.warnings(quoted)],
            "unknown": _unknown(verifying.unknown(quoted)),
            "uncited": [citation["number"] for citation in rules.uncited(document)],
            "live": next((each for each in publications if each.updated_at <= now), None),
            "scheduled": next((each for each in publications if each.updated_at > now), None),
            "last": last,
            "changed_around": documents.sha256(document) != last.sha256,
            "unsent": check.stage == FactCheck.Stage.REVIEW and not _was_sent(last, steps),
            "approval": approval,
            "alone": alone,
            "ready": not any(line.items for line in lines) and bool(approval or alone),
            "steps": steps[:STEPS_SHOWN],
        }
    }


def _was_sent(last: Revision, steps: list[Step]) -> bool:
    """Whether it is this revision that was sent to review, as far as the steps at hand tell."""
    sent = [step for step in steps if step.kind == Step.Kind.SUBMITTED]
    return not sent or sent[0].revision_id == last.pk


def _approval(last: Revision, steps: list[Step]) -> Step | None:
    """As ``workflow.approval_of``, which is asked only when it lies further back than the steps at hand."""
    for step in steps:
        if step.revision_id == last.pk and step.kind in {Step.Kind.APPROVED, Step.Kind.RETURNED}:
            return step if step.kind == Step.Kind.APPROVED else None
    return workflow.approval_of(last) if len(steps) == STEPS else None


def _quoted(document: Document, rows: Iterable[Citation] | None, *, look_up: bool) -> list[Quoted]:
    if rows is None:
        return verifying.quoted(document, look_up=look_up)
    sources = {row.source.url: row.source.pk for row in rows if row.source}
    quoted = verifying.quoted(document, sources, look_up=look_up)
    by_key: dict[str, list[Quoted]] = {}
    for each in quoted:
        by_key.setdefault(each.citation["key"], []).append(each)
    for row in rows:
        row.quoted = by_key.get(str(row.key), [])  # type: ignore[attr-defined]
    return quoted


def _warning(quoted: Quoted, check: FactCheck) -> Item:
    """What is wrong with a quotation that stops nothing; the way leads to where both are compared."""
    problem, copy = quoted.problem, quoted.standing.snapshot
    assert problem, "it stands in no copy"  # noqa: S101
    assert copy, "it was looked up in one"  # noqa: S101
    query = {"quotation": quoted.digest, "check": str(check.pk), "wrong": quoted.part["key"]}
    url = reverse("admin:sources_snapshot", args=[copy.source_id, copy.pk])
    return Item(problem.message, f"{url}?{urlencode(query)}#found")


def _unknown(quoted: list[Quoted]) -> str:
    """One quiet sentence, which names the sources."""
    if not quoted:
        return ""
    numbers = sorted({each.citation["number"] for each in quoted})
    message = ngettext(
        "%(count)d quotation was not looked up in any copy of its source yet: %(sources)s.",
        "%(count)d quotations were not looked up in any copy of their sources yet: %(sources)s.",
        len(quoted),
    )
    named = ", ".join(f"[{number}]" for number in numbers)
    return message % {"count": len(quoted), "sources": named}


def checklist(document: Document, quoted: list[Quoted]) -> list[Line]:
    return [
        Line(
            rule.text, [Item(broken.message, _target(broken, document)) for broken in rule.problems]
        )
        for rule in (*rules.checklist(document, timezone.localdate()), *verifying.rule(quoted))
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
