"""Keys that are incomplete, mixed up or in the wrong hands are named before anything is served."""

from typing import Any

import pytest

from supporters import checks

GOOD = {
    "STRIPE_SECRET_KEY": "sk_live_abcd",
    "STRIPE_WEBHOOK_SECRET": "whsec_abcd",
    "STRIPE_API_BASE": "",
    "GIVING_CURRENCY": "EUR",
    "GIVING_FEE_PERCENT": 3.0,
}


def found(settings: Any, **changes: Any) -> list[str | None]:
    for name, value in {**GOOD, **changes}.items():
        setattr(settings, name, value)
    return [each.id for each in [*checks.card_keys(None), *checks.giving(None)]]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": ""},
        {"STRIPE_SECRET_KEY": "rk_test_abcd", "STRIPE_API_BASE": "http://127.0.0.1:8420"},
    ],
)
def test_complete_keys_or_none_are_right(settings: Any, changes: dict[str, Any]) -> None:
    assert found(settings, **changes) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"STRIPE_WEBHOOK_SECRET": ""}, "supporters.E001"),
        ({"STRIPE_SECRET_KEY": ""}, "supporters.E001"),
        ({"STRIPE_SECRET_KEY": "pk_live_abcd"}, "supporters.E002"),
        ({"STRIPE_WEBHOOK_SECRET": "sk_live_abcd"}, "supporters.E003"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8420"}, "supporters.E004"),
        ({"GIVING_CURRENCY": "eur"}, "supporters.E005"),
        ({"GIVING_FEE_PERCENT": -1.0}, "supporters.E006"),
        ({"STRIPE_API_BASE": "localhost", "STRIPE_SECRET_KEY": "sk_test_abcd"}, "supporters.E007"),
    ],
)
def test_what_is_wrong_is_named(settings: Any, changes: dict[str, Any], error: str) -> None:
    assert found(settings, **changes) == [error]
