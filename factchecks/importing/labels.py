"""The lines by which a page in plain text shows its parts: “Checked on …”, “Searched for:”, “Executive summary”."""

import re
from typing import Literal, NamedTuple

from factchecks.importing.numbering import Line

Kind = Literal["top", "checked", "searched", "found", "summary", "follow_ups", "sources"]

FLAGS = re.IGNORECASE | re.ASCII
BEFORE = r"[ \t]{0,20}(?:#{1,6}[ \t]{1,4})?\**"
AFTER = r"[ \t]{0,4}[:.–—-]?\**[ \t]{0,4}[:.–—-]?[ \t]*"

TITLE = re.compile(rf"{BEFORE}fact[ -]?check\**[ \t]{{0,4}}[:–—-]\**(.*)", FLAGS)
CHECKED = re.compile(rf"{BEFORE}(?:last )?(?:fact[ -])?checked(?: on)?\b{AFTER}(.*)", FLAGS)
SEARCHED = re.compile(rf"{BEFORE}(?:we )?searched for{AFTER}(.*)", FLAGS)
FOUND = re.compile(
    rf"{BEFORE}found{AFTER}([0-9][0-9,.]{{0,12}}) (?:\w{{1,12}} )?sources?\b(.*)", FLAGS
)
SUMMARY = re.compile(rf"{BEFORE}executive[ -]?summary\b{AFTER}(.*)", FLAGS)
BARE_SUMMARY = re.compile(rf"{BEFORE}(?:summary|in short|in brief)\**[ \t]{{0,4}}:?\**", FLAGS)
FOLLOW_UPS = re.compile(
    rf"{BEFORE}(?:want to (?:dive|dig|go) deeper|follow[ -]?up questions?|(?:further|related) questions?)"
    rf"{AFTER}[?]?{AFTER}",
    FLAGS,
)
SOURCES = re.compile(rf"{BEFORE}(?:sources?|references|source list|list of sources){AFTER}", FLAGS)
APPEAL = re.compile(
    r"\b(?:donat(?:e|es|ion|ions)|supporters?|support us|newsletter|subscribe|loading)\b"
    r"|\bkeep \w{1,30} independent\b|^\s*(?:share|menu|home|log in|sign in)\s*$",
    FLAGS,
)
LONGEST_LABEL = 160


class Label(NamedTuple):
    """A line that begins a part, and what else stands on it."""

    kind: Kind
    rest: str


class Part(NamedTuple):
    """A label's line, and the lines up to the next label."""

    kind: Kind
    line: Line
    rest: str
    lines: list[Line]


def label_of(line: str) -> Label | None:
    """What a line announces. The executive summary may begin on the line of its label, so that one may be long."""
    if match := SUMMARY.fullmatch(line):
        return Label("summary", match[1])
    if len(line) > LONGEST_LABEL * 4:
        return None
    if match := SEARCHED.fullmatch(line):
        return Label("searched", match[1])
    if len(line) > LONGEST_LABEL:
        return None
    if match := CHECKED.fullmatch(line):
        return Label("checked", match[1])
    if match := FOUND.fullmatch(line):
        return Label("found", match[1])
    for kind, pattern in LABELS_ALONE:
        if pattern.fullmatch(line):
            return Label(kind, "")
    return None


LABELS_ALONE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("summary", BARE_SUMMARY),
    ("follow_ups", FOLLOW_UPS),
    ("sources", SOURCES),
)
IN_THE_HEAD: set[Kind] = {"checked", "searched", "found", "summary"}
AT_THE_END: set[Kind] = {"follow_ups", "sources"}


def parts_of(lines: list[Line]) -> list[Part]:
    """The lines below the title, part by part. The head's labels count only before the summary or the first long line."""
    parts = [Part("top", lines[0] if lines else Line(None, ""), "", [])]
    allowed: set[Kind] = IN_THE_HEAD | AT_THE_END
    below_text = False
    for line in lines:
        label = label_of(line.text) if line.text else None
        if (
            label
            and label.kind in allowed
            and not _is_text_after_all(label, line, parts, below_text)
        ):
            parts.append(Part(label.kind, line, label.rest.strip(), []))
            if label.kind not in IN_THE_HEAD or label.kind == "summary":
                allowed = allowed - IN_THE_HEAD - {label.kind}
            continue
        parts[-1].lines.append(line)
        if len(line.text) > LONGEST_LABEL and parts[-1].kind != "searched":
            allowed = allowed & (AT_THE_END | {"summary"})
            below_text = True
    return parts


def _is_text_after_all(label: Label, line: Line, parts: list[Part], below_text: bool) -> bool:
    """“Found 3 sources” counts once, and a bare “Summary” below a paragraph is one at the end."""
    if label.kind == "found":
        return any(part.kind == "found" for part in parts)
    return below_text and BARE_SUMMARY.fullmatch(line.text) is not None
