"""What must be done once before the site is served: the database, the static files, the demonstration content."""

import fcntl
import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from factually import local

SIGN_INS = "demonstration-sign-ins.txt"

Say = Callable[[str], None]


def prepare(say: Say) -> None:
    """Do what is still to be done. Only one start at a time does this in one data folder."""
    with _one_start_at_a_time(say), local.refusals():
        migrate(say)
        collect_static_files(say)
        load_demonstration(say)
    connection.close()
    if isinstance(connection, DatabaseWrapper):
        connection.close_pool()  # the children have their own


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if steps:
        say(f"Bringing the database up to date ({steps} step{'s' * (steps > 1)})")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static_files(say: Say) -> None:
    """Collect, hash and compress the static files, when one has changed since the last time."""
    stamp = local.made_data_dir() / "static-stamp"
    wanted = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and Path(settings.STATIC_ROOT).exists():
        return
    say("Compressing the static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    local.write_secretly(stamp, wanted)


def load_demonstration(say: Say) -> None:
    """Load the demonstration content: in local mode, or where ``FACTUALLY_DEMONSTRATION`` asks for it."""
    if local.wants_demonstration():
        if not sign_ins():
            say("Loading the demonstration content")
        call_command("load_demonstration")


def sign_ins() -> str:
    """Who can sign in to the demonstration, and how; written by ``load_demonstration``."""
    file = local.data_dir() / SIGN_INS
    return file.read_text().strip() if local.wants_demonstration() and file.exists() else ""


def _static_fingerprint() -> str:
    parts = [
        *(f"{name} {importlib.metadata.version(name)}" for name in ("django", "whitenoise")),
        repr(settings.STORAGES["staticfiles"]),
    ]
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = Path(storage.path(name)).stat()
            parts.append(f"{name} {found.st_size} {found.st_mtime_ns}")
    return sha256("\n".join([settings.STATIC_ROOT, *sorted(parts)]).encode()).hexdigest()


@contextmanager
def _one_start_at_a_time(say: Say) -> Iterator[None]:
    with (local.made_data_dir() / "preparation.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing the same data: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
