"""When a host may be asked again: one request at a time, with a pause between two. Pure logic; the clock is handed in.

One worker keeps one ``Pacing``. Several workers would each pause for themselves.
"""

from dataclasses import dataclass, field

PAUSE = 2.0  # seconds between two requests to one host
LONGEST_PAUSE = 3600.0  # seconds that a host may ask for by Retry-After
KEPT = 10_000  # hosts whose turn is remembered; those that may be asked at once need not be


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
