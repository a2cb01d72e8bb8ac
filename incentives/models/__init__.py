"""The tables of the incentives room."""

from incentives.models.ledger import Kind, Ledger, LedgerEntry
from incentives.models.payouts import PayoutRun, Statement, StatementLine
from incentives.models.plans import (
    AcceleratorTier,
    CommissionPlan,
    CommissionRate,
    HandoffTerms,
    IncentivePlan,
)

__all__ = [
    "AcceleratorTier",
    "CommissionPlan",
    "CommissionRate",
    "HandoffTerms",
    "IncentivePlan",
    "Kind",
    "Ledger",
    "LedgerEntry",
    "PayoutRun",
    "Statement",
    "StatementLine",
]
