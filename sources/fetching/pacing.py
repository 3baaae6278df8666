"""When a host may be asked again: one request at a time, with a pause between two.

``Pacing`` is pure logic, the clock is handed in. ``Pacer`` is what the threads of one process wait at: one for all of
them. Several processes would each pause for themselves.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PAUSE = 2.0  # seconds between two requests to one host
LONGEST_PAUSE = 3600.0  # seconds that a host may ask for by Retry-After
LONGEST_WAIT = (
    90.0  # seconds that a thread waits for a turn: more than any Crawl-delay that is respected
)
KEPT = 10_000  # hosts whose turn is remembered; those that may be asked at once need not be


class NotNow(Exception):
    """The host asked to be left alone for longer than anybody here waits: come back after ``seconds``."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} is left alone for {seconds:.0f} s.")
        self.seconds = seconds


def host_of(url: str) -> str:
    """What has one turn after another: the host, and the port where the address names one."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


@dataclass
class Pacing:
    """Hands out turns. All times are seconds of one monotonic clock."""

    pause: float = PAUSE
    _free_at: dict[str, float] = field(default_factory=dict)

    def wait(self, host: str, now: float) -> float:
        """Seconds until the host may be asked; 0 for at once."""
        return max(0.0, self._free_at.get(host, now) - now)

    def take_turn(self, host: str, now: float, *, pause: float = 0.0) -> float:
        """Take the host's next turn, and return how many seconds to wait for it.

        ``pause`` is what robots.txt asks for; the longer of it and ours is kept after the turn.
        """
        self._forget(now)
        wait = self.wait(host, now)
        self._free_at[host] = now + wait + max(self.pause, pause)
        return wait

    def hold(self, host: str, now: float, seconds: float) -> None:
        """The host asks to be left alone for a while (Retry-After), an hour at most."""
        until = now + min(max(seconds, 0.0), LONGEST_PAUSE)
        self._free_at[host] = max(self._free_at.get(host, until), until)

    def _forget(self, now: float) -> None:
        if len(self._free_at) >= KEPT:
            self._free_at = {host: at for host, at in self._free_at.items() if at > now}


class Pacer:
    """Lets the threads of a process ask each host in turn."""

    def __init__(
        self,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self._pacing = Pacing(pause)
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._asked: set[str] = set()  # by some thread, just now
        self._delays: dict[str, float] = {}

    @contextmanager
    def turn(
        self, host: str, waiting: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> Iterator[None]:
        """Wait for the host's turn, and have it until its answer has come; then the pause begins. Raises ``NotNow``.

        ``waiting`` is held while it is waited for, and never together with the turn.
        """
        until = self._clock() + LONGEST_WAIT
        while not self._taken(host):
            with waiting():
                self._await(host, until)
        try:
            yield
        finally:
            with self._changed:
                self._asked.discard(host)
                delay = self._delays.get(host, 0.0)
                self._pacing.take_turn(host, self._clock(), pause=delay)
                self._changed.notify_all()

    def wait(self, host: str) -> float:
        """Seconds until nobody need be waited for, as far as is known; 0 for at once."""
        with self._changed:
            wait = self._pacing.wait(host, self._clock())
            return max(wait, self._pacing.pause) if host in self._asked else wait

    def hold(self, host: str, seconds: float) -> None:
        """The host asks to be left alone for so long (Retry-After), an hour at most."""
        if seconds > 0:
            with self._changed:
                self._pacing.hold(host, self._clock(), seconds)

    def slow_down(self, host: str, delay: float) -> None:
        """The host asks for so many seconds between two requests (Crawl-delay), from now on."""
        with self._changed:
            if delay <= self._pacing.pause:
                self._delays.pop(host, None)
            elif delay != self._delays.get(host):
                if len(self._delays) >= KEPT:  # those that are met again ask again
                    self._delays.clear()
                self._delays[host] = delay
                self._pacing.hold(host, self._clock(), delay)

    def _taken(self, host: str) -> bool:
        """Take the turn, if it is nobody's just now."""
        with self._changed:
            if self._left(host):
                return False
            self._asked.add(host)
            return True

    def _await(self, host: str, until: float) -> None:
        """Wait until the turn could be taken; somebody else may be quicker."""
        with self._changed:
            while left := self._left(host):
                now = self._clock()
                wait = self._pacing.wait(host, now)
                if wait > LONGEST_WAIT or now >= until:
                    raise NotNow(host, max(wait, self._pacing.pause))
                self._wait(self._changed, min(left, until - now))

    def _left(self, host: str) -> float:
        """Seconds until the turn may be free; while somebody has it, the longest that anybody waits."""
        wait = self._pacing.wait(host, self._clock())
        return wait or (LONGEST_WAIT if host in self._asked else 0.0)
