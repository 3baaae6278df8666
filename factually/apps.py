from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class FactuallyConfig(AppConfig):
    """The roof: settings, home page, health, local mode, demonstration content."""

    name = "factually"

    def ready(self) -> None:
        from factually import checks  # noqa: F401  (registers the system checks)


class DeskConfig(AdminConfig):
    """Django's admin, with our own site class."""

    default_site = "factually.desk.Desk"

    def ready(self) -> None:
        super().ready()
        from procrastinate.contrib.django.models import ProcrastinateJob

        admin.site.unregister(ProcrastinateJob)  # the desk has a page of jobs of its own
