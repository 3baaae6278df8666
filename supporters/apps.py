from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SupportersConfig(AppConfig):
    """Who keeps the newsroom independent: supporters, their gifts, and the goal."""

    name = "supporters"
    verbose_name = _("Supporters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from supporters import checks  # noqa: F401  (registers the system checks)
