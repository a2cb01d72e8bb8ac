"""A company with a past, made through the verbs: what ``verify`` and the administration read.

``company`` makes the people and the rules, ``season`` plays 120 days with six accounts. A second
season makes more of everything.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from pytest_django import DjangoDbBlocker

from accounts_app import contacts, contracts, ownership, policies
from accounts_app.models import Account, BeganBy, DormancyPolicy, RoleKind, Segment, Status
from accounts_app.registry import name_it
from core import tokens
from core.days import moment
from core.models import User
from handoffs import briefs, claims, pool, releases
from handoffs.models import Handoff, PoolEntry
from incentives import plans
from operations import nightly
from pipeline import next_steps, products, sales
from pipeline.models import Product
from pipeline.sales import NewLine, NewSale
from tests import factories
from tests.factories import Cast, at, steward

START = dt.date(2025, 1, 6)
"""A Monday."""

SEASON_DAYS = 200
NAMES = ("Quiet", "Released", "Busy", "Fading", "Warned", "Unassigned")


@dataclass
class Company:
    """Who works there, what they sell, and the accounts by what happens to them."""

    cast: Cast
    pump: Product
    valve: Product
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str) -> Account:
        """The row as it is now."""
        return factories.fresh(self.accounts[name])

    def handoff(self, name: str) -> Handoff:
        """The first handoff of the account."""
        return Handoff.objects.filter(account=self.accounts[name]).earliest("id")


def company() -> Company:
    """People, the first policy, both plans and two products."""
    cast = factories.cast()
    factories.policy(on=START)
    plans.adopt_incentive_plan(by=cast.ada, at=at(START), effective_on=START)
    pump, valve = (
        products.add_product(name, by=cast.ada, at=at(START)) for name in ("Pump", "Valve")
    )
    plans.adopt_commission_plan(
        by=cast.ada,
        at=at(START),
        effective_on=START,
        default_rate=Decimal("0.08"),
        by_segment={Segment.SMALL: Decimal("0.06")},
        by_product={pump: Decimal("0.1")},
    )
    return Company(cast, pump, valve)


def season(who: Company, number: int = 1) -> None:
    """The account names carry the number of the season."""
    first = START + dt.timedelta(days=SEASON_DAYS * (number - 1))
    _take_over(who, first, number)
    _new_policy(who, first)
    _let_go_early(who, first, number)
    _fall_quiet(who, first, number)
    _sell(who, first, number)
    _lose_the_buyer(who, first, number)
    night(first, 110)
    _let_a_program_in(who, first)


@contextmanager
def seasons(number: int, blocker: DjangoDbBlocker) -> Iterator[Company]:
    """For a whole module: made once, rolled back in the end."""
    with blocker.unblock(), transaction.atomic():
        who = company()
        for each in range(1, number + 1):
            season(who, each)
        yield who
        transaction.set_rollback(True)


def night(first: dt.date, days: int) -> nightly.Night:
    """The night that many days after the first."""
    on = first + dt.timedelta(days=days)
    return nightly.run(on, now=moment(on, dt.time(2, 30)), by=steward())


def later(first: dt.date, days: int) -> dt.date:
    return first + dt.timedelta(days=days)


def _take_over(who: Company, first: dt.date, number: int) -> None:
    for name in NAMES:
        account = factories.pooled(f"{name} {number}", on=at(first, 8), segment="small")
        name_it(account, source="old system", external_id=f"{name}-{number}")
        who.accounts[f"{name} {number}"] = account
    for name in ("Quiet", "Released", "Busy"):
        _give(who, f"{name} {number}", who.cast.alice, first)
    _give(who, f"Fading {number}", who.cast.bob, later(first, 20))
    _give(who, f"Warned {number}", who.cast.bob, later(first, 40))
    entry = pool.enter_unassigned(who.accounts[f"Unassigned {number}"], by=steward(), at=at(first))
    pool.withdraw(entry, why="It has a holder", by=who.cast.ada, at=at(later(first, 1)))
    _give(who, f"Unassigned {number}", who.cast.bob, later(first, 1))
    _work(who, who.accounts[f"Busy {number}"], first)


def _give(who: Company, name: str, holder: User, on: dt.date) -> None:
    ownership.begin(who.accounts[name], holder=holder, why=BeganBy.ADDED, by=steward(), at=at(on))


def _work(who: Company, account: Account, first: dt.date) -> None:
    boss = factories.contact(account, "Carla", on=first, roles=[RoleKind.DECISION_MAKER])
    factories.contact(account, "Dan", on=first, reports_to=boss)
    mistaken = factories.contract(account, ends_on=later(first, 300), on=first)
    contracts.void_contract(mistaken, reason="Another customer's", by=steward(), at=at(first))
    factories.contract(account, ends_on=later(first, 50), on=first)
    won_later = factories.card(account, on=first, products=[who.valve])
    factories.move(won_later, to="Proposal", on=later(first, 5))
    factories.lose(factories.card(account, on=later(first, 2)), on=later(first, 6))
    factories.log(account, on=later(first, 7), channel="note", summary="They like pumps.")
    factories.void(factories.engage(account, on=later(first, 8)), on=later(first, 9))
    factories.state_interest(account, until=later(first, 80), on=later(first, 10))
    factories.engage(account, on=later(first, 60))
    for what, settle in (("Call Dan", next_steps.finish), ("Send a letter", next_steps.drop)):
        step = next_steps.set_step(
            account, what=what, due_on=later(first, 70), by=who.cast.alice, at=at(first)
        )
        settle(step, by=who.cast.alice, at=at(later(first, 65)))


def _new_policy(who: Company, first: dt.date) -> None:
    proposed = factories.proposal(
        on=later(first, 20),
        by=who.cast.mara,
        reclaim_cooldown_days=300 + DormancyPolicy.objects.count(),
    )
    policies.comment(proposed, by=who.cast.alice, text="A year was long.", at=at(later(first, 22)))
    policies.adopt(proposed, by=who.cast.ada, at=at(later(first, 28)))


def _let_go_early(who: Company, first: dt.date, number: int) -> None:
    """Released by Alice, claimed by Bob; the brief is missed, and Otto gets a sale."""
    account = who.accounts[f"Released {number}"]
    handoff = releases.release(account, by=who.cast.alice, at=at(later(first, 30)))
    claims.claim(_entry(handoff), by=who.cast.otto, at=at(later(first, 33)))
    factories.engage(account, by=who.cast.otto, on=later(first, 35))


def _fall_quiet(who: Company, first: dt.date, number: int) -> None:
    """Warned, swept, claimed by Bob; Alice's brief is asked about, handed in again, accepted."""
    night(first, 69)
    night(first, 90)
    handoff, alice, bob = who.handoff(f"Quiet {number}"), who.cast.alice, who.cast.bob
    briefs.save(handoff, by=alice, at=at(later(first, 91)), players="Eve decides.")
    briefs.hand_in(handoff, by=alice, at=at(later(first, 91), 15), politics="Ask Eve first.")
    claims.claim(_entry(handoff), by=bob, at=at(later(first, 92)))
    briefs.ask(handoff, question="Who is Eve?", by=bob, at=at(later(first, 93)))
    briefs.hand_in(handoff, by=alice, at=at(later(first, 94)), players="Eve Moss, purchasing.")
    briefs.accept(handoff, by=bob, at=at(later(first, 95)))
    factories.engage(handoff.account, by=bob, on=later(first, 96))


