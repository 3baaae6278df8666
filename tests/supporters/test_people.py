from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import ProtectedError

from supporters.models import Supporter
from tests.supporters.factories import (
    APRIL,
    make_contribution,
    make_payment,
    make_refund,
    make_supporter,
)

pytestmark = pytest.mark.django_db


def test_one_address_in_two_spellings_is_one_person() -> None:
    make_supporter(email="jo@example.org")

    with pytest.raises(ValidationError, match="exists already"):
        Supporter(email=" JO@Example.org ").full_clean()
    with pytest.raises(IntegrityError):
        make_supporter(2, email=" JO@Example.org ")


def test_an_address_is_kept_and_found_in_its_one_spelling() -> None:
    supporter = make_supporter(email=" Jo+a@BÜCHER.example")

    assert supporter.email == "jo+a@xn--bcher-kva.example"
    assert Supporter.objects.get(email="JO+A@bücher.example") == supporter


def test_the_database_itself_refuses_another_spelling() -> None:
    supporter = make_supporter()

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE supporters_supporter SET email = 'Jo@example.org' WHERE id = %s",
            [supporter.pk],
        )


def test_many_may_have_no_address() -> None:
    make_supporter(1, email="")
    make_supporter(2, email="")

    assert Supporter.objects.filter(email="").count() == 2


def test_nobody_shows_their_name_unless_they_chose_to() -> None:
    assert not make_supporter().show_name


@pytest.mark.parametrize("name", ["a\nb", "a\x00b", "x" * 10_000])
def test_a_name_is_one_line_of_bounded_length(name: str) -> None:
    with pytest.raises(ValidationError):
        Supporter(name=name).full_clean()


def test_a_name_may_be_emoji_or_missing() -> None:
    Supporter(name="🦉🌍").full_clean()
    Supporter().full_clean()

    assert str(Supporter()).startswith("Unknown supporter ")


def test_who_gave_cannot_be_deleted() -> None:
    contribution = make_contribution()

    with pytest.raises(ProtectedError):
        contribution.supporter.delete()


def test_totals_are_what_was_given_less_refunds_by_currency() -> None:
    supporter = make_supporter()
    make_payment(make_contribution(supporter, amount=2500))
    make_payment(make_contribution(supporter, amount=1000), paid_at=APRIL)
    make_payment(make_contribution(supporter, amount=700, currency="EUR"))
    make_refund(make_payment(make_contribution(supporter, amount=900)), amount=400)
    make_payment(make_contribution(make_supporter(2)))

    found: Any = Supporter.objects.with_totals().get(pk=supporter.pk)

    assert found.totals == [
        {"currency": "EUR", "amount": 700},
        {"currency": "USD", "amount": 4000},
    ]
    assert found.last_paid_at == APRIL
