"""The picture of a publication for social media: made by the worker, kept under a name that says what made it.

A name is ``<publication>-<version>-<SHA-256>.png``. ``version()`` changes with the drawing and with the newsroom's name; the worker
then makes the pictures of what is live or scheduled again (``factchecks.tasks``).
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from factchecks import drawing, mark
from factchecks.drawing import CardWords
from factchecks.models import Correction, Publication

FOLDER = "cards"
A_YEAR = 365 * 24 * 3600  # seconds


@cache
def version() -> str:
    """A short hash over what the pictures are made of besides the publication."""
    digest = hashlib.sha256(settings.NEWSROOM_NAME.encode())
    for file in (__file__, drawing.__file__, mark.__file__, drawing.FONT):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()[:12]


def lacking() -> QuerySet[Publication]:
    """What is live or scheduled and has no picture, or one of another version."""
    current = Q(live_during__upper_inf=True) | Q(live_during__endswith__gt=timezone.now())
    return Publication.objects.filter(current).exclude(card__contains=f"-{version()}-")


def keep_card(publication: Publication) -> None:
    """Draw the picture, keep it, and drop the one before it. Safe to run twice."""
    picture = drawing.draw(words_on(publication))
    name = f"{publication.pk}-{version()}-{hashlib.sha256(picture).hexdigest()}.png"
    former = publication.card
    if not default_storage.exists(f"{FOLDER}/{name}"):
        default_storage.save(f"{FOLDER}/{name}", ContentFile(picture))
    Publication.objects.filter(pk=publication.pk).update(card=name)
    if former and former != name:
        transaction.on_commit(lambda: default_storage.delete(f"{FOLDER}/{former}"))


def words_on(publication: Publication) -> CardWords:
    """What is told of it: the verdict, or that there is none any more."""
    correction = Correction.objects.filter(publication=publication).first()
    is_corrected = correction is not None and correction.kind == Correction.Kind.CORRECTION
    long_date = pgettext("date format", "F j, Y")
    if publication.is_retracted and publication.updated_at > timezone.now():
        said = day = ""  # a schedule may still be moved
    elif publication.is_retracted:
        day = date_format(timezone.localtime(publication.updated_at), long_date)
        said = _("Retracted on %(day)s")
    else:
        day = date_format(publication.checked_on, long_date)
        said = _("Checked on %(day)s")
    return CardWords(
        newsroom=settings.NEWSROOM_NAME,
        question=publication.question,
        verdict=_("Retracted") if publication.is_retracted else publication.rating,
        is_alarming=publication.is_retracted,
        note=_("Corrected") if is_corrected else "",
        day=said % {"day": day} if day else "",
    )


@require_safe
def card(request: HttpRequest, name: str) -> HttpResponseBase:
    """A publication's picture; its name says what is in it, so that nobody has to ask for it twice.

    Not before the publication begins, and no longer once its words are taken down. The name of a picture that was
    made again leads to the new one.
    """
    pk = int(name.partition("-")[0])
    begun = Publication.objects.begun().filter(pk=pk, is_taken_down=False)
    known = begun.exclude(card="").values_list("card", flat=True).first()
    if known is None:
        raise Http404(_("There is no such picture."))
    if known != name:
        return redirect("factchecks:social-card", known)
    try:
        file: Any = default_storage.open(f"{FOLDER}/{name}")
    except FileNotFoundError as error:
        raise Http404(_("There is no such picture.")) from error
    # What is compressed already would only become slower by it.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return FileResponse(
        file,
        content_type="image/png",
        headers={"Cache-Control": f"public, max-age={A_YEAR}, immutable"},
    )
