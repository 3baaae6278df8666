"""Whether quotations stand in kept copies: looked up once for each kept page, and asked of what was found.

A quotation is known by its digest, for several checks may quote the same. What was found holds for a page's bytes and
for the rules it was looked up by (``RULES``); where they have changed since, it is as if nothing had been looked up.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from sources import relying
from sources.models import Body, Snapshot, Source, Verification
from sources.reading import folding, passages
from sources.reading.passages import NotFound, Text, Verified

Pair = tuple[int, str]  # the key of a source, and a passage quoted of it


def _version() -> str:
    """What the rules say, in sixteen hex digits: another one for any other wording of them."""
    files = [Path(module.__file__ or "") for module in (folding, passages)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


RULES = _version()


class State(StrEnum):
    """How it stands with a quotation, as far as the newest copies of its source tell."""

    VERIFIED = "verified"
    DIFFERENT = "different"
    NOT_FOUND = "not-found"
    NO_COPY = "no-copy"
    NO_TEXT = "no-text"  # the copy has none that could be read
    WAITING = "waiting"  # not looked up yet


STATES = {
    State.VERIFIED: _("verified"),
    State.DIFFERENT: _("found with differences"),
    State.NOT_FOUND: _("not found"),
    State.NO_COPY: _("no copy yet"),
    State.NO_TEXT: _("the copy has no readable text"),
    State.WAITING: _("not looked up yet"),
}


@dataclass(frozen=True)
class Standing:
    """A quotation in the newest copy of its source (without its text), and when a copy last had it word for word."""

    snapshot: Snapshot | None = None
    verification: Verification | None = None
    has_text: bool = False
    verified_at: datetime | None = None

    @property
    def state(self) -> State:
        if not self.snapshot:
            return State.NO_COPY
        if not self.has_text:
            return State.NO_TEXT
        if not self.verification:
            return State.WAITING
        return State(self.verification.result.replace(" ", "-"))

    @property
    def name(self) -> str:
        return str(STATES[self.state])

    @property
    def stands(self) -> bool:
        """Some copy has it word for word, be it an older one."""
        return self.verified_at is not None


class Known(NamedTuple):
    """When the newest copy was taken that has a passage word for word, and the newest that was found not to have it."""

    verified_at: datetime | None = None
    missed_at: datetime | None = None

    @property
    def is_lost(self) -> bool:
        """The newest copy in which it was looked up does not have it."""
        if self.missed_at is None:
            return False
        return self.verified_at is None or self.verified_at < self.missed_at


class Copy(NamedTuple):
    """A kept copy, without its text."""

    snapshot: Snapshot
    has_text: bool


def one_line(text: str) -> str:
    """A passage as checks keep it: white space is no part of it."""
    return " ".join(text.split())


def digest(text: str) -> str:
    """By which a quotation is known: SHA-256, in hex."""
    return hashlib.sha256(one_line(text).encode()).hexdigest()


@transaction.atomic
def verify(body: Body, texts: Iterable[str]) -> list[Verification]:
    """Look up what was not looked up in this page yet, or by other rules; returns those that are new.

    Costs milliseconds for a new passage in a page of usual length, and one query for known ones. Whoever calls it has
    locked the source (``lock``) before, and tells the pages after (``tell_pages``).
    """
    wanted = {digest(text): one_line(text) for text in texts}
    known = body.verifications.filter(digest__in=wanted, rules=RULES)
    lacking = sorted(wanted.keys() - set(known.values_list("digest", flat=True)))
    if not lacking or not body.text:
        return []
    text = Text(body.text)
    made = [_found(body, each, text.look_up(wanted[each])) for each in lacking]
    told_again = ["rules", "result", "start", "end", "pieces", "made_at"]
    Verification.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["body", "digest"], update_fields=told_again
    )
    return made


def lock(sources: Iterable[int]) -> None:
    """In one order for everybody, until the end of the transaction, and before anything is looked up.

    A page that is being made meanwhile waits, and sees what was found.
    """
    rows = Source.objects.filter(pk__in=set(sources)).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


def tell_pages(sources: Iterable[int], texts: Iterable[str] | None = None) -> None:
    """Let pages be made anew that quote the sources (one of these passages): the day that they give may be another now."""
    some = None if texts is None else {one_line(text) for text in texts}
    public = [
        pk
        for pk, reliance in relying.quotations(set(sources)).items()
        if (reliance.public if some is None else reliance.public & some)
    ]
    if public:
        lock(public)  # (in a statement of its own, so that the moment is one after the wait)
        Source.objects.filter(pk__in=public).update(state_changed_at=Now())


def standing(pairs: Iterable[Pair]) -> dict[Pair, Standing]:
    """How it stands with passages quoted of sources. Three queries at most, whatever their number."""
    pairs = set(pairs)
    copies = newest({pk for pk, _text in pairs})
    bodies = {copy.snapshot.body_id for copy in copies.values()}
    known = _known(bodies, {digest(text) for _pk, text in pairs})
    verified = verified_on(copies)
    found = {}
    for pk, text in pairs:
        key = digest(text)
        if copy := copies.get(pk):
            verification = known.get((copy.snapshot.body_id, key))
            moment = verified.get((pk, key))
            found[pk, text] = Standing(copy.snapshot, verification, copy.has_text, moment)
        else:
            found[pk, text] = Standing()
    return found


def looked_up(pairs: Iterable[Pair]) -> dict[Pair, Standing]:
    """The same, after what had not been looked up in the newest copies was."""
    found = standing(pairs)
    sources, texts = set(), defaultdict(set)
    for (pk, text), each in found.items():
        if each.state == State.WAITING and each.snapshot:
            sources.add(pk)
            texts[each.snapshot.body_id].add(text)
    if not sources:
        return found
    with transaction.atomic():
        lock(sources)
        for body, some in sorted(texts.items()):  # one page's text in memory at a time
            verify(Body.objects.get(pk=body), some)
        tell_pages(sources, set().union(*texts.values()))
    return standing(found)


@transaction.atomic
def verify_copy(snapshot: Snapshot, texts: Iterable[str]) -> None:
    """Look passages up in one copy, be it an older one."""
    texts = set(texts)
    lock([snapshot.source_id])
    if verify(snapshot.body, texts):
        tell_pages([snapshot.source_id], texts)


def outdated() -> QuerySet[Body]:
    """The pages in which something was looked up by other rules than today's."""
    others = Q(rules__lt=RULES) | Q(rules__gt=RULES)  # (an index serves these two, and no “not”)
    return Body.objects.filter(pk__in=Verification.objects.filter(others).values("body"))


