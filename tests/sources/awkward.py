"""A site on this machine that answers byte by byte what a test tells it to, however awkward."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from sources.fetching.guard import Address, Guard
from sources.fetching.policy import Limits, Policy

HOST = "127.0.0.1"

Step = bytes | float | Callable[[], Iterator[bytes]]
"""What is sent, how many seconds to wait, or pieces that are sent until the other side has had enough."""


@dataclass
class Site:
    """Answers each path by its script, one request a connection, and remembers the requests as they came."""

    port: int
    scripts: dict[str, list[Step]] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    greeting: bytes = b""  # said before anything is asked

    def url(self, path: str = "/") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def says(self, path: str, *steps: Step) -> str:
        """Let the path answer with these steps, and return its address."""
        self.scripts[path] = list(steps)
        return self.url(path)

    def policy(self, **bounds: float) -> Policy:
        """A policy that admits this site alone, with quick limits."""
        limits = replace(Limits(seconds=3, connect=1, silence=1), **bounds)  # type: ignore[arg-type]
        return Policy("Factually (Tests)", Guard(frozenset({(HOST, self.port)})), limits)

    @property
    def asked(self) -> list[str]:
        """The first lines' methods and targets, in order: ``GET /page``."""
        lines = [request.split(b"\r\n")[0].decode() for request in self.requests]
        return [line.rpartition(" ")[0] for line in lines]

    def serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with suppress(OSError), connection:
            connection.sendall(self.greeting)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(65_536)
                if not piece:
                    return
                request += piece
            self.requests.append(request)
            for step in self.scripts.get(request.split(b" ")[1].decode(), [answer(404)]):
                _do(connection, step)
            connection.shutdown(socket.SHUT_WR)


def answer(status: int = 200, body: bytes = b"", /, **headers: str | bytes) -> bytes:
    """A plain answer with its length; ``Content_Type="text/html"`` is a header."""
    lines = [f"HTTP/1.1 {status} Whatever".encode(), f"Content-Length: {len(body)}".encode()]
    for name, value in headers.items():
        coded = value if isinstance(value, bytes) else value.encode("latin-1")
        lines.append(name.replace("_", "-").encode() + b": " + coded)
    return b"\r\n".join([*lines, b"", body])


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    return answer(status, b"", Location=location.encode(), **headers)


def endless(piece: bytes) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        while True:
            yield piece

    return pieces


def dripping(piece: bytes, every: float) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        while True:
            time.sleep(every)
            yield piece

    return pieces


@contextmanager
def site(trust: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A running site; with ``trust`` it speaks TLS."""
    with socket.create_server((HOST, 0)) as server:
        running = Site(server.getsockname()[1])
        threading.Thread(target=_accept, args=(server, running, trust), daemon=True).start()
        yield running
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # ends the thread's wait for another visitor


def names(**answers: str) -> Callable[[str, float], list[Address]]:
    """A name server of the test's own: ``names(moon_example="10.0.0.1 8.8.8.8")``."""

    def resolve(host: str, seconds: float) -> list[Address]:
        return [ip_address(text) for text in answers[host.replace(".", "_")].split()]

    return resolve


def _accept(server: socket.socket, running: Site, trust: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_visit, args=(connection, running, trust), daemon=True).start()


def _visit(connection: socket.socket, running: Site, trust: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        if trust:
            connection = trust.wrap_socket(connection, server_side=True)
        running.serve(connection)


def _do(connection: socket.socket, step: Step) -> None:
    if isinstance(step, bytes):
        connection.sendall(step)
    elif isinstance(step, float):
        time.sleep(step)
    else:
        for piece in step():
            connection.sendall(piece)
