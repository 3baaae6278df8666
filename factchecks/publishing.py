"""Making a check public: publish, schedule, move, cancel, withdraw. Each locks the check, and is one transaction."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from factchecks import (
    documents,
    evidence,
    markup,
    pages,
    resolving,
    revisions,
    rules,
    verifying,
    workflow,
)
from factchecks.constraints import told
from factchecks.documents import Document
from factchecks.evidence import Evidence
from factchecks.models import (
    Correction,
    FactCheck,
    Person,
    Publication,
    PublishedCitation,
    Rating,
    Revision,
    Step,
)
from factchecks.search import vectors
from sources import keeping
from sources.models import Publisher, Snapshot

EXCERPT_LENGTH = 240  # characters
CARD_TASK = "factchecks.tasks.make_card"  # by name: the jobs import this module
COPIES_TASK = "factchecks.tasks.keep_copies"
LONGEST_WORD_TO_READERS = 5_000  # characters of a correction or a notice


@dataclass(frozen=True)
class WhatChanged:
    """The public word for a new version of a published check."""

    kind: Correction.Kind
    text: str


@transaction.atomic
def publish(
    fact_check: FactCheck,
    *,
    editor: User | None,
    at: datetime | None = None,
    base: int | None = None,
    what_changed: WhatChanged | None = None,
) -> Publication:
    """Make the newest revision public, now or from ``at`` on; it takes the place of a version scheduled before.

    A second person has approved it (see ``workflow``), unless the newsroom lets one person publish. A retraction
    (``what_changed``) leaves the text at its address, under the notice, and needs no change in it.
    ``base``, when given, is the revision that the editor has seen: a newer one raises ``StaleBase``. Raises
    ``ValidationError`` with a sentence for each rule that is broken; nothing is changed then.
    """
    fact_check, now = _hold(fact_check)
    if at is not None and at <= now:
        raise ValidationError({"at": _("This moment has passed.")})
    last = revisions.newest(fact_check)
    _refuse_unseen(last, base)
    revision = revisions.take_in(fact_check, last, by=editor)
    document = documents.whole(revision.document)
    _refuse_broken_rules(document, now)
    _refuse_taken_address(document["slug"], fact_check)
    approver = workflow.approver_of(revision)
    live, waiting = _live_and_waiting(fact_check, now)
    _cancel_scheduled(waiting, live)
    retracts = what_changed is not None and what_changed.kind == Correction.Kind.RETRACTION
    if live and what_changed is None:
        _refuse_silence(live, document)
    if live and live.revision_id == revision.pk and live.is_retracted == retracts:
        raise ValidationError(_("This version is public already: nothing has changed since."))
    begins = at or now
    if live:
        _end(live, begins)
    publication = _make_public(revision, editor, approver, begins, live, now, retracts)
    _ask_for_copies(publication, begins)
    done = {"stage": FactCheck.Stage.APPROVED, "due_on": None}
    FactCheck.objects.filter(pk=fact_check.pk).update(**done)
    if what_changed:
        _tell_readers(publication, live, what_changed)
    kind = Step.Kind.RETRACTED if retracts else Step.Kind.PUBLISHED
    workflow.note_step(
        fact_check,
        revision,
        Step.Kind.SCHEDULED if at else kind,
        editor,
        at.isoformat() if at else "",
    )
    return publication


@transaction.atomic
def retract(fact_check: FactCheck, *, notice: str, editor: User | None = None) -> Publication:
    """Put the notice over what is public, at once, whatever the desk is writing meanwhile.

    The text stays at its address, under the notice. What is scheduled is cancelled.
    """
    fact_check, now = _hold(fact_check)
    live, waiting = _live_and_waiting(fact_check, now)
    _cancel_scheduled(waiting, live)
    if live is None:
        raise ValidationError(_("This check is not public."))
    if live.is_retracted:
        raise ValidationError(_("This check is retracted already."))
    _end(live, now)
    publication = _make_public(
        live.revision, editor, live.approved_by, now, live, now, is_retracted=True
    )
    _tell_readers(publication, live, WhatChanged(Correction.Kind.RETRACTION, notice))
    workflow.note_step(fact_check, live.revision, Step.Kind.RETRACTED, editor, notice)
    return publication


@transaction.atomic
def move(
    fact_check: FactCheck, *, at: datetime, editor: User | None = None, base: int | None = None
) -> Publication:
    """Let what is scheduled begin at another moment: the same revision, approval and words to readers.

    A version that it relieves stays public until then. What the desk has written meanwhile plays no part. ``base``, when
    given, is the scheduled revision that the editor has seen: another one raises ``StaleBase``.
    """
    fact_check, now = _hold(fact_check)
    live, waiting = _live_and_waiting(fact_check, now)
    if waiting is None:
        raise ValidationError(_("Nothing is scheduled for this check."))
    if base is not None and waiting.revision.number != base:
        raise revisions.StaleBase(
            _("Another revision was scheduled while you decided. Look at it before you move it.")
        )
    if at <= now:
        raise ValidationError({"at": _("This moment has passed.")})
    if at == waiting.updated_at:
        raise ValidationError({"at": _("It is scheduled for this moment already.")})
    _move(waiting, live if live and _is_relieved(live, waiting) else None, at)
    _ask_for_copies(waiting, at)
    workflow.note_step(fact_check, waiting.revision, Step.Kind.MOVED, editor, at.isoformat())
    return waiting


@transaction.atomic
def cancel(fact_check: FactCheck, *, editor: User | None = None) -> None:
    """Take back what is scheduled. A version that it would have replaced stays public."""
    fact_check, now = _hold(fact_check)
    live, waiting = _live_and_waiting(fact_check, now)
    if waiting is None:
        raise ValidationError(_("Nothing is scheduled for this check."))
    _cancel_scheduled(waiting, live)
    workflow.note_step(fact_check, waiting.revision, Step.Kind.CANCELLED, editor)


@transaction.atomic
def withdraw(fact_check: FactCheck, *, notice: str, editor: User | None = None) -> Publication:
    """End the publication; its address then shows the notice. What is scheduled is cancelled too."""
    fact_check, now = _hold(fact_check)
    notice = documents.clean_text(notice)
    if not notice:
        raise ValidationError({"notice": _("Tell readers why the check is withdrawn.")})
    _refuse_length("notice", notice)
    live, waiting = _live_and_waiting(fact_check, now)
    _cancel_scheduled(waiting, live)
    if live is None:
        raise ValidationError(_("This check is not public."))
    live.withdrawal_notice = notice
    _end(live, now)
    workflow.note_step(fact_check, live.revision, Step.Kind.WITHDRAWN, editor, notice)
    return live


def live_and_scheduled(fact_check: FactCheck, now: datetime) -> list[Publication]:
    """For the desk: what is public at that moment and what will be, each with its revision's number."""
    known = fact_check.publications.live_or_waiting(now)
    return list(known.select_related("revision").defer("html", "revision__document"))


