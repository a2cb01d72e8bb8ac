"""One of everything, for tests that go through every address."""

from dataclasses import dataclass
from decimal import Decimal

from core.models import Event, Team
from handoffs import closing
from incentives import plans
from incentives.models import CommissionPlan, IncentivePlan, LedgerEntry
from pipeline import next_steps, products
from tests import factories
from tests.factories import LONG_AGO, TODAY, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED

SOLD_ON = days_on(10, POOLED)


@dataclass(frozen=True)
class Company:
    """``ids`` has a row of each resource: Alice's account, her handoff to Bob, and so on. Besides,
    an account in the pool, a closed one, and a closed opportunity."""

    ids: dict[str, int]
    pooled: int
    shut: int
    lost: int


def build() -> Company:
    """Alice holds Acme, had Gone, to which Bob sold since, and Quiet, which is in the pool."""
    factories.cast()
    policy = factories.policy()
    adopt_plans()
    gone = factories.owned(name="Gone")
    factories.engage(gone)
    quiet = factories.owned(name="Quiet")
    handoff = moves.claimed(moves.swept(gone))
    moves.handed_in(handoff)
    sale = factories.sale(gone, amount=10_000, on=SOLD_ON, rep=factories.bob())
    moves.unassigned("Free", on=TODAY)
    held = factories.owned(name="Acme", since=SOLD_ON)
    entry = moves.entry_of(quiet)
    by, at = factories.steward(), factories.at(SOLD_ON)
    shut = factories.owned(name="Shut", since=SOLD_ON)
    closing.close(shut, because="no_need", by=by, at=factories.at(days_on(1, SOLD_ON)))
    lost = factories.card(held, name="Lost", on=SOLD_ON)
    factories.move(lost, to="Lost", on=SOLD_ON)
    step = next_steps.set_step(held, what="Call", due_on=SOLD_ON, by=by, at=at)
    ids = {
        "users": factories.alice().pk,
        "teams": Team.objects.get(name="North").pk,
        "accounts": held.pk,
        "contacts": factories.contact(held, on=SOLD_ON).pk,
        "activities": factories.engage(held, on=SOLD_ON).pk,
        "next-steps": step.pk,
        "stages": factories.stage().pk,
        "products": products.add_product("Pump", by=by, at=at).pk,
        "opportunities": factories.card(held, on=SOLD_ON).pk,
        "sales": sale.pk,
        "pool": entry.pk,
        "handoffs": handoff.pk,
        "briefs": handoff.pk,
        "policies": policy.pk,
        "plans/incentive": IncentivePlan.objects.get().pk,
        "plans/commission": CommissionPlan.objects.get().pk,
        "ledger": LedgerEntry.objects.latest("id").pk,
        "events": Event.objects.filter(verb="account.added").latest("id").pk,
    }
    return Company(ids, entry.account_id, shut.pk, lost.pk)


def adopt_plans() -> None:
    by, at = factories.steward(), factories.at(LONG_AGO)
    plans.adopt_incentive_plan(by=by, at=at, effective_on=LONG_AGO)
    plans.adopt_commission_plan(by=by, at=at, effective_on=LONG_AGO, default_rate=Decimal("0.08"))
