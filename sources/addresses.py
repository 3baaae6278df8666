"""Addresses of sources: one spelling for each, and the host they belong to. Pure text, no queries."""

import re
from functools import cache
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote_plus, urlsplit, urlunsplit

import idna
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253  # characters (RFC 1035, 2.3.4)

# Parameters that say where a reader came from and change nothing on the page, by who adds them.
TRACKING_PREFIXES = ("utm_", "mtm_", "hsa_", "__hs", "_hs")
TRACKING = {
    *("gclid", "gclsrc", "dclid", "gbraid", "wbraid"),  # Google
    *("gad_source", "gad_campaignid", "srsltid"),  # Google
    *("_ga", "_gl"),  # Google Analytics
    *("fbclid", "igshid", "igsh"),  # Facebook, Instagram
    *("mc_cid", "mc_eid"),  # Mailchimp
    *("msclkid", "yclid", "ysclid", "_openstat"),  # Bing, Yandex
    *("twclid", "ttclid", "li_fat_id", "rdt_cid", "epik", "__twitter_impression"),  # networks
    *("pk_campaign", "pk_kwd", "pk_source", "pk_medium", "pk_content"),  # Matomo
    *("mkt_tok", "oly_anon_id", "oly_enc_id", "vero_id", "vero_conv", "wickedid"),  # newsletters
    *("guccounter", "guce_referrer", "guce_referrer_sig"),  # Yahoo
}
_OCTET = re.compile("%[0-9a-fA-F]{2}")
_BARE_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")


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


def publishers_domain(url: str) -> str:
    """The domain that a publisher is known by: what somebody has registered, spelt as in the address where it is the host."""
    host = domain(url)
    registered = registered_domain(host)
    return host if registered == ascii_host(host) else registered


def canonical(url: str) -> str:
    """The address to *compare* by: two spellings of one address become the same text. It is not for readers to follow.

    Beyond ``normalise``: https for http at their usual ports, the host in its ASCII form without a final dot, ``.`` and
    ``..`` resolved, one spelling of octets (RFC 3986, 6.2.2), no parameters that only track. ``www.``, the order of
    parameters and a final slash stay: they can make a difference. Raises ``BadAddress``.
    """
    parts = _split(normalise(url))
    host = ascii_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    path = _without_dots(octets(parts.path))
    query = "&".join(part for part in _telling(parts.query) if part)
    scheme = parts.scheme if port else "https"
    return urlunsplit((scheme, f"{host}:{port}" if port else host, path, octets(query), ""))


def untracked(url: str) -> str:
    """The address in its one spelling, without the parameters that only track: some mark the person who copied it.

    All else stays as it is written. Raises ``BadAddress``.
    """
    parts = _split(normalise(url))
    return urlunsplit(parts._replace(query="&".join(_telling(parts.query))))


def ascii_host(host: str) -> str:
    """The host as name servers know it: lower case, ``xn--`` labels (UTS 46), no final dot; unchanged if it has no such form."""
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def registered_domain(host: str) -> str:
    """What somebody has registered: ``bbc.co.uk`` of ``news.bbc.co.uk``, by the public suffix list that the package brings.

    The list's private part counts: ``somebody.github.io`` is its own. An IP address, and a public suffix itself
    (``gov.uk``, also as ``www.gov.uk``), stand for themselves.
    """
    host = ascii_host(host)
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    bare = host.removeprefix("www.")
    bare = bare if "." in bare else host
    return _public_suffixes().privatesuffix(bare) or bare


def octets(text: str) -> str:
    """One spelling of a path or query: what is not ASCII is per cent coded (UTF-8), what need not be is not."""
    coded = "".join(
        character
        if character.isascii()
        else "".join(f"%{octet:02X}" for octet in character.encode("utf-8", "replace"))
        for character in text
    )
    coded = _BARE_PERCENT.sub("%25", coded)
    return _OCTET.sub(lambda found: _unreserved(found[0]), coded)


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _unreserved(octet: str) -> str:
    character = chr(int(octet[1:], 16))
    is_bare = character.isascii() and (character.isalnum() or character in "-._~")
    return character if is_bare else octet.upper()


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _telling(query: str) -> list[str]:
    return [part for part in query.split("&") if not _tracks(part)]


def _tracks(part: str) -> bool:
    name = unquote_plus(part.partition("=")[0]).lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


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
