"""The second form: a page as plain text, copied from a published page or a word processor.

Texts in the wild differ. What is recognised is read, whatever its capitals and numbering; what is not is reported.
"""

import re
from typing import Any

from django.utils.translation import gettext as _

from factchecks.documents import VERSION, clean_line, clean_text
from factchecks.importing import lengths
from factchecks.importing.blocks import (
    BULLET,
    Block,
    Heading,
    blocks_of,
    heading_of,
    is_ornament,
)
from factchecks.importing.cleaning import (
    without_leaked_markers,
    without_quotation_marks,
)
from factchecks.importing.dates import UnclearDate, leading_date
from factchecks.importing.draft import Draft, Notes, UnreadableDraft, excerpt
from factchecks.importing.labels import APPEAL, IN_THE_HEAD, TITLE, Part, label_of, parts_of
from factchecks.importing.lengths import cut, first
from factchecks.importing.numbering import (
    Line,
    Passage,
    cited_in,
    highest_in,
    report_cited_heading,
    report_missing_addresses,
    report_uncited,
)
from factchecks.importing.plain_markdown import markdown_of
from factchecks.importing.slugs import make_slug
from factchecks.importing.source_list import sources_in

QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,400})[\"”“»]")
SEPARATORS = re.compile(r"[\s,;|·]*")
HASHES = re.compile(r"[ \t]*(?:#{1,6}[ \t]+)?")
LIST_SIGN = re.compile(r"[ \t]*(?:[•◦▪‣●○∙·*+–\uf0b7-]|\(?[0-9]{1,2}[.)])[ \t]+")


def read(texts: list[str], notes: Notes) -> Draft:
    """The draft, without keys; lines are counted from 1. Raises ``UnreadableDraft``."""
    lines = [
        Line(
            number,
            "" if is_ornament(text) else without_leaked_markers(text, number, notes).rstrip(),
        )
        for number, text in enumerate(texts, 1)
    ]
    title, below = _title(lines, notes)
    parts = parts_of(below)
    summary, findings = _answer(parts, notes)
    follow_ups = _follow_ups(parts, findings, notes)
    passages = [summary, *(passage for _heading, passage in findings)]
    question = cut(clean_line(title.text), lengths.QUESTION, _("The question"), title.number, notes)
    document = {
        "version": VERSION,
        "slug": _slug(question, title, notes),
        "question": question,
        "summary": _text_of(summary, lengths.SUMMARY, notes),
        "language": "en",
        "checked_on": _checked_on(parts, notes),
        "review_on": None,
        "authors": [],
        "reviewed_by": None,
        "tags": [],
        "searches": _searches(parts, notes),
        "findings": [
            {"heading": _heading(heading, notes), "text": _text_of(passage, lengths.TEXT, notes)}
            for heading, passage in findings
        ],
        "citations": _citations(parts, passages, notes),
        "follow_ups": follow_ups,
        "claim": None,
        "rating": None,
        "pictures": [],
        "one_publisher_reason": "",
        "limitations": "",
        "answers": None,
    }
    return Draft(document, notes.in_order(), "text")


def _slug(question: str, title: Line, notes: Notes) -> str:
    slug = make_slug(question)
    if not slug:
        notes.block(
            title.number, _("No address can be made from this question; “untitled” is used.")
        )
    return slug or "untitled"


def _text_of(passage: Passage, limit: int, notes: Notes) -> str:
    line = passage.lines[0].number if passage.lines else None
    return cut(clean_text(passage.text), limit, passage.name, line, notes)


def _heading(heading: Heading, notes: Notes) -> str:
    text = clean_line(heading.text) or _("(no heading)")
    report_cited_heading(text, heading.line.number, notes)
    return cut(text, lengths.HEADING, _("The heading"), heading.line.number, notes)


def _leave_out(lines: list[Line], notes: Notes) -> None:
    """Report text that has no place in a check; what is plainly the site's own appeal goes without saying."""
    for line in lines:
        if line.text and not APPEAL.search(line.text):
            message = _("“%(text)s” was left out: it belongs to no part of a fact check.")
            notes.block(line.number, message % {"text": excerpt(line.text)})


# The title ----------------------------------------------------------------------------------------