def scheduled(fact_check: FactCheck, at: datetime | None = None) -> Publication | None:
    """The publication that begins after that moment (now)."""
    return fact_check.publications.filter(live_during__startswith__gt=at or timezone.now()).first()


def _hold(fact_check: FactCheck) -> tuple[FactCheck, datetime]:
    """The check, locked, and the moment from which this step has it to itself."""
    checks = FactCheck.objects.select_for_update(of=("self",)).select_related(
        "reviewed_by", "rating"
    )
    return checks.get(pk=fact_check.pk), timezone.now()


def _refuse_unseen(last: Revision | None, base: int | None) -> None:
    if base is not None and last and last.number != base:
        raise revisions.StaleBase(
            _("The check was changed while you decided. Look at it again before you publish.")
        )


def _refuse_broken_rules(document: Document, now: datetime) -> None:
    broken = rules.problems(document, timezone.localdate(now))
    broken += verifying.problems(document, look_up=True)
    if broken:
        raise ValidationError([problem.message for problem in broken])


def _refuse_silence(live: Publication, document: Document) -> None:
    """Another verdict, or the end of a retraction, is never a small fix: readers are told in words."""
    rating = document["rating"]["name"] if document["rating"] else ""
    if live.rating != rating:
        raise ValidationError(
            {"kind": _("The verdict changes: tell readers what changed and why.")}
        )
    if live.is_retracted:
        raise ValidationError(
            {"kind": _("The retraction ends: tell readers what changed and why.")}
        )


def _refuse_taken_address(slug: str, fact_check: FactCheck) -> None:
    """The database says it too; here it becomes a sentence at the field."""
    if Publication.objects.filter(slug=slug).exclude(fact_check=fact_check).exists():
        message = _("The address “%(slug)s” belongs to another published fact check.")
        raise ValidationError({"slug": message % {"slug": slug}})


