"""The one thing that can go wrong between us and a provider."""


class ProviderAway(Exception):
    """The provider could not be asked, or refused. The text is a sentence for the supporter."""
