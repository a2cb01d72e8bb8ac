"""Accounts that were handed on and what came of it, through the real verbs.

Alice brought the account along on ``factories.TODAY``; unless a test says otherwise it is swept on
``POOLED``, her brief comes in that day, and Bob claims it that day and accepts the brief. Days are
counted from ``POOLED``.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts_app.models import Account, BeganBy
from core.days import day_of
from core.models import User
from handoffs.models import Handoff
from incentives import ledger, plans
from incentives.models import CommissionPlan, IncentivePlan, Ledger, LedgerEntry
from tests import factories
from tests.factories import Day
from tests.handoffs import moves
from tests.handoffs.moves import POOLED

Sums = dict[tuple[str, str], str]


def day(number: int) -> dt.date:
    """So many days after ``POOLED``."""
    return factories.days_on(number, POOLED)


def plan(*, on: Day = factories.LONG_AGO, **figures: Any) -> IncentivePlan:
    """An incentive plan of that day, with the figures of the rule book unless named."""
    at = factories.at(on)
    return plans.adopt_incentive_plan(by=factories.ada(), at=at, effective_on=day_of(at), **figures)


def commission_plan(
    rate: str = "0.08", *, on: Day = factories.LONG_AGO, **rates: Any
) -> CommissionPlan:
    at = factories.at(on)
    return plans.adopt_commission_plan(
        by=factories.ada(),
        at=at,
        effective_on=day_of(at),
        default_rate=Decimal(rate),
        **rates,
    )


def commission_plan_cut_off(rate: str = "0.08", *, on: Day = factories.LONG_AGO) -> CommissionPlan:
    """A commission plan whose adoption was cut off before the ledgers followed."""
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(ledger, "reconcile_each", lambda account_ids, **kwargs: (0, []))
        return commission_plan(rate, on=on)


def rules(**figures: Any) -> None:
    """The policy and both plans, in force since long ago."""
    factories.policy()
    plan(**figures)
    commission_plan()


def brought(
    holder: User | None = None, *, since: Day = factories.TODAY, name: str = "Acme"
) -> Account:
    """An account that Alice brought along: no transfer gave it to her."""
    account = factories.pooled(name, on=since)
    factories.hold(account, holder, on=since, why=BeganBy.IMPORTED)
    return factories.fresh(account)


def handed_on(account: Account | None = None, *, by_release: bool = False) -> Handoff:
    """From Alice to Bob on ``POOLED``, with an accepted brief."""
    account = account or brought()
    let_go = moves.released(account, on=POOLED) if by_release else moves.swept(account)
    moves.hand_in(let_go)
    moves.claimed(let_go)
    return moves.accepted(let_go)


def passed_on(
    account: Account, *, to: User, on: Day, engaged: bool = False, brief: bool = True
) -> Handoff:
    """The holder lets it go and the other claims it, both on that day; an accepted brief too."""
    row = factories.fresh(account)
    if engaged:
        factories.engage(row, on=factories.at(on) - dt.timedelta(hours=1))
    let_go = moves.released(row, on=on)
    moves.claimed(let_go, by=to, on=on)
    if brief:
        moves.hand_in(let_go, on=on)
        moves.accepted(let_go, on=on)
    return moves.again(let_go)


def due(ledger: str = Ledger.INCENTIVE) -> Sums:
    """What the entries add up to, by kind and person; what adds up to nothing is left out."""
    sums: dict[tuple[str, str], Decimal] = {}
    for entry in LedgerEntry.objects.filter(ledger=ledger).select_related("beneficiary"):
        key = (entry.kind, entry.beneficiary.username)
        sums[key] = sums.get(key, Decimal(0)) + entry.amount
    return {key: f"{amount:.2f}" for key, amount in sums.items() if amount}


def amounts() -> list[tuple[str, str]]:
    """Every posting of the incentive ledger in order: kind and amount."""
    entries = LedgerEntry.objects.filter(ledger=Ledger.INCENTIVE).order_by("id")
    return [(entry.kind, f"{entry.amount:.2f}") for entry in entries]
