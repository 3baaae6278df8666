"""Making text plain: line ends, spaces, invisible characters, quotation marks, and markers that tools leave behind."""

import re
import unicodedata

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks.importing.draft import Notes, excerpt

LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
CONTROLS = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
SPACES = "\u00a0\u2007\u202f"  # those that do not break
HYPHENS = "\u2010\u2011"
INVISIBLE = (
    "\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero width, word joiner, stray byte-order mark
)

QUOTATION_MARKS = {
    '"': '"',
    "'": "'",
    "“": "”",
    "”": "”",
    "„": "“”",
    "‘": "’",
    "‚": "‘’",
    "«": "»",
    "»": "«",
    "「": "」",
}

# Each part is bounded, so that a text of brackets takes no longer than one of words.
LEAKED_MARKERS = re.compile(
    r"[ \t]?(?:"
    r"[(\[]\s?p\d{1,3}_s\d{1,3}\b[^()\[\]\n]{0,200}[)\]]"
    r"|【[^【】\n]{1,100}】"
    r"|:?contentReference\[oaicite:\d{1,4}\]\{index=\d{1,4}\}"
    r")"
)


def clean(text: str, notes: Notes) -> str:
    """One kind of line end, of space and of hyphen, no control characters, composed letters (NFC)."""
    text = LINE_ENDS.sub("\n", text)
    first = CONTROLS.search(text)
    if first:
        line = text.count("\n", 0, first.start()) + 1
        text, count = CONTROLS.subn("", text)
        message = ngettext(
            "%(count)d control character was removed.",
            "%(count)d control characters were removed, the first one here.",
            count,
        )
        notes.add(line, message % {"count": count})
    return unicodedata.normalize("NFC", plain_spaces(text))


def plain_spaces(text: str) -> str:
    for character in SPACES:
        text = text.replace(character, " ")
    for character in HYPHENS:
        text = text.replace(character, "-")
    for character in INVISIBLE:
        text = text.replace(character, "")
    return text


def without_quotation_marks(text: str) -> str:
    """Strip a pair of quotation marks that encloses the whole text."""
    text = text.strip()
    if len(text) < 2 or text[-1] not in QUOTATION_MARKS.get(text[0], ""):
        return text
    inner = text[1:-1]
    return text if text[0] in inner or text[-1] in inner else inner.strip()


def without_leaked_markers(line: str, number: int, notes: Notes) -> str:
    """Take out what a research tool left in the text, such as ``(p1_s1, published 2025-04-20)``."""
    if "_s" not in line and "【" not in line and "oaicite" not in line:
        return line

    def report(match: re.Match[str]) -> str:
        marker = excerpt(match[0])
        notes.add(number, _("The leaked marker “%(marker)s” was removed.") % {"marker": marker})
        return ""

    return LEAKED_MARKERS.sub(report, line)
