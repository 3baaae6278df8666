"""Fetch an address within bounds: whatever a server does, it ends in an answer or in a ``Failure``.

The bounds are of ``policy.Limits``: time in all, for connecting and between two pieces; redirects; bytes as sent and
unpacked; headers. Cookies live as long as one fetch, since some sites redirect until they see theirs.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import httpcore
import httpx
from django.utils.translation import gettext as _

from sources import addresses
from sources.fetching import policy as policies
from sources.fetching import unpacking
from sources.fetching.cookies import Cookies
from sources.fetching.exchanges import Exchange, Fetched, Headers, Validators
from sources.fetching.failures import (
    Astray,
    Broken,
    Failure,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
)
from sources.fetching.pacing import host_of
from sources.fetching.policy import Limits, Policy
from sources.fetching.wire import Deadline, Transport

LONGEST_VALIDATOR = 500  # characters; no server needs as many
LONGEST_NUMBER = 18  # digits of a Content-Length that is taken for one
ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"


def fetch(
    url: str,
    *,
    conditional: Validators | None = None,
    method: str = "GET",
    policy: Policy | None = None,
) -> Fetched:
    """Ask for the address and follow its redirects.

    An answer with any status is returned: 404 is an answer. With ``conditional``, of an earlier ``Fetched.validators``,
    it may be 304 without a body. ``method`` is GET or HEAD. Raises ``Failure``.
    """
    policy = policy or policies.current()
    first = _first(url, policy)
    deadline = Deadline(policy.limits.seconds)
    with Transport(policy.guard, deadline, policy.trust) as transport:
        known = conditional or Validators("")
        return _Journey(transport, policy, deadline, method, known).from_(first)


def look_again(url: str, *, known: Validators, policy: Policy | None = None) -> Fetched:
    """Ask whether it is still as it was, with as little traffic as will tell.

    HEAD first, where the server has given validators; then GET, unless the answer is 304 or shows the same strong
    ``ETag``, or that the host wants to be left alone. An unchanged page comes back as 304 without a body, or as the
    HEAD's answer: ask ``is_as_known``.
    """
    if known:
        try:
            glimpse = fetch(url, conditional=known, method="HEAD", policy=policy)
        except (Broken, TimedOut, Unreachable):
            pass  # some servers never learnt HEAD
        else:
            if is_as_known(glimpse, known) or _wants_to_be_left_alone(glimpse):
                return glimpse
    return fetch(url, conditional=known, policy=policy)


def is_as_known(fetched: Fetched, known: Validators) -> bool:
    """Whether the answer says that nothing changed since: 304, or 200 with the same strong ETag at the same address."""
    found = fetched.validators
    same = known.etag == found.etag and known.url == found.url
    strong = bool(known.etag) and not known.etag.startswith("W/")
    return fetched.is_unchanged or (fetched.status == HTTPStatus.OK and same and strong)


def _wants_to_be_left_alone(fetched: Fetched) -> bool:
    busy = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
    return fetched.status in busy and bool(fetched.header("retry-after"))


class _Journey:
    """From the address that was asked for to the last one that it leads to."""

    def __init__(
        self,
        transport: Transport,
        policy: Policy,
        deadline: Deadline,
        method: str,
        known: Validators,
    ) -> None:
        self._transport = transport
        self._policy = policy
        self._deadline = deadline
        self._limits = policy.limits
        self._method = method
        self._known = known
        self._cookies = Cookies()
        self._exchanges: list[Exchange] = []

    def from_(self, url: httpx.URL) -> Fetched:
        """The way's exchanges are handed over in any case: of a ``Failure`` they are its ``exchanges``."""
        try:
            body = self._follow(url)
        except Failure as failure:
            failure.exchanges = tuple(self._exchanges)
            raise
        return Fetched(tuple(self._exchanges), body)

    def _follow(self, url: httpx.URL) -> bytes:
        seen: set[tuple[str, str]] = set()
        while True:
            request = self._request(url)
            mark = (str(url), request.headers.get("cookie", ""))
            if mark in seen:
                raise Astray(_("The address is redirected in a circle."))
            seen.add(mark)
            with self._turn(str(url)):
                exchange, body = self._ask(request)
            self._exchanges.append(exchange)
            if not exchange.leads_to:
                return body
            if len(self._exchanges) > self._limits.redirects:
                raise Astray(
                    _("The address is redirected more than %s times.") % self._limits.redirects
                )
            url = _next(url, exchange.leads_to, self._policy)

    @contextmanager
    def _turn(self, url: str) -> Iterator[None]:
        """The host's turn, if one is to be waited for: a redirect and a second question wait as the first did."""
        with ExitStack() as turn:
            with self._deadline.suspended():
                turn.enter_context(self._policy.turn(host_of(url)))
            yield

    def _request(self, url: httpx.URL) -> httpx.Request:
        headers = {
            "User-Agent": self._policy.agent,
            "Accept": ACCEPT,
            "Accept-Encoding": unpacking.ACCEPTED,
            "Connection": "close",
            **_conditions(self._known, url),
        }
        if cookies := self._cookies.line(url.scheme, url.host):
            headers["Cookie"] = cookies
        limits = self._limits
        timeouts = httpx.Timeout(limits.silence, connect=limits.connect).as_dict()
        return httpx.Request(
            self._method,
            url,
            headers=headers,
            extensions={"timeout": timeouts},
        )

    def _ask(self, request: httpx.Request) -> tuple[Exchange, bytes]:
        """A redirect's own page is not read: nobody is to see it, and it could take as long as it liked."""
        started_at = datetime.now(UTC)
        with in_our_words():
            response = self._transport.handle_request(request)
            try:
                exchange = _head(request, response, started_at, self._limits)
                if exchange.leads_to:
                    exchange, body = replace(exchange, is_truncated=True), b""
                else:
                    payload, body = _whole(response, exchange, self._limits)
                    exchange = replace(exchange, payload=payload)
            finally:
                response.close()
        self._cookies.take(request.url.scheme, request.url.host, exchange.all("set-cookie"))
        return replace(exchange, ended_at=datetime.now(UTC)), body


