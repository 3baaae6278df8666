"""The way to publication: sent to review, sent back, approved. Nobody publishes alone what they wrote alone.

An approval belongs to one revision. ``FactCheck.stage`` says how far the newest revision is; ``Step`` keeps who did what.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import documents, revisions
from factchecks.models import FactCheck, Rating, Revision, Step

Stage = FactCheck.Stage


@transaction.atomic
def submit(fact_check: FactCheck, *, by: User, base: int, note: str = "") -> Step:
    """Send the newest revision to review."""
    fact_check, revision = _hold(fact_check, base)
    if fact_check.stage != Stage.DRAFT:
        raise ValidationError(_("This check is in review already."))
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
    """Approve the newest revision, which somebody else must have saved."""
    fact_check, revision = _hold(fact_check, base)
    if fact_check.stage == Stage.APPROVED:
        raise ValidationError(_("This revision is approved already."))
    if revision.saved_by_id == by.pk:
        raise ValidationError(
            _("You made the last change yourself: somebody else approves it, or you publish alone.")
            if may_be_published_alone(revision)
            else _("You made the last change yourself: somebody else must approve it.")
        )
    return _take(fact_check, revision, Step.Kind.APPROVED, Stage.APPROVED, by, note)


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
        raise ValidationError(_("Nobody else has approved this revision yet."))
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
    fact_check: FactCheck, revision: Revision, kind: Step.Kind, stage: Stage, by: User, note: str
) -> Step:
    fact_check.stage = stage
    fact_check.save(update_fields=["stage"])
    return note_step(fact_check, revision, kind, by, note)
