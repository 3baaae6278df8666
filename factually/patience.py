"""How long a reader waits for a database that holds the line and says nothing.

``statement_timeout`` is kept by Postgres itself: a frozen one keeps nothing, and would hold each thread of the web server
for ever. Only whoever asks can give up.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

READING = 10
"""Seconds for one answer while a page is only shown. What changes something, and jobs, may take their time."""

_own = threading.local()


@contextmanager
def of(seconds: float) -> Iterator[None]:
    """In this thread each answer of the database is waited for so long, then ``OperationalError`` is raised."""
    _own.seconds = seconds
    try:
        yield
    finally:
        del _own.seconds


class Connection(psycopg.Connection):
    """One that can be given up. It is closed then: nobody knows what it would still answer."""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        seconds = getattr(_own, "seconds", None)
        if seconds is None or args or options:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(gen, timeout=seconds)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def bounded(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return get_response(request)
        with of(READING):
            return get_response(request)

    return bounded
