"""The two ledgers: the only writer of entries (domain §6).

``reconcile`` posts what is entitled less what is posted, so it may run once or ten times, in any
order, by several workers: the ledger ends at the same sums.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts_app.models import Account
from core import events
from core.locking import hold
from core.models import User, Verb
from core.money import shown
from incentives import facts
from incentives.commission import (
    CommissionTerms,
    LineFact,
    SaleForCommission,
    commission,
)
from incentives.entitlement import entitled
from incentives.facts import AccountRecord
from incentives.models import CommissionPlan, IncentivePlan, Ledger, LedgerEntry
from pipeline.models import Sale
from pipeline.sales_net import net_base

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cause:
    """Why something is due: entries of one cause add up to one amount."""

    ledger: str
    beneficiary_id: int
    kind: str
    handoff_id: int | None
    sale_id: int


@dataclass(frozen=True)
class Entitlement:
    """What is due for one cause now, and how it was worked out."""

    amount: Decimal
    base_amount: Decimal
    inputs: dict[str, Any]
    explanation: str
    incentive_plan_id: int | None = None
    commission_plan_id: int | None = None


@dataclass(frozen=True)
class Posted:
    """What stands in the ledger for one cause."""

    amount: Decimal
    last_number: int


NOTHING_POSTED = Posted(Decimal(0), 0)


@transaction.atomic
def reconcile(account: Account, *, by: User, at: dt.datetime) -> list[LedgerEntry]:
    """Brings both ledgers of an account in line with its facts. Returns what it posted."""
    hold(Account, account.pk)
    due, posted = what_is_due(account), what_is_posted(account)
    entries = [
        entry
        for cause in sorted(due.keys() | posted.keys(), key=_in_order)
        if (entry := _difference(cause, due.get(cause), posted.get(cause, NOTHING_POSTED), at=at))
    ]
    LedgerEntry.objects.bulk_create(entries)
    events.record_many(
        events.built(
            verb=Verb.LEDGER_POSTED,
            subject=entry,
            account_id=account.pk,
            actor=by,
            at=at,
            changes={
                "kind": entry.kind,
                "amount": entry.amount,
                "to": entry.beneficiary_id,
                "base_amount": entry.base_amount,
                "inputs": entry.inputs,
                "explanation": entry.explanation,
            },
        )
        for entry in entries
    )
    return entries


def reconcile_each(
    account_ids: Iterable[int], *, by: User, at: dt.datetime
) -> tuple[int, list[int]]:
    """Account by account, each in its own transaction. Gives how many entries that posted, and the
    accounts that are set aside, as one must not stop the others."""
    posted, failed = 0, []
    for pk in account_ids:
        try:
            posted += len(reconcile(Account.objects.get(pk=pk), by=by, at=at))
        except Exception:
            log.exception("The ledgers of account %s are set aside", pk)
            failed.append(pk)
    return posted, failed


def is_kept() -> bool:
    """Whether any plan was ever adopted: before that, nothing can be due."""
    adopted = {"adopted_at__isnull": False}
    return (
        IncentivePlan.objects.filter(**adopted).exists()
        or CommissionPlan.objects.filter(**adopted).exists()
    )


def differences(account: Account) -> dict[Cause, tuple[Decimal, Decimal]]:
    """Where the ledger is not what it ought to be: (due, posted) by cause. For ``verify``."""
    due, posted = what_is_due(account), what_is_posted(account)
    found = {}
    for cause in due.keys() | posted.keys():
        owed = due[cause].amount if cause in due else Decimal(0)
        stands = posted.get(cause, NOTHING_POSTED).amount
        if owed != stands:
            found[cause] = (owed, stands)
    return found


def what_is_due(account: Account) -> dict[Cause, Entitlement]:
    """Both ledgers, from the facts of the account as they stand."""
    record = AccountRecord(account)
    if not record.sales:
        return {}
    return {**_incentives(record), **_commissions(record)}


def what_is_posted(account: Account) -> dict[Cause, Posted]:
    """The sums of the entries by cause; added up here, because SQLite sums decimals as floats."""
    sums: dict[Cause, Posted] = {}
    for entry in LedgerEntry.objects.filter(sale__account=account).order_by("number"):
        cause = Cause(
            entry.ledger, entry.beneficiary_id, entry.kind, entry.handoff_id, entry.sale_id
        )
        before = sums.get(cause, NOTHING_POSTED)
        sums[cause] = Posted(before.amount + entry.amount, max(before.last_number, entry.number))
    return sums


def _incentives(record: AccountRecord) -> dict[Cause, Entitlement]:
    due: dict[Cause, Entitlement] = {}
    for handoff in record.handoffs:
        known = facts.handoff_facts(record, handoff)
        if known is None:
            continue
        for line in entitled(known):
            cause = Cause(
                Ledger.INCENTIVE, handoff.outgoing_id, line.kind, handoff.pk, line.sale_id
            )
            due[cause] = Entitlement(
                line.amount,
                line.base_amount,
                line.inputs,
                line.explanation,
                incentive_plan_id=handoff.terms.plan_id,
            )
    return due


def _commissions(record: AccountRecord) -> dict[Cause, Entitlement]:
    due: dict[Cause, Entitlement] = {}
    plans = CommissionPlan.objects.adopted_in_order().prefetch_related("rates")
    for sale in record.sales:
        plan = next((p for p in plans if p.effective_on <= sale.booked_on), None)
        if plan is None:
            continue
        split = facts.split_of(record, sale)
        for line in commission(_for_commission(sale), _commission_terms(plan), split):
            handoff_id = split.handoff_id if split and line.kind == "commission_share" else None
            cause = Cause(Ledger.COMMISSION, line.beneficiary_id, line.kind, handoff_id, sale.pk)
            due[cause] = Entitlement(
                line.amount,
                line.base_amount,
                line.inputs,
                line.explanation,
                commission_plan_id=plan.pk,
            )
    return due


def _for_commission(sale: Sale) -> SaleForCommission:
    return SaleForCommission(
        sale_id=sale.pk,
        booked_on=sale.booked_on,
        credited_to=sale.credited_to_id,
        segment=sale.segment,
        lines=tuple(
            LineFact(line.product_id, line.amount * sale.rate, line.product.name)
            for line in sale.lines.all()
        ),
        net_base=net_base(sale),
    )


def _commission_terms(plan: CommissionPlan) -> CommissionTerms:
    rates = list(plan.rates.all())
    return CommissionTerms(
        version=plan.version,
        default_rate=plan.default_rate,
        by_segment={rate.segment: rate.rate for rate in rates if rate.segment},
        by_product={rate.product_id: rate.rate for rate in rates if rate.product_id},
        currency=settings.BASE_CURRENCY,
    )


def _difference(
    cause: Cause, due: Entitlement | None, posted: Posted, *, at: dt.datetime
) -> LedgerEntry | None:
    amount = (due.amount if due else Decimal(0)) - posted.amount
    if amount == 0:
        return None
    return LedgerEntry(
        ledger=cause.ledger,
        kind=cause.kind,
        beneficiary_id=cause.beneficiary_id,
        handoff_id=cause.handoff_id,
        sale_id=cause.sale_id,
        number=posted.last_number + 1,
        amount=amount,
        currency=settings.BASE_CURRENCY,
        base_amount=due.base_amount if due else Decimal(0),
        incentive_plan_id=due.incentive_plan_id if due else None,
        commission_plan_id=due.commission_plan_id if due else None,
        inputs=due.inputs if due else {},
        explanation=_explained(due, posted, amount),
        posted_at=at,
    )


def _explained(due: Entitlement | None, posted: Posted, amount: Decimal) -> str:
    now_due = due.explanation if due else "Nothing is due any more"
    if posted.last_number == 0:
        return now_due
    currency = settings.BASE_CURRENCY
    return (
        f"{now_due}; {shown(posted.amount, currency)} had been posted before,"
        f" so {shown(amount, currency)} is posted now"
    )


def _in_order(cause: Cause) -> tuple[Any, ...]:
    return (
        cause.sale_id,
        cause.ledger,
        cause.kind != "first_sale",
        cause.kind,
        cause.handoff_id or 0,
        cause.beneficiary_id,
    )
