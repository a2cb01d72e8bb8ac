"""The tables of the accounts room."""

from accounts_app.models.account import Account, ExternalRef, Segment, State
from accounts_app.models.contacts import Contact, ContactRole, RoleKind, Stance, Status
from accounts_app.models.facts import Contract, KeyDate, RiskKind, RiskSignal
from accounts_app.models.ownership import AccountAccess, BeganBy, EndedBy, OwnershipPeriod
from accounts_app.models.policy import DormancyPolicy, PolicyApplication, PolicyComment

__all__ = [
    "Account",
    "AccountAccess",
    "BeganBy",
    "Contact",
    "ContactRole",
    "Contract",
    "DormancyPolicy",
    "EndedBy",
    "ExternalRef",
    "KeyDate",
    "OwnershipPeriod",
    "PolicyApplication",
    "PolicyComment",
    "RiskKind",
    "RiskSignal",
    "RoleKind",
    "Segment",
    "Stance",
    "State",
    "Status",
]
