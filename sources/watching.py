"""The watch: what readers are shown is looked at again and again, ever more seldom while it stands (``fetching.backoff``).

A round looks at what is due, several hosts at one time and each host in its turns. Each look is kept on its own: a round
that is killed loses none, and the next one goes on with what is due still. One round is under way at a time.
"""

import heapq
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from sources import archiving, keeping, looking, relying
from sources.fetching import pacing
from sources.fetching import policy as policies
from sources.fetching.pacing import NotNow, host_of
from sources.fetching.policy import Policy
from sources.models import Look, Snapshot, Source
from sources.storing import Unkept
from sources.visiting import Visitor

logger = logging.getLogger(__name__)

THREADS = 40  # sources in hand at one time; most wait for their host's next turn
AT_WORK = 6  # of them at one time: each may hold a page, and a connection to the database
SECONDS = 900.0  # of a round of the worker's; the next one goes on
MOST = 20_000  # sources that a round sets out with: keys and hosts, a few megabytes
GLANCE = 1.0  # seconds between two looks whether to stop
A_DAY = timedelta(days=1)
RECENT = 5_000  # looks: more than an hour's, after which no host is left alone any longer
MOST_UNKEPT = (
    5  # copies in a round that could not be stored: then something is wrong with the store
)
KEYS = UUID("9c0f4d2e-6b0c-5a4e-8a55-3f1d0c9b7a10")  # any: names the space of the looks' keys
LOCK = "sources.watching"


class Busy(Exception):
    """Another round is under way."""


class Due(NamedTuple):
    """A source that is to be looked at; ``at`` is since when, by which a repeated look is known."""

    pk: int
    at: datetime | None

    @property
    def key(self) -> UUID:
        return uuid5(KEYS, f"{self.pk} {self.at.isoformat() if self.at else 'never'}")


def due(now: datetime) -> QuerySet[Source]:
    """What is to be looked at: of what readers are shown, and of what could not be kept yet, whatever its day has come for.

    What was never looked at is asked for on its own (``keeping.sweep``); here only if that came to nothing for a day.
    What a job is about to keep a copy of is left to it.
    """
    has_copy = Exists(Snapshot.objects.filter(source=OuterRef("pk")))
    is_forgotten = Q(next_look_at=None, created_at__lte=now - A_DAY)
    return Source.objects.filter(
        Q(pk__in=relying.shown()) | ~has_copy,
        Q(next_look_at__lte=now) | is_forgotten,
        merged_into=None,
    ).exclude(pk__in=keeping.in_hand())


