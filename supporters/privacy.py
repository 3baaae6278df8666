"""What a supporter may ask of us: all that we keep about them, their name off the wall, to be forgotten."""

from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from supporters import letters, providers
from supporters.models import Contribution, Payment, ProviderObject, Supporter

FORGET_AT_PROVIDERS = "supporters.tasks.forget_at_providers"


def everything_about(supporter: Supporter) -> dict[str, Any]:
    """All that we keep about one person, for them to see and to take along. Moments are in UTC."""
    return {
        "name": supporter.name,
        "email": supporter.email,
        "show_name": supporter.show_name,
        "known_since": supporter.created_at,
        "gifts": [_gift(each) for each in _gifts(supporter)],
        "letters": [
            {"kind": letter.kind, "asked_at": letter.asked_at, "sent_at": letter.sent_at}
            for letter in supporter.letters.order_by("asked_at", "pk")
        ],
    }


def _gifts(supporter: Supporter) -> models.QuerySet[Contribution]:
    payments = Payment.objects.order_by("paid_at", "pk")
    own = supporter.contributions.order_by("created_at", "pk")
    return own.prefetch_related(models.Prefetch("payments", queryset=payments))


def _gift(gift: Contribution) -> dict[str, Any]:
    return {
        "given_on": gift.pledged_on,
        "amount": gift.amount_label,
        "how_often": gift.get_frequency_display(),
        "how": gift.get_method_display(),
        "covers_fees": gift.covers_fees,
        "message": gift.message,
        "note": gift.note,
        "held_back_because": gift.held_reason,
        "ended_at": gift.ended_at,
        "payments": [
            {
                "kind": payment.get_kind_display(),
                "amount": payment.amount_label,
                "paid_at": payment.paid_at,
                "reference": payment.provider_id,
            }
            for payment in gift.payments.all()
        ],
    }


def regular_gifts(supporter: Supporter) -> models.QuerySet[Contribution]:
    """Those that a provider takes again and again, until they are ended there."""
    lasting = supporter.contributions.exclude(frequency=Contribution.Frequency.ONCE)
    return lasting.exclude(provider="").filter(ended_at=None)


def forget_at_providers(supporter_id: int) -> None:
    """End regular gifts and delete what a payment provider keeps of a forgotten person. Safe to repeat.

    Raises ``ProviderAway``.
    """
    theirs = Contribution.objects.filter(
        supporter_id=supporter_id, supporter__erased_at__isnull=False
    )
    for gift in theirs.exclude(provider=""):
        providers.forget(gift)


def not_yet_forgotten_at_providers() -> models.QuerySet[Supporter]:
    """Forgotten people whose regular gift we have not heard the end of."""
    gift = Contribution.objects.filter(
        supporter=models.OuterRef("pk"),
        provider_objects__kind=ProviderObject.Kind.SUBSCRIPTION,
        provider_objects__ended_at=None,
    )
    return Supporter.objects.filter(models.Exists(gift), erased_at__isnull=False)


@transaction.atomic
def choose_to_be_named(supporter: Supporter, wish: bool) -> None:
    """Their name is on the wall from now on, or nowhere any more: each page of it is made when it is asked for."""
    Supporter.objects.filter(pk=supporter.pk, erased_at=None).update(show_name=wish)
    supporter.contributions.filter(asks_to_show_name=not wish).update(asks_to_show_name=wish)


@transaction.atomic
def forget(supporter: Supporter, at: datetime | None = None) -> bool:
    """Forget the person: name, address, and what they or the desk wrote. Payments and totals stay as they are.

    What is left is a row without a person that says when it happened, so that the payments still add up. Done already:
    False. Their regular gifts end and their data at the payment provider goes too, by a job that is tried until it
    succeeds; one last letter says that it is done.
    """
    person = Supporter.objects.select_for_update().get(pk=supporter.pk)
    if person.erased_at:
        return False
    address = person.email
    person.name = person.email = ""
    person.show_name = False
    person.erased_at = at or timezone.now()
    person.save(update_fields=["name", "email", "show_name", "erased_at"])
    person.contributions.update(note="", message="", asks_to_show_name=False)
    of_theirs = ProviderObject.objects.filter(contribution__supporter=person)
    of_theirs.update(card="", card_country="", billing_country="")
    _forget_in_the_record_of_the_desk(person)
    app.configure_task(FORGET_AT_PROVIDERS).defer(supporter_id=person.pk)
    if address and not person.is_demonstration:
        letters.say_erased(person, address)
    supporter.refresh_from_db()
    return True


def _forget_in_the_record_of_the_desk(person: Supporter) -> None:
    """The desk's record of who changed what calls each row as it was called then: by the person's name or address."""
    gifts = [str(pk) for pk in person.contributions.values_list("pk", flat=True)]
    kinds = ContentType.objects.get_for_models(Supporter, Contribution)
    entries = LogEntry.objects.filter(
        models.Q(content_type=kinds[Supporter], object_id=str(person.pk))
        | models.Q(content_type=kinds[Contribution], object_id__in=gifts)
    )
    entries.update(object_repr=str(person)[:200])
