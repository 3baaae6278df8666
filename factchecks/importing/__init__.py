"""Reading what newsrooms have: Markdown with a header, a page as plain text, a revision's document.

Pure text work: nothing here touches the database.
"""

from django.utils.translation import gettext as _

from factchecks.importing import json_form, markdown_form, text_form
from factchecks.importing.cleaning import clean
from factchecks.importing.decoding import decode
from factchecks.importing.draft import Draft, Note, Notes, UnreadableDraft

MOST_LINES = 500_000

__all__ = ["Draft", "Note", "UnreadableDraft", "read"]


def read(data: bytes | str) -> Draft:
    """Make a draft of a file's bytes or a pasted text; the form is recognised by content.

    Raises ``UnreadableDraft`` and nothing else.
    """
    notes = Notes()
    text = decode(data, notes)
    if json_form.is_json(text):
        return json_form.read(text, notes)
    text = clean(text, notes)
    if not text.strip():
        raise UnreadableDraft(_("The file is empty."))
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        message = _("This has %(count)d lines; at most %(most)d can be read.")
        raise UnreadableDraft(message % {"count": len(lines), "most": MOST_LINES})
    if markdown_form.has_header(lines):
        return markdown_form.read(lines, notes)
    return text_form.read(lines, notes)
