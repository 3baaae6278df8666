"""Make the Python environment from the hash-locked requirements: ``environment.py run``, ``dev`` or ``newest``.

The machine's own Python runs this before anything is installed: it needs the standard library alone, and even Python 3.6
can read it, to say that it is too old. A stamp in the environment holds the lock's hash: a second call costs milliseconds.
"""

import datetime
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
OLDEST_FOR_NEWEST_DJANGO = (3, 12)
CHECKOUT = Path(__file__).resolve().parent.parent
NO_NETWORK = "The package index can't be reached: is there a network?"

# Words in pip's or Python's output, and the sentence that they mean.
CAUSES = (
    ("No space left on device", "The disk is full."),
    ("Disk quota exceeded", "The disk quota is used up."),
    ("Read-only file system", "The disk is read-only."),
    ("Permission denied", "Permission is denied."),
    ("DO NOT MATCH THE HASHES", "A downloaded package is not the one in the lock."),
    ("Failed to establish a new connection", NO_NETWORK),
    ("NewConnectionError", NO_NETWORK),
    ("ConnectTimeout", NO_NETWORK),
    ("ProxyError", "The package index can't be reached: is the proxy right?"),
    ("Read timed out", "The package index does not answer."),
    ("No matching distribution", "A package in the lock is not to be had for this machine."),
)


class RefusedError(Exception):
    """Why there is no environment, as one sentence."""


