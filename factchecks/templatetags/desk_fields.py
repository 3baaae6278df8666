"""The fields of the desk's form. A long check has hundreds: they are written without a template for each."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
REQUIRED = mark_safe(' class="required"')


@register.simple_tag
def field_lines(fieldset: Any) -> SafeString:
    """Each field of a fieldset with its label, its help and what is wrong with it."""
    return mark_safe("".join(_line(field) for line in fieldset for field in line))  # noqa: S308


@register.simple_tag
def field_cells(row: Any) -> SafeString:
    """The same as cells of a table, where the columns say what they are."""
    cells = (_cell(field) for fieldset in row for line in fieldset for field in line)
    return mark_safe("".join(cells))  # noqa: S308


def _line(field: Any) -> SafeString:
    if field.is_readonly:
        shown = format_html('{}<div class="readonly">{}</div>', field.label_tag(), field.contents())
        return _around(field.field["name"], "", shown, "")
    bound = field.field
    errors = bound.errors or ""
    if bound.is_hidden:
        return format_html("{}{}", errors, bound)
    html_id, required = bound.id_for_label, REQUIRED if bound.field.required else ""
    label = capfirst(str(bound.label))
    shown = format_html('<label{} for="{}">{}:</label>{}', required, html_id, label, bound)
    return _around(bound.name, errors, shown, _help(html_id, bound.help_text))


def _around(name: str, errors: Any, shown: SafeString, help_text: Any) -> SafeString:
    return format_html(
        '<div class="form-row field-{}{}">{}<div class="flex-container">{}</div>{}</div>',
        name,
        " errors" if errors else "",
        errors,
        shown,
        help_text,
    )


def _help(html_id: str, text: Any) -> SafeString | str:
    line = '<div class="help" id="{}_helptext"><div>{}</div></div>'
    return format_html(line, html_id, text) if text else ""


def _cell(field: Any) -> SafeString:
    if field.is_readonly:
        return format_html(
            '<td class="field-{}"><p>{}</p></td>', field.field["name"], field.contents()
        )
    bound = field.field
    hidden = " hidden" if bound.is_hidden else ""
    return format_html(
        '<td class="field-{}{}">{}{}</td>', bound.name, hidden, bound.errors or "", bound
    )
