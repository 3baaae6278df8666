"""Keep a few programs running until told to stop: what ``manage.py serve`` starts.

Each child leads a process group of its own, so that what it leaves behind when it is killed can be ended too. On Linux the
kernel ends the children when the supervisor itself is killed.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

TICK = 0.5  # seconds between two looks at the children
STEADY = 60.0  # a child that lived so long begins again without delay
LONGEST_DELAY = 30.0
GRACE = 15.0  # seconds that a child has to end before it is killed

Say = Callable[[str], None]


@dataclass
class Child:
    """A program that should run, and what happened to it."""

    name: str  # as in "The web server"
    command: Sequence[str | Path]
    folder: Path
    log: Path
    last_order: signal.Signals = (
        signal.SIGTERM
    )  # what the kernel sends when the supervisor is killed
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    delay_until: float = field(default=0.0)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > 5_000_000:
            self.log.rename(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [str(word) for word in self.command],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=_tie_to_supervisor(self.last_order),
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def order_end(self) -> None:
        if self.process is not None and self.is_running:
            self.process.terminate()

    def bury(self) -> None:
        """Forget a dead child, and end what it left behind: a killed web server's own children still serve."""
        self.signal_group(signal.SIGKILL)
        self.process = None

    def fall(self) -> float:
        """Note that the child ended by itself; return the seconds until its next start."""
        self.bury()
        now = time.monotonic()
        self.failures = 1 if now - self.started_at > STEADY else self.failures + 1
        delay = 0.0 if self.failures == 1 else min(2.0 ** (self.failures - 2), LONGEST_DELAY)
        self.delay_until = now + delay
        return delay


@dataclass
class Supervisor:
    """The children, and what else must be looked after: ``watch`` is called at every look."""

    children: Sequence[Child]
    say: Say
    watch: Callable[[], None]
    _parent: int = field(default_factory=os.getppid)

    def run(self, *, when_started: Callable[[], None], end_with_parent: bool) -> None:
        """Start everything, call ``when_started``, and look after it until the process is told to end."""
        try:
            for child in self.children:
                child.start()
            when_started()
            while not (end_with_parent and os.getppid() != self._parent):
                self.look()
                time.sleep(TICK)
        finally:
            self.end()

    def look(self) -> None:
        self.watch()
        for child in self.children:
            if child.process is not None and not child.is_running:
                delay = child.fall()
                soon = f" in {delay:.0f} s" if delay else ""
                self.say(
                    f"{child.name} stopped unexpectedly; starting it again{soon}. Its log is {child.log}."
                )
            if child.process is None and time.monotonic() >= child.delay_until:
                child.start()

    def end(self) -> None:
        """End every child, politely first. A second order to end kills them at once."""
        hurry = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: hurry.set())
        for child in self.children:
            child.order_end()
        deadline = time.monotonic() + GRACE
        while any(child.is_running for child in self.children):
            if hurry.wait(0.05) or time.monotonic() > deadline:
                break
        for child in self.children:
            child.bury()


def take_orders() -> None:
    """Take Ctrl-C and SIGTERM as the ordinary end of the program: no traceback, and exit code 0."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def end_with_parent(order: signal.Signals) -> None:
    """Have the kernel send us ``order`` when our parent dies, even by SIGKILL; Linux alone knows this."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, order)  # PR_SET_PDEATHSIG


def _tie_to_supervisor(order: signal.Signals) -> Callable[[], None]:
    """The same for a child, between its fork and its exec. A parent that died before is noticed too."""
    parent = os.getpid()

    def before_exec() -> None:
        end_with_parent(order)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec
