"""Ask a site for its robots.txt, before a copy of a page is kept."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sources.fetching import policy as policies
from sources.fetching import robots
from sources.fetching.failures import Failure
from sources.fetching.fetch import fetch
from sources.fetching.policy import Policy
from sources.fetching.robots import Robots

SECONDS = 15.0
MOST_BYTES = 2_000_000  # sent for it; ``robots.MOST_BYTES`` of it count
A_DAY = 24 * 3600.0  # seconds that an answer is good for (RFC 9309, 2.4)
A_WHILE = 600.0  # seconds for which a site that did not answer is left alone
MOST_KEPT = 16_000_000  # bytes or so that a process remembers of all sites' rules
A_RULE = 300  # bytes or so that a rule takes besides its pattern


def ask(url: str, *, policy: Policy | None = None) -> Robots:
    """What the site of a page asks of us; good for a day (RFC 9309, 2.4).

    A site that does not answer is left alone for now. One whose robots.txt leads in circles or somewhere that we do not
    go, or is too large to be one, has none (RFC 9309, 2.3.1.2 and 2.3.1.3).
    """
    policy = policy or policies.current()
    quick = replace(policy.limits, seconds=SECONDS, payload=MOST_BYTES, body=MOST_BYTES)
    try:
        fetched = fetch(robots.address_for(url), policy=replace(policy, limits=quick))
    except Failure as failure:
        return robots.NOTHING if failure.again else robots.EVERYTHING
    return robots.from_answer(fetched.status, fetched.body)


@dataclass
class Manners:
    """What sites ask of us, remembered for a day. One for all threads of a process."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Robots]] = field(default_factory=dict)
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, url: str, *, policy: Policy) -> Robots:
        """What the site of a page asks of us; its robots.txt is fetched where that is not known any more."""
        site = robots.address_for(url)
        with self._lock:
            until, known = self._known.get(site, (0.0, robots.NOTHING))
            if self.clock() < until:
                return known
        asked = ask(url, policy=policy)
        good_for = A_WHILE if asked is robots.NOTHING else A_DAY
        with self._lock:
            self._forget(site)
            self._known[site] = (self.clock() + good_for, asked)
            self._size += _size(site, asked)
            while self._size > MOST_KEPT:
                self._forget(next(iter(self._known)))
        return asked

    def _forget(self, site: str) -> None:
        if known := self._known.pop(site, None):
            self._size -= _size(site, known[1])


def _size(site: str, asked: Robots) -> int:
    return A_RULE + len(site) + sum(A_RULE + len(rule.pattern) for rule in asked.rules)
