"""Local mode: what the software needs and brings itself when no ``DATABASE_URL`` is set.

Only the standard library is needed to read this, so that the settings and ``manage.py`` can ask before Django is there.
"""

import errno
import fcntl
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from types import FrameType
from typing import NoReturn

from factually import postgres, postgres_programs

CHECKOUT = Path(__file__).resolve().parent.parent

# What manage.py does without a database; everything else finds one running.
WITHOUT_DATABASE = {
    *("help", "--help", "-h", "version", "--version", "check", "diffsettings"),
    *("collectstatic", "findstatic", "compilemessages", "makemessages"),
    *("startapp", "startproject"),
}

CAUSES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EEXIST: "something else is in its place",
    errno.ENOTDIR: "a file is in the place of a folder",
}


class RefusedError(Exception):
    """Why the software can't run here, as one sentence for the operator."""


def is_local() -> bool:
    """Whether there is no database server of the operator's own."""
    return not os.environ.get("DATABASE_URL")


def wants_demonstration() -> bool:
    """Whether the demonstration is loaded and its sources are served: by default in local mode."""
    asked = os.environ.get("FACTUALLY_DEMONSTRATION", "yes" if is_local() else "")
    return asked.lower() not in {"", "0", "no", "off", "false"}


@cache
def data_dir() -> Path:
    """Where everything is kept that is written at run time. It is not made here.

    ``FACTUALLY_DATA``, or ``.data`` in the checkout. Postgres refuses to run as root, and the account that it runs as
    then must be able to enter: as root under a folder that others can't enter, it is ``/var/lib/factually/<hash>``.
    """
    wanted = Path(os.environ.get("FACTUALLY_DATA") or CHECKOUT / ".data").expanduser().resolve()
    account = postgres_programs.account_for(wanted, wanted.parent)
    if account is None or postgres_programs.can_enter(account, wanted.parent):
        return wanted
    return postgres_programs.ROOTS_FOLDER / sha256(os.fsencode(wanted)).hexdigest()[:16]


def made_data_dir() -> Path:
    """The data folder, made where it is missing: others can't read it, but the server's account may pass through it."""
    folder = data_dir()
    with refusals():
        if folder.parent == postgres_programs.ROOTS_FOLDER:
            folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0 and folder.stat().st_uid == 0:
            folder.chmod(0o711)
    return folder


def secret_key() -> str:
    """The key that signs sessions, made once and kept in the data folder for nobody else to read."""
    file = made_data_dir() / "secret-key"
    with refusals():
        if not file.exists():
            with locked_folder(file.parent):
                if not file.exists():
                    write_secretly(file, secrets.token_urlsafe(50))
        return file.read_text().strip()


def write_secretly(file: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    handle, name = mkstemp(prefix=f".{file.name}-", dir=file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Be the only one who writes there; whoever comes meanwhile waits."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def origin(hosts: Sequence[str]) -> str:
    """Where readers find the site, as far as it can be told: in local mode here, else at the first of its hosts."""
    if is_local():
        return f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
    named = [host for host in hosts if not host.startswith((".", "*"))]
    return f"https://{named[0]}" if named else ""


@cache
def cluster() -> postgres.Cluster:
    """The embedded Postgres with the newsroom's data."""
    return postgres.Cluster(data_dir() / "postgres")


def database() -> dict[str, str]:
    """How to reach the embedded Postgres, for Django's settings. Nothing is started."""
    return {
        "HOST": str(cluster().socket_folder),
        "NAME": postgres.DATABASE,
        "USER": postgres.ROLE,
        "PORT": postgres.PORT,
    }


@contextmanager
def services(arguments: Sequence[str]) -> Iterator[None]:
    """Hold what ``manage.py`` needs while it runs the command in ``arguments``: in local mode the embedded Postgres."""
    if not is_local() or not needs_database(arguments):
        yield
        return
    _end_orderly()
    made_data_dir()
    with refusals():
        held = cluster().running()
        held.__enter__()
    try:
        # ``dbshell`` and friends: the server's own programs, before another version's.
        programs = postgres_programs.folder(None) / "bin"
        os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        yield
    finally:
        held.__exit__(None, None, None)


def needs_database(arguments: Sequence[str]) -> bool:
    """Whether the command line is more than a question about commands."""
    asked = arguments[1:]
    return bool(asked) and asked[0] not in WITHOUT_DATABASE and not {"-h", "--help"} & set(asked)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the disk or Postgres refuses into one sentence."""
    try:
        yield
    except postgres_programs.PostgresError as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        if error.errno not in CAUSES:
            raise
        raise RefusedError(
            f"{error.filename or data_dir()} can't be written: {CAUSES[error.errno]}."
        ) from error


def _end_orderly() -> None:
    """Let a polite order to end run our own ending; Python alone would die on the spot and leave Postgres behind."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup's SIGHUP stays ignored
            signal.signal(number, end)
