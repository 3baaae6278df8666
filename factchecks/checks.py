"""System checks of what the newsroom has to write itself."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Reminder
from django.db import connections

from factchecks.models import StandingPage


@register(Tags.database)
def standing_pages_are_written(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Name the standing pages that are still empty (``manage.py check --database default``, and each ``migrate``)."""
    table = StandingPage._meta.db_table
    empty: list[StandingPage] = []
    for alias in databases or ():
        if table in connections[alias].introspection.table_names():  # else nothing is migrated yet
            empty += StandingPage.objects.using(alias).filter(text="")
    return [
        Reminder(
            f"The page “{page}” is empty.",
            hint=f"Readers look for it at {page.get_absolute_url()}: write it at the desk, under “Standing pages”.",
            id="factchecks.W001",
        )
        for page in empty
    ]
