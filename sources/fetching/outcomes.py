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

LONGEST_SOFT_404 = (
    3000  # characters of text: longer pages that speak of “not found” are about something
)
LONGEST_RETRY_AFTER = 30 * 24 * 3600  # seconds

# What pages that answer 200 say instead of 404, in their title or as the beginning of a short text.
_NOT_FOUND = re.compile(
    r"""\b(
        (error|fehler|erreur|http)[ ]404 | 404[ ]?([-–—:|]|error|not[ ]found|page) | ^404$
      | (page|article|document|file|content|resource|story)[ ]
        ((could|can)[ ]?not[ ]be[ ]|can’t[ ]be[ ]|was[ ]not[ ]|not[ ])found
      | page[ ](does[ ]not|doesn['’]t|no[ ]longer)[ ]exists?
      | (seite|artikel|dokument)[ ](wurde[ ]|konnte[ ])?nicht[ ]gefunden
      | (page|article)[ ](non[ ]trouv[ée]e?|introuvable)
      | p[áa]gina[ ]n(o|ão)[ ]encontrada | pagina[ ](non[ ]trovata|niet[ ]gevonden)
      | nie[ ]znaleziono[ ]strony | страница[ ]не[ ]найдена | 页面不存在 | ページが見つかりません
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_HOME = re.compile(
    r"/?([a-z]{2}([-_][a-z]{2})?/?)?((index|default|home)(\.[a-z]{2,5})?)?/?", re.IGNORECASE
)


class Kind(StrEnum):
    """What was found. The value is what is stored."""

    SAME = "same"  # it stands as it was
    CHANGED = "changed"  # other text, in which every quotation still stands
    DRIFTED = "drifted"  # a quotation no longer stands
    GONE = "gone"  # 404 or 410
    SOFT_GONE = "soft gone"  # 200, and says that there is nothing
    HOME = "home"  # leads to a home page
    FAILED = "failed"  # no answer, a broken one, or 5xx
    BARRED = "barred"  # machines are not let in, or we would not go: says nothing about the page


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


def says_not_found(title: str, text: str) -> bool:
    """Whether a page that answers 200 is a “not found” page: by its title, or by the beginning of a short text."""
    if len(text) > LONGEST_SOFT_404:
        return False
    beginning = " ".join(text[:300].split())
    return any(_NOT_FOUND.search(words) for words in (title.strip()[:300], beginning))


def _kind(fetched: Fetched, title: str, text: str, *, is_same: bool, stands: bool) -> Kind:
    status = fetched.status
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Kind.GONE
    if status in {401, 402, 403, 407, 429}:
        return Kind.BARRED
    if not (200 <= status < 300 or fetched.is_unchanged):
        return Kind.FAILED
    if leads_home(fetched.asked_url, fetched.final_url):
        return Kind.HOME
    if fetched.is_unchanged or is_same:
        return Kind.SAME
    if says_not_found(title, text):
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
