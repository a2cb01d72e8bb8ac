"""Facts to start from: Alice handed on to Bob; a test names only what it changes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from incentives.entitlement import SWEPT, HandoffFacts, SaleFact, Terms, Tier

ALICE, BOB, CAROL = 1, 2, 3
DAY_0 = date(2026, 1, 1)

TERMS = Terms(
    plan_version=1,
    policy_version=1,
    first_sale_rate=Decimal("0.05"),
    early_release_bonus_rate=Decimal("0.01"),
    tiers=(Tier(60, Decimal("0.03")), Tier(120, Decimal("0.015"))),
    eligible_days=365,
    quiet_before_days=30,
    cap=None,
    pays_departed=False,
    currency="EUR",
)

HANDOFF = HandoffFacts(
    handoff_id=11,
    kind=SWEPT,
    outgoing_id=ALICE,
    incoming_id=BOB,
    outgoing_name="Alice",
    opened_on=date(2025, 12, 20),
    transferred_on=DAY_0,
    incentive_agreed=False,
    brief_on_time=True,
    brief_accepted=True,
    incoming_returned=False,
    outgoing_returned=False,
    passed_over=False,
    had_live_opportunity=False,
    had_running_contract=False,
    had_recent_sale=False,
    outgoing_left_on=None,
    window_ends_on=None,
    terms=TERMS,
    sales=(),
)


def day(number: int) -> date:
    """So many days after the transfer."""
    return DAY_0 + timedelta(days=number)


def sale(
    sale_id: int,
    booked_on: date,
    amount: str,
    *,
    taken_back: str = "0",
    credited_to: int | None = BOB,
    while_pooled: bool = False,
) -> SaleFact:
    return SaleFact(
        sale_id=sale_id,
        booked_on=booked_on,
        original_base=Decimal(amount),
        net_base=Decimal(amount) - Decimal(taken_back),
        credited_to=credited_to,
        while_pooled=while_pooled,
    )


def sold(*sales: SaleFact, handoff: HandoffFacts = HANDOFF) -> HandoffFacts:
    return replace(handoff, sales=sales)
