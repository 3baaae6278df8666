"""The way from a follow-up question to the check that answers it."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from factchecks.models import FollowUp


def way_to_answer(question: FollowUp) -> SafeString | str:
    """Leads to the form of a new check that asks the question; empty for one that was never saved."""
    if not question.pk:
        return ""
    prefilled = urlencode({"question": question.text, "answers": str(question.key)})
    address = f"{reverse('admin:factchecks_factcheck_add')}?{prefilled}"
    text = _("Write the check that answers it")
    return format_html('<a href="{}">{}</a>', address, text)


def show_question(form: forms.BaseForm, key: Any) -> None:
    """Let the field show the question that a key means, and the check that asks it; it can be emptied."""
    choices = [("", _("None"))]
    if key:
        choices.append((str(key), _named(str(key))))
    form.fields["answers"].widget = forms.Select(choices=choices)


def _named(key: str) -> str:
    try:
        question = FollowUp.objects.select_related("fact_check").filter(key=UUID(key)).first()
    except ValueError:
        question = None
    if question is None:
        return _("A question that is no longer asked")
    names = {"question": question.text, "check": question.fact_check.question}
    return _("“%(question)s” in “%(check)s”") % names
