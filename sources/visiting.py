"""Asking for a source's page, within the host's turns and by its robots.txt, and reading what comes. No row is written."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from sources import large, storing
from sources.fetching import outcomes, robots
from sources.fetching.exchanges import Fetched, Validators
from sources.fetching.failures import Failure, TooLarge
from sources.fetching.fetch import fetch, is_as_known, look_again
from sources.fetching.manners import Manners
from sources.fetching.outcomes import Outcome
from sources.fetching.pacing import LONGEST_WAIT, NotNow, Pacer, host_of
from sources.fetching.policy import Policy
from sources.models import Body
from sources.network import CUT_OFF, Network
from sources.reading import apart
from sources.reading.notices import Notice, notice
from sources.reading.result import Hint, Unreadable


@dataclass(frozen=True)
class Visit:
    """What came of it. ``outcome`` is as far as can be told without the copies that are there already.

    ``body`` is the page, where its bytes came; ``may_keep`` is whether the site lets us keep it; ``problem`` a sentence.
    """

    outcome: Outcome
    fetched: Fetched | None = None
    body: Body | None = None
    may_keep: bool = False
    problem: str = ""

    @property
    def stands(self) -> bool:
        """Whether there is a page at all, be it with other text."""
        return self.outcome.kind in {outcomes.Kind.SAME, outcomes.Kind.CHANGED}


@dataclass(frozen=True)
class Visitor:
    """What the threads of a process share when they go out: turns, manners, and whether anybody answers.

    ``waiting`` is held by a thread while it waits: for a host's turn, or to have a large page. What is waited for comes
    in one order, a large page, what ``waiting`` gives back, a turn: so nobody waits for whom they keep waiting.
    """

    pacer: Pacer
    manners: Manners
    network: Network
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext

    @contextmanager
    def visit(self, url: str, known: Validators, policy: Policy) -> Iterator[Visit]:
        """Ask for the page, or with validators whether it is still as it was. Raises ``pacing.NotNow``.

        What is large is let go of before the next one comes: the page's bytes must not be kept for longer than this lasts.
        """
        large.give_back()
        with ExitStack() as alone:
            yield self._visited(url, known, replace(policy, turn=self._turn), alone)

    def _visited(self, url: str, known: Validators, policy: Policy, alone: ExitStack) -> Visit:
        refusal = self._refusal(url, policy)
        try:
            fetched = self._fetched(url, known, policy, alone)
        except Failure as failure:
            return self._failed(url, failure, policy)
        for exchange in fetched.exchanges:
            self.network.answered(host_of(exchange.url))
            refusal = refusal or self._refusal(exchange.url, policy)
        visit = _judged(fetched, known, refusal)
        self.pacer.hold(host_of(fetched.final_url), visit.outcome.retry_after)
        return visit

    def _fetched(self, url: str, known: Validators, policy: Policy, alone: ExitStack) -> Fetched:
        """The answer. Where the page turns out to be large, it is asked for again once no other large one is at hand."""
        limits = policy.limits
        most = replace(
            limits, payload=min(large.LARGE, limits.payload), body=min(large.LARGE, limits.body)
        )
        try:
            small = replace(policy, limits=most)
            return look_again(url, known=known, policy=small) if known else fetch(url, policy=small)
        except TooLarge:
            if most == limits:
                raise
        alone.enter_context(large.alone(host_of(url), self.waiting))
        return fetch(url, conditional=known, policy=policy)

    def _turn(self, host: str) -> AbstractContextManager[None]:
        return self.pacer.turn(host, self.waiting)

    @contextmanager
    def _question(self, host: str) -> Iterator[None]:
        """A control question is one line, and does not wait; who wants to be left alone is asked none."""
        wait = self.pacer.wait(host)
        if wait > LONGEST_WAIT:
            raise NotNow(host, wait)
        yield

    def _refusal(self, url: str, policy: Policy) -> str:
        """Why no copy may be kept of the page, in a sentence; empty where one may."""
        asked = self.manners.of(url, policy=policy)
        self.pacer.slow_down(host_of(url), asked.delay)
        if asked is robots.NOTHING:
            return _("The site’s robots.txt does not answer: no copy is kept for now.")
        return "" if asked.may_keep(url) else _("Its robots.txt asks that no copy be kept.")

    def _failed(self, url: str, failure: Failure, policy: Policy) -> Visit:
        outcome, problem = outcomes.of_failure(failure, timezone.now()), str(failure)
        at_once = replace(policy, turn=self._question)
        if failure.kind in CUT_OFF and not self.network.is_there(url, at_once):
            outcome = replace(outcome, kind=outcomes.Kind.BARRED)
            problem = _("%s No other site answers either: we may be cut off ourselves.") % problem
        return Visit(outcome, problem=problem)


def _judged(fetched: Fetched, known: Validators, refusal: str) -> Visit:
    if known and is_as_known(fetched, known):
        return Visit(outcomes.of_answer(fetched, is_same=True), fetched, may_keep=not refusal)
    outcome = outcomes.of_answer(fetched)
    visit = Visit(outcome, fetched, may_keep=not refusal, problem=_problem(fetched) or refusal)
    if not visit.stands:
        return visit
    try:
        body = storing.body_of(fetched)
    except Unreadable as stopped:
        outcome = replace(outcome, kind=outcomes.Kind.BARRED)
        return replace(visit, outcome=outcome, problem=apart.sentence(stopped.trouble))
    outcome = outcomes.of_answer(fetched, title=body.title, text=body.text)
    if Hint.LOOKS_MISSING in body.hints:
        outcome = replace(outcome, kind=outcomes.Kind.SOFT_GONE)
    problem = _told(notice(body.title, body.text)) or visit.problem
    return replace(visit, outcome=outcome, body=body, problem=problem)


def _told(what: Notice | None) -> str:
    if what is Notice.WALL:
        return _("The site asks whether a person is there: machines are not let in.")
    if what is Notice.TROUBLE:
        return _("The page that answers says that the site is out of order.")
    return ""


def _problem(fetched: Fetched) -> str:
    if outcomes.asks_for_a_person(fetched):
        return _told(Notice.WALL)
    if fetched.status not in outcomes.WHOLE:
        return _("The server answers with the status %s.") % fetched.status
    if outcomes.leads_to_a_door(fetched.asked_url, fetched.final_url):
        return _("The address leads to a page where one signs in, or agrees to something.")
    return ""
