"""The pictures of a check, on a page of their own. Each change is a new revision."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, astuple
from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from factchecks import documents, pictures, revisions, rules
from factchecks.desk import pages
from factchecks.desk.access import signed_in
from factchecks.documents import Document, PicturePart
from factchecks.models import FactCheck, Picture

SCHEMA = documents.SCHEMA["properties"]["pictures"]
LONGEST_NAME = 60
SALT = "factchecks.desk.pictures"


class Line(forms.CharField):
    """One line of text, in the spelling of a document."""

    def to_python(self, value: Any) -> str:
        return documents.clean_line(super().to_python(value) or "")


def _line(name: str) -> Line:
    field: Any = Picture._meta.get_field(name)
    return Line(
        label=field.verbose_name.capitalize(),
        max_length=field.max_length,
        help_text=field.help_text,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class TextsForm(forms.Form):
    """What is said about a picture."""

    alt = _line("alt")
    credit = _line("credit")
    licence = _line("licence")


class AddForm(TextsForm):
    """A new picture. Its file is kept at once, and need not be chosen again when another field has an error."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "A PNG, JPEG, WebP or GIF of up to 15 MB. Where and with what it was made is left out."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )
    name = forms.SlugField(
        label=gettext_lazy("Name in the text"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Left empty, it is made from the file's name."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    field_order = ["file", "name", "alt", "credit", "licence"]

    def __init__(self, *args: Any, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        self.stored: pictures.Stored | None = None
        self.file_name = ""

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].lower()
        if name in self.taken:
            raise ValidationError(_("Another picture of this check has this name."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            self._take_file(cleaned)
        except ValidationError as error:
            self.add_error("file", error)
        if "name" in cleaned and not cleaned["name"]:
            cleaned["name"] = self._suggested()
        return cleaned

    def _take_file(self, cleaned: dict[str, Any]) -> None:
        """Keep the file that was sent, or find the one that came with an earlier try."""
        if file := cleaned.get("file"):
            self.stored, self.file_name = pictures.store(file), str(file.name)
        elif kept := self.data.get("kept"):
            self._find_kept(kept)
        elif "file" not in self.errors:
            raise ValidationError(_("Choose the picture's file."))

    def _find_kept(self, kept: str) -> None:
        try:
            *size, self.file_name = signing.loads(kept, salt=SALT)
        except signing.BadSignature as error:
            raise ValidationError(_("Choose the picture's file again.")) from error
        self.stored = pictures.Stored(*size)

    def _suggested(self) -> str:
        """A name after the file's, that no other picture of the check has."""
        stem = slugify(PurePath(self.file_name).stem)[: LONGEST_NAME - 4].strip("-_") or "picture"
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(self.taken) + 3)))
        return next(name for name in names if name not in self.taken)

    @property
    def kept(self) -> str:
        """For a hidden field: the file that is kept already, signed."""
        if self.stored is None:
            return ""
        return signing.dumps((*astuple(self.stored), self.file_name), salt=SALT)

    def part(self) -> PicturePart:
        assert self.stored, "asked of a valid form only"  # noqa: S101
        return {
            "key": str(uuid.uuid4()),
            "name": self.cleaned_data["name"],
            "alt": self.cleaned_data["alt"],
            "credit": self.cleaned_data["credit"],
            "licence": self.cleaned_data["licence"],
            **asdict(self.stored),  # type: ignore[typeddict-item]
        }


class Page:
    """The page of one check's pictures: what was asked of it, and its forms with what was typed."""

    def __init__(self, request: HttpRequest, check: FactCheck) -> None:
        self.request = request
        self.check = check
        self.document = revisions.build(check)
        last = revisions.newest(check)
        self.number = last.number if last else 0
        self.problems: list[str] = []
        post, files = request.POST, request.FILES
        # A form is bound when its own button was pressed.
        self.add_form = AddForm(
            post if "_add" in post else None,
            files if "_add" in post else None,
            taken={part["name"] for part in self.document["pictures"]},
        )
        self.texts_forms = {
            part["key"]: TextsForm(
                post if post.get("_change") == part["key"] else None,
                initial=dict(part),
                prefix=part["key"],
            )
            for part in self.document["pictures"]
        }

    def act(self) -> str:
        """Do what was asked; the sentence that says so, or nothing when it was refused."""
        try:
            changed, said = self._wanted()
            if changed is not None:
                base = self.request.POST.get("base", "")
                revisions.apply(
                    changed,
                    fact_check=self.check,
                    base=int(base) if base.isdecimal() and len(base) < 10 else 0,
                    by=signed_in(self.request),
                )
                return said
        except revisions.StaleBase as error:
            self.problems += [*error.messages, _("Look at its pictures again, then repeat this.")]
        except ValidationError as error:
            self.problems += error.messages
        return ""

    def _wanted(self) -> tuple[Document | None, str]:
        """The document as it was asked for, or none where a form has errors."""
        parts = self.document["pictures"]
        post = self.request.POST
        if self.add_form.is_bound:
            if not self.add_form.is_valid():
                return None, ""
            if len(parts) >= SCHEMA["maxItems"]:
                message = _("A check has at most %(most)s pictures.")
                raise ValidationError(message % {"most": SCHEMA["maxItems"]})
            part = self.add_form.part()
            said = _("The picture “%(name)s” is added. Now place it in a text.") % part
            return self._with([*parts, part]), said
        key = post.get("_change") or post.get("_remove")
        chosen = next((part for part in parts if part["key"] == key), None)
        if chosen is None:
            raise ValidationError(_("This picture is not in the check any more."))
        if "_remove" in post:
            self._refuse_placed(chosen)
            said = _("The picture “%(name)s” is removed from the check.") % chosen
            return self._with([part for part in parts if part is not chosen]), said
        form = self.texts_forms[chosen["key"]]
        if not form.is_valid():
            return None, ""
        changed: Any = {**chosen, **form.cleaned_data}
        said = _("The texts of the picture “%(name)s” are saved.") % chosen
        return self._with([changed if part is chosen else part for part in parts]), said

    def _with(self, parts: list[PicturePart]) -> Document:
        return {**self.document, "pictures": parts}

    def _refuse_placed(self, part: PicturePart) -> None:
        """A text would lose its picture; unless that is lost anyhow, and is to be uploaded again."""
        places = rules.placing(self.document).get(part["name"], [])
        if places and part not in pictures.lacking(self.document):
            message = _("“%(name)s” is not removed, because these texts show it: %(places)s.")
            values = {"name": part["name"], "places": ", ".join(places)}
            raise ValidationError(message % values)

    def shown(self) -> list[dict[str, Any]]:
        """Each picture with its form, its smallest file, how to place it, and where it stands."""
        places = rules.placing(self.document)
        lacking = pictures.lacking(self.document)
        return [
            {
                "part": part,
                "form": self.texts_forms[part["key"]],
                "thumbnail": next(iter(pictures.offered(part).values())),
                "is_here": part not in lacking,
                "markdown": f"![](picture:{part['name']})",
                "places": places.get(part["name"], []),
            }
            for part in self.document["pictures"]
        ]


def view(model_admin: Any) -> Callable[[HttpRequest, int], HttpResponse]:
    @require_http_methods(["GET", "POST"])
    def show(request: HttpRequest, pk: int) -> HttpResponse:
        check = get_object_or_404(FactCheck, pk=pk)
        if not model_admin.has_change_permission(request, check):
            raise PermissionDenied
        page = Page(request, check)
        if request.method == "POST" and (said := page.act()):
            messages.success(request, said)
            return redirect("admin:factchecks_factcheck_pictures", pk)
        title = _("Pictures: %(check)s") % {"check": check}
        return pages.render(model_admin, request, "pictures", check, title=title, page=page)

    return show
