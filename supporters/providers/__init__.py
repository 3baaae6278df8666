"""Who takes the money: a small interface, and the one of its implementations that the settings choose.

Without keys it is *pledges*: nothing is charged, and somebody of the newsroom gets in touch.
"""

from typing import Protocol

from django.conf import settings

from supporters.models import Contribution
from supporters.providers.away import ProviderAway
from supporters.providers.pledges import Pledges
from supporters.providers.stripe import Stripe


class Provider(Protocol):
    takes_cards: bool

    @property
    def name(self) -> str:
        """What ``Contribution.provider`` says of the gifts that it takes."""
        ...

    def form_targets(self) -> list[str]:
        """The origins, besides our own, to which sending the form may lead."""
        ...

    def refusal(self, amount: int, currency: str) -> str:
        """Why it can't take this amount (minor units), as a sentence; empty if it can."""
        ...

    def begin(self, contribution: Contribution, *, thanks: str, back: str) -> str:
        """The address at which the supporter goes on. Raises ``ProviderAway``."""
        ...

    def portal(self, contribution: Contribution, *, back: str) -> str:
        """Where the supporter changes or ends the gift; empty where there is nothing to. Raises ``ProviderAway``."""
        ...

    def forget(self, contribution: Contribution) -> None:
        """End the gift, and delete what is stored of the person. Safe to repeat. Raises ``ProviderAway``."""
        ...


def current() -> Provider:
    """The one that takes new gifts."""
    if settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET:
        return Stripe(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)
    return Pledges()


def portal(contribution: Contribution, *, back: str) -> str:
    """Where this gift can be changed or ended: an address at its provider, or empty where there is none."""
    provider = current()
    if contribution.provider != provider.name:  # by hand, or made with other keys
        return ""
    return provider.portal(contribution, back=back)


def forget(contribution: Contribution) -> None:
    """Have the provider forget whoever made this gift. Raises ``ProviderAway``, also where other keys are needed."""
    provider = current()
    if contribution.provider == provider.name:
        provider.forget(contribution)
    elif contribution.provider != Pledges.name and contribution.provider_objects.exists():
        raise ProviderAway(f"The keys for {contribution.provider} are not set.")
