"""Which addresses may be connected to: the public internet's, at its two ports, and nothing else.

The rules speak of the address that is connected to, not of its spelling: ``wire`` asks at the moment of connecting, for
every redirect anew, and connects to the very address that was checked. So neither a clever spelling nor a name server
that changes its answer gets around them.
"""

import queue
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sources.fetching.failures import Refused, TimedOut, Unreachable

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, float], list[Address]]

PORTS = {"http": 80, "https": 443}
LONGEST_URL = 8000  # characters (RFC 9110, 4.1, recommends to support that many)

# IANA's special-purpose registries (RFC 6890 and what it lists), spelled out because ``is_global`` differs between
# versions of Python. Of IPv6 only global unicast is open at all, so that ::1, mapped addresses (::ffff:0:0/96), NAT64
# (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local and multicast need no line.
_CLOSED = [
    (ip_network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", gettext_noop("unspecified")),
        ("10.0.0.0/8", gettext_noop("private")),
        ("100.64.0.0/10", gettext_noop("shared")),  # carriers' NAT, and a cloud's metadata
        ("127.0.0.0/8", gettext_noop("loopback")),
        ("168.63.129.16/32", gettext_noop("metadata")),  # public in form, of a cloud's inside
        ("169.254.0.0/16", gettext_noop("link-local")),  # among them most clouds' metadata
        ("172.16.0.0/12", gettext_noop("private")),
        ("192.0.0.0/24", gettext_noop("reserved")),
        ("192.0.2.0/24", gettext_noop("documentation")),
        ("192.31.196.0/24", gettext_noop("reserved")),
        ("192.52.193.0/24", gettext_noop("reserved")),
        ("192.88.99.0/24", gettext_noop("6to4")),
        ("192.168.0.0/16", gettext_noop("private")),
        ("192.175.48.0/24", gettext_noop("reserved")),
        ("198.18.0.0/15", gettext_noop("reserved")),
        ("198.51.100.0/24", gettext_noop("documentation")),
        ("203.0.113.0/24", gettext_noop("documentation")),
        ("224.0.0.0/4", gettext_noop("multicast")),
        ("240.0.0.0/4", gettext_noop("reserved")),
        ("2001::/32", gettext_noop("Teredo")),
        ("2001::/23", gettext_noop("reserved")),
        ("2001:db8::/32", gettext_noop("documentation")),
        ("2002::/16", gettext_noop("6to4")),
        ("2620:4f:8000::/48", gettext_noop("reserved")),
        ("3fff::/20", gettext_noop("documentation")),
    )
]
_GLOBAL_UNICAST = ip_network("2000::/3")  # RFC 4291, 2.4
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a host whose last label it is, is a disguised IPv4


def closed(address: Address) -> str | None:
    """What kind of address that is not open to us it is, such as “loopback”; none for one of the public internet."""
    for network, kind in _CLOSED:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        if address.is_loopback:
            return gettext_noop("loopback")
        return gettext_noop("reserved")
    return None if address.is_global and not address.is_multicast else gettext_noop("reserved")


def resolve(host: str, seconds: float) -> list[Address]:
    """Every address that the system's resolver gives for the host, in its order.

    Raises ``Unreachable`` for a host without any. The system's look-up cannot be interrupted: past ``seconds`` the
    thread that waits for it is left to end by itself, and ``TimedOut`` is raised.
    """
    answers: queue.SimpleQueue[list[Address]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        answers.put(list(dict.fromkeys(ip_address(entry[4][0]) for entry in found)))

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        addresses = answers.get(timeout=max(seconds, 0))
    except queue.Empty as error:
        raise TimedOut(_("The name of the host “%s” took too long to look up.") % host) from error
    if not addresses:
        raise Unreachable(_("There is no host named “%s”, or its name servers fail.") % host)
    return addresses


@dataclass(frozen=True)
class Guard:
    """Says where one may connect.

    ``loopback`` holds (host, port) pairs, exactly as an address spells them, at which a loopback address may be
    connected to: for tests and for the demonstration. It opens nothing but loopback.
    """

    loopback: frozenset[tuple[str, int]] = frozenset()
    resolve: Resolver = resolve

    def admit(self, url: httpx.URL) -> None:
        """Raise ``Refused`` for an address whose spelling alone forbids to ask for it."""
        if url.scheme not in PORTS:
            raise Refused(_("Only http:// and https:// addresses are fetched."))
        if url.userinfo:
            raise Refused(_("An address with a user name or password is not fetched."))
        if len(str(url)) > LONGEST_URL:
            raise Refused(_("The address is too long to be fetched."))
        host = url.raw_host.decode("ascii")
        port = PORTS[url.scheme] if url.port is None else url.port
        if (host, port) in self.loopback:
            return
        if port not in PORTS.values():
            raise Refused(_("Only the ports 80 and 443 are fetched from, not %s.") % port)
        if _literal(host) is None and not _is_name(host):
            raise Refused(_("“%s” is not the name of a host on the internet.") % host)

    def addresses(self, host: str, port: int, seconds: float) -> list[Address]:
        """The addresses to connect to, all of them allowed.

        One forbidden address among a name's answers forbids them all: an honest name has none. Raises ``Refused``,
        ``Unreachable`` or ``TimedOut``.
        """
        may_be_loopback = (host, port) in self.loopback
        if port not in PORTS.values() and not may_be_loopback:
            raise Refused(_("Only the ports 80 and 443 are fetched from, not %s.") % port)
        literal = _literal(host)
        found = [literal] if literal else self.resolve(host, seconds)
        if may_be_loopback and all(address.is_loopback for address in found):
            return found
        _all_open(host, found)
        return found


def _all_open(host: str, addresses: list[Address]) -> None:
    for address in addresses:
        if kind := closed(address):
            raise Refused(
                _("“%(host)s” is at %(address)s, a %(kind)s address, which is not fetched from.")
                % {"host": host, "address": address, "kind": _(kind)}
            )


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """A name of two labels or more that no resolver could take for a number (WHATWG URL, “ends in a number”)."""
    last = host.removesuffix(".").rpartition(".")[2]
    return _NAME.fullmatch(host) is not None and not _NUMBER.fullmatch(last)
