"""The tables of the core room."""

from core.models.events import Event, Notification, Verb
from core.models.people import Cover, Role, Strength, Team, TeamMembership, User
from core.models.rates import ExchangeRate

__all__ = [
    "Cover",
    "Event",
    "ExchangeRate",
    "Notification",
    "Role",
    "Strength",
    "Team",
    "TeamMembership",
    "User",
    "Verb",
]
