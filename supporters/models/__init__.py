"""Who supports the newsroom, what they gave, and the goal that it counts towards."""

from supporters.models.balances import GoalBalance, GoalTotal
from supporters.models.contributions import Contribution
from supporters.models.goals import Goal
from supporters.models.letters import Letter
from supporters.models.payments import Payment
from supporters.models.people import Supporter
from supporters.models.providers import ProviderEvent, ProviderObject
from supporters.models.surveys import Survey

__all__ = [
    "Contribution",
    "Goal",
    "GoalBalance",
    "GoalTotal",
    "Letter",
    "Payment",
    "ProviderEvent",
    "ProviderObject",
    "Supporter",
    "Survey",
]
