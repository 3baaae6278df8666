"""The third form: a revision's document as ``export_check`` writes it."""

import json
import re
from typing import Any

from django.utils.translation import gettext as _

from factchecks.documents import clean_text, problems_of
from factchecks.importing.draft import Draft, Notes, UnreadableDraft
from factchecks.importing.numbering import (
    Line,
    Passage,
    cited_in,
    report_missing_addresses,
    report_uncited,
)

OBJECT = re.compile(r'\s*\{\s*["}]')
DEEPEST = 12
SHOWN = 5


class Twice(ValueError):
    """A key stands twice in one object."""


def is_json(text: str) -> bool:
    return OBJECT.match(text) is not None


def read(text: str, notes: Notes) -> Draft:
    """The document, with its keys. What does not fit the schema is refused as a whole."""
    document = _cleaned(_loaded(text), DEEPEST)
    problems = problems_of(document)
    if problems:
        message = _("This is not a fact check's document. %(problems)s")
        more = _(" And more.") if len(problems) > SHOWN else ""
        raise UnreadableDraft(message % {"problems": " ".join(problems[:SHOWN]) + more})
    _report_numbers(document, notes)
    return Draft(document, notes.in_order(), "json")


def _loaded(text: str) -> Any:
    try:
        # A document has whole numbers only: a fraction stays text, which the schema refuses.
        return json.loads(
            text, object_pairs_hook=_object, parse_float=str, parse_constant=str, parse_int=_number
        )
    except json.JSONDecodeError as error:
        message = _("This is not valid JSON: %(problem)s.") % {"problem": error.msg}
        raise UnreadableDraft(message, error.lineno) from error
    except Twice as error:
        message = _("The key “%(key)s” stands twice in one place.") % {
            "key": clean_text(str(error))
        }
        raise UnreadableDraft(message) from error
    except RecursionError as error:
        raise _too_deep() from error


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= 9 else digits


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        raise Twice(next(key for key in found if keys.count(key) > 1)[:60])
    return found


def _cleaned(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if not levels and isinstance(value, dict | list):
        raise _too_deep()
    if isinstance(value, dict):
        return {key: _cleaned(part, levels - 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, levels - 1) for part in value]
    return value


def _too_deep() -> UnreadableDraft:
    return UnreadableDraft(_("This is not a fact check's document: it is nested too deeply."))


def _report_numbers(document: dict[str, Any], notes: Notes) -> None:
    texts = {_("The summary"): document["summary"]}
    for number, finding in enumerate(document["findings"], 1):
        texts[_("Finding %(number)d") % {"number": number}] = finding["text"]
    passages = [
        Passage(name, [Line(None, line) for line in text.split("\n")])
        for name, text in texts.items()
    ]
    sources = {citation["number"]: citation["source"] for citation in document["citations"]}
    cited = cited_in(passages, len(sources), notes)
    report_uncited([number for number in sources if number not in cited], None, notes)
    missing = [number for number, source in sources.items() if source is None]
    report_missing_addresses(missing, None, notes)
