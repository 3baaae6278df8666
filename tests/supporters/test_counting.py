"""The page that tells readers what the figure is made of."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supporters import counting
from tests.supporters.factories import (
    APRIL,
    make_contribution,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db


def make_history() -> None:
    """Four who gave: one got it back, one nearly did and disputed in vain, one is held back."""
    gifts = [make_contribution(make_supporter(number)) for number in range(4)]
    payments = [make_payment(gift) for gift in gifts]
    make_payment(gifts[0], paid_at=APRIL)
    make_refund(payments[1])
    make_refund(payments[2])
    make_refund(payments[2], kind="refund_failed")
    make_refund(payments[2], kind="dispute")
    make_refund(payments[2], kind="dispute_won")
    gifts[3].held_at, gifts[3].held_reason = timezone.now(), "Another country than the card's."
    gifts[3].save()


def test_the_figures_behind_a_goal_add_up() -> None:
    make_goal()
    make_history()

    [found] = counting.figures()

    assert found.parts == {
        "people": 2,
        "givers": 3,
        "money": 7500,
        "payments": 4,
        "refunds": 2,
        "refunds_failed": 1,
        "disputes": 1,
        "disputes_won": 1,
        "held": 1,
    }
    assert found.progress.value == 2


def test_the_page_says_in_words_and_figures_how_it_is_counted(
    client: Client, django_assert_num_queries: Any
) -> None:
    make_goal(counts="money", currency="USD", target=100_000)
    make_goal(title="Last year's", is_current=False, ends_at=APRIL)
    make_goal(title="Not announced yet", is_current=False)
    make_history()

    with django_assert_num_queries(3):
        page = client.get(reverse("supporters:how-we-count")).content.decode()

    assert "<dt>Supporters counted</dt>" in page
    assert "<dd>$75</dd>" in page
    assert "Last year&#x27;s" in page
    assert "audit_supporters" in page
    assert "Not announced yet" not in page
    assert "Supporter 1" not in page


def test_the_page_works_without_any_goal(client: Client) -> None:
    assert "no goal at the moment" in client.get("/support/how-we-count/").content.decode()
