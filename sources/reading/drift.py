"""Does a source still say what was quoted? Two texts of it and the quotations; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from sources.reading.folding import skeleton
from sources.reading.passages import Result, Text, Verified


@dataclass(frozen=True)
class Standing:
    """One quotation in the older and in the newer text."""

    quotation: str
    before: Result
    now: Result

    @property
    def stands(self) -> bool:
        return isinstance(self.now, Verified)

    @property
    def is_lost(self) -> bool:
        """It stood in the older text and does not stand in the newer: the source has drifted."""
        return isinstance(self.before, Verified) and not self.stands


@dataclass(frozen=True)
class Drift:
    """What changed between two texts of a source, as far as it matters to what was quoted.

    ``has_changed`` is about letters and digits: other white space, quotation marks or dashes are no change.
    """

    has_changed: bool
    standings: tuple[Standing, ...]

    @property
    def lost(self) -> tuple[Standing, ...]:
        return tuple(standing for standing in self.standings if standing.is_lost)


def compare(old: str, new: str, quotations: Iterable[str]) -> Drift:
    """Look every quotation up in both texts, the older and the newer."""
    older, newer = Text(old), Text(new)
    return Drift(
        has_changed=skeleton(old) != skeleton(new),
        standings=tuple(
            Standing(quotation, older.look_up(quotation), newer.look_up(quotation))
            for quotation in quotations
        ),
    )
