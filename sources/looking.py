"""One look at a source: the page is asked for, a copy kept where one is wanted, its quotations looked up, its state judged.

First the internet and the copy's file, outside of any transaction; then all rows in one. A job that is killed anywhere
runs again: it asks again, and writes its rows unless they are there. They are known by the job's ``key``.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from sources import connections, glance, moving, quoting, relying, rereading, storing
from sources.fetching import backoff, verdict
from sources.fetching import policy as policies
from sources.fetching.exchanges import Validators
from sources.fetching.manners import Manners
from sources.fetching.outcomes import Kind, Outcome
from sources.fetching.pacing import Pacer
from sources.fetching.policy import Policy
from sources.fetching.verdict import State
from sources.models import Body, Look, Snapshot, Source
from sources.network import Network
from sources.reading import apart
from sources.reading.folding import skeleton
from sources.reading.passages import Text, Verified
from sources.reading.result import Hint, Trouble
from sources.relying import Reliance
from sources.storing import Unkept
from sources.visiting import Visit, Visitor

VISITOR = Visitor(Pacer(), Manners(), Network())  # this process's own
HISTORY = 200  # looks that a state is judged by
LONGEST_PROBLEM = 300  # characters
LATER = timedelta(hours=1)  # a copy that could not be stored is tried again

# Where a page that said more before says no more than this, people may still see what was quoted.
VEILS = frozenset({Hint.LOOKS_PAYWALLED, Hint.NEEDS_SCRIPT, Hint.NO_TEXT, Hint.FRAMES, Hint.CUT})


def look(
    source_pk: int,
    *,
    key: UUID,
    reason: Snapshot.Reason | None = None,
    visitor: Visitor = VISITOR,
    policy: Policy | None = None,
) -> Look | None:
    """Look at a source, once for each ``key``; none for one that is gone, was merged into another, or got
    another address meanwhile.

    With a ``reason`` a copy is kept wherever a page came and its site lets us; without one, for the watch, only of the
    first page and of one whose text has changed. What goes wrong with the page is the look's ``problem``. Raises
    ``pacing.NotNow``, where the host wants to be left alone for long, and ``Unkept``, after which it is due in an hour.
    """
    if known := Look.objects.filter(key=key).first():
        return known
    source = Source.objects.filter(pk=source_pk, merged_into=None).first()
    if source is None:
        return None
    newest = _newest(source)
    validators = _validators(newest) if newest and reason is None else Validators("")
    connections.give_back()  # the page may take minutes to come, and others have a use for it
    with visitor.visit(source.url, validators, policy or policies.current()) as visited:
        if visited.body and visited.body.is_read_anew:
            rereading.save(visited.body)
        visit = _unless_quoted(source, visited)
        if wants_copy(visit, newest, reason):
            _write(source, visit)
        return _record(source, key, reason, visit)


def _unless_quoted(source: Source, visit: Visit) -> Visit:
    """A page that says “not found” or such is believed, unless something stands in it that is quoted."""
    if visit.stands or visit.body is None:
        return visit
    text = Text(visit.body.text)
    quoted = relying.quotations([source.pk]).get(source.pk, Reliance()).all
    if not any(isinstance(text.look_up(each), Verified) for each in quoted):
        return visit
    return replace(visit, outcome=replace(visit.outcome, kind=Kind.CHANGED), problem="")


def wants_copy(visit: Visit, newest: Snapshot | None, reason: Snapshot.Reason | None) -> bool:
    if not (visit.body and visit.stands and visit.may_keep):
        return False
    return reason is not None or newest is None or not _is_same(visit.body, newest.body)


def _write(source: Source, visit: Visit) -> None:
    assert visit.body, "nothing came"  # noqa: S101
    assert visit.fetched, "nothing came"  # noqa: S101
    if visit.body.pk:
        return
    try:
        storing.write(visit.body, visit.fetched)
    except Unkept:
        Source.objects.filter(pk=source.pk).update(next_look_at=timezone.now() + LATER)
        raise


@transaction.atomic
def _record(
    looked_at: Source, key: UUID, reason: Snapshot.Reason | None, visit: Visit
) -> Look | None:
    source = Source.objects.select_for_update(no_key=True).get(pk=looked_at.pk)
    if known := Look.objects.filter(key=key).first():  # another worker took this one for dead
        return known
    if source.merged_into_id or source.canonical != looked_at.canonical:  # it has moved meanwhile
        return None
    return _Recording(source, key, reason, visit).look()


class _Recording:
    """What one visit leaves behind, while its source is locked."""

    def __init__(
        self, source: Source, key: UUID, reason: Snapshot.Reason | None, visit: Visit
    ) -> None:
        self.source = source
        self.key = key
        self.reason = reason
        self.visit = visit
        self.newest = _newest(source)
        self.relied = relying.quotations([source.pk]).get(source.pk, Reliance())
        self.is_told = False  # whether readers may learn of something: another day, another state

    def look(self) -> Look:
        snapshot = self._copy()
        outcome, problem = self._judged(snapshot)
        state = self._settle(outcome)
        return Look.objects.create(
            key=self.key,
            source=self.source,
            at=outcome.at,
            kind=outcome.kind.value,
            status=self.visit.fetched.status if self.visit.fetched else None,
            final_url=outcome.final_url,
            retry_after=outcome.retry_after,
            problem=problem[:LONGEST_PROBLEM],
            state=state,
            snapshot=snapshot,
        )

    def _fill_in(self, body: Body) -> None:
        """What the page says of itself, where nobody has said it yet: the first copy tells, as the desk's form would."""
        lacking = {
            name: value for name, value in body.said.items() if not getattr(self.source, name)
        }
        if lacking:
            Source.objects.filter(pk=self.source.pk).update(**lacking)

    def _copy(self) -> Snapshot | None:
        """The copy that is made, or the one that the page is still the same as."""
        visit = self.visit
        # (its file may be missing where another look has changed the newest copy since)
        if wants_copy(visit, self.newest, self.reason) and visit.body and visit.body.warc:
            return self._made()
        if not visit.stands or self.newest is None:
            return None
        is_same = visit.body is None or _is_same(visit.body, self.newest.body)
        return self.newest if is_same else None

    def _made(self) -> Snapshot:
        body, fetched = self.visit.body, self.visit.fetched
        assert body, "a copy is of a page"  # noqa: S101
        assert fetched, "a copy is of a page"  # noqa: S101
        first = Snapshot.Reason.CHANGED if self.newest else Snapshot.Reason.ADDED
        self.is_told = True
        kept = storing.saved(body)
        if self.newest is None:
            self._fill_in(kept)
        return Snapshot.objects.create(
            key=self.key,
            source=self.source,
            body=kept,
            reason=self.reason or first,
            taken_at=fetched.ended_at,
            asked_url=fetched.asked_url,
            final_url=fetched.final_url,
            status=fetched.status,
            headers=[list(pair) for pair in fetched.headers],
        )

    def _judged(self, snapshot: Snapshot | None) -> tuple[Outcome, str]:
        """The outcome, now that it is known what was quoted and what the copies say."""
        visit, outcome = self.visit, self.visit.outcome
        if not visit.stands:
            return outcome, visit.problem
        lost = self._lost(snapshot.body if snapshot else visit.body)
        if lost and (veil := self._veil(lost)):
            return replace(outcome, kind=Kind.BARRED), veil
        kind = Kind.DRIFTED if lost else self._kind(snapshot)
        return replace(outcome, kind=kind), visit.problem

    def _kind(self, snapshot: Snapshot | None) -> Kind:
        """A page whose copies are not ours to keep can't be compared: it stands, and that is all that is known."""
        if self.newest is None:
            return Kind.CHANGED if snapshot or not moving.looks(self.source).exists() else Kind.SAME
        is_same = snapshot is not None and _is_same(snapshot.body, self.newest.body)
        return Kind.SAME if is_same else Kind.CHANGED

    def _lost(self, body: Body | None) -> set[str]:
        """The digests of what readers are told that it says, what a copy had word for word, and this page has not."""
        watched = self.relied.public or self.relied.drafts
        if self.newest:
            self._verify(self.newest.body)
        if body is None or not watched:
            return set()
        if body.pk:
            self._verify(body)
        digests = {quoting.digest(text): text for text in watched}
        stood = {digest for _pk, digest in quoting.verified_on([self.source.pk])} & set(digests)
        return stood - _standing(body, {digest: digests[digest] for digest in stood})

    def _verify(self, body: Body) -> None:
        made = quoting.verify(body, self.relied.all)
        self.is_told = self.is_told or bool(made)

    def _veil(self, lost: Iterable[str]) -> str:
        """Why people may see what we don't: a sentence; empty where the page is as open as when it had the passages."""
        body = self.visit.body
        if body is None:
            return ""
        if body.trouble:
            return apart.sentence(Trouble(body.trouble))
        then = Body.objects.filter(
            snapshots__source=self.source,
            verifications__digest__in=lost,
            verifications__result="verified",
        )
        before = {hint for hints in then.values_list("hints", flat=True) for hint in hints}
        new = (set(body.hints) & VEILS) - before
        said = glance.sentences(tuple(Hint(hint) for hint in sorted(new)))
        return " ".join(said) or (_("Only the beginning of the page was read.") if new else "")

    def _settle(self, outcome: Outcome) -> str:
        """Write the source's state and its next look; the state is returned."""
        looks = moving.looks(self.source)[:HISTORY]
        # An answer that came before another one may be written down after it: the later one decides.
        history = sorted(
            [*(look.outcome for look in reversed(looks)), outcome], key=lambda each: each.at
        )
        told = verdict.verdict(history)
        values: dict[str, Any] = {
            "next_look_at": backoff.next_look(history, spread=_spread(self.source.pk))
        }
        state = self.source.state
        if told.state not in {State.UNKNOWN, state}:  # inconclusive: as before
            state = told.state.value
            values |= {"state": state, "state_since": told.since}
        if self.is_told and self.relied.public:
            values["state_changed_at"] = Now()
        Source.objects.filter(pk=self.source.pk).update(**values)
        return state


def _newest(source: Source) -> Snapshot | None:
    return source.snapshots.select_related("body").first()


def _validators(snapshot: Snapshot) -> Validators:
    headers = {name.lower(): value for name, value in reversed(snapshot.headers)}
    return Validators(snapshot.final_url, headers.get("etag", ""), headers.get("last-modified", ""))


def _is_same(one: Body, other: Body) -> bool:
    """The same bytes, or the same letters and digits."""
    if one.sha256 == other.sha256:
        return True
    return bool(one.text) and skeleton(one.text) == skeleton(other.text)


def _standing(body: Body, texts: dict[str, str]) -> set[str]:
    """The digests of those that stand in the page word for word."""
    if body.pk:
        known = body.verifications.filter(digest__in=texts, rules=quoting.RULES, result="verified")
        return set(known.values_list("digest", flat=True))
    text = Text(body.text)
    return {digest for digest, each in texts.items() if isinstance(text.look_up(each), Verified)}


def _spread(pk: int) -> float:
    """Between -1 and 1, the same for a source each time: what was added together is not looked at together for ever."""
    return (pk * 2_654_435_761 % 2**32) / 2**31 - 1
