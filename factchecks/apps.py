from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FactChecksConfig(AppConfig):
    name = "factchecks"
    verbose_name = _("fact checks")

    def ready(self) -> None:
        from factchecks import checks  # noqa: F401  (registers the system checks)
