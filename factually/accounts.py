"""Who may do what."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class Accounts(ModelBackend):
    """Django's own, but what a person and their groups may do is asked in one query, not in two."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        known = hasattr(user_obj, "_perm_cache") or user_obj.is_anonymous or user_obj.is_superuser
        if known or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        granted = Permission.objects.filter(Q(user=user_obj) | Q(group__user=user_obj)).order_by()
        names = granted.values_list("content_type__app_label", "codename").distinct()
        user_obj._perm_cache = {f"{app}.{name}" for app, name in names}
        return user_obj._perm_cache  # type: ignore[no-any-return]