def _live_and_waiting(
    fact_check: FactCheck, now: datetime
) -> tuple[Publication | None, Publication | None]:
    """What is public at that moment, and what is scheduled."""
    publications = list(fact_check.publications.live_or_waiting(now).defer("html"))
    live = next((each for each in publications if each.updated_at <= now), None)
    return live, next((each for each in publications if each.updated_at > now), None)


def _cancel_scheduled(waiting: Publication | None, live: Publication | None) -> None:
    if waiting is None:
        return
    waiting.delete()
    if live and _is_relieved(live, waiting):  # only the schedule ended it: it goes on without end
        _end(live, None)


def _is_relieved(live: Publication, waiting: Publication) -> bool:
    return live.live_until == waiting.updated_at


def _move(waiting: Publication, before: Publication | None, at: datetime) -> None:
    """Two versions are never live at once, not even between two statements: the one that shrinks is written first."""
    is_earlier = at < waiting.updated_at
    if before and is_earlier:
        _end(before, at)
    if waiting.first_published_at == waiting.updated_at:
        waiting.first_published_at = at
    waiting.live_during = DateTimeTZRange(at, waiting.live_until)
    waiting.save(update_fields=["live_during", "first_published_at"])
    if before and not is_earlier:
        _end(before, at)


def _end(publication: Publication, moment: datetime | None) -> None:
    publication.live_during = DateTimeTZRange(publication.updated_at, moment)
    publication.save(update_fields=["live_during", "withdrawal_notice"])


def _make_public(
    revision: Revision,
    editor: User | None,
    approver: User | None,
    begins: datetime,
    live: Publication | None,
    now: datetime,
    is_retracted: bool,
) -> Publication:
    first = live.first_published_at if live else _first_published_at(revision.fact_check_id, now)
    document = documents.whole(revision.document)
    known = evidence.of(document, _cited_by(revision), hold=True)
    said = newsroom()
    publication = Publication.objects.create(
        fact_check_id=revision.fact_check_id,
        revision=revision,
        live_during=DateTimeTZRange(begins, None),
        first_published_at=first or begins,
        published_by=editor,
        approved_by=approver,
        is_retracted=is_retracted,
        html=pages.kept(document, known, said),
        html_version=pages.version(said),
        html_made_at=Now(),
        **for_lists(document),
        **vectors.columns(document),
    )
    PublishedCitation.objects.bulk_create(cited(publication, known))
    ask_for_card(publication.pk)
    return publication


def ask_for_card(publication_id: int) -> None:
    """Let the worker draw its picture for social media; the job is saved or rolled back with what caused it."""
    app.configure_task(CARD_TASK).defer(publication_id=publication_id)


def _ask_for_copies(publication: Publication, begins: datetime) -> None:
    """Let the worker keep copies of what it cites, from the moment on that readers see it."""
    job = app.configure_task(COPIES_TASK, schedule_at=begins)
    job.defer(publication_id=publication.pk, begins=begins.isoformat())


def keep_copies(publication_id: int, begins: str) -> None:
    """Ask for a copy of each source that it cites, unless its schedule was moved or taken back since."""
    cited = PublishedCitation.objects.filter(
        publication=publication_id,
        publication__live_during__startswith=datetime.fromisoformat(begins),
    )
    keeping.ask(cited.values_list("source", flat=True), Snapshot.Reason.PUBLISHED)


def _first_published_at(fact_check_id: int, now: datetime) -> datetime | None:
    earlier = Publication.objects.filter(
        fact_check=fact_check_id, live_during__startswith__lte=now
    ).order_by("first_published_at")
    return earlier.values_list("first_published_at", flat=True).first()


def _refuse_length(field: str, text: str) -> None:
    if len(text) > LONGEST_WORD_TO_READERS:
        message = _("Say it to readers in at most %(most)s characters.")
        raise ValidationError({field: message % {"most": LONGEST_WORD_TO_READERS}})


def _tell_readers(
    publication: Publication, before: Publication | None, what_changed: WhatChanged
) -> None:
    """Keep the public word for the change; a changed verdict is told on top of the page."""
    _refuse_length("text", what_changed.text)
    correction = Correction(
        publication=publication,
        kind=what_changed.kind,
        text=documents.clean_text(what_changed.text),
        changes_verdict=before is not None and before.rating != publication.rating,
    )
    with told(Correction):
        correction.save()


