"""What supporters are written: thanks and receipts, the link to their data, that they have been forgotten.

A letter is a row before it is a mail. The worker marks the row before it hands the mail over, and again when the mail
server has taken it. So a letter goes out at most once: where a worker dies in between, or the line breaks while the
server takes it, nobody knows whether it arrived, and it is the desk that decides, not a second try. Thanks that come
twice look careless, and thanks that are missing can be seen at the desk. Whatever certainly was not taken (no server
there, refused for now) is tried again.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from supporters import links, post
from supporters.models import Contribution, Letter, Payment, Supporter
from supporters.models.letters import LetterQuerySet
from supporters.post import Fate, Undelivered

SEND = "supporters.tasks.send_letter"
NOT_LONG_AGO = timedelta(days=14)
"""A receipt for what came in earlier, as when a provider's past is read in, would puzzle."""

LINKS_AN_HOUR = 3
"""So many links one address is sent in an hour, however often somebody asks."""

TRIED_FOR = timedelta(days=3)


def acknowledge(payment: Payment) -> Letter | None:
    """Ask for the one letter about a payment: thanks with the receipt for a gift's first, a receipt for each later.

    Asked twice, it is still one. Nobody is written to whose address we do not know, who is made up, whose gift is
    held back, or about what came in long ago.
    """
    with transaction.atomic():
        gift = _locked(payment.contribution_id)
        is_old = payment.paid_at < timezone.now() - NOT_LONG_AGO
        if is_old or payment.kind != Payment.Kind.PAYMENT or not _may_be_written_about(gift):
            return None
        if Letter.objects.filter(payment=payment).exists():
            return None
        thanked = Letter.objects.filter(contribution=gift, kind=Letter.Kind.THANKS).exists()
        kind = Letter.Kind.RECEIPT if thanked else Letter.Kind.THANKS
        return _ask(kind, gift.supporter, contribution=gift, payment=payment)


def _locked(contribution_id: int) -> Contribution:
    own = Contribution.objects.select_for_update(of=("self",), no_key=True)
    return own.select_related("supporter").get(pk=contribution_id)


def _may_be_written_about(gift: Contribution) -> bool:
    supporter = gift.supporter
    return bool(supporter.email) and not supporter.is_demonstration and gift.held_at is None


def thanked_by_hand(gift: Contribution, *, by: Any) -> Letter:
    """Put on record that somebody has thanked for a gift, by card or by telephone: no mail will do so."""
    now = timezone.now()
    with transaction.atomic():
        _locked(gift.pk)
        letter, made = Letter.objects.get_or_create(
            kind=Letter.Kind.THANKS,
            contribution=gift,
            defaults={"supporter_id": gift.supporter_id, "sent_at": now, "sent_by": by},
        )
        if not made and letter.begun_at is None and letter.sent_at is None:
            letter.sent_at, letter.sent_by, letter.error = now, by, ""
            letter.save(update_fields=["sent_at", "sent_by", "error"])
    return letter


def offer_link(supporter: Supporter | None, at: datetime | None = None) -> None:
    """Ask for a letter with the link to somebody's data.

    The same steps for an address that nobody has: how long the answer takes must not tell who is a supporter.
    """
    since = (at or timezone.now()) - timedelta(hours=1)
    with transaction.atomic():
        asked = Letter.objects.filter(kind=Letter.Kind.LINK, supporter=supporter)
        enough = asked.filter(asked_at__gte=since).count() >= LINKS_AN_HOUR
        if not enough or supporter is None:
            _ask(Letter.Kind.LINK, supporter)


def say_erased(supporter: Supporter, address: str) -> None:
    """Ask for the last letter, to the address that is known nowhere else any more."""
    _ask(Letter.Kind.ERASED, supporter, address=address)


def send_again(letter: Letter) -> bool:
    """The desk has decided that a letter of unknown fate, or one that was refused, goes out once more."""
    with transaction.atomic():
        waits = Letter.objects.unsent().filter(pk=letter.pk).update(begun_at=None, error="")
        if waits:
            _defer(letter.pk)
    return bool(waits)


def _ask(kind: str, supporter: Supporter | None, **about: Any) -> Letter:
    letter = Letter.objects.create(kind=kind, supporter=supporter, **about)
    _defer(letter.pk)
    return letter


def _defer(pk: int) -> None:
    """In the caller's transaction: if that fails, so does the asking. The job knows nothing but the row's number."""
    app.configure_task(SEND).defer(letter_id=pk)


def send(pk: int) -> None:
    """Hand a letter to the mail server, unless another run has done so or began to.

    Raises ``Undelivered`` where it was certainly not taken, and a later try may do better.
    """
    row = Letter.objects.filter(pk=pk)
    letter = row.select_related("supporter", "contribution", "payment").first()
    if letter is None or letter.begun_at or letter.sent_at:
        return
    if letter.supporter is None:
        letter.delete()
        return
    address = letter.address or letter.supporter.email
    if not address:
        row.update(error=_("There is no address any more."))
        return
    message = compose(letter, address)
    if row.filter(begun_at=None, sent_at=None).update(begun_at=timezone.now(), error=""):
        _hand_over(message, row)


def _hand_over(message: mail.EmailMessage, row: LetterQuerySet) -> None:
    try:
        post.hand_over(message)
    except Undelivered as failure:
        if failure.fate == Fate.UNCLEAR:
            row.update(error=_("Nobody knows whether it arrived: %s") % failure.reason)
            return
        row.update(begun_at=None, error=_("Not sent: %s") % failure.reason)
        if failure.fate == Fate.LATER:
            raise
    else:
        row.update(sent_at=timezone.now(), address="", error="")


def forget_addresses(at: datetime | None = None) -> None:
    """Of letters to the forgotten that could not be delivered: they are not tried for ever."""
    long_ago = (at or timezone.now()) - TRIED_FOR
    Letter.objects.filter(asked_at__lt=long_ago).exclude(address="").update(address="")


def compose(letter: Letter, address: str) -> mail.EmailMultiAlternatives:
    """The mail: plain text, and the same as simple HTML."""
    name = f"supporters/letters/{letter.kind}"
    with translation.override(settings.LANGUAGE_CODE):
        context = _told(letter)
        subject = " ".join(render_to_string(f"{name}_subject.txt", context).split())
        message = mail.EmailMultiAlternatives(
            subject, render_to_string(f"{name}.txt", context), to=[address]
        )
        message.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    return message


def _told(letter: Letter) -> dict[str, Any]:
    """What the templates may say. The link is made when the letter is sent, so that it lives as long as it says."""
    supporter = letter.supporter
    assert supporter is not None, "only letters to somebody are written"  # noqa: S101
    is_link = letter.kind == Letter.Kind.LINK
    return {
        "newsroom": settings.NEWSROOM_NAME,
        "origin": settings.SITE_ORIGIN,
        "name": supporter.name,
        "gift": letter.contribution,
        "payment": letter.payment,
        "link": settings.SITE_ORIGIN + links.path_for(supporter) if is_link else "",
        "hours": links.VALID_FOR // 3600,
        "manage": settings.SITE_ORIGIN + reverse("supporters:manage"),
    }
