"""Whether we are on the internet ourselves: our own outage is no verdict on anybody's page."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address
from itertools import islice
from urllib.parse import urlsplit

from sources import connections
from sources.fetching.failures import Failure
from sources.fetching.fetch import fetch
from sources.fetching.pacing import NotNow, host_of
from sources.fetching.policy import Policy
from sources.models import Look

# What it looks like when nobody can be reached, be it that the name servers are away or a hotel asks for a password.
CUT_OFF = frozenset({"unreachable", "timed out", "untrusted"})
FRESH = 60.0  # seconds that somebody's answer is taken for one of now
CONTROLS = 3  # hosts that are asked whether they hear us
RECENT = 100  # looks among which those hosts are sought
SECONDS = 10.0  # for each of them


class Network:
    """Who answered this process last. One for all of its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[str, float] = {}  # by host: when; the newest few
        self._nobody_at = -FRESH
        self._noting = threading.Lock()
        self._asking = threading.Lock()

    def answered(self, host: str) -> None:
        """The host answered, whatever it said."""
        with self._noting:
            self._answers.pop(host, None)
            self._answers[host] = self._clock()
            alike = [other for other in self._answers if _can_tell(other, host)]
            for other in alike[:-1]:  # two are enough to know of another than any one
                del self._answers[other]

    @property
    def is_cut_off(self) -> bool:
        """Whether nobody answered when that was asked within the last minute, nor has since."""
        with self._noting:
            since = max(self._answers.values(), default=-FRESH)
            return since < self._nobody_at and self._clock() - self._nobody_at < FRESH

    def is_there(self, url: str, policy: Policy) -> bool:
        """Whether somebody else than the host of this address answers us now: for one elsewhere, somebody elsewhere.

        If nobody has within the last minute, the hosts that answered last are asked, once for all who want to know.
        The policy's ``turn`` must wait for nothing: whoever has what it waits for may be waiting here.
        """
        host = host_of(url)
        with self._asking:
            if self._somebody_but(host):
                return True
            if self._clock() - self._nobody_at < FRESH:
                return False
            for control in islice(_controls(host), CONTROLS):
                if _answers(control, policy):
                    self.answered(host_of(control))
                    return True
            self._nobody_at = self._clock()
            return False

    def _somebody_but(self, host: str) -> bool:
        with self._noting:
            now = self._clock()
            return any(
                now - at < FRESH and _can_tell(other, host) for other, at in self._answers.items()
            )


def _can_tell(other: str, host: str) -> bool:
    """Whether an answer of the one says that the other could be reached: this machine answers without any network."""
    return other != host and _is_this_machine(other) == _is_this_machine(host)


def _is_this_machine(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _controls(host: str) -> Iterator[str]:
    """An address at each host that answered of late, the latest first; the host itself left out."""
    answered = Look.objects.filter(status__isnull=False).order_by("-pk")
    seen: set[str] = set()
    for url in answered.values_list("source__url", flat=True)[:RECENT]:
        other = host_of(url)
        if other not in seen and _can_tell(other, host):
            seen.add(other)
            parts = urlsplit(url)
            yield f"{parts.scheme}://{parts.netloc}/robots.txt"


def _answers(url: str, policy: Policy) -> bool:
    connections.give_back()
    limits = replace(policy.limits, seconds=SECONDS, connect=SECONDS / 2)
    try:
        fetch(url, method="HEAD", policy=replace(policy, limits=limits))
    except (Failure, NotNow):
        return False
    return True