def _title(lines: list[Line], notes: Notes) -> tuple[Line, list[Line]]:
    """The question, and the lines below it. What stands above it is left out."""
    head = _first_label(lines)
    announced = (at for at, line in enumerate(lines) if TITLE.fullmatch(line.text))
    at = next(announced, None)
    if at is None or (head is not None and at > head):  # lower down, another check may be announced
        unannounced = _untitled(lines, head)
        at = at if unannounced is None else unannounced
    if at is None:
        message = _(
            "No question was found. A fact check as text begins with “Fact check: ” and its question, above"
            " “Checked on” and “Executive summary”; in Markdown it begins with a header between two lines “---”."
        )
        raise UnreadableDraft(message)
    _leave_out_above(lines[:at], notes)
    match = TITLE.fullmatch(lines[at].text)
    text = match[1] if match else HASHES.sub("", lines[at].text, count=1)
    return _whole_title(Line(lines[at].number, text.strip(" \t*")), lines[at + 1 :])


def _first_label(lines: list[Line]) -> int | None:
    """Where the head begins below its title."""
    for at, line in enumerate(lines):
        label = label_of(line.text) if line.text else None
        if label and label.kind in IN_THE_HEAD:
            return at
    return None


def _untitled(lines: list[Line], head: int | None) -> int | None:
    """Where the question stands in a text that does not say “Fact check:”.

    That is the last question above the head, or else the line right above it; without a head, a text that begins with
    a question.
    """
    candidates = [
        at
        for at, line in enumerate(lines[:head])
        if line.text
        and len(line.text) <= 2 * lengths.QUESTION
        and (_is_question(line.text) or not APPEAL.search(line.text))
    ]
    questions = [at for at in candidates if _is_question(lines[at].text)]
    if head is None:
        return questions[0] if questions and questions[0] == candidates[0] else None
    found = questions or candidates
    return found[-1] if found else None


def _leave_out_above(lines: list[Line], notes: Notes) -> None:
    """The appeal and the counters on top are no content. Anything else there is named, in case it is."""
    for block in blocks_of(lines):
        if not APPEAL.search(block.text):
            message = _("“%(text)s” above the title was left out.")
            notes.add(block.lines[0].number, message % {"text": excerpt(block.text)})


def _whole_title(start: Line, below: list[Line]) -> tuple[Line, list[Line]]:
    """A title that is wrapped, or stands below “Fact check:”."""
    text = start.text
    taken = 0
    for line in below:
        if text and (not line.text or text.endswith("?")):
            break
        if line.text and (label_of(line.text) or len(text) + len(line.text) > lengths.QUESTION):
            break
        text = f"{text} {line.text.strip()}".strip()
        taken += 1
    if not text:
        raise UnreadableDraft(_("There is no question after “Fact check:”."), start.number)
    return Line(start.number, text), below[taken:]


# The head -----------------------------------------------------------------------------------------


def _checked_on(parts: list[Part], notes: Notes) -> str | None:
    checked = [part for part in parts if part.kind == "checked"]
    _leave_out([part.line for part in checked[1:]], notes)
    if not checked:
        return None
    part = checked[0]
    written, line = part.rest, part.line
    if not written and part.lines:
        line = next((line for line in part.lines if line.text), part.line)
        written = line.text
    try:
        found, rest = leading_date(written)
    except UnclearDate as problem:
        notes.block(line.number, _("Checked on: %(problem)s") % {"problem": problem})
        return None
    if rest:
        message = _("“%(text)s” after the date was left out.")
        notes.add(line.number, message % {"text": excerpt(rest)})
    return found.isoformat()


def _searches(parts: list[Part], notes: Notes) -> list[dict[str, str]]:
    texts: list[tuple[Line, str]] = []
    for part in parts:
        if part.kind == "searched":
            found = _queries(part)
            texts += found
            if not found:
                notes.block(part.line.number, _("“Searched for” is empty."))
    items = [
        {"text": cut(text, lengths.ITEM, _("The search"), line.number, notes)}
        for line, text in texts
    ]
    return first(
        items, lengths.SEARCHES, _("Searches"), texts[0][0].number if texts else None, notes
    )


def _queries(part: Part) -> list[tuple[Line, str]]:
    own, _others = _own_lines(part)
    return [
        (line, clean_line(query))
        for line in [Line(part.line.number, part.rest), *own]
        for query in _split_queries(LIST_SIGN.sub("", line.text, count=1).strip())
        if clean_line(query)
    ]


