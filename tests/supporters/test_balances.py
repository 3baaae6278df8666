"""The balances are what follows from the ledger, whatever happens and whoever comes at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supporters import audit, goals
from supporters.models import Contribution, Goal, GoalBalance, GoalTotal, Payment, Supporter
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


def value(goal: Goal | None = None) -> int:
    return goals.progress_of(goal or Goal.objects.get()).value


def take_back(payment: Payment, kind: str, **changes: Any) -> Payment:
    return make_refund(payment, **{"kind": kind, **changes})


@pytest.mark.parametrize("table", ["supporters_goalbalance", "supporters_goaltotal"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET payments = 99",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "INSERT INTO {} TABLE {}",
    ],
)
def test_nothing_but_the_payments_writes_a_balance(table: str, statement: str) -> None:
    make_goal()
    make_payment()

    with (
        pytest.raises(IntegrityError, match="follow from the payments"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, table))

    assert not list(audit.differences())


def test_a_lost_dispute_takes_the_gift_back_and_a_won_one_returns_it() -> None:
    goal = make_goal()
    payment = make_payment()

    take_back(payment, "dispute", paid_at=APRIL)
    assert (value(goal), payment.left()) == (0, 0)

    take_back(payment, "dispute_won", paid_at=APRIL)
    assert (value(goal), payment.left()) == (1, 2500)


def test_a_gift_never_counts_for_more_than_it_was() -> None:
    make_goal(counts="money", currency="USD", ends_at=APRIL)
    payment = make_payment()
    take_back(payment, "dispute", paid_at=APRIL)
    take_back(payment, "dispute_won")

    assert value() == 2500
    assert not list(audit.differences())


def test_a_refund_that_failed_counts_as_if_it_had_never_been() -> None:
    goal = make_goal()
    payment = make_payment()

    take_back(payment, "refund", paid_at=APRIL)
    assert (value(goal), payment.left()) == (0, 0)

    take_back(payment, "refund_failed", paid_at=APRIL)
    assert (value(goal), payment.left()) == (1, 2500)


def test_no_more_comes_back_of_a_refund_than_was_refunded() -> None:
    payment = make_payment()
    make_refund(payment, amount=1000)
    take_back(payment, "dispute", amount=1000)

    with pytest.raises(IntegrityError, match="comes back"):
        take_back(payment, "refund_failed", amount=1001)


def test_no_more_is_won_back_than_was_disputed() -> None:
    payment = make_payment()
    take_back(payment, "dispute", amount=1000)

    with pytest.raises(IntegrityError, match="won back"):
        take_back(payment, "dispute_won", amount=1001)


def test_refund_and_dispute_together_never_exceed_what_was_paid() -> None:
    payment = make_payment()
    make_refund(payment, amount=2000)

    with pytest.raises(IntegrityError, match="never exceed"):
        take_back(payment, "dispute", amount=501)


def test_a_gift_that_is_held_back_counts_for_nothing_until_it_is_released() -> None:
    goal = make_goal()
    gift = make_payment().contribution

    gift.held_at, gift.held_reason = timezone.now(), "Many small tries from one card."
    gift.save()
    assert value(goal) == 0
    make_payment(gift)
    assert value(goal) == 0

    gift.held_at = None
    gift.save()
    assert value(goal) == 1


def test_a_gift_is_held_back_for_a_reason() -> None:
    with pytest.raises(IntegrityError, match="held_for_a_reason"):
        make_contribution(held_at=MARCH)


def test_two_records_of_one_person_count_once_when_they_are_merged() -> None:
    goal = make_goal()
    first, second = make_payment(), make_payment(make_contribution(make_supporter(2)))
    assert value(goal) == 2

    Contribution.objects.filter(pk=second.contribution_id).update(
        supporter=first.contribution.supporter
    )

    assert value(goal) == 1
    Supporter.objects.get(email="supporter2@example.org").delete()
    assert not list(audit.differences())


def test_a_goal_counts_what_came_before_it_was_written_down() -> None:
    make_payment()

    assert value(make_goal()) == 1


def test_another_window_or_currency_counts_anew() -> None:
    make_payment()
    goal = make_goal()
    for changes, counted in (
        ({"starts_at": APRIL}, 0),
        ({"starts_at": YEAR, "ends_at": MARCH}, 0),
        ({"ends_at": APRIL}, 1),
        ({"counts": "money", "currency": "EUR"}, 0),
        ({"currency": "USD"}, 2500),
    ):
        Goal.objects.update(**changes)
        assert value(goal) == counted


def test_a_goal_that_starts_later_counts_from_then_on() -> None:
    goal = make_goal(starts_at=timezone.now() + timedelta(days=1))
    make_payment(paid_at=timezone.now())

    assert value(goal) == 0


def test_a_past_goal_keeps_its_result_and_takes_what_is_recorded_late() -> None:
    goal = make_goal(ends_at=APRIL)
    first = make_payment()
    make_payment(make_contribution(make_supporter(2)), paid_at=APRIL)
    make_refund(first, paid_at=APRIL)
    assert value(goal) == 1

    make_payment(make_contribution(make_supporter(3)), paid_at=MARCH)
    assert value(goal) == 2


def test_a_deleted_goal_leaves_nothing_behind() -> None:
    make_payment()
    make_goal().delete()

    assert not GoalBalance.objects.exists()
    assert not GoalTotal.objects.exists()


def test_a_payment_of_the_future_is_refused_but_clocks_may_differ() -> None:
    make_goal()
    make_payment(paid_at=timezone.now() + timedelta(minutes=4))
    assert value() == 1

    with pytest.raises(IntegrityError, match="before it is made"):
        make_payment(Contribution.objects.get(), paid_at=timezone.now() + timedelta(minutes=6))


def test_what_is_rolled_back_was_never_counted() -> None:
    goal = make_goal()
    with transaction.atomic():
        make_payment()
        assert value(goal) == 1
        transaction.set_rollback(True)

    assert value(goal) == 0
    assert not list(audit.differences())


def test_many_payments_in_one_statement_are_counted_together() -> None:
    goal, money = make_goal(), make_goal(is_current=False, counts="money", currency="USD")
    gifts = [make_contribution(make_supporter(number)) for number in range(5)]
    Payment.objects.bulk_create(
        Payment(
            contribution=gift, amount=100, currency="USD", paid_at=MARCH, provider_id=f"{n}-{n2}"
        )
        for n, gift in enumerate(gifts)
        for n2 in range(3)
    )

    assert (value(goal), value(money)) == (5, 1500)


MOMENTS = [YEAR + timedelta(days=30 * month) for month in range(6)]
moments = st.sampled_from(MOMENTS)
numbers = st.integers(0, 20)
events = st.one_of(
    st.tuples(st.just("pay"), numbers, moments, st.sampled_from([1, 500])),
    st.tuples(
        st.sampled_from(["refund", "refund_failed", "dispute", "dispute_won"]),
        numbers,
        moments,
        st.integers(1, 500),
    ),
    st.tuples(st.just("move"), numbers, numbers),
    st.tuples(st.just("hold"), numbers),
    st.tuples(st.just("window"), numbers, moments, st.none() | moments),
    st.tuples(st.just("currency"), numbers, st.sampled_from(["", "USD", "EUR"])),
    st.tuples(st.just("goal"), moments, st.none() | moments),
)


class Newsroom:
    """Some people and goals to whom anything may happen; what the rules refuse does not."""

    def __init__(self) -> None:
        self.people = [make_supporter(number) for number in range(3)]
        self.gifts = [
            make_contribution(self.people[number % 3], currency=["USD", "USD", "EUR"][number % 3])
            for number in range(5)
        ]
        self.payments = [make_payment(gift, paid_at=YEAR, amount=500) for gift in self.gifts]
        make_goal()
        make_goal(is_current=False, counts="money", currency="USD", ends_at=MOMENTS[3])

    def meet(self, event: tuple[Any, ...]) -> None:
        name, *details = event
        try:
            with transaction.atomic():
                getattr(self, f"_{name}", lambda *rest: self._back(name, *rest))(*details)
        except IntegrityError:
            pass

    def _pay(self, number: int, at: datetime, amount: int) -> None:
        gift = self.gifts[number % len(self.gifts)]
        self.payments.append(make_payment(gift, paid_at=at, amount=amount))

    def _back(self, kind: str, number: int, at: datetime, amount: int) -> None:
        if self.payments:
            payment = self.payments[number % len(self.payments)]
            take_back(payment, kind, paid_at=at, amount=amount)

    def _move(self, number: int, to: int) -> None:
        Contribution.objects.filter(pk=self.gifts[number % 5].pk).update(
            supporter=self.people[to % 3]
        )

    def _hold(self, number: int) -> None:
        gift = Contribution.objects.get(pk=self.gifts[number % 5].pk)
        gift.held_at, gift.held_reason = (None if gift.held_at else MARCH), "Looked into."
        gift.save()

    def _goal(self, starts: datetime, ends: datetime | None) -> None:
        make_goal(is_current=False, starts_at=starts, ends_at=ends)

    def _any_goal(self, number: int) -> Any:
        every = list(Goal.objects.order_by("pk"))
        return Goal.objects.filter(pk=every[number % len(every)].pk)

    def _window(self, number: int, starts: datetime, ends: datetime | None) -> None:
        self._any_goal(number).update(starts_at=starts, ends_at=ends)

    def _currency(self, number: int, currency: str) -> None:
        counts = "money" if currency else "supporters"
        self._any_goal(number).update(currency=currency, counts=counts)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(events, max_size=25))
def test_whatever_happens_the_balances_are_what_follows_from_the_ledger(
    db: None, history: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        newsroom = Newsroom()
        for event in history:
            newsroom.meet(event)
        found = list(audit.differences())
        transaction.set_rollback(True)

    assert not found


@pytest.mark.django_db(transaction=True)
def test_payments_at_once_for_one_goal_are_all_counted_and_wait_for_nobody() -> None:
    goal = make_goal(starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_goal(is_current=False, counts="money", currency="USD")
    people = [make_supporter(number) for number in range(4)]
    gifts = [make_contribution(people[number % 4]).pk for number in range(8)]

    def work(number: int) -> None:
        try:
            for turn in range(10):
                gift = Contribution.objects.get(pk=gifts[(number + turn) % 8])
                payment = make_payment(gift)
                if turn % 3 == 0:
                    make_refund(payment)
                if number == 0:
                    Goal.objects.filter(pk=goal.pk).update(starts_at=YEAR - timedelta(days=turn))
                if number == 1:
                    gift.supporter = people[turn % 4]
                    gift.save()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))

    assert Payment.objects.filter(kind="payment").count() == 100
    assert not list(audit.differences())


def elsewhere(do: Callable[[], object]) -> None:
    """On a connection of its own, which waits a fifth of a second for locks."""

    def run() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


@pytest.mark.django_db(transaction=True)
def test_a_payment_under_way_holds_up_nobody_elses() -> None:
    goal = make_goal()
    make_payment(make_contribution(make_supporter(3)))
    first, second = (make_contribution(make_supporter(number)) for number in (1, 2))

    with transaction.atomic():
        make_payment(first)
        elsewhere(lambda: make_payment(second))

    assert value(goal) == 3
    assert GoalTotal.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_goal_is_counted_anew_when_no_payment_is_under_way() -> None:
    goal = make_goal()
    gift = make_contribution()

    with transaction.atomic():
        make_payment(gift)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: goals.rebuild(goal))
    with transaction.atomic():
        goals.rebuild(goal)
        with pytest.raises(OperationalError, match="lock timeout"):
            elsewhere(lambda: make_payment(gift))

    assert not list(audit.differences())
