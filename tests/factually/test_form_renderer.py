"""What is written without a template reads as what Django writes by one."""

import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, RelatedFieldWidgetWrapper
from django.forms.renderers import DjangoTemplates

from factchecks.models import Byline
from factually.form_renderer import FormRenderer

CHOICES = [("", "---"), ("a&b", "<A>"), ("Group", [("1", "One"), ("2", "Two")])]


class Fields(forms.Form):
    text = forms.CharField(label="A <b>", max_length=9, help_text="Help", initial="\"<&'")
    empty = forms.CharField(required=False, disabled=True)
    long = forms.CharField(widget=forms.Textarea(attrs={"data-x": '"'}), initial="\n<p>")
    hidden = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    number = forms.IntegerField(min_value=1)
    ticked = forms.BooleanField(initial=True)
    day = forms.DateField(widget=AdminDateWidget, initial=date(2026, 1, 2))
    choice = forms.ChoiceField(choices=CHOICES, initial="2")


def written(renderer: Any, data: dict[str, str] | None, name: str) -> str:
    field = Fields(data, renderer=renderer)[name]
    html = f"{field.label_tag()}{field.errors}{field.errors.as_ul()}{field}"
    return re.sub(r">\s+<", "><", html)


@pytest.mark.parametrize("data", [None, {"text": "</textarea>", "choice": "a&b"}])
@pytest.mark.parametrize("name", Fields.base_fields)
def test_a_field_is_written_as_django_writes_it(name: str, data: dict[str, str] | None) -> None:
    assert written(FormRenderer(), data, name) == written(DjangoTemplates(), data, name)


@pytest.mark.parametrize("may_change", [True, False])
@pytest.mark.parametrize("name", ["one", 'two"&'])
def test_the_links_beside_a_choice_are_those_of_its_row(name: str, may_change: bool) -> None:
    rel: Any = Byline._meta.get_field("person").remote_field
    choice = forms.Select(choices=[("1", "<One>")])
    widget: Any = RelatedFieldWidgetWrapper(choice, rel, admin.site, True, may_change)
    ours, django = (
        re.sub(r">\s+<", "><", widget.render(name, "1", {"id": f"id_{name}"}, renderer))
        for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert ours == django
    assert ("change-related" in ours) == may_change
