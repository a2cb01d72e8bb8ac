"""Checks of the record: its guards, an event for every change, and both saying the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts_app.models import (
    Account,
    Contact,
    Contract,
    DormancyPolicy,
    ExternalRef,
    OwnershipPeriod,
    PolicyApplication,
    RiskSignal,
)
from core import searching, triggers
from core.events import plain
from core.models import ApiToken, Event, Verb
from handoffs.models import (
    BriefQuestion,
    BriefVersion,
    ClaimRequest,
    Handoff,
    HandoffStep,
    PoolEntry,
    SweepRun,
)
from incentives.models import CommissionPlan, HandoffTerms, IncentivePlan, LedgerEntry
from operations.verify.findings import Check, Finding
from pipeline.models import Activity, NextStep, Product, Sale, SaleReversal, StageChange

CHUNK = 1_000


@dataclass(frozen=True)
class Recorded:
    """Each of these rows has an event of one of these verbs."""

    code: str
    rows: QuerySet[Any]
    verbs: tuple[Verb, ...]


@dataclass(frozen=True)
class Said:
    """What the event of each of these rows says, the row says too. ``facts`` gives the row's; the
    fact ``happened_at`` is the event's own."""

    code: str
    rows: QuerySet[Any]
    verb: Verb
    facts: Callable[[Any], dict[str, Any]]


EVENTS: tuple[Recorded, ...] = (
    Recorded("token_without_event", ApiToken.objects.all(), (Verb.TOKEN_ISSUED,)),
    Recorded(
        "token_without_event",
        ApiToken.objects.filter(revoked_at__isnull=False),
        (Verb.TOKEN_REVOKED,),
    ),
    Recorded("account_without_event", Account.objects.all(), (Verb.ACCOUNT_ADDED,)),
    Recorded("contact_without_event", Contact.objects.all(), (Verb.CONTACT_ADDED,)),
    Recorded("contract_without_event", Contract.objects.all(), (Verb.CONTRACT_ADDED,)),
    Recorded(
        "contract_without_event",
        Contract.objects.filter(voided_at__isnull=False),
        (Verb.CONTRACT_VOIDED,),
    ),
    Recorded("risk_without_event", RiskSignal.objects.all(), (Verb.RISK_SEEN,)),
    Recorded("period_without_event", OwnershipPeriod.objects.all(), (Verb.PERIOD_BEGAN,)),
    Recorded(
        "period_without_event",
        OwnershipPeriod.objects.filter(ended_at__isnull=False),
        (Verb.PERIOD_ENDED,),
    ),
    Recorded("policy_without_event", DormancyPolicy.objects.all(), (Verb.POLICY_PROPOSED,)),
    Recorded("policy_without_event", DormancyPolicy.objects.adopted(), (Verb.POLICY_ADOPTED,)),
    Recorded(
        "policy_without_event",
        DormancyPolicy.objects.filter(
            pk__in=PolicyApplication.objects.filter(finished_at__isnull=False).values("policy")
        ),
        (Verb.POLICY_APPLIED,),
    ),
    Recorded("product_without_event", Product.objects.all(), (Verb.PRODUCT_ADDED,)),
    Recorded("activity_without_event", Activity.objects.all(), (Verb.ACTIVITY_LOGGED,)),
    Recorded(
        "activity_without_event",
        Activity.objects.filter(voided_at__isnull=False),
        (Verb.ACTIVITY_VOIDED,),
    ),
    Recorded("next_step_without_event", NextStep.objects.all(), (Verb.NEXT_STEP_SET,)),
    Recorded(
        "next_step_without_event",
        NextStep.objects.filter(settled_at__isnull=False),
        (Verb.NEXT_STEP_DONE, Verb.NEXT_STEP_DROPPED),
    ),
    Recorded(
        "stage_without_event",
        StageChange.objects.all(),
        (Verb.OPPORTUNITY_MOVED, Verb.OPPORTUNITY_OPENED),
    ),
    Recorded("sale_without_event", Sale.objects.all(), (Verb.SALE_BOOKED,)),
    Recorded("reversal_without_event", SaleReversal.objects.all(), (Verb.SALE_REVERSED,)),
    Recorded(
        "sweep_without_event",
        SweepRun.objects.filter(finished_at__isnull=False),
        (Verb.SWEEP_RAN,),
    ),
    Recorded("entry_without_event", PoolEntry.objects.all(), (Verb.POOL_ENTERED,)),
    Recorded(
        "entry_without_event", PoolEntry.objects.filter(left_at__isnull=False), (Verb.POOL_LEFT,)
    ),
    Recorded("claim_without_event", ClaimRequest.objects.all(), (Verb.CLAIM_MADE,)),
    Recorded("handoff_without_event", Handoff.objects.all(), (Verb.HANDOFF_OPENED,)),
    Recorded(
        "step_without_event", HandoffStep.objects.exclude(from_state=""), (Verb.HANDOFF_MOVED,)
    ),
    Recorded("brief_without_event", BriefVersion.objects.all(), (Verb.BRIEF_SAVED,)),
    Recorded("brief_without_event", BriefQuestion.objects.all(), (Verb.BRIEF_ASKED,)),
    Recorded("terms_without_event", HandoffTerms.objects.all(), (Verb.TERMS_FROZEN,)),
    Recorded("plan_without_event", IncentivePlan.objects.all(), (Verb.PLAN_ADOPTED,)),
    Recorded("plan_without_event", CommissionPlan.objects.all(), (Verb.COMMISSION_PLAN_ADOPTED,)),
    Recorded("posting_without_event", LedgerEntry.objects.all(), (Verb.LEDGER_POSTED,)),
)