class Environment:
    """One virtual environment and the lock files that it is made from: the last holds the packages of all."""

    def __init__(self, name: str, *locks: str, newest: str = "") -> None:
        self.folder = CHECKOUT / name
        self.locks = [CHECKOUT / lock for lock in locks]
        self.newest = (
            newest  # a package that is wanted in its newest version, whatever the lock says
        )
        self.oldest_python = OLDEST_FOR_NEWEST_DJANGO if newest else OLDEST
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "factually-stamp"
        self.unfinished = self.folder / "factually-unfinished"
        self.log = self.folder / "pip.log"

    def wanted_stamp(self) -> str:
        lock = hashlib.sha256(b"\n".join(lock.read_bytes() for lock in self.locks)).hexdigest()
        today = datetime.datetime.now(datetime.timezone.utc).date()  # noqa: UP017  (Python 3.6)
        return f"{lock} {today}" if self.newest else lock

    def is_made(self) -> bool:
        if not (self.python.exists() and self.stamp.exists()):
            return False
        return self.stamp.read_text() == self.wanted_stamp()

    def make(self) -> None:
        """Make or complete it: from nothing where an earlier attempt was cut off."""
        if self.folder.is_symlink():
            raise RefusedError(
                f"{self.folder} is a link to an environment that is not complete: remove the link."
            )
        if self.unfinished.exists() or not self.works():
            self.create()
        self.unfinished.touch()
        if self.stamp.exists():
            self.stamp.unlink()
        self.install()
        self.stamp.write_text(self.wanted_stamp())
        self.unfinished.unlink()

    def works(self) -> bool:
        question = f"import pip, sys; sys.exit(sys.version_info < {self.oldest_python})"
        return self.python.exists() and succeeds(self.python, "-c", question)

    def create(self) -> None:
        """Begin from nothing. What is cleared must be ours: never what a link leads to, never a stranger's folder."""
        marks = [self.unfinished, self.stamp, self.folder / "pyvenv.cfg"]
        if self.folder.exists() and any(self.folder.iterdir()) and not any(map(Path.exists, marks)):
            raise RefusedError(f"{self.folder} is not a Python environment: move it away.")
        python = find_python(self.oldest_python, newest=bool(self.newest))
        if not succeeds(python, "-c", "import venv, ensurepip"):
            raise RefusedError(
                "Python's venv module is missing: on Debian and Ubuntu the package python3-venv brings it."
            )
        print(f"Making the Python environment in {self.folder.name} (once)", flush=True)
        made = subprocess.run(  # noqa: S603
            [str(python), "-m", "venv", "--clear", str(self.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if made.returncode != 0:
            said = made.stdout.decode("utf-8", "replace")
            raise RefusedError(
                f"{self.folder} can't be made: {cause(said, 'python -m venv failed.')}"
            )

    def install(self) -> None:
        lock = self.locks[-1]
        print(f"Installing the packages of {lock.name}", flush=True)
        if not self.newest:
            self.pip(count_pins(lock.read_text()), "--require-hashes", "-r", str(lock))
            return
        # pip demands hashes of everything or of nothing: all the others come from the lock first.
        others = self.folder / "others.txt"
        others.write_text(without(self.newest, lock.read_text()))
        pins = count_pins(others.read_text())
        self.pip(pins, "--require-hashes", "--no-deps", "-r", str(others))
        self.pip(1, "--upgrade", self.newest)

    def pip(self, total: int, *arguments: str) -> None:
        """Run pip, count its packages aloud, and keep what it says for the log."""
        # To build a package, pip would fetch others without a hash.
        options = ["--disable-pip-version-check", "--no-input", "install", "--only-binary", ":all:"]
        said = []
        with subprocess.Popen(  # noqa: S603
            [str(self.python), "-m", "pip", *options, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=str(CHECKOUT),
        ) as pip:
            fetched = 0
            for line in pip.stdout or ():
                said.append(line.decode("utf-8", "replace"))
                if said[-1].startswith("Collecting "):
                    fetched += 1
                    progress(f"  fetching {min(fetched, total)} of {total}")
                elif said[-1].startswith("Installing collected"):
                    progress("  unpacking")
            progress("")
        self.keep("".join(said))
        if pip.returncode != 0:
            sentence = cause("".join(said), "The packages could not be installed.")
            raise RefusedError(f"{sentence} What pip said is in {self.log.relative_to(CHECKOUT)}.")

    def keep(self, said: str) -> None:
        try:
            self.log.write_text(said)
        except OSError:
            return  # the disk is full, which the sentence says


def count_pins(lock: str) -> int:
    return len(re.findall(r"^\w[^ ]*==", lock, re.MULTILINE))


def without(package: str, lock: str) -> str:
    """The lock's text less one package and its hashes."""
    return re.sub(rf"^{re.escape(package)}==.*\n(?:[ \t].*\n?)*", "", lock, flags=re.MULTILINE)


def cause(said: str, otherwise: str) -> str:
    return next((sentence for words, sentence in CAUSES if words in said), otherwise)


def progress(text: str) -> None:
    """One line that is written over on a terminal; elsewhere nothing, so that logs stay short."""
    if sys.stdout.isatty():
        print("\r\033[K" + text, end="", flush=True)


def succeeds(*command: object) -> bool:
    words = [str(word) for word in command]
    try:
        nowhere = subprocess.DEVNULL
        return subprocess.call(words, stdout=nowhere, stderr=nowhere) == 0  # noqa: S603
    except OSError:
        return False


def find_python(oldest: "tuple[int, int]", newest: bool) -> Path:
    """This Python if it will do and no newer one is asked for, else the newest that the machine has."""
    if not newest and sys.version_info >= oldest:
        return Path(sys.executable)
    managed = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for minor in range(30, oldest[1] - 1, -1):
        name = f"python3.{minor}"
        on_path = shutil.which(name)
        places = ([Path(on_path)] if on_path else []) + sorted(managed.glob(f"*/bin/{name}"))
        for place in places:
            if succeeds(
                place, "-c", "import venv, ensurepip"
            ):  # a version manager's stand-in may not
                return place
    raise RefusedError(
        f"Python {oldest[0]}.{oldest[1]} or newer is needed and was not found;"
        f" {sys.executable} is {sys.version_info[0]}.{sys.version_info[1]}."
    )


def choose(kind: str) -> "Environment | None":
    """The environment that is still to be made; None when there is nothing to do."""
    run = Environment(".venv", "requirements.txt")
    dev = Environment(".venv", "requirements.txt", "requirements-dev.txt")
    newest = Environment(".venv-newest", "requirements-dev.txt", newest="django")
    sufficient = {"run": [run, dev], "dev": [dev], "newest": [newest]}[kind]
    return None if any(made.is_made() for made in sufficient) else sufficient[0]


def main(kind: str) -> None:
    if choose(kind) is None:
        return
    # One at a time: a lock on the checkout's folder goes when its holder dies, whatever killed it.
    lock = os.open(str(CHECKOUT), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another make is preparing the environment: waiting for it", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    environment = choose(kind)
    if environment is not None:
        environment.make()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except RefusedError as error:
        sys.exit(str(error))
    except OSError as error:
        reason = error.strerror or str(error)
        sys.exit(f"{error.filename or CHECKOUT}: {cause(reason, reason + '.')}")
    except KeyboardInterrupt:
        sys.exit(130)