def _split_queries(text: str) -> list[str]:
    """Several queries on one line: each in quotation marks, or parted by semicolons."""
    quoted = QUOTED.findall(text)
    if len(quoted) > 1 and SEPARATORS.fullmatch(QUOTED.sub("", text)):
        return [query.strip() for query in quoted]
    return [without_quotation_marks(query.strip(" \t,")) for query in text.split(";")]


def _own_lines(part: Part) -> tuple[list[Line], list[Line]]:
    """The lines of a part of the head that are its own, and those that only follow it.

    Queries go on over an empty line only while they look like queries; a date stands on one line.
    """
    if part.kind == "searched":
        return _lines_of_queries(part)
    own = 0
    if part.kind == "checked" and not part.rest:
        own = next((at for at, line in enumerate(part.lines, 1) if line.text), 0)
    return part.lines[:own], part.lines[own:]


def _lines_of_queries(part: Part) -> tuple[list[Line], list[Line]]:
    seen = bool(part.rest)
    after_gap = False
    for at, line in enumerate(part.lines):
        if not line.text:
            after_gap = seen
            continue
        text = line.text.strip()
        looks_like_query = text[0] in "\"“„«'" or BULLET.fullmatch(line.text) is not None
        if len(text) > lengths.ITEM or (after_gap and not looks_like_query):
            return part.lines[:at], part.lines[at:]
        seen = True
    return part.lines, []


# The answer ---------------------------------------------------------------------------------------


def _answer(parts: list[Part], notes: Notes) -> tuple[Passage, list[tuple[Heading, Passage]]]:
    """The summary and the findings. Without the label, the answer is all that follows the head."""
    loose = [
        line
        for part in parts
        if part.kind in {"top", "checked", "searched", "found"}
        for line in _own_lines(part)[1]
    ]
    labelled = [part for part in parts if part.kind == "summary"]
    if labelled:
        _leave_out(loose, notes)
        part = labelled[0]
        lines = [Line(part.line.number, part.rest), *part.lines] if part.rest else part.lines
        summary, findings = _split(blocks_of(lines), notes, starts_with_summary=True)
        if not summary.lines:
            notes.block(part.line.number, _("The executive summary is empty."))
    else:
        summary, findings = _split(blocks_of(loose), notes, starts_with_summary=False)
        notes.add(None, _("The text does not say “Executive summary”."))
    if not findings:
        notes.add(None, _("No finding's heading was recognised."))
    return summary, findings


def _split(
    blocks: list[Block], notes: Notes, *, starts_with_summary: bool
) -> tuple[Passage, list[tuple[Heading, Passage]]]:
    found: list[tuple[Heading | None, list[Block]]] = [(None, [])]
    for at, block in enumerate(blocks):
        below_heading = bool(found[-1][0]) and not found[-1][1]
        may_lack_number = not below_heading and not (starts_with_summary and at == 0)
        heading = heading_of(blocks, at, may_lack_number=may_lack_number)
        if heading:
            found.append((heading, []))
        else:
            found[-1][1].append(block)
    summary = Passage(_("The summary"), markdown_of(found[0][1]))
    kept = first(found[1:], lengths.FINDINGS, _("Findings"), None, notes)
    findings = [
        (heading, Passage(_("Finding %(number)d") % {"number": number}, markdown_of(own)))
        for number, (heading, own) in enumerate(kept, 1)
        if heading
    ]
    _report_headings([heading for heading, _passage in findings], notes)
    _report_empty(findings, notes)
    return summary, findings


def _report_headings(headings: list[Heading], notes: Notes) -> None:
    """Findings are numbered by their order; a text that numbers them otherwise may mean something by it."""
    numbered = any(heading.number is not None for heading in headings)
    for number, heading in enumerate(headings, 1):
        values = {"heading": excerpt(heading.text), "number": number, "written": heading.number}
        if heading.number is not None and heading.number != number:
            message = _(
                "“%(heading)s” is numbered %(written)d in the text; it is finding %(number)d."
            )
            notes.add(heading.line.number, message % values)
        elif numbered and heading.number is None:
            message = _(
                "“%(heading)s” has no number; it was read as the heading of finding %(number)d."
            )
            notes.add(heading.line.number, message % values)


