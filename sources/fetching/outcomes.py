"""What one look at a source comes to. A history of these is what ``verdict`` and ``backoff`` judge by."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import urlsplit

from sources import addresses
from sources.fetching.exchanges import Fetched
from sources.fetching.failures import Failure
from sources.reading.notices import Notice, notice

# The other 2xx bring no page (202 and 204), or a part of it that nobody asked for (206).
WHOLE = {HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION}
LONGEST_RETRY_AFTER = 30 * 24 * 3600  # seconds

_HOME = re.compile(
    r"/?([a-z]{2}([-_][a-z]{2})?/?)?((index|default|home)(\.[a-z]{2,5})?)?/?", re.IGNORECASE
)
# Where those are sent who are not known, or have agreed to nothing yet: a part of the path, or of the host.
_DOOR = re.compile(
    r"""/(log[-_]?in|sign[-_]?in|sso|oauth2?|saml2?|anmelden|anmeldung|connexion|inloggen|iniciar-sesion
        |(collect)?[-_]?consent|cookie[-_]?(wall|consent)|captcha)(?=[/.;?]|$)
      | ^https?://(login|signin|sso|auth|accounts?|idp|consent|guce)\.
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Where those are sent who ask for what is not there.
_NOWHERE = re.compile(
    r"/(404|error[-_/]?404|(page[-_]?)?not[-_]?found)(\.[a-z]{2,5})?/?(\?|$)", re.IGNORECASE
)
# What stands in the pages of such services only while they ask.
_WALLS = (b"_cf_chl_opt", b"cf-browser-verification", b"ddos-guard")
MOST_OF_A_WALL = 100_000  # bytes


class Kind(StrEnum):
    """What was found. The value is what is stored."""

    SAME = "same"  # it stands as it was
    CHANGED = "changed"  # other text, in which every quotation still stands
    DRIFTED = "drifted"  # a quotation no longer stands
    GONE = "gone"  # 404 or 410
    SOFT_GONE = "soft gone"  # 200, and says that there is nothing
    HOME = "home"  # leads to a home page
    FAILED = "failed"  # no answer, a broken one, no page, or 5xx
    BARRED = "barred"  # machines are not let in, or we would not go: says nothing about the page


_NOTICES = {
    Notice.MISSING: Kind.SOFT_GONE,
    Notice.WALL: Kind.BARRED,
    Notice.TROUBLE: Kind.FAILED,
}


@dataclass(frozen=True)
class Outcome:
    """One look: when, what was found, where it ended, and for how many seconds the host asks to be left alone."""

    at: datetime
    kind: Kind
    final_url: str = ""
    retry_after: float = 0.0


def of_answer(
    fetched: Fetched, *, title: str = "", text: str = "", is_same: bool = False, stands: bool = True
) -> Outcome:
    """What an answer comes to.

    ``title`` and ``text`` are the page's, as read by whoever can; ``is_same`` where the text is that of the last copy;
    ``stands`` is whether every quotation was found in it.
    """
    kind = _kind(fetched, title, text, is_same=is_same, stands=stands)
    retry_after = _seconds(fetched.header("retry-after"), fetched.ended_at)
    return Outcome(fetched.ended_at, kind, fetched.final_url, retry_after)


def of_failure(failure: Failure, at: datetime) -> Outcome:
    """What a failure comes to: what we would not do, or could not hold, is not the page's fault."""
    barred = failure.kind in {"refused", "too large"}
    return Outcome(at, Kind.BARRED if barred else Kind.FAILED)


def leads_home(asked: str, final: str) -> bool:
    """Whether a page's address ended at a home page, of whatever site, and had not been one itself."""
    return not _is_home(asked) and _is_home(final)


def leads_to_a_door(asked: str, final: str) -> bool:
    """Whether a page's address ended where one signs in or agrees to something, and had not been such a place itself."""
    return bool(_DOOR.search(final)) and not _DOOR.search(asked)


def asks_for_a_person(fetched: Fetched) -> bool:
    """Whether a service that keeps machines out answered instead of the site, with whatever status."""
    if fetched.header("cf-mitigated") or fetched.header("x-amzn-waf-action"):
        return True
    is_busy = fetched.status == HTTPStatus.SERVICE_UNAVAILABLE
    return is_busy and any(mark in fetched.body[:MOST_OF_A_WALL] for mark in _WALLS)


def _kind(fetched: Fetched, title: str, text: str, *, is_same: bool, stands: bool) -> Kind:
    status = fetched.status
    if asks_for_a_person(fetched):
        return Kind.BARRED
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Kind.GONE
    if status in {
        401,
        402,
        403,
        407,
        429,
        999,
    }:  # (the last is what a large network tells machines)
        return Kind.BARRED
    if status not in WHOLE and not fetched.is_unchanged:
        return Kind.FAILED
    if leads_home(fetched.asked_url, fetched.final_url):
        return Kind.HOME
    if leads_to_a_door(fetched.asked_url, fetched.final_url):
        return Kind.BARRED
    if fetched.is_unchanged or is_same:
        return Kind.SAME if stands else Kind.DRIFTED
    if told := notice(title, text):
        return _NOTICES[told]
    if _NOWHERE.search(fetched.final_url) and not _NOWHERE.search(fetched.asked_url):
        return Kind.SOFT_GONE
    return Kind.CHANGED if stands else Kind.DRIFTED


def _is_home(url: str) -> bool:
    parts = urlsplit(addresses.canonical(url))
    return _HOME.fullmatch(parts.path) is not None and not parts.query


def _seconds(retry_after: str, now: datetime) -> float:
    """``Retry-After`` (RFC 9110, 10.2.3): seconds, or a date; 0 for what is neither."""
    value = retry_after.strip()
    if re.fullmatch("[0-9]{1,9}", value):
        return float(min(int(value), LONGEST_RETRY_AFTER))
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)
