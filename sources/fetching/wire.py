"""The connection itself: only to addresses that the guard has checked, and never beyond the deadline."""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NoReturn

import certifi
import httpcore
import httpx
from django.utils.translation import gettext as _

from sources.fetching.failures import Failure, TimedOut, Unreachable, Untrusted
from sources.fetching.guard import Guard

MOST_ATTEMPTS = 4  # addresses of one host that are tried in turn


class Deadline:
    """A moment that nothing may outlast, however slowly it drips."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds, more than 0. Raises ``TimedOut`` when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimedOut(_("The page took too long to arrive in full."))
        return left

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """What is done meanwhile takes none of its time: waiting for one's turn."""
        began = self._clock()
        try:
            yield
        finally:
            self._end += self._clock() - began

    def at_most(self, timeout: float | None) -> float:
        return self.left() if timeout is None else min(timeout, self.left())


class Backend(httpcore.NetworkBackend):
    """Resolves a host once, has every address checked, and connects to one of those.

    The TLS name and the Host header stay the host's: httpcore takes them from the address that is fetched.
    """

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard = guard
        self._deadline = deadline
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._guard.addresses(host, port, self._deadline.at_most(timeout))
        for address in addresses[:MOST_ATTEMPTS]:
            try:
                stream = self._system.connect_tcp(
                    str(address), port, self._deadline.at_most(timeout), None, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return Stream(stream, self._deadline)
        raise Unreachable(_("“%s” does not answer.") % host)

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AssertionError("no address leads here")


class Stream(httpcore.NetworkStream):
    """A connection each of whose operations ends by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.at_most(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.at_most(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(
                ssl_context, server_hostname, self._deadline.at_most(timeout)
            )
        except httpcore.ConnectError as error:
            raise _tls_failure(error, server_hostname or "") from error
        return Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class Transport(httpx.BaseTransport):
    """Hands httpx's requests to a pool of its own over ``Backend``. No proxy, no second attempt, HTTP/1.1 alone.

    Raises httpcore's exceptions and ``Failure``; httpx's own do not occur.
    """

    def __init__(self, guard: Guard, deadline: Deadline, trust: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust,
            network_backend=Backend(guard, deadline),
            max_connections=1,
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@cache
def public_trust() -> ssl.SSLContext:
    """The certificate authorities of certifi, whatever the environment says; certificate and host name are verified."""
    return ssl.create_default_context(cafile=certifi.where())


def _tls_failure(error: httpcore.ConnectError, host: str) -> Failure:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Untrusted(
                _("The certificate of “%(host)s” cannot be trusted: %(reason)s.")
                % {"host": host, "reason": cause.verify_message.rstrip(".")}
            )
        cause = cause.__cause__ or cause.__context__
    return Unreachable(_("No secure connection with “%s” can be made.") % host)
