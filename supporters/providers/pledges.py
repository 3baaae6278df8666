"""Pledges: somebody says what they will give, and the newsroom confirms it by hand."""

from supporters.models import Contribution


class Pledges:
    name = "pledges"
    takes_cards = False

    def form_targets(self) -> list[str]:
        return []

    def refusal(self, amount: int, currency: str) -> str:
        return ""

    def begin(self, contribution: Contribution, *, thanks: str, back: str) -> str:
        return thanks

    def portal(self, contribution: Contribution, *, back: str) -> str:
        return ""

    def forget(self, contribution: Contribution) -> None:
        """Nothing is stored anywhere else."""
