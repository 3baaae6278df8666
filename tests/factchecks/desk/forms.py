"""What a browser would post from the desk's form."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from factchecks.models import FactCheck

ADD = reverse("admin:factchecks_factcheck_add")


def change_url(check: FactCheck) -> str:
    return reverse("admin:factchecks_factcheck_change", args=[check.pk])


def typed(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """The fields of the form as they are shown, with some typed over."""
    context: Any = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if field.name == "tags" and not isinstance(value, str):
                value = ", ".join(tag.name for tag in value or [])
            data[field.html_name] = "" if value is None or value is False else value
    opened = context.get("open_form")
    keys = {"_form": str(opened.key), "_continues": opened.continues} if opened else {}
    return {**data, **keys, "_continue": "1", **changes}


def new_row(prefix: str, index: int, **fields: Any) -> dict[str, Any]:
    """The fields of one more row."""
    row = {f"{prefix}-{index}-{name}": value for name, value in fields.items()}
    return {f"{prefix}-TOTAL_FORMS": index + 1, **row}


def save(client: Client, check: FactCheck | None = None, **changes: Any) -> HttpResponse:
    """Open the form, type, and press “Save and continue editing”."""
    url = change_url(check) if check else ADD
    return client.post(url, typed(client, url, **changes))  # type: ignore[return-value]


def errors(response: Any) -> str:
    """All that the form says is wrong."""
    context = response.context
    said = [str(context["adminform"].form.errors)]
    for inline in context["inline_admin_formsets"]:
        said += [str(inline.formset.non_form_errors()), *map(str, inline.formset.errors)]
    return "\n".join(said)
