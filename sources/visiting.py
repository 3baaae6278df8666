"""Asking for a source's page, within the host's turns and by its robots.txt, and reading what comes. No row is written."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from sources import storing
from sources.fetching import outcomes, robots
from sources.fetching.exchanges import Fetched, Validators
from sources.fetching.failures import Failure
from sources.fetching.fetch import fetch, is_as_known, look_again
from sources.fetching.manners import Manners
from sources.fetching.outcomes import Outcome
from sources.fetching.pacing import Pacer, host_of
from sources.fetching.policy import Policy
from sources.models import Body
from sources.network import CUT_OFF, Network
from sources.reading.notices import Notice, notice
from sources.reading.result import Hint


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

    ``waiting`` is held by a thread while it waits for a host's turn.
    """

    pacer: Pacer
    manners: Manners
    network: Network
    waiting: Callable[[], AbstractContextManager[None]] = nullcontext

    def visit(self, url: str, known: Validators, policy: Policy) -> Visit:
        """Ask for the page, or with validators whether it is still as it was. Raises ``pacing.NotNow``."""
        policy = replace(policy, turn=self._turn)
        refusal = self._refusal(url, policy)
        try:
            fetched = (
                look_again(url, known=known, policy=policy) if known else fetch(url, policy=policy)
            )
        except Failure as failure:
            return self._failed(url, failure, policy)
        for exchange in fetched.exchanges:
            self.network.answered(host_of(exchange.url))
        if not refusal and host_of(fetched.final_url) != host_of(url):
            refusal = self._refusal(fetched.final_url, policy)
        visit = _judged(fetched, known, refusal)
        self.pacer.hold(host_of(fetched.final_url), visit.outcome.retry_after)
        return visit

    @contextmanager
    def _turn(self, host: str) -> Iterator[None]:
        with ExitStack() as turn:
            with self.waiting():
                turn.enter_context(self.pacer.turn(host))
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
        if failure.kind in CUT_OFF and not self.network.is_there(url, policy):
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
    body = storing.body_of(fetched)
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
