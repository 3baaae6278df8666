"""The database's connections, which a process has only so many of."""

from django.db import connection


def give_back() -> None:
    """Let others have this thread's connection, before it waits for other people's servers; the next query gets another.

    Within a transaction, as around a test, it is kept.
    """
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
