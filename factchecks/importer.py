"""From a draft to the database: one way for the command, for the desk's “Paste a draft”, and for the demonstration."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from factchecks import keys, publishing, revisions, rules, workflow
from factchecks.documents import Document, SourcePart
from factchecks.importing import Draft, Note
from factchecks.models import FactCheck, Publication, Revision
from factchecks.rules import Problem


class Status(StrEnum):
    """What became of a draft; these are the command's words."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Result:
    """What became of a draft, and what an editor should know of it.

    ``notes`` are of the reading, with the lines they speak of. ``refusals`` say why nothing was saved. Else
    ``document`` is the whole document as it is now, ``revision`` the one that holds it, and ``problems`` what stops its
    publication.
    """

    slug: str
    status: Status
    notes: list[Note]
    refusals: list[str] = field(default_factory=list)
    document: Document | None = None
    revision: Revision | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def obstacles(self) -> list[str]:
        """Everything that stops publication, a sentence each."""
        notes = [sentence(note) for note in self.notes if note.blocking]
        return [*self.refusals, *notes, *(problem.message for problem in self.problems)]


def sentence(note: Note) -> str:
    """A note with its line."""
    if note.line is None:
        return note.message
    return _("line %(line)d: %(message)s") % {"line": note.line, "message": note.message}


def save(draft: Draft, *, by: User | None) -> Result:
    """Bring the draft to the database: a new check, or the next revision of the one that it continues.

    All of it or nothing. A draft that breaks a rule, or that would overwrite what the desk has written since, is
    ``REFUSED``; the same draft again is ``UNCHANGED``.
    """
    try:
        with transaction.atomic():
            return _save(draft, by)
    except ValidationError as refusal:
        slug = draft.document["slug"]
        return Result(slug, Status.REFUSED, draft.notes, refusals=refusal.messages)


def preview(draft: Draft) -> Result:
    """What ``save`` would give. Nothing is written: ``revision`` is ``None``."""
    with transaction.atomic():
        result = save(draft, by=None)
        transaction.set_rollback(True)
    return replace(result, revision=None)


def publish(result: Result, *, editor: User) -> Publication:
    """Make public what was saved; what is public already stays as it is.

    Raises ``ValidationError`` with a sentence for each thing that stops it.
    """
    revision = result.revision
    if revision is None or result.obstacles:
        raise ValidationError(result.obstacles)
    check = revision.fact_check
    live = check.publications.published().filter(revision=revision).first()
    if live:
        return live
    # Who wrote the file is the first person; the editor who publishes it is the second.
    if revision.saved_by_id != editor.pk and workflow.approval_of(revision) is None:
        workflow.approve(check, by=editor, base=revision.number)
    return publishing.publish(check, editor=editor, base=revision.number)


def _save(draft: Draft, by: User | None) -> Result:
    revisions.hold_slug(draft.document["slug"])
    last = _newest(draft)
    document = keys.with_keys(draft.document, last.document if last else None)
    revision = revisions.apply(
        document,
        fact_check=last.fact_check if last else None,
        base=last.number if last else 0,
        by=by,
        origin=Revision.Origin.IMPORT,
    )
    if last and revision != last and last.origin == Revision.Origin.DESK:
        raise ValidationError(_("The desk has changed this check; the draft would overwrite that."))
    return Result(
        slug=revision.document["slug"],
        status=_status(revision, last),
        notes=[*draft.notes, *_not_taken_over(document, revision.document)],
        document=revision.document,
        revision=revision,
        problems=rules.problems(revision.document, timezone.localdate()),
    )


def _newest(draft: Draft) -> Revision | None:
    """The newest revision of the check that the draft continues: found by its key if it has one, else by its slug."""
    checks = FactCheck.objects.select_for_update()
    key = draft.document.get("key")
    check = checks.filter(key=key).first() if key else None
    check = check or checks.filter(slug=draft.document["slug"]).first()
    return revisions.newest(check) if check else None


def _status(revision: Revision, last: Revision | None) -> Status:
    if last is None:
        return Status.CREATED
    return Status.UNCHANGED if revision == last else Status.UPDATED


def _not_taken_over(offered: Document, saved: Document) -> Iterator[Note]:
    """What the draft says of sources that the newsroom knows otherwise: they belong to all checks, and stay."""
    for theirs, ours in zip(offered["citations"], saved["citations"], strict=True):
        if theirs["source"] and ours["source"]:
            for value, known in zip(
                _said_of(theirs["source"]), _said_of(ours["source"]), strict=True
            ):
                if value and value != known:
                    message = _("Source [%(number)d] is known with “%(known)s”, and keeps it.")
                    values = {"number": ours["number"], "known": known}
                    yield Note(None, message % values)


def _said_of(source: SourcePart) -> tuple[str | None, ...]:
    publisher = source["publisher"]
    return source["title"], source["published_on"], publisher["name"] if publisher else None
