"""The way to publication: sent to review, sent back, approved. Nobody publishes alone what they wrote alone.

An approval belongs to one revision. ``FactCheck.stage`` says how far the newest revision is; ``Step`` keeps who did what.

Who may approve is said once, in ``refusal_to_approve``:

- Only what is in review is approved. What is changed after its approval is sent to review again.
- Two people put their name under exactly this revision: one by saving it or by sending it to review, another by
  approving it.
- The approver is not the only one who wrote since the last publication that began, or ever, where there is none:
  not even when somebody else sent it to review.

A newsroom of two is not locked out by it. The reporter writes, the editor mends a word, the reporter reads that and sends
it to review again, the editor approves. What a command saved counts as written outside the newsroom, unless the person
who would approve it is its only author.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import documents, revisions
from factchecks.models import FactCheck, Person, Publication, Rating, Revision, Step

Stage = FactCheck.Stage


@dataclass(frozen=True)
class Writer:
    """Somebody who saved revisions; without a name, a command."""

    name: str | None
    saved: int


@dataclass(frozen=True)
class Written:
    """Who saved the revisions since the last publication that began, or all where there is none; the most first."""

    writers: list[Writer]
    total: int
    was_public: bool


@transaction.atomic
def submit(fact_check: FactCheck, *, by: User | None, base: int, note: str = "") -> Step:
    """Send the newest revision to review: for the first time, or again after a change. ``None`` is a command."""
    fact_check, revision = _hold(fact_check, base)
    if refusal := refusal_to_submit(fact_check, revision, by):
        raise ValidationError(refusal)
    return _take(fact_check, revision, Step.Kind.SUBMITTED, Stage.REVIEW, by, note)


@transaction.atomic
def send_back(fact_check: FactCheck, *, by: User, base: int, note: str = "") -> Step:
    """Give the check back to its writer, with the reason."""
    fact_check, revision = _hold(fact_check, base)
    if fact_check.stage == Stage.DRAFT:
        raise ValidationError(_("This check is with its writer already."))
    if not documents.clean_text(note):
        raise ValidationError({"note": _("Tell the writer what is missing.")})
    if revision.publications.filter(live_during__startswith__gt=timezone.now()).exists():
        raise ValidationError(_("This revision is scheduled: cancel the schedule first."))
    return _take(fact_check, revision, Step.Kind.RETURNED, Stage.DRAFT, by, note)


@transaction.atomic
def approve(fact_check: FactCheck, *, by: User, base: int, note: str = "") -> Step:
    """Approve the newest revision. Raises ``ValidationError`` saying why this person can't, and what to do."""
    fact_check, revision = _hold(fact_check, base)
    if refusal := refusal_to_approve(fact_check, revision, by):
        raise ValidationError(refusal)
    return _take(fact_check, revision, Step.Kind.APPROVED, Stage.APPROVED, by, note)


def refusal_to_submit(fact_check: FactCheck, newest: Revision, by: User | None) -> str:
    """Why this person can't send the newest revision to review, in a sentence; empty when they can."""
    if fact_check.stage == Stage.APPROVED:
        return _("This revision is approved already.")
    if fact_check.stage == Stage.DRAFT:
        return ""
    senders = _senders(newest)
    if senders and (by is None or by.pk in {newest.saved_by_id, *senders}):
        return _("This check is in review already.")
    return ""


def refusal_to_approve(fact_check: FactCheck, newest: Revision, by: User) -> str:
    """Why this person can't approve the newest revision, and what to do, in sentences; empty when they can."""
    if fact_check.stage == Stage.APPROVED:
        return _("This revision is approved already.")
    if fact_check.stage == Stage.DRAFT:
        return _("This revision is not in review: send it to review first.")
    public = _last_public(newest)
    outside = _outside(newest, by)
    savers = _after(newest, public).order_by().values_list("saved_by_id", flat=True).distinct()
    if {saver or outside for saver in savers} == {by.pk}:
        return _refusal_of_own_work(newest, by, was_public=public > 0)
    if {newest.saved_by_id or outside, *_senders(newest)} <= {by.pk}:
        return _(
            "Nobody else has put a name under revision %(number)d, which you saved. Ask somebody to read it and to "
            "send it to review again; then you can approve it."
        ) % {"number": newest.number}
    return ""


