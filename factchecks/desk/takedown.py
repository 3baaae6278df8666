"""The page on which the words of former versions are taken down for legal reasons."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import publishing, takedown
from factchecks.desk import pages, steps
from factchecks.desk.access import signed_in
from factchecks.models import Publication


class TakedownForm(forms.Form):
    """Which versions, and why; the box is there because no button at the desk brings the words back."""

    versions = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Versions"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    notice = steps.words_to_readers(
        gettext_lazy("Notice"),
        gettext_lazy("What readers find in place of the words: which law or order asks for it."),
    )
    is_meant = forms.BooleanField(
        label=gettext_lazy("I mean it: readers will find these words nowhere any more")
    )

    def __init__(self, *args: Any, known: dict[int, Publication], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["versions"].choices = [  # type: ignore[attr-defined]
            (number, _span(number, publication))
            for number, publication in known.items()
            if takedown.can_go(publication)
        ]


def _span(number: int, publication: Publication) -> str:
    end = publication.live_until
    assert end is not None, "only what is over is offered"  # noqa: S101
    return _("Version %(number)s, revision %(revision)s, public from %(begin)s until %(end)s") % {
        "number": number,
        "revision": publication.revision.number,
        "begin": publishing.moment_text(publication.updated_at),
        "end": publishing.moment_text(end),
    }


def view(model_admin: Any) -> steps.View:
    """For those who may publish: choose versions that are over, say why, confirm."""

    @require_http_methods(["GET", "POST"])
    def take_down(request: HttpRequest, pk: int) -> HttpResponse:
        check = steps.allowed(model_admin, request, pk)
        form = TakedownForm(request.POST or None, known=takedown.numbered(check))
        if request.method == "POST" and form.is_valid():
            try:
                takedown.take_down(
                    check,
                    notice=form.cleaned_data["notice"],
                    editor=signed_in(request),
                    versions=form.cleaned_data["versions"],
                )
            except ValidationError as error:
                steps.refuse(form, error)
            else:
                return steps.done(request, check, _("The words are taken down; the notice stands."))
        title = _("Take words down: %(check)s") % {"check": check}
        return pages.render(model_admin, request, "takedown", check, title=title, form=form)

    return take_down
