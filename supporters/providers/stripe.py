"""Stripe: hosted checkout, and its customer portal. What Stripe tells us afterwards is read in ``stripe_events``."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from supporters import money
from supporters.models import Contribution, ProviderObject
from supporters.providers.away import ProviderAway

if TYPE_CHECKING:
    from stripe import StripeClient

API_VERSION = "2026-10-28.endive"
"""The shape of what we send and get. The webhook's endpoint is to be made with the same at Stripe."""

LIVE, TEST = "stripe", "stripe-test"
PATIENCE = 20  # seconds for one answer
CHECKOUT = "https://checkout.stripe.com"
API = "https://api.stripe.com"

# docs.stripe.com/currencies: where Stripe's smallest unit is not ISO 4217's. Ours times this is Stripe's.
HUNDREDFOLD = {"ISK", "UGX"}
HUNDREDTH = {"MGA"}

MOST = 99_999_999
"""Eight digits, in Stripe's units."""

INTERVALS = {Contribution.Frequency.MONTHLY: "month", Contribution.Frequency.YEARLY: "year"}


def is_live_key(key: str) -> bool:
    """``sk_live_…`` or a restricted ``rk_live_…``."""
    return key.startswith(("sk_live_", "rk_live_"))


def name_for(*, is_live: bool) -> str:
    """What a gift's provider is called: money that is not real has a name of its own."""
    return LIVE if is_live else TEST


def to_stripe(minor: int, currency: str) -> int:
    """Our minor units in Stripe's. Raises ``ValueError`` for what Stripe can't write."""
    if currency in HUNDREDFOLD:
        return minor * 100
    if currency in HUNDREDTH:
        return _divided(minor, 100)
    if money.DECIMALS[currency] == 3 and minor % 10:
        raise ValueError("Stripe takes two of three decimals.")
    return minor


def from_stripe(units: int, currency: str) -> int:
    """Stripe's units in our minor units."""
    if currency in HUNDREDFOLD:
        return _divided(units, 100)
    return units * 100 if currency in HUNDREDTH else units


def _divided(amount: int, by: int) -> int:
    if amount % by:
        raise ValueError("This amount has a fraction that the currency does not know.")
    return amount // by


class Stripe:
    takes_cards = True

    def __init__(self, key: str, api_base: str = "") -> None:
        self.key, self.api_base = key, api_base.rstrip("/")

    @property
    def name(self) -> str:
        return name_for(is_live=is_live_key(self.key))

    def form_targets(self) -> list[str]:
        if not self.api_base:
            return [CHECKOUT]
        scheme, host, *_rest = urlsplit(self.api_base)
        return [f"{scheme}://{host}"]

    def refusal(self, amount: int, currency: str) -> str:
        try:
            units = to_stripe(amount, currency)
        except ValueError:
            last = {"amount": money.label(amount - amount % 100, currency)}
            if money.DECIMALS[currency] == 3:
                last = {"amount": money.label(amount - amount % 10, currency)}
            return _("Cards can't be charged so exactly: write for example %(amount)s.") % last
        if units > MOST:
            most = money.label(from_stripe(MOST - MOST % 100, currency), currency)
            return _("At most %(most)s can be given by card: for more, please write to us.") % {
                "most": most
            }
        return ""

    def begin(self, contribution: Contribution, *, thanks: str, back: str) -> str:
        client = self._client()
        wanted = _session(contribution, thanks, back)
        session = _asked(
            lambda: client.v1.checkout.sessions.create(
                wanted, {"idempotency_key": f"checkout-{contribution.key}"}
            )
        )
        return str(session.url)

    def portal(self, contribution: Contribution, *, back: str) -> str:
        kinds = ProviderObject.Kind
        subscriptions = contribution.provider_objects.filter(
            kind=kinds.SUBSCRIPTION, part_of__kind=kinds.CUSTOMER, ended_at=None
        )
        customer = subscriptions.values_list("part_of__object_id", flat=True).first()
        if customer is None:
            return ""
        client = self._client()
        session = _asked(
            lambda: client.v1.billing_portal.sessions.create(
                {"customer": customer, "return_url": back}
            )
        )
        return str(session.url)

    def forget(self, contribution: Contribution) -> None:
        """docs.stripe.com/api/customers/delete: their subscriptions end with them. Of a single gift Stripe keeps what
        the law makes it keep; it has no customer."""
        kinds = ProviderObject.Kind
        own = contribution.provider_objects
        lasting = own.filter(kind=kinds.SUBSCRIPTION, ended_at=None)
        known = own.filter(kind=kinds.CUSTOMER).values_list("object_id", flat=True)
        linked = own.filter(part_of__kind=kinds.CUSTOMER).values_list("part_of__object_id")
        customers = sorted({*known, *(each for (each,) in linked)})
        for customer in customers:
            _gone(partial(self._client().v1.customers.delete, customer))
        if not customers:
            for subscription in lasting.values_list("object_id", flat=True):
                _gone(partial(self._client().v1.subscriptions.cancel, subscription))

    def _client(self) -> "StripeClient":
        # Here, because it costs 22 MB, which processes without card gifts do without.
        import stripe

        return stripe.StripeClient(
            self.key,
            stripe_version=API_VERSION,
            base_addresses={"api": self.api_base or API},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=PATIENCE),
        )


def _session(contribution: Contribution, thanks: str, back: str) -> Any:
    """docs.stripe.com/api/checkout/sessions/create. The gift's key is on whatever will be made of it."""
    ours = {"contribution": str(contribution.key)}
    interval = INTERVALS.get(Contribution.Frequency(contribution.frequency))
    price = {
        "currency": contribution.currency.lower(),
        "unit_amount": to_stripe(contribution.amount, contribution.currency),
        "product_data": {"name": _("Support for %s") % settings.NEWSROOM_NAME},
    }
    session: dict[str, Any] = {
        "mode": "subscription" if interval else "payment",
        "success_url": thanks,
        "cancel_url": back,
        "client_reference_id": str(contribution.key),
        "customer_email": contribution.supporter.email,
        "metadata": ours,
        "line_items": [{"quantity": 1, "price_data": price}],
        "adaptive_pricing": {"enabled": False},  # the gift is in the goal's currency
    }
    if interval:
        price["recurring"] = {"interval": interval}
        session["subscription_data"] = {"metadata": ours}
    else:
        session["payment_intent_data"] = {"metadata": ours}
        session["submit_type"] = "donate"
    return session


def _asked(question: Any) -> Any:
    """What Stripe answers; its refusals, which may repeat personal data, go no further than their kind."""
    import stripe

    try:
        return question()
    except stripe.InvalidRequestError as refused:
        if refused.code == "amount_too_small":
            raise ProviderAway(_("Cards can't be charged so little: please give more.")) from None
        raise ProviderAway(_no(refused.code or "invalid_request")) from None
    except stripe.StripeError as away:
        raise ProviderAway(_no(type(away).__name__)) from None


def _gone(order: Callable[[], Any]) -> None:
    """As ``_asked``; what is gone already is as it should be."""
    import stripe

    def unless_missing() -> None:
        try:
            order()
        except stripe.InvalidRequestError as refused:
            if refused.code != "resource_missing":
                raise

    _asked(unless_missing)


def _no(kind: str) -> str:
    return _(
        "Our card processor can't be reached just now (%(kind)s). Nothing was charged: please try "
        "again in a few minutes."
    ) % {"kind": kind}
