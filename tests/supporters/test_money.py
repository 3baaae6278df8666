from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from supporters import money


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("25", "USD", 2500),
        ("25.5", "USD", 2550),
        (" $1,234.56 ", "USD", 123456),
        ("€ 5", "EUR", 500),
        ("CHF 40.05", "CHF", 4005),
        ("2500", "JPY", 2500),
        ("1.234", "KWD", 1234),
        ("0.01", "USD", 1),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, currency: str, minor: int) -> None:
    assert money.parse(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency", "sentence"),
    [
        ("-5", "USD", "The amount must be above zero."),
        ("−5", "USD", "The amount must be above zero."),
        ("0.00", "USD", "The amount must be above zero."),
        ("25,50", "USD", "Write the amount in figures, such as 25.50."),
        ("1.000,00", "EUR", "Write the amount in figures, such as 25.50."),
        ("twenty", "USD", "Write the amount in figures, such as 25.50."),
        ("٢٥", "USD", "Write the amount in figures, such as 25.50."),
        ("1e3", "USD", "Write the amount in figures, such as 25.50."),
        ("9" * 5000, "USD", "Write the amount in figures, such as 25.50."),
        ("25.505", "USD", "USD has at most 2 decimals, such as 25.50."),
        ("25.5", "JPY", "JPY is written without decimals, such as 2500."),
        (
            "999999999999",
            "USD",
            "The amount is too large: at most $10,000,000,000 can be recorded at once.",
        ),
    ],
)
def test_other_amounts_are_refused_with_a_sentence(
    typed: str, currency: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        money.parse(typed, currency)

    assert refusal.value.messages == [sentence]


@pytest.mark.parametrize(
    ("minor", "currency", "label"),
    [
        (1230000, "USD", "$12,300"),
        (2550, "USD", "$25.50"),
        (500, "EUR", "€5"),
        (1200, "JPY", "¥1,200"),
        (1500, "KWD", "KWD 1.500"),
        (-300, "USD", "-$3"),
        (0, "GBP", "£0"),
    ],
)
def test_readers_see_amounts_with_their_currency(minor: int, currency: str, label: str) -> None:
    assert money.label(minor, currency) == label


@given(st.integers(1, money.LARGEST), st.sampled_from(sorted(money.DECIMALS)))
def test_what_is_shown_in_a_form_is_read_back_the_same(minor: int, currency: str) -> None:
    assert money.parse(money.as_typed(minor, currency), currency) == minor


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    with suppress(ValidationError):
        assert 0 < money.parse(typed, "USD") <= money.LARGEST
