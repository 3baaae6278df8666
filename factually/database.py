"""Whether the database can be reached, asked before a command begins its work."""

import os
from urllib.parse import urlsplit

import psycopg
from django.db import OperationalError, connection

from factually import local
from factually.local import RefusedError

SCHEMES = {"postgres", "postgresql", "psql", "pgsql"}
PATIENCE = 5  # seconds
DISK_FULL = "53100"


def check_address() -> None:
    """Refuse a ``DATABASE_URL`` that can't be one, without repeating it: it may hold a password."""
    try:
        address = urlsplit(os.environ["DATABASE_URL"])
        readable = address.scheme in SCHEMES and (address.port is None or address.port > 0)
    except ValueError:
        readable = False
    if not readable or not address.path.strip("/"):
        raise RefusedError(
            "DATABASE_URL can't be read: it must look like postgres://user:password@host:5432/database."
        )


def check_reachable() -> None:
    """Refuse to begin when the database does not let us in."""
    wanted = connection.get_connection_params() | {"connect_timeout": PATIENCE}
    try:
        psycopg.connect(**wanted).close()
    except psycopg.Error as error:
        raise RefusedError(f"The database can't be reached: {_one_line(error)}") from error


def sentence_for(error: OperationalError) -> str:
    """What to say when the database is full or went away in the middle; empty for any other trouble."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None or state == DISK_FULL:
        complaint = local.cluster().complaint() if local.is_local() else ""
        return f"The database can't go on: {complaint or _one_line(error).rstrip('.')}."
    return ""


def _one_line(error: Exception) -> str:
    """libpq's message without its advice, which is about somebody else's set-up."""
    return " ".join(str(error).split()).partition(" Is the server running")[0].rstrip(".") + "."
