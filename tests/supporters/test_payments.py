import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from supporters.models import Contribution, Payment
from tests.supporters.factories import (
    APRIL,
    MARCH,
    make_contribution,
    make_payment,
    make_refund,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE supporters_payment SET amount = 1",
        "UPDATE supporters_payment SET amount = amount WHERE false",
        "DELETE FROM supporters_payment",
        "TRUNCATE supporters_payment CASCADE",
        """
        INSERT INTO supporters_payment TABLE supporters_payment
            ON CONFLICT (id) DO UPDATE SET amount = 1
        """,
    ],
)
def test_the_ledger_refuses_changes_even_in_raw_sql(statement: str) -> None:
    payment = make_payment()
    connection.check_constraints()

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Payment.objects.get().amount == payment.amount


@pytest.mark.parametrize(
    "change",
    [
        lambda payment: payment.save(),
        lambda payment: payment.delete(),
        lambda payment: Payment.objects.update(amount=1),
        lambda payment: Payment.objects.all().delete(),
    ],
)
def test_the_ledger_refuses_changes_by_django(change: Callable[[Payment], None]) -> None:
    payment = make_payment()

    with pytest.raises(IntegrityError, match="append-only"):
        change(payment)


def test_a_replayed_payment_is_refused() -> None:
    make_payment(provider_id="pi_1")

    with pytest.raises(IntegrityError, match="payment_recorded_once"):
        make_payment(Contribution.objects.get(), provider_id="pi_1")


def test_a_replay_that_is_ignored_changes_nothing() -> None:
    payment = make_payment(provider_id="pi_1")
    refund = make_refund(payment, provider_id="pi_1")

    for each in (payment, refund):
        Payment.objects.bulk_create([copy_of(each)], ignore_conflicts=True)

    assert Payment.objects.count() == 2


def copy_of(payment: Payment) -> Payment:
    again = copy.copy(payment)
    again.pk = None
    return again


def test_a_contribution_with_payments_cannot_be_deleted() -> None:
    with pytest.raises(ProtectedError):
        make_payment().contribution.delete()


def test_a_payment_is_in_the_currency_of_its_contribution() -> None:
    with pytest.raises(IntegrityError, match="in the currency"):
        make_payment(currency="EUR")


def test_the_currency_of_a_contribution_with_payments_stays() -> None:
    contribution = make_contribution()
    contribution.currency = "EUR"
    contribution.save()
    make_payment(contribution)

    contribution.currency = "GBP"
    with pytest.raises(IntegrityError, match="currency of a contribution"):
        contribution.save()


@pytest.mark.parametrize("amount", [0, -5])
def test_a_payment_is_above_zero(amount: int) -> None:
    with pytest.raises(IntegrityError):
        make_payment(amount=amount)


def test_refunds_never_exceed_what_was_paid() -> None:
    payment = make_payment(make_contribution(amount=1000))
    make_refund(payment, amount=600)

    with pytest.raises(IntegrityError, match="never exceed"), transaction.atomic():
        make_refund(payment, amount=401)

    make_refund(payment, amount=400)
    assert payment.left() == 0


def test_refunds_in_one_statement_never_exceed_what_was_paid() -> None:
    payment = make_payment(make_contribution(amount=1000))
    refunds = [
        Payment(
            contribution=payment.contribution,
            kind="refund",
            reverses=payment,
            amount=600,
            currency="USD",
            paid_at=MARCH,
        )
        for _ in range(2)
    ]

    with pytest.raises(IntegrityError, match="never exceed"):
        Payment.objects.bulk_create(refunds)


def test_a_refund_names_a_payment_of_the_same_contribution() -> None:
    payment = make_payment()
    refund = make_refund(payment, amount=1)
    wrong: list[dict[str, Any]] = [
        {"reverses": None},
        {"reverses": refund},
        {"contribution": make_contribution(payment.contribution.supporter)},
        {"paid_at": MARCH.replace(day=1, hour=1)},
    ]

    for change in wrong:
        fields = {"contribution": payment.contribution, "kind": "refund", "reverses": payment}
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.create(
                **{**fields, "amount": 1, "currency": "USD", "paid_at": APRIL, **change}
            )


def test_a_payment_names_no_payment() -> None:
    payment = make_payment()

    with pytest.raises(IntegrityError, match="refund_names_its_payment"):
        make_payment(payment.contribution, reverses=payment, amount=1)


@pytest.mark.django_db(transaction=True)
def test_of_many_refunds_at_once_only_what_was_paid_goes_back() -> None:
    payment = make_payment(make_contribution(amount=1000))

    def refund(_: int) -> bool:
        try:
            make_refund(payment, amount=400)
        except Error:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(refund, range(6)))

    assert done.count(True) == 2
    assert payment.left() == 200