def written(newest: Revision) -> Written:
    """Who wrote what would be approved."""
    public = _last_public(newest)
    rows = _after(newest, public).values_list("saved_by__username").annotate(saved=Count("pk"))
    writers = [Writer(name, saved) for name, saved in rows.order_by("-saved", "saved_by__username")]
    return Written(writers, sum(writer.saved for writer in writers), was_public=public > 0)


def approval_of(revision: Revision) -> Step | None:
    """The step by which somebody approved this revision; one sent back afterwards is no longer approved."""
    steps = revision.steps.filter(kind__in=[Step.Kind.APPROVED, Step.Kind.RETURNED])
    last = steps.order_by("-pk").first()
    return last if last and last.kind == Step.Kind.APPROVED else None


def may_be_published_alone(revision: Revision) -> bool:
    """Whether the newsroom lets one person publish, and the rating does not ask for a second in any case."""
    if settings.PUBLISHING_NEEDS_SECOND_PERSON:
        return False
    rating = revision.document["rating"]
    asking = Rating.objects.filter(needs_second_person=True)
    return rating is None or not asking.filter(name=rating["name"]).exists()


def approver_of(revision: Revision) -> User | None:
    """Who approved the revision for publication; ``None`` where one person may publish alone.

    Raises ``ValidationError`` when somebody must approve it first.
    """
    approval = approval_of(revision)
    if approval is None and not may_be_published_alone(revision):
        raise ValidationError(
            _(
                "Nobody else has approved this revision yet: send it to review, and ask for approval."
            )
        )
    return approval.by if approval else None


def note_step(
    fact_check: FactCheck, revision: Revision, kind: Step.Kind, by: User | None, note: str = ""
) -> Step:
    """Keep for the record that somebody took a step."""
    return Step.objects.create(
        fact_check=fact_check,
        revision=revision,
        kind=kind,
        by=by,
        at=timezone.now(),
        note=documents.clean_text(note),
    )


def _last_public(newest: Revision) -> int:
    """The number of the revision that became public last; 0 where none was."""
    begun = Publication.objects.begun().filter(fact_check=newest.fact_check_id)
    numbers = begun.order_by("-live_during").values_list("revision__number", flat=True)
    return numbers.first() or 0


def _after(newest: Revision, number: int) -> QuerySet[Revision]:
    return Revision.objects.filter(fact_check=newest.fact_check_id, number__gt=number)


def _outside(newest: Revision, by: User) -> int | None:
    """Whose work it is what a command saved: nobody's of the newsroom, or this person's, its only author."""
    saved = Revision.objects.filter(fact_check=newest.fact_check_id, saved_by=None)
    authors = saved.order_by("-number").values_list("document__authors", flat=True).first()
    if not authors:
        return None
    own = Person.objects.filter(user=by).values_list("key", flat=True).first()
    return by.pk if all(author["key"] == str(own) for author in authors) else None


def _senders(revision: Revision) -> set[int]:
    """Who has sent exactly this revision to review since it was last sent back."""
    senders: set[int] = set()
    for kind, by in revision.steps.order_by("pk").values_list("kind", "by_id"):
        if kind == Step.Kind.RETURNED:
            senders.clear()
        elif kind == Step.Kind.SUBMITTED and by is not None:
            senders.add(by)
    return senders


def _refusal_of_own_work(newest: Revision, by: User, *, was_public: bool) -> str:
    if newest.saved_by_id is None:
        why = _("“%(name)s” is this check's only author: somebody else must approve it.")
        return why % {"name": by.get_username()}
    if may_be_published_alone(newest):
        return _("You alone wrote this: ask somebody else to approve it, or publish it alone.")
    if was_public:
        return _(
            "You alone wrote what is new since the last publication: ask somebody else to approve it."
        )
    return _("You alone wrote this check: ask somebody else to approve it.")


def _hold(fact_check: FactCheck, base: int) -> tuple[FactCheck, Revision]:
    """The check, locked, and its newest revision, which must be the one that was looked at."""
    held = FactCheck.objects.select_for_update().get(pk=fact_check.pk)
    revision = revisions.newest(held)
    assert revision is not None, "a check has a revision from its first save on"  # noqa: S101
    if revision.number != base:
        raise revisions.StaleBase(
            _("The check was changed while you decided. Look at it again before you go on.")
        )
    return held, revision


def _take(
    fact_check: FactCheck,
    revision: Revision,
    kind: Step.Kind,
    stage: Stage,
    by: User | None,
    note: str,
) -> Step:
    fact_check.stage = stage
    fact_check.save(update_fields=["stage"])
    return note_step(fact_check, revision, kind, by, note)
