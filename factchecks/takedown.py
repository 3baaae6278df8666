"""The words of a former version go, because the law asks it; that it was public, when, and why it went stay told."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from factchecks import documents, pictures, publishing, workflow
from factchecks.documents import PicturePart
from factchecks.models import FactCheck, Publication, Step

PICTURES_TASK = "factchecks.tasks.lay_pictures_aside"  # by name: the jobs import this module


@transaction.atomic
def take_down(
    fact_check: FactCheck,
    *,
    notice: str,
    editor: User | None,
    versions: Collection[int] | None = None,
) -> list[Publication]:
    """Keep the words of these former versions from readers, who find the notice in their place.

    ``versions`` are their numbers in the public history; without them it is all that are over. The revisions stay at
    the desk; of pictures see ``lay_pictures_aside``, which the worker does. Raises ``ValidationError`` for a version that
    is public, and where nothing is left to take down.
    """
    held = FactCheck.objects.select_for_update().get(pk=fact_check.pk)
    notice = _readable(notice)
    known = numbered(held)
    chosen = known if versions is None else _chosen(known, versions)
    going = [each for number, each in chosen.items() if can_go(each)]
    if not going:
        raise ValidationError(_("There is no former version with words to take down."))
    for publication in going:
        publication.is_taken_down, publication.takedown_notice = True, notice
        publication.save(update_fields=["is_taken_down", "takedown_notice"])
        workflow.note_step(held, publication.revision, Step.Kind.TAKEN_DOWN, editor, notice)
    app.configure_task(PICTURES_TASK).defer(fact_check_id=held.pk)
    return going


def lay_pictures_aside(fact_check_id: int) -> None:
    """Take away the files of pictures that only versions taken down show. Safe to run twice.

    At the desk the picture is then missing as well. A browser or cache that has a file already may keep it for a year.
    """
    of_check = Publication.objects.filter(fact_check=fact_check_id, is_taken_down=True)
    gone = _pictures(of_check)
    if not gone:
        return
    standing = Publication.objects.filter(is_taken_down=False)
    for sha256, picture in gone.items():
        shown = {"revision__document__pictures__contains": [{"sha256": sha256}]}
        if not standing.filter(**shown).exists():
            pictures.lay_aside(picture)


def _pictures(publications: QuerySet[Publication]) -> dict[str, PicturePart]:
    """By the SHA-256 of each."""
    kept = publications.values_list("revision__document__pictures", flat=True)
    # (a document from before there were pictures has none)
    return {picture["sha256"]: picture for parts in kept for picture in parts or []}


def numbered(fact_check: FactCheck) -> dict[int, Publication]:
    """Every version that is or was public, by its number in the public history."""
    begun = Publication.objects.begun().filter(fact_check=fact_check).order_by("live_during")
    rows = begun.select_related("revision").defer("html", "text", "search", "revision__document")
    return dict(enumerate(rows, 1))


def can_go(publication: Publication) -> bool:
    return is_over(publication) and not publication.is_taken_down


def is_over(publication: Publication) -> bool:
    until = publication.live_until
    return until is not None and until <= timezone.now()


def _chosen(known: dict[int, Publication], versions: Collection[int]) -> dict[int, Publication]:
    for number in versions:
        if number not in known:
            raise ValidationError({"versions": _("This fact check has no such version.")})
        if not is_over(known[number]):
            message = _("Version %(number)s is public: withdraw it, or publish another one, first.")
            raise ValidationError({"versions": message % {"number": number}})
    return {number: known[number] for number in sorted(versions)}


def _readable(notice: str) -> str:
    notice = documents.clean_text(notice)
    if not notice:
        raise ValidationError({"notice": _("Tell readers why the words are taken down.")})
    if len(notice) > publishing.LONGEST_WORD_TO_READERS:
        message = _("Say it to readers in at most %(most)s characters.")
        raise ValidationError({"notice": message % {"most": publishing.LONGEST_WORD_TO_READERS}})
    return notice