def _report_empty(findings: list[tuple[Heading, Passage]], notes: Notes) -> None:
    for heading, passage in findings:
        if not passage.lines:
            message = _("The finding “%(heading)s” has no text.")
            notes.block(heading.line.number, message % {"heading": excerpt(heading.text)})


# The end ------------------------------------------------------------------------------------------


def _follow_ups(
    parts: list[Part], findings: list[tuple[Heading, Passage]], notes: Notes
) -> list[dict[str, str]]:
    labelled = [part for part in parts if part.kind == "follow_ups"]
    lines = [line for part in labelled for line in _questions(part, notes)]
    if not labelled and findings:
        lines = _trailing_questions(findings[-1][1], notes)
    items = []
    for line in lines:
        text = clean_line(without_quotation_marks(LIST_SIGN.sub("", line.text, count=1)))
        if text:
            items.append({"text": cut(text, lengths.ITEM, _("The follow-up"), line.number, notes)})
    if labelled and not items:
        notes.add(labelled[0].line.number, _("There are no follow-up questions below this line."))
    return first(
        items, lengths.FOLLOW_UPS, _("Follow-ups"), lines[0].number if lines else None, notes
    )


def _questions(part: Part, notes: Notes) -> list[Line]:
    """The part's questions; the first paragraph may hold other lines too, later ones are the page's foot."""
    found: list[Line] = []
    after_gap = False
    for line in part.lines:
        text = line.text.strip()
        if not text:
            after_gap = bool(found)
        elif found and text[0].islower() and not found[-1].text.endswith("?"):
            found[-1] = Line(found[-1].number, f"{found[-1].text} {text}")
        elif APPEAL.search(text) and not text.endswith("?"):
            after_gap = True
        elif after_gap and not _is_question(text):
            _leave_out([line], notes)
        else:
            found.append(Line(line.number, text))
    return found


def _is_question(text: str) -> bool:
    return text.rstrip("\"”'*) ").endswith("?")


def _trailing_questions(last: Passage, notes: Notes) -> list[Line]:
    """Two or more lines at the end that are nothing but questions; they are taken out of the last finding."""
    found: list[Line] = []
    at = len(last.lines)
    while at and (not last.lines[at - 1].text or _is_question(last.lines[at - 1].text)):
        at -= 1
        found.insert(0, last.lines[at])
    questions = [line for line in found if line.text]
    starts_paragraph = (
        at == 0
        or (found and not found[0].text)
        or LIST_SIGN.match(questions[0].text if questions else "")
    )
    if len(questions) < 2 or at == 0 or not starts_paragraph:
        return []
    del last.lines[at:]
    message = _(
        "The questions at the end were read as follow-up questions, though nothing announces them."
    )
    notes.add(questions[0].number, message)
    return questions


# The sources --------------------------------------------------------------------------------------


def _citations(parts: list[Part], passages: list[Passage], notes: Notes) -> list[dict[str, Any]]:
    """A numbered place for each source that was found; the addresses of those that the text lists."""
    found_line, count = _found(parts, notes)
    sources = sources_in(
        [line for part in parts if part.kind == "sources" for line in part.lines], notes
    )
    count = max([count or 0, *sources])
    if not count:
        count = highest_in(passages, lengths.CITATIONS)
    cited = cited_in(passages, count, notes)
    numbers = range(1, count + 1)
    report_uncited([number for number in numbers if number not in cited], found_line, notes)
    report_missing_addresses(
        [number for number in numbers if number not in sources], found_line, notes
    )
    return [
        {"number": number, "accessed_on": None, "source": sources.get(number), "quotations": []}
        for number in numbers
    ]


def _found(parts: list[Part], notes: Notes) -> tuple[int | None, int | None]:
    """The line of “Found N sources”, and N."""
    for part in parts:
        if part.kind == "found":
            count = int(re.sub(r"[^0-9]", "", part.rest))
            if count <= lengths.CITATIONS:
                return part.line.number, count
            message = _("A check can have at most %(most)d sources; this number was left out.")
            notes.block(part.line.number, message % {"most": lengths.CITATIONS})
            return part.line.number, None
    return None, None