def for_lists(document: Document) -> dict[str, Any]:
    """What lists show and readers filter by, taken from the document."""
    return {
        "slug": document["slug"],
        "question": document["question"],
        "excerpt": _excerpt(markup.plain(document["summary"])),
        "language": document["language"],
        "checked_on": documents.day(document["checked_on"]),
        "review_on": documents.day(document["review_on"]),
        "rating": document["rating"]["name"] if document["rating"] else "",
        "authors": [person["name"] for person in document["authors"]],
        "tags": [{"name": tag, "slug": documents.topic_slug(tag)} for tag in document["tags"]],
        "publishers": _publishers(document),
        # (a document from before there were answers has none)
        "answers": UUID(document["answers"]) if document.get("answers") else None,
    }


def _publishers(document: Document) -> list[dict[str, str]]:
    """Those of its sources, each once, by name."""
    sources = [citation["source"] for citation in document["citations"]]
    publishers = [source["publisher"] for source in sources if source]
    by_domain = {each["domain"]: each["name"] for each in publishers if each}
    by_name = sorted(by_domain.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return [{"domain": domain, "name": name} for domain, name in by_name]


def _excerpt(text: str) -> str:
    """The beginning of a text, cut between two words; in a script without spaces anywhere."""
    if len(text) <= EXCERPT_LENGTH:
        return text
    words, _space, _rest = text[:EXCERPT_LENGTH].rpartition(" ")
    return f"{words or text[: EXCERPT_LENGTH - 1]}…"


def cited(publication: Publication, known: Mapping[str, Evidence]) -> Iterator[PublishedCitation]:
    document: Document = publication.revision.document
    for citation in document["citations"]:
        source = citation["source"]
        assert source, "the rules let no placeholder through"  # noqa: S101
        assert source["publisher"], "the rules let no placeholder through"  # noqa: S101
        yield PublishedCitation(
            publication=publication,
            source_id=known[source["url"]].pk,
            number=citation["number"],
            url=source["url"],
            title=source["title"],
            publisher_name=source["publisher"]["name"],
            publisher_domain=source["publisher"]["domain"],
            published_on=documents.day(source["published_on"]),
        )


def _cited_by(revision: Revision) -> dict[str, int]:
    """By address: the sources that the revision cites. What is public already may cite others than the working copy."""
    working = revision.fact_check.citations.filter(source__isnull=False)
    public = PublishedCitation.objects.filter(publication__revision=revision)
    return {
        **dict(working.values_list("source__url", "source_id")),
        **dict(public.values_list("url", "source_id")),
    }


def newsroom() -> pages.Newsroom:
    """What the newsroom says on every check's page. Pages made when it said something else are outdated."""
    scale = [resolving.rating_part(rating) for rating in Rating.objects.all()]
    listed = Person.objects.filter(is_listed=True)
    return pages.Newsroom.of(scale, listed.values_list("key", flat=True))


def outdated() -> QuerySet[Publication]:
    """Those whose page was made by other templates or rules, or before the state of a source that they cite, of what it
    was merged into, or of a publisher that they name changed.
    """
    made_at = F("publication__html_made_at")
    cited = PublishedCitation.objects.order_by().filter(publication=OuterRef("pk"))
    sources = Greatest("source__state_changed_at", "source__merged_into__state_changed_at")
    changed = Publisher.objects.order_by().filter(changed_at__isnull=False)
    publishers = changed.filter(domain=OuterRef("publisher_domain")).values("changed_at")
    named = cited.filter(publisher_domain__in=changed.values("domain"))
    return Publication.objects.filter(
        ~Q(html_version=pages.version(newsroom()))
        | Exists(cited.alias(changed_at=sources).filter(changed_at__gt=made_at))
        | Exists(named.alias(changed_at=Subquery(publishers)).filter(changed_at__gt=made_at))
    )


def remake_page(publication: Publication) -> None:
    """Make what is kept of the page again from the frozen document: same words, today's templates and evidence.

    The caller has begun a transaction.
    """
    document = documents.whole(publication.revision.document)
    cited = dict(publication.published_citations.values_list("url", "source_id"))
    known = evidence.of(document, cited, hold=True)
    said = newsroom()
    publication.html = pages.kept(document, known, said)
    publication.html_version = pages.version(said)
    publication.html_made_at = Now()  # by the clock that stamps the sources, while they are held
    searched = vectors.columns(document)
    for name, value in searched.items():
        setattr(publication, name, value)
    publication.save(update_fields=["html", "html_version", "html_made_at", *searched])


def moment_text(moment: datetime) -> str:
    """A moment in the newsroom's time zone, for a sentence at the desk."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
