"""What readers see at once, without a new version of a check, is changed by those who may publish.

For anybody else such a field can only be read once readers are shown its row, and a shown source is not merged.
"""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sources import relying
from sources.models import Source

WHY = _("Readers see this at once: only those who may publish change it.")


class AtOnce:
    """For the admin of such rows."""

    at_once: tuple[str, ...] = ()

    def is_shown(self, row: Any) -> bool:
        """Whether readers are shown it."""
        raise NotImplementedError

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [*fields, *self.at_once] if self._is_closed(request, obj) else fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **options)  # type: ignore[misc]
        if self._is_closed(request, obj):
            said = form._meta.help_texts or {}
            form._meta.help_texts = said | dict.fromkeys(self.at_once, WHY)
        return form

    def _is_closed(self, request: HttpRequest, row: Any) -> bool:
        return bool(row) and not relying.may_publish(request.user) and self.is_shown(row)


def may_merge(user: Any, *sources: Source) -> bool:
    """Whether this person may make them one, and have the checks that cite them follow."""
    if not relying.may_follow(user):
        return False
    return relying.may_publish(user) or not any(relying.is_shown(each.pk) for each in sources)
