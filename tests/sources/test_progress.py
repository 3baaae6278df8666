import io
import os
import pty
import signal
from collections.abc import Iterable, Iterator

import pytest
from django.core.management.base import CommandError, OutputWrapper

from sources import progress as module
from sources.progress import progress


def test_a_log_is_told_at_the_end_how_many_were_done() -> None:
    log = io.StringIO()
    assert list(progress("abc", 3, "Copies kept", OutputWrapper(log))) == ["a", "b", "c"]
    assert log.getvalue() == "Copies kept: 3 of 3\n"


def test_a_log_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE", 0)
    log = io.StringIO()
    list(progress(iter("ab"), None, "Copies kept", OutputWrapper(log)))
    assert log.getvalue() == "Copies kept: 1\nCopies kept: 2\nCopies kept: 2\n"


def test_a_terminal_shows_a_bar() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        list(progress("abc", 3, "Copies kept", OutputWrapper(terminal)))
        shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "Copies kept: 100%" in shown
    assert "3/3" in shown


def count(items: Iterable[str], *, presses: int = 1) -> list[str]:
    """A command that Ctrl-C meets while it is at “b”; gives what it finished."""
    finished = []
    try:
        for item in progress(items, 3, "Copies kept", OutputWrapper(io.StringIO())):
            if item == "b":
                for _ in range(presses):
                    os.kill(os.getpid(), signal.SIGINT)
            finished.append(item)
    except CommandError as stopped:
        finished.append(f"{stopped.returncode}: {stopped}")
    return finished


def test_ctrl_c_lets_the_piece_in_hand_be_finished_and_says_what_was_done() -> None:
    assert count("abc") == ["a", "b", "130: Stopped. Copies kept: 2 of 3."]


def test_ctrl_c_twice_does_not_wait() -> None:
    with pytest.raises(KeyboardInterrupt):
        count("abc", presses=2)


def test_ctrl_c_ends_what_makes_the_items_before_the_command_ends() -> None:
    told = []

    def made() -> Iterator[str]:
        try:
            yield from "abc"
        finally:
            told.append("ended")

    told += count(made())
    assert told == ["ended", "a", "b", "130: Stopped. Copies kept: 2 of 3."]


def test_afterwards_ctrl_c_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    list(progress("abc", 3, "Copies kept", OutputWrapper(io.StringIO())))
    assert signal.getsignal(signal.SIGINT) is before
