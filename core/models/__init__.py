"""The tables of the core room."""

from core.models.doors import ApiToken, IdempotencyRecord
from core.models.events import Event, Notification, Verb
from core.models.people import Cover, Role, Strength, Team, TeamMembership, Theme, User
from core.models.preferences import SavedList
from core.models.rates import ExchangeRate

__all__ = [
    "ApiToken",
    "Cover",
    "Event",
    "ExchangeRate",
    "IdempotencyRecord",
    "Notification",
    "Role",
    "SavedList",
    "Strength",
    "Team",
    "TeamMembership",
    "Theme",
    "User",
    "Verb",
]