def _first(url: str, policy: Policy) -> httpx.URL:
    try:
        return _checked(httpx.URL(addresses.normalise(url)), policy)
    except addresses.BadAddress as error:
        raise Refused(str(error)) from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Refused(_("This is not a web address.")) from error


def _checked(url: httpx.URL, policy: Policy) -> httpx.URL:
    policy.guard.admit(url)
    return url.copy_with(fragment=None)


def _next(url: httpx.URL, location: str, policy: Policy) -> httpx.URL:
    try:
        following = url.join(location.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Broken(_("The address is redirected to something that is no address.")) from error
    try:
        return _checked(following, policy)
    except Refused as refused:
        raise Refused(_("The address is redirected elsewhere. %s") % refused) from refused


def _conditions(known: Validators, url: httpx.URL) -> dict[str, str]:
    """Nothing where the validators are another address's, or could not be a header's value."""
    if known.url != str(url):
        return {}
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {
        name: value
        for name, value in given.items()
        if value and len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable()
    }


def _head(
    request: httpx.Request, response: httpx.Response, started_at: datetime, limits: Limits
) -> Exchange:
    """The exchange before its body. Raises ``TooLarge`` for headers beyond bounds, ``Broken`` for an impossible status."""
    raw = response.headers.raw
    size = sum(len(name) + len(value) for name, value in raw)
    if len(raw) > limits.headers or size > limits.header_bytes:
        raise TooLarge(_("The server sends more headers than can be kept."))
    if response.status_code < 200:
        raise Broken(_("The server answers with the status %s.") % response.status_code)
    asked = {"if-none-match", "if-modified-since"} & set(request.headers)
    if response.status_code == HTTPStatus.NOT_MODIFIED and not asked:
        raise Broken(_("The server says that nothing has changed, which was not the question."))
    peer = response.extensions["network_stream"].get_extra_info("server_addr")
    return Exchange(
        method=request.method,
        url=str(request.url),
        address=peer[0],
        request_headers=_text(request.headers.raw),
        version=response.extensions["http_version"].decode("ascii"),
        status=response.status_code,
        reason=response.extensions["reason_phrase"].decode("latin-1"),
        headers=_text(raw),
        started_at=started_at,
        ended_at=started_at,
    )


def _text(headers: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)


def _whole(response: httpx.Response, head: Exchange, limits: Limits) -> tuple[bytes, bytes]:
    """The body as sent and unpacked: the same object where nothing was packed."""
    if head.method == "HEAD" or head.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        return b"", b""
    _refuse_announced(head.header("content-length"), limits)
    unpacker = unpacking.unpacker(head.coding)
    payload, body = bytearray(), bytearray()
    for piece in response.iter_raw():
        payload += piece
        if len(payload) > limits.payload:
            raise _too_large(limits)
        if unpacker:
            body += unpacker.feed(piece, limits.body - len(body))
    as_sent = bytes(payload)
    if unpacker is None:
        return as_sent, as_sent
    unpacker.finish()
    return as_sent, bytes(body)


def _refuse_announced(length: str, limits: Limits) -> None:
    """Not a byte is read of what says itself that it is too long. What a lie hides is counted."""
    digits = length.strip()
    is_number = digits.isascii() and digits.isdecimal()
    if is_number and (len(digits) > LONGEST_NUMBER or int(digits) > limits.payload):
        raise _too_large(limits)


def _too_large(limits: Limits) -> TooLarge:
    return TooLarge(_("The page is larger than the %g MB that are kept.") % (limits.payload / 1e6))


@contextmanager
def in_our_words() -> Iterator[None]:
    """What ``wire`` raises of httpcore's, as the ``Failure`` that it is."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise TimedOut(_("The server stopped answering.")) from error
    except httpcore.ProtocolError as error:
        raise Broken(_("What the server sends is not a whole web page.")) from error
    except httpcore.NetworkError as error:
        raise Unreachable(_("The connection broke off.")) from error
