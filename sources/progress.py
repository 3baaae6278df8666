"""How far a command is: a bar on a terminal, now and then a line in a log. Ctrl-C ends it after the piece in hand."""

import shutil
import signal
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TypeVar

from django.core.management.base import CommandError, OutputWrapper
from tqdm import tqdm

PAUSE = 10  # seconds between two lines
INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C has ended

Item = TypeVar("Item")


def progress(
    items: Iterable[Item], total: int | None, what: str, stream: OutputWrapper
) -> Iterator[Item]:
    """Each item in turn, for a ``for`` of a command; ``what`` is what is counted: “Copies kept”.

    What was done stays done when Ctrl-C comes: the item in hand is finished, then ``CommandError`` says how many
    there were. A second Ctrl-C does not wait for it.
    """
    done = 0
    try:
        with _asked_to_stop(stream) as asked, _shown(total, what, stream) as shown:
            for item in items:
                yield item
                done += 1
                shown.update()
                if asked.by_ctrl_c:
                    raise CommandError(
                        f"Stopped. {_count(what, done, total)}.", returncode=INTERRUPTED
                    )
    finally:
        if isinstance(items, Generator):
            items.close()  # at once, not when its last reference goes: it may hold threads


def _count(what: str, done: int, total: int | None) -> str:
    return f"{what}: {done}" if total is None else f"{what}: {done} of {total}"


@contextmanager
def _shown(total: int | None, what: str, stream: OutputWrapper) -> "Iterator[tqdm | _Lines]":
    if not stream.isatty():
        lines = _Lines(total, what, stream)
        yield lines
        lines.say()
        return
    # Not through Django's stream, which ends each piece of text with a new line.
    columns = shutil.get_terminal_size().columns
    with (
        open(stream.fileno(), "w", closefd=False) as terminal,
        tqdm(total=total, desc=what, file=terminal, ncols=columns) as bar,
    ):
        yield bar


class _Lines:
    """A line every few seconds, and one at the end."""

    def __init__(self, total: int | None, what: str, stream: OutputWrapper) -> None:
        self.total, self.what, self.stream = total, what, stream
        self.done = 0
        self.said_at = time.monotonic()

    def update(self) -> None:
        self.done += 1
        if time.monotonic() - self.said_at >= PAUSE:
            self.say()

    def say(self) -> None:
        self.stream.write(_count(self.what, self.done, self.total))
        self.stream.flush()
        self.said_at = time.monotonic()


@dataclass
class _Asked:
    by_ctrl_c: bool = False


@contextmanager
def _asked_to_stop(stream: OutputWrapper) -> Iterator[_Asked]:
    asked = _Asked()
    if threading.current_thread() is not threading.main_thread():
        yield asked  # signals are the main thread's
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if asked.by_ctrl_c:
            raise KeyboardInterrupt
        asked.by_ctrl_c = True
        stream.write("\nStopping after this one; Ctrl-C again stops at once.")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