@transaction.atomic
def renew(body_id: int) -> None:
    """Look up by today's rules what was looked up by others in a page; what nobody quotes any more is forgotten."""
    sources = set(Snapshot.objects.filter(body=body_id).values_list("source", flat=True))
    lock(sources)
    body = Body.objects.get(pk=body_id)
    old = body.verifications.exclude(rules=RULES)
    lost = set(old.values_list("digest", flat=True))
    quoted = set().union(*(each.all for each in relying.quotations(sources).values()))
    texts = [text for text in quoted if digest(text) in lost]
    verify(body, texts)
    old.delete()
    tell_pages(sources, texts)


def verified_on(sources: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """By source and digest: when the newest copy was taken in which that passage stands word for word. One query."""
    verified = Verification.objects.filter(result=Verification.Result.VERIFIED)
    return {(pk, key): moment for pk, key, _stands, moment in _moments(sources, verified)}


def known_of(sources: Iterable[int]) -> dict[tuple[int, str], Known]:
    """By source and digest: what the copies say of each passage that was looked up in them. One query."""
    found: dict[tuple[int, str], Known] = defaultdict(Known)
    for pk, key, stands, moment in _moments(sources, Verification.objects.all()):
        told = {"verified_at": moment} if stands else {"missed_at": moment}
        found[pk, key] = found[pk, key]._replace(**told)
    return dict(found)


def _moments(
    sources: Iterable[int], verifications: QuerySet[Verification]
) -> Iterator[tuple[int, str, bool, datetime]]:
    """Source, digest, whether it stands word for word, and when the newest copy was taken that says so.

    A double's copies are those of the source that it was merged into.
    """
    wanted = set(sources)
    if not wanted:
        return
    kept = Source.objects.filter(pk__in=wanted).order_by().values(the=Coalesce("merged_into", "pk"))
    rows = (
        verifications.filter(rules=RULES, body__snapshots__source__in=kept)
        .order_by()
        .annotate(stands=Q(result=Verification.Result.VERIFIED))
        .values_list(
            "body__snapshots__source", "body__snapshots__source__doubles", "digest", "stands"
        )
        .annotate(Max("body__snapshots__taken_at"))
    )
    for source, double, key, stands, moment in rows:
        for pk in {source, double} & wanted:
            yield pk, key, stands, moment


def newest(sources: Iterable[int]) -> dict[int, Copy]:
    """By source: its newest copy. One query."""
    rows = (
        Snapshot.objects.filter(source__in=set(sources))
        .select_related("body")
        .defer("headers", "body__text")
        .annotate(has_text=~Q(body__text=""))
        .order_by("source_id", "-taken_at", "-pk")
        .distinct("source_id")
    )
    return {row.source_id: Copy(row, row.has_text) for row in rows}


def _known(bodies: set[int], digests: set[str]) -> dict[tuple[int, str], Verification]:
    rows = Verification.objects.filter(body__in=bodies, digest__in=digests, rules=RULES)
    return {(row.body_id, row.digest): row for row in (rows if bodies else ())}


def _found(body: Body, key: str, result: passages.Result) -> Verification:
    made = Verification(
        body=body, digest=key, rules=RULES, result=Verification.Result.NOT_FOUND, pieces=[]
    )
    if isinstance(result, NotFound):
        return made
    made.start, made.end = result.start, result.end
    if isinstance(result, Verified):
        made.result = Verification.Result.VERIFIED
    else:
        made.result = Verification.Result.DIFFERENT
        made.pieces = [[piece.kind, piece.text] for piece in result.pieces]
    return made
