"""A database that is frozen, not gone, holds no reader for ever."""

import os
import signal
from collections.abc import Iterator
from time import monotonic

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from factually import patience

pytestmark = pytest.mark.django_db


@pytest.fixture
def frozen() -> Iterator[patience.Connection]:
    """A connection whose other end was stopped."""
    own = patience.Connection.connect(**connection.get_connection_params())
    process = own.info.backend_pid
    os.kill(process, signal.SIGSTOP)
    try:
        yield own
    finally:
        os.kill(process, signal.SIGCONT)
        own.close()


def test_a_frozen_database_is_given_up_and_its_connection_closed(
    frozen: patience.Connection,
) -> None:
    began = monotonic()

    with patience.of(0.3), pytest.raises(psycopg.OperationalError):
        frozen.execute("SELECT 1")

    assert monotonic() - began < 5
    assert frozen.closed


def test_what_takes_its_time_is_waited_for_where_nobody_only_reads() -> None:
    with patience.Connection.connect(**connection.get_connection_params()) as own:
        own.execute("SELECT pg_sleep(0.5)")
        with patience.of(5):
            own.execute("SELECT pg_sleep(0.2)")
        assert not own.closed


def test_a_refusal_of_the_database_keeps_the_connection() -> None:
    with patience.Connection.connect(**connection.get_connection_params()) as own:
        own.execute("SET statement_timeout = 50")
        own.commit()
        with patience.of(5), pytest.raises(psycopg.errors.QueryCanceled):
            own.execute("SELECT pg_sleep(3)")
        assert not own.closed


@pytest.mark.parametrize(("method", "seconds"), [("GET", patience.READING), ("POST", None)])
def test_only_readers_are_in_a_hurry(method: str, seconds: float | None) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(getattr(patience._own, "seconds", None)))

    request = HttpRequest()
    request.method = method

    assert patience.middleware(view)(request).content.decode() == str(seconds)


def test_it_stands_before_whatever_asks_the_database() -> None:
    assert settings.MIDDLEWARE[0] == "factually.patience.middleware"
