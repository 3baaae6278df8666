"""Who supports the newsroom, what they gave, and the goal that it counts towards."""

from supporters.models.contributions import Contribution
from supporters.models.goals import Goal
from supporters.models.payments import Payment
from supporters.models.people import Supporter

__all__ = ["Contribution", "Goal", "Payment", "Supporter"]
