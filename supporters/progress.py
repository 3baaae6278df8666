"""How far a command is, and Ctrl-C after the piece in hand: as ``sources.progress``, which this room may not import."""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import TypeVar

from django.core.management.base import CommandError, OutputWrapper
from tqdm import tqdm

PAUSE = 10  # seconds between two lines in a log
INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C has ended

Item = TypeVar("Item")


def progress(items: Sequence[Item], what: str, stream: OutputWrapper) -> Iterator[Item]:
    """Each item in turn; ``what`` is what is counted: “Letters sent”. After Ctrl-C, ``CommandError`` says how many."""
    presses: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        presses.append(number)
        if len(presses) > 1:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    said_at, total = time.monotonic(), len(items)
    try:
        for done, item in enumerate(
            tqdm(items, desc=what, file=sys.stderr, disable=not stream.isatty()), 1
        ):
            yield item
            if presses:
                raise CommandError(f"Stopped. {what}: {done} of {total}.", returncode=INTERRUPTED)
            if not stream.isatty() and (done == total or time.monotonic() - said_at >= PAUSE):
                said_at = time.monotonic()
                stream.write(f"{what}: {done} of {total}")
    finally:
        signal.signal(signal.SIGINT, before)
