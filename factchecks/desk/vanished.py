"""Rows of a form that somebody else took out of the check meanwhile: what was typed into them stays, as new rows.

Django's formsets would neither show them nor let the form be saved.
"""

import re
from typing import Any

from django.http import QueryDict

from factchecks import citations
from factchecks.documents import Document
from factchecks.models import Byline, Citation, Finding, FollowUp, SearchQuery

GROUPS: dict[str, Any] = {
    "bylines": Byline,
    "findings": Finding,
    "citations": Citation,
    "searches": SearchQuery,
    "follow_ups": FollowUp,
}
MOST_ROWS = 2_000
Row = dict[str, list[str]]


def settle(typed: QueryDict, check: Any) -> QueryDict:
    """The form as typed, for the rows that the check has now; one opened with the newest revision is as it was.

    ``check`` comes from the desk's own queryset, which knows its newest revision's number.
    """
    base = typed.get("base", "")
    if not base.isdecimal() or str(check.newest_number) == base:
        return typed
    revision = check.revisions.filter(number=int(base[:9])).first()
    opened: Document | None = revision.document if revision else None
    settled = typed.copy()
    for prefix, model in GROUPS.items():
        known = model.objects.filter(fact_check=check).values_list("pk", flat=True)
        _settle(settled, prefix, {str(pk) for pk in known}, opened)
    return settled


def _settle(typed: QueryDict, prefix: str, known: set[str], opened: Document | None) -> None:
    total, shown = (
        _count(typed.get(f"{prefix}-{name}", "")) for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    )
    rows = _rows(typed, prefix, total)
    lost = [row for row in rows[:shown] if _first(row, "id") not in known]
    if not lost:
        return
    wanted = [{**row, "id": [""]} for row in lost if _is_wanted(row, prefix, typed, opened)]
    kept = [row for row in rows[:shown] if row not in lost]
    for index, row in enumerate(rows):
        for name in row:
            del typed[f"{prefix}-{index}-{name}"]
    placed = [*kept, *wanted, *rows[shown:]]
    for index, row in enumerate(placed):
        for name, values in row.items():
            typed.setlist(f"{prefix}-{index}-{name}", values)
    typed[f"{prefix}-TOTAL_FORMS"] = str(len(placed))
    typed[f"{prefix}-INITIAL_FORMS"] = str(len(kept))


def _is_wanted(row: Row, prefix: str, typed: QueryDict, opened: Document | None) -> bool:
    """Whether somebody worked on the row, or a text rests on it; otherwise it stays taken out."""
    if _first(row, "DELETE"):
        return False
    if prefix == "citations":
        texts = [str(value) for name, value in typed.items() if name.endswith(("summary", "-text"))]
        return _first(row, "number") in {
            str(n) for text in texts for n in citations.numbers_in(text)
        }
    if prefix == "bylines":
        return False
    if opened is None:
        return True
    parts: Any = opened[prefix]  # type: ignore[literal-required]
    before = [(part.get("heading", ""), part["text"]) for part in parts]
    text = _first(row, "text").replace("\r\n", "\n")
    return (_first(row, "heading"), text) not in before


def _rows(typed: QueryDict, prefix: str, total: int) -> list[Row]:
    rows: list[Row] = [{} for _index in range(total)]
    for full, values in typed.lists():
        match = re.fullmatch(rf"{prefix}-(\d{{1,6}})-(.+)", full, re.ASCII)
        if match and int(match[1]) < total and str(int(match[1])) == match[1]:
            rows[int(match[1])][match[2]] = values
    return rows


def _first(row: Row, name: str) -> str:
    return row.get(name, [""])[0]


def _count(typed: str) -> int:
    return min(int(typed), MOST_ROWS) if typed.isdecimal() and len(typed) < 9 else 0