SAID: tuple[Said, ...] = (
    Said(
        "period_altered",
        OwnershipPeriod.objects.all(),
        Verb.PERIOD_BEGAN,
        lambda p: {"holder": p.holder_id, "why": p.began_by, "happened_at": p.began_at},
    ),
    Said(
        "period_altered",
        OwnershipPeriod.objects.filter(ended_at__isnull=False),
        Verb.PERIOD_ENDED,
        lambda p: {"holder": p.holder_id, "why": p.ended_by, "happened_at": p.ended_at},
    ),
    Said(
        "activity_altered",
        Activity.objects.all(),
        Verb.ACTIVITY_LOGGED,
        lambda a: {"channel": a.channel, "outcome": a.outcome, "occurred_at": a.occurred_at},
    ),
    Said(
        "sale_altered",
        Sale.objects.all(),
        Verb.SALE_BOOKED,
        lambda s: {"booked_on": s.booked_on, "amount": s.amount, "currency": s.currency},
    ),
    Said(
        "reversal_altered",
        SaleReversal.objects.all(),
        Verb.SALE_REVERSED,
        lambda r: {"reversed_on": r.reversed_on, "amount": r.amount},
    ),
    Said(
        "handoff_altered",
        Handoff.objects.all(),
        Verb.HANDOFF_OPENED,
        lambda h: {"kind": h.kind, "outgoing": h.outgoing_id, "happened_at": h.opened_at},
    ),
    Said(
        "step_altered",
        HandoffStep.objects.exclude(from_state=""),
        Verb.HANDOFF_MOVED,
        lambda s: {"track": s.track, "from": s.from_state, "to": s.to_state},
    ),
    Said(
        "terms_altered",
        HandoffTerms.objects.select_related("plan"),
        Verb.TERMS_FROZEN,
        lambda t: {"plan": t.plan.version if t.plan else None},
    ),
    Said(
        "posting_altered",
        LedgerEntry.objects.all(),
        Verb.LEDGER_POSTED,
        lambda e: {
            "kind": e.kind,
            "amount": e.amount,
            "to": e.beneficiary_id,
            "base_amount": e.base_amount,
            "inputs": e.inputs,
            "explanation": e.explanation,
        },
    ),
)


def guards_stand() -> Iterator[Finding]:
    """The database refuses what it must refuse."""
    for name in triggers.missing():
        yield Finding("guard_missing", f"The database lacks its guard {name}; run migrate.")


def what_is_there_is_found() -> Iterator[Finding]:
    """Search knows every row by what it is called now."""
    for table in searching.stale():
        yield Finding("search_stale", f"Search does not know {table} as it is; run migrate.")


def every_change_has_its_event() -> Iterator[Finding]:
    """Every transition, period, posting, sale and logged activity is on record."""
    for each in EVENTS:
        recorded = _events_of(each.rows.model, each.verbs).filter(subject_id=OuterRef("pk"))
        missing = each.rows.filter(~Exists(recorded)).order_by("pk")
        for pk in missing.values_list("pk", flat=True):
            name = each.rows.model.__name__
            yield Finding(each.code, f"There is no event {each.verbs[0]} of {name} {pk}.")


def rows_are_as_recorded() -> Iterator[Finding]:
    """What was written down with its event is still as it was written."""
    for each in SAID:
        for row, event in _with_events(each):
            if not _agree(plain(each.facts(row)), event):
                name = type(row).__name__
                yield Finding(each.code, f"{name} {row.pk} is not as its event {event.pk} has it.")


def _with_events(each: Said) -> Iterator[tuple[Model, Event]]:
    last_pk = 0
    while rows := list(each.rows.filter(pk__gt=last_pk).order_by("pk")[:CHUNK]):
        last_pk = rows[-1].pk
        events = _events_of(each.rows.model, (each.verb,)).filter(
            subject_id__range=(rows[0].pk, last_pk)
        )
        by_subject = {event.subject_id: event for event in events}
        yield from ((row, by_subject[row.pk]) for row in rows if row.pk in by_subject)


def _events_of(model: type[Model], verbs: Sequence[Verb]) -> QuerySet[Event]:
    kind = ContentType.objects.get_for_model(model)
    return Event.objects.filter(subject_type=kind, verb__in=verbs)


def _agree(facts: dict[str, Any], event: Event) -> bool:
    said = {**event.changes, **plain({"happened_at": event.happened_at})}
    return all(_same(value, said.get(name)) for name, value in facts.items())


def _same(stored: Any, said: Any) -> bool:
    """One amount has many texts: 50.00 is 50.000."""
    if stored == said or not (isinstance(stored, str) and isinstance(said, str)):
        return bool(stored == said)
    try:
        return Decimal(stored) == Decimal(said)
    except ArithmeticError:
        return False


def what_is_named_is_there() -> Iterator[Finding]:
    """Events, and other systems' names, lead to a row: the database cannot see to that itself."""
    yield from _dangling(Event, "event_dangling")
    yield from _dangling(ExternalRef, "ref_dangling")


def _dangling(naming: type[Event] | type[ExternalRef], code: str) -> Iterator[Finding]:
    kinds = naming._base_manager.order_by().values_list("subject_type", flat=True).distinct()
    for kind in ContentType.objects.filter(pk__in=list(kinds)):
        model = kind.model_class()
        rows = naming._base_manager.filter(subject_type=kind)
        if model is not None:
            rows = rows.filter(~Exists(model._base_manager.filter(pk=OuterRef("subject_id"))))
        for row in rows:
            yield Finding(code, f"{naming.__name__} {row.pk} names no row.")


CHECKS: tuple[Check, ...] = (
    guards_stand,
    what_is_there_is_found,
    every_change_has_its_event,
    rows_are_as_recorded,
    what_is_named_is_there,
)
