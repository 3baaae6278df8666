"""Addresses of sources: one spelling for each, and the host they belong to. Pure text, no queries."""

from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.utils.translation import gettext as _

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253  # characters (RFC 1035, 2.3.4)


class BadAddress(ValueError):
    """The text is not an address that a reader could follow; its message is a sentence."""


def normalise(url: str) -> str:
    """The address in the one spelling that is stored: lower-case scheme and host, no default port, no fragment.

    Raises ``BadAddress`` for anything but http and https, for a missing host, and for credentials in the address.
    """
    parts = _split(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{parts.port}"
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


def domain(url: str) -> str:
    """The host that stands for the publisher: lower case, without ``www.``."""
    return (_split(url).hostname or "").removeprefix("www.")


def _split(url: str) -> SplitResult:
    url = url.strip()
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises for a port that is none)
    except ValueError as error:
        raise BadAddress(_("This is not a web address.")) from error
    if parts.scheme not in DEFAULT_PORTS:
        raise BadAddress(_("A web address starts with http:// or https://."))
    if not parts.hostname or any(character.isspace() for character in url):
        raise BadAddress(_("This web address names no host, or has a space in it."))
    if len(parts.hostname) > LONGEST_HOST:
        raise BadAddress(_("The host in this web address is longer than any can be."))
    if parts.username or parts.password:
        raise BadAddress(_("A web address must not carry a user name or password."))
    return parts
