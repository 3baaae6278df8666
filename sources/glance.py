"""A look at a page while somebody waits: fetched and read within seconds, without a row of the database."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from django.utils.translation import gettext as _

from sources import addresses, saying
from sources.fetching import policy as policies
from sources.fetching.failures import Failure
from sources.fetching.fetch import fetch
from sources.fetching.policy import Policy
from sources.reading import apart
from sources.reading.result import Hint, Read, Unreadable

FETCHING, CONNECTING, SILENCE = (
    8.0,
    4.0,
    5.0,
)  # seconds; with READING the longest that a worker is held
READING = 5  # seconds
LONGEST = 2000  # characters of an address


class Nothing(Exception):
    """Nothing is known of the page; the message is a sentence that says why."""


@dataclass(frozen=True)
class Page:
    """What a page says of itself, and the address that it was found at."""

    url: str
    read: Read

    @property
    def own_address(self) -> str:
        """What the page calls its canonical address, if it is one."""
        return saying.own_address(self.read)


def look(url: str, *, policy: Policy | None = None) -> Page:
    """The page at the address, after its redirects. Raises ``Nothing``."""
    if len(url) > LONGEST:
        raise Nothing(_("This web address is longer than any that is kept."))
    try:
        fetched = fetch(url, policy=_quick(policy or policies.current()))
    except Failure as failure:
        raise Nothing(str(failure)) from failure
    if not HTTPStatus.OK <= fetched.status < HTTPStatus.MULTIPLE_CHOICES:
        raise Nothing(
            _("The server answers with the status %s instead of the page.") % fetched.status
        )
    kind = fetched.header("content-type")
    try:
        read = apart.read(fetched.body, kind, fetched.final_url, seconds=READING)
    except Unreadable as unreadable:
        raise Nothing(apart.sentence(unreadable.trouble)) from unreadable
    if Hint.LOOKS_MISSING in read.hints:
        raise Nothing(_("The page that answers says that there is no such page."))
    return Page(_normal(fetched.final_url) or url, read)


def sentences(hints: tuple[Hint, ...]) -> list[str]:
    """What an editor should know of the page before relying on it."""
    known = {
        Hint.LOOKS_PAYWALLED: _("The page seems to be open to subscribers alone."),
        Hint.FRAMES: _("What readers see there stands on other pages, in frames."),
        Hint.NEEDS_SCRIPT: _("Without JavaScript the page shows next to nothing."),
        Hint.NO_TEXT: _("No text was found in it: it may be a scan, or pictures."),
    }
    return [known[hint] for hint in hints if hint in known]


def _normal(url: str) -> str:
    """Empty for what is no address."""
    try:
        return addresses.normalise(url) if url.isprintable() else ""
    except addresses.BadAddress:
        return ""


def _quick(policy: Policy) -> Policy:
    """Within its own bounds, and no longer than somebody waits."""
    limits = policy.limits
    return replace(
        policy,
        limits=replace(
            limits,
            seconds=min(limits.seconds, FETCHING),
            connect=min(limits.connect, CONNECTING),
            silence=min(limits.silence, SILENCE),
        ),
    )
