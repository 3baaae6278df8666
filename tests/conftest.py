"""A throw-away Postgres for the run, and what every test may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connections

from factually.postgres import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Postgres of this run's own, without fsync."""
    with Cluster(Path(settings.DATA_DIR) / "tests-postgres", durable=False).running() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster: Cluster) -> None:
    """Point Django at it, before pytest-django makes the test database."""
    settings.DATABASES["default"]["HOST"] = str(cluster.socket_folder)
    connections["default"].settings_dict["HOST"] = str(cluster.socket_folder)


@pytest.fixture(scope="session", autouse=True)
def _flush_past_the_triggers() -> Iterator[None]:
    """Between tests with real transactions Django empties the tables, which append-only ones refuse: let it, alone."""
    handle = flush.Command.handle

    def flush_ignoring_triggers(self: flush.Command, **options: Any) -> None:
        with pgtrigger.ignore():
            handle(self, **options)

    with _replaced(flush.Command, "handle", flush_ignoring_triggers):
        yield


@contextmanager
def _replaced(owner: type, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    yield
    setattr(owner, name, before)
