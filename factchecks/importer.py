"""From a draft to the database: one way for the command, for the desk's “Paste a draft”, and for the demonstration."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from factchecks import keys, publishing, resolving, revisions, rules, verifying, workflow
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
    publication; ``warnings`` do not. ``last`` is the revision that the draft continues. One that it would overwrite is
    ``overwritten``; ``document`` is then what the draft says.
    """

    slug: str
    status: Status
    notes: list[Note]
    refusals: list[str] = field(default_factory=list)
    document: Document | None = None
    revision: Revision | None = None
    problems: list[Problem] = field(default_factory=list)
    last: Revision | None = None
    overwritten: Revision | None = None
    warnings: list[Problem] = field(default_factory=list)

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


def save(draft: Draft, *, by: User | None, seen: int | None = None) -> Result:
    """Bring the draft to the database: a new check, or the next revision of the one that it continues.

    All of it or nothing. A draft that breaks a rule, or that would overwrite what somebody else has written since, is
    ``REFUSED``; the same draft again is ``UNCHANGED``. ``seen``, when given, is the primary key of the revision that
    the person was shown as ``last``, 0 for none: another one since then is not overwritten either.
    """
    try:
        with transaction.atomic():
            result = _save(draft, by, seen)
            if result.status == Status.REFUSED:
                transaction.set_rollback(True)
            return result
    except ValidationError as refusal:
        slug = draft.document["slug"]
        return Result(slug, Status.REFUSED, draft.notes, refusals=refusal.messages)


def preview(draft: Draft, *, by: User | None = None) -> Result:
    """What ``save`` would give. Nothing is written: ``revision`` is ``None``."""
    with transaction.atomic():
        result = save(draft, by=by)
        transaction.set_rollback(True)
    return replace(result, revision=None)


def ancestor(result: Result, *, by: User | None, seen: int | None = None) -> Revision | None:
    """What a draft that would overwrite a revision most likely began with: for a merge of both.

    That is the revision which the person was shown and might have overwritten; else what they, or a command, imported
    before. Nothing where the draft comes from elsewhere.
    """
    theirs = result.overwritten
    if theirs is None:
        return None
    before = theirs.fact_check.revisions.filter(number__lt=theirs.number).order_by("-number")
    shown = before.filter(pk=seen).first() if seen else None
    if shown and not _stands_in_the_way(shown, by, None):
        return shown
    of_them = Q(saved_by=None) | Q(saved_by=by)
    return before.filter(of_them, origin=Revision.Origin.IMPORT).first()


@transaction.atomic
def publish(result: Result, *, editor: User) -> Publication:
    """Make public what was saved; what is public already stays as it is.

    Who wrote the file is the first person, and the editor, who approves it here, the second: see ``workflow``. Raises
    ``ValidationError`` with a sentence for each thing that stops it; the draft then stays as it was.
    """
    revision = result.revision
    if revision is None or result.obstacles:
        raise ValidationError(result.obstacles)
    check = FactCheck.objects.select_for_update().get(pk=revision.fact_check_id)
    live = check.publications.published().filter(revision=revision).first()
    if live:
        return live
    revision = revisions.take_in(check, revision, by=editor)
    check.refresh_from_db(fields=["stage"])
    _approve(check, revision, editor)
    return publishing.publish(check, editor=editor, base=revision.number)


def _approve(check: FactCheck, revision: Revision, editor: User) -> None:
    """Take the steps that are missing before publication, where the editor can, or must."""
    if check.stage == FactCheck.Stage.DRAFT:
        workflow.submit(check, by=None, base=revision.number)
        check.refresh_from_db(fields=["stage"])
    refusal = workflow.refusal_to_approve(check, revision, editor)
    if not refusal:
        workflow.approve(check, by=editor, base=revision.number)
    elif check.stage == FactCheck.Stage.REVIEW and not workflow.may_be_published_alone(revision):
        raise ValidationError(refusal)


def _save(draft: Draft, by: User | None, seen: int | None) -> Result:
    revisions.hold_slug(draft.document["slug"])
    last = _newest(draft)
    if last is None and seen:
        raise revisions.StaleBase(_("The check that this draft continues has another address now."))
    drafted = cast(Document, draft.document)
    known = cast(dict[str, Any], resolving.in_known_addresses(drafted))
    document = keys.with_keys(known, last.document if last else None)
    if last and draft.form != "json":  # the other forms have no word for it
        answers = last.fact_check.answers
        document["answers"] = str(answers) if answers else None
    revision = revisions.apply(
        document,
        fact_check=last.fact_check if last else None,
        base=last.number if last else 0,
        by=by,
        origin=Revision.Origin.IMPORT,
    )
    today = revisions.with_sources_of_today(revision)  # as publishing it would take it
    quoted = verifying.quoted(today, look_up=True)
    result = Result(
        slug=revision.document["slug"],
        status=_status(revision, last),
        notes=[
            *draft.notes,
            *_brought_together(drafted, revision.document),
            *_not_taken_over(document, revision.document),
        ],
        document=revision.document,
        revision=revision,
        problems=[
            *rules.problems(today, timezone.localdate()),
            *(problem for line in verifying.rule(quoted) for problem in line.problems),
        ],
        warnings=[each.problem for each in verifying.warnings(quoted) if each.problem],
        last=last,
    )
    refusal = _stands_in_the_way(last, by, seen) if last and revision != last else ""
    if not refusal:
        return result
    return replace(
        result, status=Status.REFUSED, refusals=[refusal], revision=None, overwritten=last
    )


def _stands_in_the_way(last: Revision, by: User | None, seen: int | None) -> str:
    """Why an import may not overwrite this revision: a sentence, or nothing.

    It may follow what the same person imported, and what a command did.
    """
    if seen is not None and seen != last.pk:
        return _("The check was saved once more since you looked; the draft would overwrite that.")
    last = revisions.written(last)
    if last.origin == Revision.Origin.DESK:
        return _("The desk has changed this check; the draft would overwrite that.")
    if last.saved_by_id not in (None, by.pk if by else None):
        return _("Somebody else has imported this check; the draft would overwrite that.")
    return ""


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


def _brought_together(drafted: Document, saved: Document) -> Iterator[Note]:
    """That the draft named one source twice, in two spellings or with a double that was merged since."""
    more = len(drafted["citations"]) - len(saved["citations"])
    if more > 0:
        message = ngettext(
            "%(count)d source of the draft is the same as another one: they are one now, and the numbers follow.",
            "%(count)d sources of the draft are the same as others: they are one now, and the numbers follow.",
            more,
        )
        yield Note(None, message % {"count": more})


def _not_taken_over(offered: Document, saved: Document) -> Iterator[Note]:
    """What the draft says of sources that the newsroom knows otherwise: they belong to all checks, and stay."""
    known = {citation["key"]: citation for citation in saved["citations"]}
    for theirs in offered["citations"]:
        ours = known.get(theirs["key"])
        if ours and theirs["source"] and ours["source"]:
            for value, told in zip(
                _said_of(theirs["source"]), _said_of(ours["source"]), strict=True
            ):
                if value and value != told:
                    message = _("Source [%(number)d] is known with “%(known)s”, and keeps it.")
                    values = {"number": ours["number"], "known": told}
                    yield Note(None, message % values)


def _said_of(source: SourcePart) -> tuple[str | None, ...]:
    publisher = source["publisher"]
    return source["title"], source["published_on"], publisher["name"] if publisher else None
