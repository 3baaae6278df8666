"""A Postgres of our own, without installing one: started when the first program needs it, stopped by the last.

A cluster lives in one folder, its *home*::

    data/        Postgres's data folder, of the account that runs it
    socket/      where programs reach it: there is no TCP
    log          what it says
    start.lock   held by whoever starts or stops it
    users.lock   shared by everybody who uses it

The locks are ``flock``: the kernel drops them when a program dies, whatever killed it. A server that a killed program left
running is adopted by the next one.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import IO, Any, Self

from factually import postgres_programs
from factually.postgres_programs import Account, PostgresError

DATABASE = ROLE = "factually"
PORT = "5432"  # only the name of the socket's file: nothing listens on it
PATIENCE = 60  # seconds for a start (a recovery after a crash), a stop, or another program's

# A socket's address has at most 103 bytes on macOS (107 on Linux), of which Postgres needs "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 88

SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",  # two web servers and two workers with pools of 10, tests, and a person's psql
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A refused row would stand in the log with all that it holds: addresses too.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "jit": "off",  # our queries are short: compiling them costs more than it gains
}
THROW_AWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

FIRST_STATEMENTS = f"""\
CREATE ROLE {ROLE} LOGIN CREATEDB;

CREATE DATABASE {DATABASE} OWNER {ROLE};

