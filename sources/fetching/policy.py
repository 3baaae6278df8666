"""The newsroom's settings for fetching: the one place below here that reads them."""

import re
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sources.fetching.guard import Guard
from sources.fetching.loopback import loopback_pairs
from sources.fetching.wire import public_trust

PRODUCT = "Factually"  # robots.txt speaks to this name (RFC 9309, 2.2.1)


@dataclass(frozen=True)
class Limits:
    """Bounds of one fetch, redirects included. Seconds and bytes."""

    seconds: float = 40
    connect: float = 10
    silence: float = 15  # between two pieces
    redirects: int = 5
    payload: int = 20_000_000  # as sent
    body: int = 40_000_000  # unpacked
    headers: int = 200
    header_bytes: int = 65_536


def at_once(host: str) -> AbstractContextManager[None]:
    """For who asks one host once."""
    return nullcontext()


@dataclass(frozen=True)
class Policy:
    """By what a fetch goes: whom we say we are, where we may connect, what we bear, whose certificates we trust.

    ``turn`` is held for each single request, with its host: ``pacing.Pacer.turn`` for who asks many.
    """

    agent: str
    guard: Guard = field(default_factory=Guard)
    limits: Limits = field(default_factory=Limits)
    trust: ssl.SSLContext = field(default_factory=public_trust)
    turn: Callable[[str], AbstractContextManager[None]] = at_once


def current() -> Policy:
    """The newsroom's own. Raises ``ImproperlyConfigured`` for an entry of FETCH_LOOPBACK that is not host:port."""
    try:
        loopback = loopback_pairs(settings.FETCH_LOOPBACK)
    except ValueError as error:
        raise ImproperlyConfigured(f"FETCH_LOOPBACK: {error}") from error
    return Policy(agent(settings.NEWSROOM_NAME, settings.SITE_ORIGIN), Guard(loopback))


def agent(newsroom: str, origin: str) -> str:
    """``Factually (The Example Ledger; +https://www.example.org)``: a webmaster sees who asks, and whom to write to.

    What a header cannot carry is left out (RFC 9110, 10.1.5 and 5.6.5).
    """
    parts = (re.sub(r"[^ -~]|[()\\]", "", part).strip() for part in (newsroom, f"+{origin}"))
    return f"{PRODUCT} ({'; '.join(part for part in parts if part)})"
