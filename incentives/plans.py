"""Adopting incentive and commission plans, and freezing what a handoff was promised (domain §6)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import NotAllowed, Refused, sentences
from core.models import User, Verb
from core.money import percent
from core.roles import runs_it
from handoffs.models import Handoff
from incentives import ledger
from incentives.models import (
    AcceleratorTier,
    CommissionPlan,
    CommissionRate,
    HandoffTerms,
    IncentivePlan,
)
from pipeline.models import Product, Sale

FIRST_TIERS = ((60, Decimal("0.03")), (120, Decimal("0.015")))
SETTABLE = frozenset(
    {
        "first_sale_rate",
        "early_release_bonus_rate",
        "eligible_days",
        "quiet_before_days",
        "cap",
        "budget",
        "pays_departed",
    }
)


@transaction.atomic
def adopt_incentive_plan(
    *,
    by: User,
    at: dt.datetime,
    effective_on: dt.date,
    tiers: Sequence[tuple[int, Decimal]] | None = None,
    **figures: Any,
) -> IncentivePlan:
    """A new version of the incentive plan, for handoffs that open from ``effective_on``.

    What is not named stays as in the version before. Promises already made hold, so a version
    never begins before the one it follows.
    """
    _check_may_adopt(by)
    unknown = sorted(set(figures) - SETTABLE)
    if unknown:
        raise Refused("unknown_figure", f"An incentive plan has no figure called {unknown[0]}.")
    last = IncentivePlan.objects.order_by("-version").first()
    _check_order(last, effective_on)
    kept = {name: getattr(last, name) for name in SETTABLE} if last else {}
    plan = IncentivePlan(
        version=_next_version(IncentivePlan.objects.aggregate(n=Max("version"))["n"]),
        effective_on=effective_on,
        **{**kept, **figures},
    )
    _clean(plan)
    plan.save()
    for days, rate in _tiers(tiers, last):
        tier = AcceleratorTier(plan=plan, within_days=days, rate=rate)
        _clean(tier)
        tier.save()
    plan.adopted_by, plan.adopted_at = by, at
    plan.save()
    events.record(
        verb=Verb.PLAN_ADOPTED,
        subject=plan,
        actor=by,
        at=at,
        changes={"version": plan.version, "effective_on": effective_on},
    )
    return plan


def adopt_commission_plan(
    *,
    by: User,
    at: dt.datetime,
    effective_on: dt.date,
    default_rate: Decimal,
    by_segment: Mapping[str, Decimal] | None = None,
    by_product: Mapping[Product, Decimal] | None = None,
) -> CommissionPlan:
    """A new version of the commission plan, for sales booked from ``effective_on``.

    What was sold since a day of the past is reconciled once the plan stands, account by account.
    If that is cut off, the next night goes on.
    """
    rates = _rates(by_segment or {}, by_product or {})
    plan = _adopt(default_rate, rates, by=by, at=at, effective_on=effective_on)
    sold = Sale.objects.filter(booked_on__gte=effective_on).order_by("account")
    account_ids = list(sold.values_list("account", flat=True).distinct())
    ledger.reconcile_each(account_ids, by=User.objects.system(), at=at)
    return plan


def _rates(
    by_segment: Mapping[str, Decimal], by_product: Mapping[Product, Decimal]
) -> list[CommissionRate]:
    of_segments = [CommissionRate(segment=name, rate=rate) for name, rate in by_segment.items()]
    return of_segments + [
        CommissionRate(product=product, rate=rate) for product, rate in by_product.items()
    ]


@transaction.atomic
def _adopt(
    default_rate: Decimal,
    rates: Sequence[CommissionRate],
    *,
    by: User,
    at: dt.datetime,
    effective_on: dt.date,
) -> CommissionPlan:
    _check_may_adopt(by)
    _check_order(CommissionPlan.objects.order_by("-version").first(), effective_on)
    plan = CommissionPlan(
        version=_next_version(CommissionPlan.objects.aggregate(n=Max("version"))["n"]),
        effective_on=effective_on,
        default_rate=default_rate,
    )
    _clean(plan)
    plan.save()
    for rate in rates:
        rate.plan = plan
        _clean(rate)
    CommissionRate.objects.bulk_create(rates)
    plan.adopted_by, plan.adopted_at = by, at
    plan.save()
    events.record(
        verb=Verb.COMMISSION_PLAN_ADOPTED,
        subject=plan,
        actor=by,
        at=at,
        changes={"version": plan.version, "effective_on": effective_on},
    )
    return plan


def freeze_terms(handoff_ids: Sequence[int], *, at: dt.datetime) -> list[HandoffTerms]:
    """What each new handoff was promised: the versions of today and the day its brief is due.

    As many statements for one as for a batch of a sweep.
    """
    handoffs = list(
        Handoff.objects.filter(pk__in=handoff_ids).select_related("outgoing", "account", "entry")
    )
    in_effect = {
        day: IncentivePlan.objects.prefetch_related("tiers").in_effect(on=day)
        for day in {handoff.opened_on for handoff in handoffs}
    }
    system = User.objects.system()
    terms = HandoffTerms.objects.bulk_create(
        HandoffTerms(
            handoff=handoff,
            plan=in_effect[handoff.opened_on],
            policy_id=handoff.entry.policy_id if handoff.entry else None,
            brief_due_on=handoff.brief_due_on,
            frozen_at=at,
        )
        for handoff in handoffs
    )
    written = events.record_many(
        events.built(
            verb=Verb.TERMS_FROZEN,
            subject=each,
            account_id=each.handoff.account_id,
            actor=system,
            at=at,
            changes={"plan": each.plan.version if each.plan else None},
        )
        for each in terms
    )
    events.tell_many(
        (event, promise(each), each.handoff.outgoing)
        for each, event in zip(terms, written, strict=True)
    )
    return terms


def promise(terms: HandoffTerms) -> str:
    """What is theirs to win, in a sentence for the outgoing rep."""
    account, plan = terms.handoff.account, terms.plan
    asked = f"{account} has left your hands. Please leave a brief by {terms.brief_due_on}."
    if plan is None or not terms.handoff.pays_incentive:
        return asked
    rate = plan.first_sale_rate
    if terms.handoff.kind == "released":
        rate += plan.early_release_bonus_rate
    more = " or ".join(
        f"{percent(tier.rate)} within {tier.within_days} days" for tier in plan.tiers.all()
    )
    sooner = f", and a sooner sale adds {more}" if more else ""
    return (
        f"{asked} If it is accepted, {percent(rate)} of the first sale within"
        f" {plan.eligible_days} days of the next take-over is yours{sooner}."
    )


def _check_may_adopt(by: User) -> None:
    if not runs_it(by):
        raise NotAllowed("Only administrators adopt plans.")


def _check_order(last: IncentivePlan | CommissionPlan | None, effective_on: dt.date) -> None:
    if last is not None and effective_on < last.effective_on:
        raise Refused(
            "before_last_plan",
            f"{last} is in effect from {last.effective_on}; a later version cannot begin before.",
        )


def _next_version(last: int | None) -> int:
    return (last or 0) + 1


def _tiers(
    tiers: Sequence[tuple[int, Decimal]] | None, last: IncentivePlan | None
) -> Sequence[tuple[int, Decimal]]:
    if tiers is not None:
        return tiers
    if last is None:
        return FIRST_TIERS
    return [(tier.within_days, tier.rate) for tier in last.tiers.all()]


def _clean(row: IncentivePlan | AcceleratorTier | CommissionPlan | CommissionRate) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused("bad_figures", sentences(error)) from error