"""

KNOWN_CAUSES = {
    "No space left on device": "the disk is full",
    "Disk quota exceeded": "the disk quota is used up",
    "Read-only file system": "the disk is read-only",
    "Permission denied": "permission is denied",
}


@dataclass
class Cluster:
    """One Postgres cluster in the folder ``home``.

    A cluster that is not ``durable`` is for tests: it does not wait for the disk, and on Linux it ends with the
    program that started it, even when that is killed.
    """

    home: Path
    durable: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.home = self.home.resolve()
        self.data = self.home / "data"
        self.log = self.home / "log"

    @cached_property
    def socket_folder(self) -> Path:
        """The folder of the socket, which is libpq's ``host``. Nothing is started or written to find it."""
        folder = self.home / "socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and "," not in str(folder):
            return folder  # libpq takes a comma as the end of a host
        return Path("/tmp") / f"factually-{sha256(os.fsencode(self.home)).hexdigest()[:16]}"  # noqa: S108

    @cached_property
    def account(self) -> Account | None:
        """Whom the server runs as, when that is not ourselves."""
        return postgres_programs.account_for(self.data, self.home, self.home.parent)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Use the cluster: begin it where it does not run, end it when nobody else uses it."""
        self._make_home()
        with _open_privately(self.home / "users.lock") as users:
            with self._alone():
                self._start()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self
            finally:
                with suppress(FileNotFoundError), self._alone():  # the whole home may be gone
                    if _locks_alone(users):
                        self._stop()
                        self._remove_far_socket_folder()

    def revive(self) -> None:
        """Start the server again if it died while in use."""
        if self.server_number() is None:
            with self._alone():
                self._start()

    def complaint(self) -> str:
        """What the log's end says is wrong with the disk; empty when it says nothing of that."""
        try:
            end = self.log.read_bytes()[-4096:].decode(errors="replace")
        except OSError:
            return ""
        return next((cause for words, cause in KNOWN_CAUSES.items() if words in end), "")

    # Starting -----------------------------------------------------------------------------------

    def _start(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"Postgres did not get ready in {PATIENCE} s; its log is {self.log}."
                )
            if self.server_number() is None:
                self._begin(deadline)
            time.sleep(0.02)

    def _begin(self, deadline: float) -> None:
        if not self.data.exists():
            self._initialise()
        self._check_version()
        self._make_socket_folder()
        self._forget_killed_server()
        with self._open_log() as log:
            said_before = log.tell()
            self._process = self._spawn("postgres", *self._options(), stdout=log, stderr=log)
        while self._process.poll() is None and not self._is_ready():
            if time.monotonic() > deadline:
                return
            time.sleep(0.02)
        if self._process.poll() is not None:
            said = self.log.read_bytes()[said_before:].decode(errors="replace")
            if "pre-existing shared memory block" not in said:  # a killed server's last processes
                raise PostgresError(
                    f"Postgres could not start: {_cause(said)}. Its log is {self.log}."
                )

    def _forget_killed_server(self) -> None:
        """Remove what says that a server runs, which we know is dead: its number may be another program's by now."""
        socket = self.socket_folder / f".s.PGSQL.{PORT}"
        for left in (self.data / "postmaster.pid", socket, Path(f"{socket}.lock")):
            left.unlink(missing_ok=True)

    def _options(self) -> list[str]:
        quoted = str(self.socket_folder).replace('"', '""')
        settings = SETTINGS | {"unix_socket_directories": f'"{quoted}"'}
        if not self.durable:
            settings |= THROW_AWAY_SETTINGS
        return ["-D", str(self.data), *(f"--{name}={value}" for name, value in settings.items())]

    def _initialise(self) -> None:
        """Make the data folder beside its place and rename it when it is complete: half of one is never used."""
        making = self.home / "data.making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self._give(making)
        sync = [] if self.durable else ["--no-sync"]
        fsync = [] if self.durable else ["-F"]
        # The built-in provider: every machine sorts alike, whatever its C library.
        self._run(
            "initdb", f"--pgdata={making}", "--username=postgres", "--auth-local=trust", "--auth-host=reject",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *sync,
        )  # fmt: skip
        self._run(
            "postgres", "--single", "-j", "-D", str(making), *fsync, "-c", "exit_on_error=on", "postgres",
            said=FIRST_STATEMENTS,
        )  # fmt: skip
        making.rename(self.data)

    def _check_version(self) -> None:
        try:
            found = int((self.data / "PG_VERSION").read_text().strip())
        except (FileNotFoundError, ValueError) as error:
            raise PostgresError(
                f"{self.data} is not a complete Postgres data folder: put a backup there, or move it away to begin anew."
            ) from error
        if found != postgres_programs.major_version():
            raise PostgresError(
                f"The data in {self.data} was written by Postgres {found}, and this is Postgres"
                f" {postgres_programs.major_version()}: dump it with the version that wrote it, move it away and restore."
            )

    # Stopping -----------------------------------------------------------------------------------

    def _stop(self) -> None:
        """End the server: politely, and at once when that takes too long or nothing is worth keeping."""
        for order in (signal.SIGINT, signal.SIGQUIT) if self.durable else (signal.SIGQUIT,):
            number, deadline = self.server_number(), time.monotonic() + PATIENCE / 2
            if number is not None:
                with suppress(ProcessLookupError):
                    os.kill(number, order)
            while self.server_number() is not None and time.monotonic() < deadline:
                time.sleep(0.01)

    def _remove_far_socket_folder(self) -> None:
        if self.socket_folder.parent != self.home:
            with suppress(OSError):  # not empty: the server did not end
                self.socket_folder.rmdir()

    # State --------------------------------------------------------------------------------------

    def server_number(self) -> int | None:
        """The process number of the cluster's server, if it lives."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        lines = self._pid_file()
        try:
            number = int(lines[0]) if lines else 0
        except ValueError:
            number = 0
        if number > 0 and _is_a_live_postgres(number, self.data):
            return number
        return self._process.pid if self._process is not None else None

    def _is_ready(self) -> bool:
        lines = self._pid_file()
        return (
            len(lines) > 7
            and lines[7].strip() == "ready"
            and self.server_number() is not None
            and (self.socket_folder / f".s.PGSQL.{PORT}").exists()
        )

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    # Folders and processes ----------------------------------------------------------------------

    def _make_home(self) -> None:
        self.home.mkdir(mode=0o711 if self.account else 0o700, parents=True, exist_ok=True)
        if self.account:
            if not postgres_programs.can_enter(self.account, self.home.parent):
                raise PostgresError(
                    f"Postgres runs as {self.account.name}, who can't enter {self.home.parent}: set FACTUALLY_DATA to a"
                    " folder whose parents can be entered by all."
                )
            self.home.chmod(0o711)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self._give(folder)
        found = folder.lstat()
        owner = self.account.uid if self.account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise PostgresError(
                f"{folder} belongs to somebody else: the socket of Postgres can't be put there."
            )
        folder.chmod(0o700)

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.rename(self.log.with_name("log.old"))
        log = _open_privately(self.log)
        log.seek(0, os.SEEK_END)
        return log

    def _give(self, folder: Path) -> None:
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only one who starts or stops this cluster."""
        deadline = time.monotonic() + PATIENCE
        with _open_privately(self.home / "start.lock") as lock:
            while not _locks_alone(lock):
                if time.monotonic() > deadline:
                    raise PostgresError(
                        f"Another program has been starting Postgres in {self.home} for {PATIENCE} s."
                    )
                time.sleep(0.02)
            yield

    def _run(self, program: str, *arguments: str, said: str = "") -> None:
        process = self._spawn(
            program,
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        answer = process.communicate(said.encode())[0].decode(errors="replace")
        if process.returncode != 0:
            raise PostgresError(f"Postgres could not be set up in {self.home}: {_cause(answer)}.")

    def _spawn(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        folder = postgres_programs.folder(self.account) / "bin"
        options.setdefault("stdin", subprocess.DEVNULL)
        if self.account:
            options |= {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}
        try:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603
                [str(folder / program), *arguments],
                env={"PATH": f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin", "LC_ALL": "C"},
                cwd="/",
                umask=0o077,
                start_new_session=True,  # Ctrl-C is for the program in front
                preexec_fn=None if self.durable else _end_with_this_program(),
                **options,
            )
        except OSError as error:
            raise PostgresError(f"Postgres can't run on this machine: {error}.") from error
        return process


@contextmanager
def throw_away() -> Iterator[Cluster]:
    """A cluster for tests in a folder of its own, which is removed afterwards.

    What killed runs left behind is removed first.
    """
    prefix = f"factually-test-{os.geteuid()}-"
    for left in Path(gettempdir()).glob(f"{prefix}*"):
        _remove_unless_used(left)
    home = Path(mkdtemp(prefix=prefix)).resolve()
    try:
        with Cluster(home, durable=False).running() as cluster:
            yield cluster
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _remove_unless_used(home: Path) -> None:
    with suppress(OSError), (home / "users.lock").open("rb") as users:
        is_ours = home.stat().st_uid == os.geteuid()
        is_past_its_start = (
            time.time() - home.stat().st_mtime > PATIENCE
        )  # else it may not be locked yet
        if is_ours and is_past_its_start and _locks_alone(users):
            shutil.rmtree(home, ignore_errors=True)


def _open_privately(file: Path) -> IO[bytes]:
    """Open a file to append to it, which nobody else can open: a lock could be kept by anybody who can."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


def _locks_alone(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_a_live_postgres(number: int, data: Path) -> bool:
    process = Path("/proc") / str(number)
    if not Path("/proc/self/stat").exists():
        with suppress(ProcessLookupError):
            os.kill(number, 0)
            return True
        return False
    try:
        name, _, state = (process / "stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        return False
    if name != "postgres" or state.split()[0] in "ZX":
        return False
    try:
        return (process / "cwd").samefile(data)
    except OSError:  # in a container even root may not look: then its name must do
        return True


def _end_with_this_program() -> Callable[[], None] | None:
    """What makes a child stop when its parent dies, even by SIGKILL; Linux alone knows this."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def before_exec() -> None:
        prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; for Postgres SIGQUIT is "at once"
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def _cause(said: str) -> str:
    """What a Postgres program's output says went wrong, for the middle of a sentence."""
    for words, cause in KNOWN_CAUSES.items():
        if words in said:
            return cause
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    grave = [
        line for line in lines if any(f"{word}: " in line for word in ("FATAL", "PANIC", "error"))
    ]
    last = (grave or lines or ["it said nothing"])[-1]
    return last.rpartition(": ")[2].rstrip(".") if grave else last.rstrip(".")