def round_(
    *,
    seconds: float | None = SECONDS,
    threads: int = THREADS,
    at_work: int = AT_WORK,
    visitor: Visitor = looking.VISITOR,
    policy: Policy | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Generator[Look, None, None]:
    """Look at what is due, and hand each look out once it is kept. Without ``seconds`` until there is no more.

    Raises ``Busy``, and ``Unkept`` where copies can't be stored.
    """
    with _alone():
        _remember_holds(visitor, timezone.now())
        plan = _plan(timezone.now(), seconds)
        places = _Places(at_work)
        visitor = replace(visitor, waiting=places.left)
        policy = policy or policies.current()
        yield from _Round(plan, seconds, threads, visitor, policy, should_stop, places).run()


def _plan(now: datetime, seconds: float | None) -> dict[str, deque[Due]]:
    """By host, what is due, the longest due first: of each host what its turns allow, of all a bounded number."""
    order = [F("next_look_at").asc(nulls_first=True), F("pk").asc()]
    place = Window(RowNumber(), partition_by=[F("host")], order_by=order)
    found = (
        due(now).annotate(host=keeping.Host("url")).annotate(place=place).order_by("place", *order)
    )
    if seconds is not None:
        found = found.filter(place__lte=int(seconds / pacing.PAUSE) + 1)
    plan: dict[str, deque[Due]] = {}
    for name, pk, at in found.values_list("host", "pk", "next_look_at")[:MOST]:
        plan.setdefault(host_of(f"http://{name}"), deque()).append(Due(pk, at))
    return plan


def _remember_holds(visitor: Visitor, now: datetime) -> None:
    """A host that wants to be left alone still does after a restart."""
    looks = Look.objects.order_by("-pk").values_list("final_url", "at", "retry_after")[:RECENT]
    for url, at, retry_after in looks:
        visitor.pacer.hold(host_of(url), retry_after - (now - at).total_seconds())


class _Places:
    """So many threads are at work; one that waits for a host's turn leaves its place to another."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)

    @contextmanager
    def taken(self) -> Iterator[None]:
        with self._free:
            yield

    @contextmanager
    def left(self) -> Iterator[None]:
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()


@dataclass
class _Round:
    """Hands sources to threads as the turns of their hosts come, one of each host at a time."""

    plan: dict[str, deque[Due]]
    seconds: float | None
    threads: int
    visitor: Visitor
    policy: Policy
    should_stop: Callable[[], bool]
    places: _Places
    unkept: int = 0
    is_over: bool = False
    _waiting: list[tuple[float, int, str]] = field(default_factory=list)
    _running: dict[Future[Look | None], str] = field(default_factory=dict)

    def run(self) -> Iterator[Look]:
        until = None if self.seconds is None else time.monotonic() + self.seconds
        for host in list(self.plan):
            self._line_up(host, until)
        with ThreadPoolExecutor(self.threads, "watch") as pool:
            try:
                while self._goes_on(until):
                    self._hand_out(pool, until)
                    yield from self._done(until)
            finally:
                # What has begun when the time is up, or the consumer has had enough, is kept all the same.
                self.is_over = True
                pool.shutdown(cancel_futures=True)

    def _goes_on(self, until: float | None) -> bool:
        if self.visitor.network.is_cut_off:
            logger.warning(
                "Nobody on the internet answers: the round ends, and the next one tries again"
            )
            return False
        if self.should_stop() or (until is not None and time.monotonic() >= until):
            return False
        return bool(self._waiting or self._running)

    def _line_up(self, host: str, until: float | None) -> None:
        """Have the host wait for its next turn; one whose turn comes after the round is left to the next round."""
        at = time.monotonic() + self.visitor.pacer.wait(host)
        if not self.plan[host] or at > (until or at) or at - time.monotonic() > pacing.LONGEST_WAIT:
            del self.plan[host]
            return
        heapq.heappush(self._waiting, (at, -len(self.plan[host]), host))

    @property
    def has_hands_free(self) -> bool:
        return len(self._running) < self.threads

    def _hand_out(self, pool: ThreadPoolExecutor, until: float | None) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now and self.has_hands_free:
            _at, _count, host = heapq.heappop(self._waiting)
            if self.visitor.pacer.wait(host):  # somebody else of this process has just asked it
                self._line_up(host, until)
                continue
            source = self.plan[host].popleft()
            self._running[pool.submit(self._look, source)] = host

    def _done(self, until: float | None) -> Iterator[Look]:
        """The looks that have ended, once one has or another host's turn has come."""
        patience = GLANCE
        if self._waiting and self.has_hands_free:
            patience = min(max(self._waiting[0][0] - time.monotonic(), 0.01), GLANCE)
        if not self._running:
            time.sleep(patience)
            return
        ended, _others = wait(self._running, patience, FIRST_COMPLETED)
        for future in ended:
            self._line_up(self._running.pop(future), until)
            if look := future.result():
                yield look

    def _look(self, source: Due) -> Look | None:
        """In a thread: one look."""
        with self.places.taken():
            try:
                return None if self.is_over else self._looked(source)
            finally:
                connection.close()

    def _looked(self, source: Due) -> Look | None:
        """A source that nobody was prepared for must not stop the others."""
        try:
            if not self._is_due_still(source):
                return None
            look = looking.look(source.pk, key=source.key, visitor=self.visitor, policy=self.policy)
            if look and look.snapshot and look.snapshot.key == look.key:
                archiving.ask([source.pk])
            return look
        except NotNow:
            return None  # due still
        except Unkept:
            logger.exception("The copy of source %s could not be stored", source.pk)
            self.unkept += 1
            if self.unkept >= MOST_UNKEPT:
                raise
        except (InterfaceError, OperationalError):
            raise  # Postgres is away, which is no source's fault
        except Exception:
            logger.exception("Source %s could not be looked at", source.pk)
            Source.objects.filter(pk=source.pk).update(next_look_at=timezone.now() + A_DAY)
        return None

    def _is_due_still(self, source: Due) -> bool:
        """Not if somebody has looked since the round set out, or a job is about to."""
        found = Source.objects.filter(pk=source.pk, next_look_at=source.at)
        return found.exists() and not keeping.is_asked_for(source.pk)


@contextmanager
def _alone() -> Iterator[None]:
    """Postgres forgets whose round it is with the connection: that of a killed process is nobody's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), 0)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), 0)", [LOCK])
        except (InterfaceError, OperationalError):
            logger.warning("Postgres has stopped during the round")
