"""The tables of the handoffs room."""

from handoffs.models.briefs import BRIEF_FIELDS, Brief, BriefQuestion, BriefVersion
from handoffs.models.handoffs import (
    BriefState,
    ChecklistItem,
    ChecklistKind,
    Handoff,
    HandoffStep,
    Kind,
    Reason,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.models.pool import ClaimRequest, ClaimState, EntryReason, Outcome, PoolEntry
from handoffs.models.sweeps import SetAside, SweepRun

__all__ = [
    "BRIEF_FIELDS",
    "Brief",
    "BriefQuestion",
    "BriefState",
    "BriefVersion",
    "ChecklistItem",
    "ChecklistKind",
    "ClaimRequest",
    "ClaimState",
    "EntryReason",
    "Handoff",
    "HandoffStep",
    "Kind",
    "Outcome",
    "PoolEntry",
    "Reason",
    "SetAside",
    "SweepRun",
    "Track",
    "TransferState",
    "TransitionState",
]
