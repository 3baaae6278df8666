"""System checks: keys for card gifts that are incomplete, mixed up, or in the wrong hands."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from supporters import money
from supporters.providers.stripe import API, is_live_key

KEY = re.compile(r"(sk|rk)_(test|live)_\w{4,}", re.ASCII)


@register("production")
def card_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Both keys or neither; each looks like one; a live key goes to Stripe alone."""
    key, secret = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    found: list[CheckMessage] = []
    if bool(key) != bool(secret):
        missing = "STRIPE_WEBHOOK_SECRET" if key else "STRIPE_SECRET_KEY"
        found.append(
            Error(
                f"{missing} is not set, but the other of Stripe's two keys is.",
                hint="Set both for gifts by card, or neither for pledges.",
                id="supporters.E001",
            )
        )
    if key and not KEY.fullmatch(key):
        found.append(
            Error(
                "STRIPE_SECRET_KEY does not look like a secret key of Stripe's.",
                hint="It begins with sk_test_, sk_live_, rk_test_ or rk_live_; one with pk_ is not secret.",
                id="supporters.E002",
            )
        )
    if secret and not re.fullmatch(r"whsec_\S+", secret):
        found.append(
            Error(
                "STRIPE_WEBHOOK_SECRET does not look like a webhook's secret.",
                hint="It begins with whsec_, and Stripe shows it beside the endpoint.",
                id="supporters.E003",
            )
        )
    if settings.STRIPE_API_BASE not in {"", API, f"{API}/"} and is_live_key(key):
        found.append(
            Error(
                "STRIPE_API_BASE would send a live key to somebody who is not Stripe.",
                hint="Use a test key with a stand-in, or leave STRIPE_API_BASE out.",
                id="supporters.E004",
            )
        )
    return found


@register("production")
def giving(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A currency that exists, a share that can be one, an address that can be asked."""
    found: list[CheckMessage] = []
    if settings.GIVING_CURRENCY not in money.DECIMALS:
        found.append(
            Error(
                f"GIVING_CURRENCY: “{settings.GIVING_CURRENCY}” is no currency.",
                hint="Write its code of ISO 4217 in capitals, such as USD or EUR.",
                id="supporters.E005",
            )
        )
    if not 0 <= settings.GIVING_FEE_PERCENT <= 20:
        found.append(
            Error(
                f"GIVING_FEE_PERCENT: {settings.GIVING_FEE_PERCENT} cannot be right.",
                hint="Write the per cent that a card payment costs you, such as 3.",
                id="supporters.E006",
            )
        )
    base = urlsplit(settings.STRIPE_API_BASE)
    if settings.STRIPE_API_BASE and not (base.scheme in {"http", "https"} and base.netloc):
        found.append(
            Error(
                "STRIPE_API_BASE is no address.",
                hint="Write it with its scheme, such as http://127.0.0.1:8420, or leave it out.",
                id="supporters.E007",
            )
        )
    return found
