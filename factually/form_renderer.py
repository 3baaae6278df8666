"""How fields are shown: as Django shows them, but what a page has hundreds of is written without a template."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

Context = dict[str, Any]
RELATED = "admin/widgets/related_widget_wrapper.html"
OF_ONE_ROW = {"name": "\ue000", "rendered_widget": "\ue001"}  # what stands for it in a frame
FRAMES: dict[Any, str] = {}  # by language and what a person may do with the rows of a model


class FormRenderer(DjangoTemplates):
    def render(self, template_name: str, context: Context, request: Any = None) -> SafeString:
        write = WRITTEN.get(template_name)
        if write is not None:
            return mark_safe(write(context))  # noqa: S308 - each escapes what it writes
        if template_name == RELATED:
            return self._related(context)
        if template_name in ERRORS and not context["errors"]:
            return mark_safe("")
        return mark_safe(super().render(template_name, context, request))  # noqa: S308 - by Django

    def _related(self, context: Context) -> SafeString:
        """The links beside a choice: the same in every row, but for its name and the choice itself."""
        same = {name: value for name, value in context.items() if name not in OF_ONE_ROW}
        key = (get_language(), repr(sorted(same.items())))
        if key not in FRAMES:
            FRAMES[key] = super().render(RELATED, {**same, **OF_ONE_ROW})
        frame = FRAMES[key].replace(OF_ONE_ROW["name"], _text(context["name"]))
        shown = frame.replace(OF_ONE_ROW["rendered_widget"], context["rendered_widget"])
        return mark_safe(shown)  # noqa: S308 - both are escaped


def _text(value: Any) -> str:
    return str(value) if isinstance(value, SafeString) else escape(str(value))


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_text(value)}"'
        for name, value in given.items()
        if value is not False and value is not None
    )


def _input(context: Context) -> str:
    widget = context["widget"]
    given = {name: widget[name] for name in ("type", "name", "value")}
    return f"<input{_attributes(given)}{_attributes(widget['attrs'])}>"


def _date(context: Context) -> str:
    return f'<p class="date">{_input(context)}</p>'


def _textarea(context: Context) -> str:
    widget = context["widget"]
    attributes = _attributes({"name": widget["name"], **widget["attrs"]})
    return f"<textarea{attributes}>\n{_text(widget['value'] or '')}</textarea>"


def _select(context: Context) -> str:
    widget = context["widget"]
    groups = "".join(
        f'<optgroup label="{_text(name)}">{_options(options)}</optgroup>'
        if name
        else _options(options)
        for name, options, _index in widget["optgroups"]
    )
    return f"<select{_attributes({'name': widget['name'], **widget['attrs']})}>{groups}</select>"


def _options(options: list[Context]) -> str:
    return "".join(
        f"<option{_attributes({'value': str(each['value']), **each['attrs']})}>"
        f"{_text(each['label'])}</option>"
        for each in options
    )


def _label(context: Context) -> str:
    label, tag = _text(context["label"]), context["tag"]
    if not context["use_tag"]:
        return label
    return f"<{tag}{_attributes(context['attrs'] or {})}>{label}</{tag}>"


INPUTS = ("text", "hidden", "number", "date", "checkbox")
WRITTEN: dict[str, Callable[[Context], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in INPUTS},
    "admin/widgets/date.html": _date,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/label.html": _label,
}
ERRORS = {f"django/forms/errors/list/{name}.html" for name in ("default", "ul")}
