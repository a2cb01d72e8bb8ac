"""Checks of the record: its guards, and an event for every change."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts_app.models import OwnershipPeriod
from core import triggers
from core.models import Event, Verb
from handoffs.models import Handoff, HandoffStep, PoolEntry, SweepRun
from incentives.models import LedgerEntry
from operations.verify.findings import Check, Finding
from pipeline.models import Activity, Sale, SaleReversal, StageChange

EVENTS: list[tuple[str, QuerySet[Model], tuple[Verb, ...]]] = [
    ("period_without_event", OwnershipPeriod.objects.all(), (Verb.PERIOD_BEGAN,)),
    (
        "period_without_event",
        OwnershipPeriod.objects.filter(ended_at__isnull=False),
        (Verb.PERIOD_ENDED,),
    ),
    ("entry_without_event", PoolEntry.objects.all(), (Verb.POOL_ENTERED,)),
    ("entry_without_event", PoolEntry.objects.filter(left_at__isnull=False), (Verb.POOL_LEFT,)),
    ("step_without_event", HandoffStep.objects.exclude(from_state=""), (Verb.HANDOFF_MOVED,)),
    ("handoff_without_event", Handoff.objects.all(), (Verb.HANDOFF_OPENED,)),
    (
        "stage_without_event",
        StageChange.objects.all(),
        (Verb.OPPORTUNITY_MOVED, Verb.OPPORTUNITY_OPENED),
    ),
    ("posting_without_event", LedgerEntry.objects.all(), (Verb.LEDGER_POSTED,)),
    ("sale_without_event", Sale.objects.all(), (Verb.SALE_BOOKED,)),
    ("reversal_without_event", SaleReversal.objects.all(), (Verb.SALE_REVERSED,)),
    ("activity_without_event", Activity.objects.all(), (Verb.ACTIVITY_LOGGED,)),
    (
        "activity_without_event",
        Activity.objects.filter(voided_at__isnull=False),
        (Verb.ACTIVITY_VOIDED,),
    ),
    ("sweep_without_event", SweepRun.objects.filter(finished_at__isnull=False), (Verb.SWEEP_RAN,)),
]


def guards_stand() -> Iterator[Finding]:
    """The database refuses what it must refuse."""
    for name in triggers.missing():
        yield Finding("guard_missing", f"The database lacks its guard {name}; run migrate.")


def every_change_has_its_event() -> Iterator[Finding]:
    """Every transition, period, posting, sale and logged activity is on record."""
    for code, rows, verb in EVENTS:
        recorded = Event.objects.filter(
            subject_type=ContentType.objects.get_for_model(rows.model),
            subject_id=OuterRef("pk"),
            verb__in=verb,
        )
        missing = rows.all().filter(~Exists(recorded)).order_by("pk")
        for pk in missing.values_list("pk", flat=True):
            yield Finding(code, f"There is no event {verb[0]} of {rows.model.__name__} {pk}.")


CHECKS: tuple[Check, ...] = (
    guards_stand,
    every_change_has_its_event,
)
