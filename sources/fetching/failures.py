"""Why nothing was fetched: each kind with a plain sentence, and whether the same attempt may fare better later."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sources.fetching.exchanges import Exchange


class Failure(Exception):
    """Nothing usable came of it. ``str()`` is a sentence for the desk.

    ``kind`` is a short name to store; ``again`` is whether trying again may help; ``exchanges`` are the redirects that
    were followed until then.
    """

    kind: ClassVar[str]
    again: ClassVar[bool]
    exchanges: tuple[Exchange, ...] = ()


class Refused(Failure):
    """We would not ask: the address, or one that it leads to, is none that we connect to."""

    kind = "refused"
    again = False


class Unreachable(Failure):
    """The host has no address, or nobody answers there."""

    kind = "unreachable"
    again = True


class TimedOut(Failure):
    """It took longer than we wait, in all or for the connection."""

    kind = "timed out"
    again = True


class Untrusted(Failure):
    """The server's certificate does not vouch for the host."""

    kind = "untrusted"
    again = True


class Broken(Failure):
    """What came is not HTTP, ended early, or does not unpack."""

    kind = "broken"
    again = True


class TooLarge(Failure):
    """The page, its headers or what it unpacks to is larger than what we keep."""

    kind = "too large"
    again = False


class Astray(Failure):
    """The redirects lead in a circle, or on and on."""

    kind = "astray"
    again = False
