"""A throw-away Postgres for the run, and what every test may ask for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from factually import postgres
from factually.postgres import Cluster

QUEUE = ("procrastinate_jobs", "procrastinate_workers", "procrastinate_periodic_defers")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A Postgres of this run's own, without fsync."""
    with postgres.throw_away() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def django_db_modify_db_settings(cluster: Cluster) -> None:
    """Point Django at it, before pytest-django makes the test database."""
    settings.DATABASES["default"]["HOST"] = str(cluster.socket_folder)
    connections["default"].settings_dict["HOST"] = str(cluster.socket_folder)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a test with real transactions Django empties all tables.

    Append-only ones refuse that: let it, alone. The queue's, which no model manages, are emptied as well. And the rows that
    the migrations made, such as the groups, come back.
    """
    handle = flush.Command.handle
    with django_db_blocker.unblock():
        migrated = connection.creation.serialize_db_to_string()

    def flush_and_restore(self: flush.Command, **options: Any) -> None:
        with pgtrigger.ignore():
            handle(self, **{**options, "inhibit_post_migrate": True})
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(QUEUE)} CASCADE")
        connection.creation.deserialize_db_from_string(migrated)

    with _replaced(flush.Command, "handle", flush_and_restore):
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright leaves an event loop in the thread, which other tests of asynchronous code meet."""
    items.sort(key=lambda item: "browser" in item.path.parent.name)


@contextmanager
def _replaced(owner: type, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    yield
    setattr(owner, name, before)
