"""The tables of the pipeline room."""

from pipeline.models.activities import Activity, Channel, Direction, NextStep, Outcome, StepState
from pipeline.models.complaints import Complaint
from pipeline.models.opportunities import (
    Opportunity,
    OpportunityContact,
    OpportunityProduct,
    Product,
    Stage,
    StageChange,
    StageKind,
)
from pipeline.models.reviews import PipelineReview
from pipeline.models.sales import Sale, SaleLine, SaleReversal

__all__ = [
    "Activity",
    "Channel",
    "Complaint",
    "Direction",
    "NextStep",
    "Opportunity",
    "OpportunityContact",
    "OpportunityProduct",
    "Outcome",
    "PipelineReview",
    "Product",
    "Sale",
    "SaleLine",
    "SaleReversal",
    "Stage",
    "StageChange",
    "StageKind",
    "StepState",
]
