from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from supporters.goals import Progress, current_progress, make_current, past_progress, progress_of
from supporters.models import Goal
from tests.supporters.factories import (
    APRIL,
    MARCH,
    YEAR,
    make_contribution,
    make_goal,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def value(at: datetime = MAY) -> int:
    progress = current_progress(at)
    assert progress is not None
    return progress.value


def test_a_person_counts_once_however_often_they_pay() -> None:
    make_goal()
    monthly = make_contribution(frequency="monthly")
    make_payment(monthly)
    make_payment(monthly, paid_at=APRIL)
    make_payment(make_contribution(monthly.supporter))
    make_payment(make_contribution(make_supporter(2)))

    assert value() == 2


def test_a_pledge_without_money_does_not_count() -> None:
    make_goal()
    make_contribution(method="pledge")

    assert value() == 0


def test_a_gift_that_was_given_back_does_not_count() -> None:
    make_goal()
    payment = make_payment()
    make_refund(payment, amount=payment.amount - 1)
    assert value() == 1

    make_refund(payment, amount=1)
    assert value() == 0


def test_a_refund_of_an_earlier_gift_takes_nothing_from_this_one() -> None:
    make_goal()
    before = make_payment(paid_at=YEAR - timedelta(days=1))
    make_payment(make_contribution(before.contribution.supporter))
    make_refund(before, paid_at=APRIL)

    assert value() == 1


@pytest.mark.parametrize(
    ("paid_at", "counted"),
    [
        (YEAR - timedelta(microseconds=1), 0),
        (YEAR, 1),
        (APRIL - timedelta(microseconds=1), 1),
        (APRIL, 0),
    ],
)
def test_only_payments_in_the_window_count(paid_at: datetime, counted: int) -> None:
    make_goal(ends_at=APRIL)
    make_payment(paid_at=paid_at)

    assert value() == counted


def test_a_goal_keeps_its_result_after_its_deadline() -> None:
    make_goal(ends_at=APRIL)
    make_refund(make_payment(), paid_at=APRIL)

    assert value() == 1


def test_the_ledger_can_be_asked_how_far_a_goal_was_at_a_moment() -> None:
    make_goal()
    make_payment(paid_at=MARCH)

    def ledger_value(at: datetime) -> int:
        found: Any = Goal.objects.with_ledger_value(at).get()
        return int(found.ledger_value)

    assert ledger_value(MARCH - timedelta(microseconds=1)) == 0
    assert ledger_value(MARCH) == 1


def test_a_goal_in_money_counts_its_own_currency_less_refunds() -> None:
    make_goal(counts="money", currency="USD", target=2_000_000)
    make_payment(make_contribution(amount=1_230_000))
    make_refund(make_payment(make_contribution(make_supporter(2), amount=5000)), amount=2000)
    make_payment(make_contribution(make_supporter(3), currency="EUR"))

    progress = current_progress(MAY)

    assert progress is not None
    assert (progress.value, progress.value_label) == (1_233_000, "$12,330")
    assert progress.target_label == "$20,000"
    assert progress.percent == 61


def test_progress_is_one_query(django_assert_num_queries: Any) -> None:
    make_goal()
    make_payment()

    with django_assert_num_queries(1):
        assert value() == 1


def test_without_a_current_goal_there_is_no_progress(django_assert_num_queries: Any) -> None:
    make_goal(is_current=False)

    with django_assert_num_queries(1):
        assert current_progress(MAY) is None


def test_the_progress_of_any_goal_can_be_asked_for() -> None:
    goal = make_goal(is_current=False)
    make_payment()

    assert progress_of(goal, MAY).value == 1


def test_past_goals_are_those_whose_time_is_over(django_assert_num_queries: Any) -> None:
    make_goal()
    make_goal(title="Running", is_current=False, ends_at=MAY)
    make_goal(title="First", is_current=False, ends_at=MARCH)
    make_goal(title="Second", is_current=False, ends_at=APRIL)

    with django_assert_num_queries(1):
        assert [past.title for past in past_progress(APRIL)] == ["Second", "First"]


@pytest.mark.parametrize(
    ("value", "percent"), [(0, 0), (642, 64), (999, 99), (1000, 100), (5000, 100)]
)
def test_a_hundred_percent_is_said_only_when_the_goal_is_reached(value: int, percent: int) -> None:
    assert make_progress(value=value).percent == percent


def test_progress_speaks_in_words() -> None:
    progress = make_progress(value=1642)

    assert (progress.value_label, progress.target_label) == ("1,642", "1,000 supporters")
    assert make_progress(target=1).target_label == "1 supporter"


def make_progress(**changes: Any) -> Progress:
    fields: dict[str, Any] = {
        "title": "A thousand",
        "appeal": "",
        "thanks": "",
        "counts": "supporters",
        "value": 0,
        "target": 1000,
        "currency": "",
        "as_of": MAY,
        "ends_on": None,
    }
    return Progress(**{**fields, **changes})


def test_the_last_day_is_the_one_before_a_midnight_deadline() -> None:
    assert make_goal(ends_at=MAY).ends_on == date(2026, 4, 30)


def test_there_is_one_current_goal_at_most() -> None:
    make_goal()

    with pytest.raises(ValidationError, match="Another goal is current"):
        Goal(title="Other", target=1, starts_at=YEAR, is_current=True).full_clean()
    with pytest.raises(IntegrityError):
        make_goal(title="Other")


def test_making_a_goal_current_takes_the_place_of_the_other() -> None:
    first, second = make_goal(), make_goal(title="Second", is_current=False)

    make_current(second)

    assert list(Goal.objects.filter(is_current=True)) == [second]
    first.refresh_from_db()
    assert not first.is_current


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 0},
        {"counts": "money"},
        {"counts": "money", "currency": "usd"},
        {"currency": "USD"},
        {"counts": "votes"},
        {"ends_at": YEAR},
    ],
)
def test_the_database_refuses_a_goal_that_makes_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        make_goal(**wrong)
