"""Who looks after a check and until when: the newsroom's own business, in no revision and never public."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factchecks.models import FactCheck
from sources.autocomplete import Autocomplete, Choice

FIELDS = ("assignee", "due_on")
FIELDSET: tuple[Any, Any] = (
    _("In the newsroom"),
    {"description": _("None of this ever becomes public."), "fields": [*FIELDS]},
)


def staff() -> QuerySet[User]:
    """Those who can be asked to look after a check."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("username")


def name_of(user: Any) -> str:
    return str(user.get_full_name() or user.get_username())


class StaffSelect(Autocomplete):
    """Searches names at an address that every writer may ask: few of them may see accounts."""

    def get_url(self) -> str:
        return reverse("admin:factchecks_factcheck_staff")


class StaffField(Choice):
    def label_from_instance(self, obj: Any) -> str:
        return name_of(obj)


class StaffNames(AutocompleteJsonView):
    """The names of the staff, for those who may change checks."""

    check_admin: Any = None

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(
            self.check_admin.has_change_permission(request)
            or self.check_admin.has_add_permission(request)
        )

    def process_request(self, request: HttpRequest) -> Any:
        if not self.has_perm(request):
            raise PermissionDenied
        field = FactCheck._meta.get_field("assignee")
        return request.GET.get("term", "")[:100], self.check_admin, field, "pk"

    def get_queryset(self) -> QuerySet[User]:
        found = staff()
        for word in self.term.replace("\x00", "").split():
            found = found.filter(
                Q(username__icontains=word)
                | Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
            )
        return found

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": name_of(obj)}


def names(model_admin: Any) -> Callable[..., HttpResponseBase]:
    """Where the form's field for the assignee searches."""
    return StaffNames.as_view(check_admin=model_admin, admin_site=model_admin.admin_site)


class WithAssignee:
    """For the admin of checks."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        if db_field.name == "assignee" and field is not None:
            # Accounts are kept elsewhere: no links to add, change or delete one from here.
            field.widget.can_add_related = field.widget.can_change_related = False
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "assignee":
            options |= {
                "widget": StaffSelect(db_field, self.admin_site),  # type: ignore[attr-defined]
                "queryset": staff(),
                "form_class": StaffField,
            }
        return super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]


def save(form: Any, pk: int) -> None:
    """Write what was changed of it in the form, and only that: somebody else may have changed the rest.

    The form has been compared with the row; this refuses what came in between.
    """
    changed = {name: form.cleaned_data[name] for name in FIELDS if name in form.changed_data}
    compared = {name: form.initial.get(name) for name in changed}
    if changed and not FactCheck.objects.filter(pk=pk, **compared).update(**changed):
        raise ValidationError(
            _("Somebody else changed the assignee or the due date just now. Save again.")
        )
