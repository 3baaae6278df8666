"""A closed loop of requests over a few kept connections, bounded in count and in time."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds for one answer

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


class LoadError(Exception):
    """Why a figure would mean nothing, as one sentence."""


@dataclass
class Figures:
    """What was measured of one page on one server, over one or more rounds."""

    latencies: list[float] = field(default_factory=list)  # seconds, one for each answer
    spent: float = 0.0  # seconds

    def add(self, other: "Figures") -> None:
        self.latencies += other.latencies
        self.spent += other.spent

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.spent

    def milliseconds(self, percent: int) -> float:
        """The latency that so many percent of the answers kept to (nearest rank)."""
        rank = -(-len(self.latencies) * percent // 100)
        return sorted(self.latencies)[rank - 1] * 1000


def run(port: int, path: str, *, connections: int, seconds: float, most: int) -> Figures:
    """Ask for ``path`` on every connection, again as soon as it has answered, until the time or the count is over."""
    figures = Figures()
    with DefaultSelector() as selector, _lanes(port, path, connections) as lanes:
        began = perf_counter()
        for lane in lanes:
            selector.register(lane.socket, EVENT_READ, lane)
            lane.ask()
        waiting = len(lanes)
        while waiting:
            ready = selector.select(PATIENCE)
            if not ready:
                raise LoadError(f"{path} did not answer in {PATIENCE:.0f} s.")
            for key, _ in ready:
                lane = key.data
                if not lane.answered():
                    continue
                now = perf_counter()
                figures.latencies.append(now - lane.asked_at)
                if now - began < seconds and len(figures.latencies) < most:
                    lane.ask()
                else:
                    waiting -= 1
        figures.spent = perf_counter() - began
    return figures


@contextmanager
def _lanes(port: int, path: str, count: int) -> Iterator[list["Lane"]]:
    lanes = [Lane(port, path) for _ in range(count)]
    try:
        yield lanes
    finally:
        for lane in lanes:
            lane.socket.close()


class Lane:
    """One kept connection with at most one request under way."""

    def __init__(self, port: int, path: str) -> None:
        self.path = path
        self.socket = socket.create_connection((HOST, port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = (
            f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nAccept-Encoding: gzip\r\n\r\n"
        ).encode()
        self.asked_at = 0.0
        self.received = b""
        self.wanted = 0  # bytes of the whole answer; 0 until its head is there

    def ask(self) -> None:
        self.received, self.wanted = b"", 0
        self.asked_at = perf_counter()
        self.socket.sendall(self.request)

    def answered(self) -> bool:
        """Read what is there; say whether the answer is complete."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise LoadError(f"The server closed a connection on {self.path}.")
        self.received += part
        if not self.wanted:
            self._read_head()
        return 0 < self.wanted <= len(self.received)

    def _read_head(self) -> None:
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        if not self.received.startswith(b"HTTP/1.1 200"):
            status = self.received.split(b"\r\n", 1)[0].decode("latin-1")
            raise LoadError(f"{self.path} answered “{status}”.")
        length = LENGTH.search(self.received, 0, end + 2)
        if length is None:
            raise LoadError(f"{self.path} answered without a length.")
        self.wanted = end + 4 + int(length[1])