def _entry(handoff: Handoff) -> PoolEntry:
    return PoolEntry.objects.get(handoff=handoff)


def _sell(who: Company, first: dt.date, number: int) -> None:
    """A first sale with two lines, a part of it taken back; one all taken back; one revised."""
    quiet, bob = who.accounts[f"Quiet {number}"], who.cast.bob
    lines = (NewLine(who.pump, Decimal(600)), NewLine(who.valve, Decimal(400)))
    booked = factories.sale(quiet, on=later(first, 100), rep=bob, lines=lines)
    factories.take_back(booked, amount=100, on=later(first, 105))
    card = factories.card(quiet, by=bob, on=later(first, 98), products=[who.pump])
    factories.take_back(factories.win(card, by=bob, on=later(first, 101)), on=later(first, 106))
    released = who.accounts[f"Released {number}"]
    imported = _imported(first, number, amount=500, rep=who.cast.otto)
    first_revision = sales.book(released, imported, by=who.cast.finn, at=at(later(first, 103)))
    changed = _imported(first, number, amount=700, rep=who.cast.otto)
    sales.revise(first_revision, changed, by=who.cast.finn, at=at(later(first, 104)))


def _imported(first: dt.date, number: int, *, amount: int, rep: User) -> NewSale:
    return NewSale(
        booked_on=later(first, 102),
        amount=Decimal(amount),
        currency="EUR",
        credited_to=rep,
        source="old system",
        external_id=f"S-{number}",
    )


def _lose_the_buyer(who: Company, first: dt.date, number: int) -> None:
    carla = who.accounts[f"Busy {number}"].contacts.get(name="Carla")
    contacts.change_contact(
        carla, by=who.cast.alice, at=at(later(first, 108)), status=Status.RETIRED
    )


def _let_a_program_in(who: Company, first: dt.date) -> None:
    alice, now = who.cast.alice, at(later(first, 111))
    for name in ("Phone", "Spreadsheet"):
        token, _ = tokens.issue(alice, name=name, scopes=["read"], by=alice, at=now)
    tokens.revoke(token, by=alice, at=now)
