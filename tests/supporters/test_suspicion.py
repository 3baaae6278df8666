"""Gifts that look like somebody trying out cards count for nothing until somebody has looked."""

from typing import Any

import pytest
from django.utils import timezone

from supporters import suspicion
from supporters.goals import current_progress
from supporters.models import Contribution, Letter
from tests.supporters import stripe
from tests.supporters.factories import make_goal, make_payment, make_supporter
from tests.supporters.stripe import make_gift
from tests.supporters.test_settling import apply

pytestmark = pytest.mark.django_db

ABROAD: dict[str, Any] = {"billing_details": {"address": {"country": "FR"}}}


def counted() -> int:
    progress = current_progress()
    assert progress
    return progress.value


def reason(gift: Contribution) -> str:
    gift.refresh_from_db()
    return gift.held_reason if gift.held_at else ""


def test_a_card_from_elsewhere_than_its_address_is_held_back() -> None:
    make_goal()
    gift = make_gift()
    apply(stripe.session(gift))
    assert counted() == 1

    apply(stripe.charge(gift, **ABROAD))

    assert reason(gift) == "The card is from DE, the address in FR."
    assert counted() == 0


def test_what_was_released_is_not_held_back_again() -> None:
    make_goal()
    gift = make_gift()
    apply(stripe.charge(gift, **ABROAD))
    suspicion.release(gift)

    apply(stripe.session(gift), stripe.charge(gift, **ABROAD))

    assert reason(gift) == ""
    assert counted() == 1


def test_thanks_for_a_gift_that_was_held_back_go_out_when_it_is_released() -> None:
    gift = make_gift(make_supporter(), held_at=timezone.now(), held_reason="Many cards.")
    make_payment(gift, paid_at=timezone.now())

    suspicion.release(gift)
    suspicion.release(gift)

    assert Letter.objects.get().kind == "thanks"


def test_many_failed_cards_before_one_that_works_are_held_back() -> None:
    gift = make_gift()
    failed = [
        stripe.charge(gift, "charge.failed", id=f"ch_failed_{number}", status="failed")
        for number in range(4)
    ]

    apply(stripe.charge(gift), *failed[:3])
    assert reason(gift) == ""
    apply(failed[3])

    assert reason(gift) == "Many cards were tried before one was accepted."


def test_several_people_with_one_card_are_held_back_all_of_them() -> None:
    gifts = [make_gift(make_supporter(number)) for number in range(3)]
    card: dict[str, Any] = {
        "payment_method_details": {"card": {"country": "DE", "fingerprint": "the_same"}}
    }

    apply(*(stripe.charge(gift, **card) for gift in gifts))

    assert {reason(gift) for gift in gifts} == {"Several people gave by the same card."}


def test_many_gifts_of_one_person_on_one_day_are_held_back() -> None:
    person = make_supporter()
    gifts = [make_gift(person) for _ in range(4)]

    apply(*(stripe.charge(gift) for gift in gifts[:3]))
    assert {reason(gift) for gift in gifts} == {""}
    apply(stripe.charge(gifts[3]))

    assert {reason(gift) for gift in gifts} == {"Many gifts of one person on one day."}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_money_of_the_test_mode_never_counts_beside_real_money(order: Any) -> None:
    make_goal()
    gifts = [make_gift(make_supporter(1), provider="stripe-test"), make_gift(make_supporter(2))]
    for index in order:
        gift = gifts[index]
        make_payment(gift, provider=gift.provider, provider_id=f"pi_{index}")
        suspicion.look(gift, [], is_paid_anew=True)

    assert counted() == 1
    assert "test mode" in reason(gifts[0])
    assert reason(gifts[1]) == ""
