"""The Wayback Machine's Save Page Now 2: asked to save a page, and asked later what came of it.

By the Internet Archive's “Save Page Now 2 Public API Docs” (draft of 22 October 2025): errors come with status 200 as well,
a second wish within the hour is answered with the first one's job, and a job is remembered for an hour.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from sources import addresses
from sources.fetching import policy as policies
from sources.fetching.failures import Failure, TooLarge
from sources.fetching.fetch import in_our_words
from sources.fetching.loopback import loopback_pairs
from sources.fetching.outcomes import leads_home
from sources.fetching.policy import Policy
from sources.fetching.wire import Deadline, Transport

COPIES = "https://web.archive.org/web"
SECONDS, CONNECTING = 60.0, 10.0
MOST_BYTES = 2_000_000  # of an answer: it lists what else was saved with the page
LONGEST_JOB = 200  # characters
LONGEST_WAIT = 24 * 3600.0  # seconds
A_MINUTE, A_DAY = 60.0, 24 * 3600.0
KEY = re.compile(r"[!-9;-~]{1,200}")  # what a header can carry; no colon, which parts the two

# What says something about the page, and would be said again tomorrow. All else is the archive's own trouble.
DECLINED = {
    f"error:{name}"
    for name in (
        *("bad-request", "blocked", "blocked-url", "filesize-limit", "forbidden"),
        *("ftp-access-denied", "http-version-not-supported", "invalid-host-resolution"),
        *("invalid-url", "invalid-url-syntax", "method-not-allowed", "no-access", "not-found"),
        *("network-authentication-required", "not-implemented", "too-many-redirects"),
        "unauthorized",
    )
}
TOMORROW = ("error:too-many-daily-captures", "error:max-daily-bandwidth")  # beginnings of codes


class Away(Exception):
    """The archive could not be asked, or could not do it: a sentence, and whether to try again, in how many seconds at least."""

    def __init__(self, message: str, *, again: bool = True, wait: float = 0.0) -> None:
        super().__init__(message)
        self.again = again
        self.wait = min(wait, LONGEST_WAIT)


class KeysRefused(Away):
    """The archive does not take the newsroom's keys: nothing helps but other ones."""


class Failed(Away):
    """The archive was asked, and could not do it this time."""


class Declined(Exception):
    """There will be no copy of this page, whenever the archive is asked. The message is a sentence."""


@dataclass(frozen=True)
class Wayback:
    """The archive, with the newsroom's keys. Redirects are not followed: the keys go where they belong and nowhere else."""

    origin: str
    access: str = field(repr=False)
    secret: str = field(repr=False)
    policy: Policy = field(default_factory=policies.current, repr=False)

    def save(self, url: str) -> str:
        """Ask for a copy of the page; returns the name of the archive's job. Raises ``Away`` and ``Declined``."""
        answer = self._ask("POST", "/save", {"url": url})
        job = answer.get("job_id")
        if not isinstance(job, str) or not 0 < len(job) <= LONGEST_JOB:
            raise _trouble(answer)
        return job

    def copy_of(self, url: str, job: str) -> str:
        """The copy's address; empty while the archive is at it. Raises ``Away`` and ``Declined``."""
        answer = self._ask("GET", f"/save/status/{quote(job, safe='')}")
        if answer.get("status") == "pending":
            return ""
        if answer.get("status") != "success":
            raise _trouble(answer)
        moment, saved = answer.get("timestamp"), answer.get("original_url")
        if not isinstance(moment, str) or not _is_moment(moment):
            raise Away(_("The Wayback Machine does not say when it saved the page."))
        return f"{COPIES}/{moment}/{_address(url, saved)}"

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            status, headers, body = self._exchange(method, path, form)
        except Failure as failure:
            sentence = _("The Wayback Machine can’t be reached. %s") % failure
            raise Away(sentence, again=failure.kind != "refused") from failure
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            said = _("The Wayback Machine does not take the newsroom’s keys.")
            raise KeysRefused(said, again=False)
        if status not in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:
            said = _("The Wayback Machine answers with the status %s.") % status
            raise Away(said, wait=_seconds(headers.get("retry-after", "")))
        return _understood(body)

    def _exchange(
        self, method: str, path: str, form: dict[str, str] | None
    ) -> tuple[int, httpx.Headers, bytes]:
        """One question and its answer, within bounds. Raises ``Failure``."""
        policy = self.policy
        request = httpx.Request(
            method,
            self.origin + path,
            data=form,
            headers={
                "User-Agent": policy.agent,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Authorization": f"LOW {self.access}:{self.secret}",
                "Connection": "close",
            },
            extensions={"timeout": httpx.Timeout(SECONDS, connect=CONNECTING).as_dict()},
        )
        policy.guard.admit(request.url)
        with Transport(policy.guard, Deadline(SECONDS), policy.trust) as transport, in_our_words():
            response = transport.handle_request(request)
            try:
                return response.status_code, response.headers, _whole(response)
            finally:
                response.close()


def current() -> Wayback | None:
    """The archive as the settings know it; none without both keys, or where they would not be safe."""
    access, secret = settings.WAYBACK_ACCESS_KEY, settings.WAYBACK_SECRET_KEY
    if not (KEY.fullmatch(access) and KEY.fullmatch(secret) and is_safe(settings.WAYBACK_ORIGIN)):
        return None
    return Wayback(settings.WAYBACK_ORIGIN, access, secret)


def is_safe(origin: str) -> bool:
    """Whether the keys may go there: encrypted, or to a stand-in on this machine that the settings admit."""
    try:
        parts = urlsplit(origin)
        pair = (parts.hostname or "", parts.port or 80)
        is_here = parts.scheme == "http" and pair in loopback_pairs(settings.FETCH_LOOPBACK)
    except ValueError:
        return False
    is_bare = origin == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    return bool(parts.hostname) and is_bare and (parts.scheme == "https" or is_here)


def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > MOST_BYTES:
            raise TooLarge(_("The answer is too long."))
    return bytes(body)


def _understood(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Away(_("The Wayback Machine answers with something that is not understood."))
    return answer


def _trouble(answer: dict[str, Any]) -> Away | Declined:
    """What went wrong, by the answer. Of its words only the code is repeated."""
    code = answer.get("status_ext")
    if not isinstance(code, str) or not re.fullmatch("error:[a-z-]{1,60}", code):
        return Away(_("The Wayback Machine answers with something that is not understood."))
    if code in DECLINED:
        return Declined(_("The Wayback Machine won’t save the page (%s).") % code)
    said = _("The Wayback Machine could not save the page (%s).") % code
    return Failed(said, wait=A_DAY if code.startswith(TOMORROW) else A_MINUTE)


def _address(asked: str, saved: object) -> str:
    """Where the page was in the end, as the answer says. What is no address is not repeated. Raises ``Declined``."""
    try:
        found = addresses.normalise(saved) if isinstance(saved, str) else asked
    except addresses.BadAddress:
        return asked
    if leads_home(asked, found):
        raise Declined(_("The Wayback Machine was led to a home page."))
    return found if found.isprintable() else asked


def _is_moment(text: str) -> bool:
    if not re.fullmatch("[0-9]{14}", text):
        return False
    try:
        moment = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return moment.year > 1995  # the archive's first


def _seconds(retry_after: str) -> float:
    return float(retry_after) if re.fullmatch("[0-9]{1,9}", retry_after.strip()) else 0.0
