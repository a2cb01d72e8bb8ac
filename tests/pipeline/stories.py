"""Generated histories: each step goes through the real verbs and is told to the plain clock."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from accounts_app import contracts, dormancy, dormancy_rule, policies
from accounts_app.models import Account, Contract, DormancyPolicy, OwnershipPeriod
from core.days import day_of, moment
from pipeline import opportunities, sales, signs
from pipeline.models import Activity, Opportunity, Sale
from tests import factories
from tests.pipeline.plain_clock import Agreement, Card, Figures, Held, Life, Said, Sold

START = dt.date(2023, 11, 1)
_T = TypeVar("_T")

KINDS = (
    ("call", "outbound", "connected", True),
    ("call", "outbound", "no_answer", False),
    ("meeting", "outbound", "held", True),
    ("email", "outbound", "sent", False),
    ("email", "inbound", "", True),
    ("visit", "outbound", "held", True),
    ("social", "inbound", "auto_reply", False),
    ("social", "outbound", "replied", True),
    ("note", "outbound", "", False),
)
"""Channel, direction, outcome, and whether the customer took part."""

hours = st.integers(0, 6) | st.integers(0, 60).map(lambda days: 24 * days)
"""What passes before a step: hours or up to 60 days."""
back = st.just(0) | st.integers(0, 20) | st.integers(0, 120)
"""Days by which something is told late."""
which = st.integers(0, 9)
"""Which of the things there are; counted round."""
figures = st.fixed_dictionaries(
    {},
    optional={
        "dormant_after_days": st.integers(22, 120),
        "warn_days": st.integers(0, 22),
        "notice_days": st.integers(0, 30),
        "pipeline_stalled_after_days": st.integers(0, 90),
        "longest_wait_days": st.integers(0, 400),
        "counts_engagement": st.booleans(),
        "counts_sale": st.booleans(),
        "counts_pipeline": st.booleans(),
        "counts_contract": st.booleans(),
        "counts_interest": st.booleans(),
    },
)


class Story(RuleBasedStateMachine):
    """One account from its first day on. ``life`` is what the plain clock knows of it.

    Each history is rolled back at its end. The people are there before: see ``factories.cast``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()
        self.now = moment(START, dt.time(9))
        self.holders = [factories.alice(), factories.bob()]
        self.steward, self.finn, self.ada = factories.steward(), factories.finn(), factories.ada()
        self.account = factories.pooled(on=self.now)
        self.contact = factories.contact(self.account, on=self.now)
        self.life = Life()
        self.logged: list[tuple[Activity, Said]] = []
        self.cards: list[tuple[Opportunity, Card]] = []
        self.sold: list[tuple[Sale, Sold]] = []
        self.contracts: list[tuple[Contract, Agreement]] = []
        self.adopted: list[tuple[DormancyPolicy, Figures]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    @property
    def today(self) -> dt.date:
        return day_of(self.now)

    def wait(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours, minutes=7)

    def wait_until(self, day: dt.date) -> None:
        if day > self.today:
            self.now = moment(day, dt.time(2, 30))

    def days_ago(self, days: int) -> dt.date:
        return self.today - dt.timedelta(days=days)


class Activities(Story):
    @rule(hours=hours, back=back)
    def engage(self, hours: int, back: int) -> None:
        self._log(hours, back, took_part=True, channel="call", outcome="connected")

    @rule(hours=hours, back=back, kind=st.sampled_from(KINDS))
    def log(self, hours: int, back: int, kind: tuple[str, str, str, bool]) -> None:
        channel, direction, outcome, took_part = kind
        fields: dict[str, Any] = {"channel": channel, "direction": direction, "outcome": outcome}
        self._log(hours, back, took_part=took_part, **fields)

    @rule(hours=hours, ahead=st.integers(1, 60))
    def log_what_is_to_come(self, hours: int, ahead: int) -> None:
        """A meeting in the future is no engagement, now or later."""
        self._log(hours, -ahead, took_part=False, channel="meeting", outcome="held")

    @rule(hours=hours, back=back, ahead=st.integers(0, 500))
    def state_interest(self, hours: int, back: int, ahead: int) -> None:
        """Said some days ago, for a day up to 500 days after that."""
        fields = {"contacts": [self.contact], "channel": "call", "outcome": "interested_later"}
        self._log(hours, back, took_part=True, ahead=ahead, **fields)

    @precondition(lambda self: any(not said.voided for _, said in self.logged))
    @rule(hours=hours, which=which)
    def void(self, hours: int, which: int) -> None:
        self.wait(hours)
        activity, said = pick([one for one in self.logged if not one[1].voided], which)
        factories.void(activity, on=self.now)
        said.voided = True
        self.life.settle(self.today)

    def _log(
        self,
        hours: int,
        back: int,
        *,
        took_part: bool,
        ahead: int | None = None,
        **fields: Any,
    ) -> None:
        self.wait(hours)
        until = None if ahead is None else self.days_ago(back - ahead)
        occurred_at = self.now - dt.timedelta(days=back)
        activity = factories.log(
            self.account,
            by=self.steward,
            on=occurred_at,
            logged_on=self.now,
            interested_until=until,
            **fields,
        )
        said = Said(occurred_at, took_part, until)
        self.life.said.append(said)
        self.logged.append((activity, said))
        self.life.settle(self.today)


class Cards(Story):
    def open_ones(self) -> list[tuple[Opportunity, Card]]:
        return [one for one in self.cards if one[1].closed is None]

    @rule(hours=hours, back=back)
    def open_card(self, hours: int, back: int) -> None:
        """A new card; an import may tell that it was opened some days ago."""
        self.wait(hours)
        opened = self.days_ago(back)
        opportunity = factories.card(self.account, on=self.now, opened_on=opened)
        card = Card(opened)
        self.life.cards.append(card)
        self.cards.append((opportunity, card))
        self.life.settle(self.today)

    @precondition(lambda self: self.open_ones())
    @rule(hours=hours, which=which)
    def move_card(self, hours: int, which: int) -> None:
        self._move(hours, which, "Proposal", 0)

    @precondition(lambda self: self.open_ones())
    @rule(hours=hours, which=which, back=back)
    def lose(self, hours: int, which: int, back: int) -> None:
        opportunity, card = self._move(hours, which, "Lost", back)
        card.closed = opportunity.closed_on
        self.life.settle(self.today)

    @precondition(lambda self: self.open_ones())
    @rule(hours=hours, which=which)
    def win(self, hours: int, which: int) -> None:
        opportunity, card = self._move(hours, which, "Won", 0)
        card.closed = opportunity.closed_on
        self.note_sale(Sale.objects.filter(opportunity=opportunity).latest("id"))

    @precondition(lambda self: len(self.open_ones()) < len(self.cards))
    @rule(hours=hours, which=which)
    def reopen(self, hours: int, which: int) -> None:
        self.wait(hours)
        opportunity, card = pick([one for one in self.cards if one[1].closed is not None], which)
        opportunities.reopen(opportunity, to=factories.stage("Engaging"), by=self.finn, at=self.now)
        card.closed = None
        for sale, sold in self.sold:
            if sale.opportunity_id == opportunity.pk:
                sold.taken_back = sold.amount
        self.life.settle(self.today)

    def _move(self, hours: int, which: int, stage: str, back: int) -> tuple[Opportunity, Card]:
        self.wait(hours)
        opportunity, card = pick(self.open_ones(), which)
        day = max(self.days_ago(back), card.opened)
        moved = opportunities.move(
            opportunity, to=factories.stage(stage), by=self.steward, at=self.now, on=day
        )
        return moved, card

    def note_sale(self, sale: Sale) -> None:
        sold = Sold(sale.booked_on, int(sale.amount))
        self.life.sales.append(sold)
        self.sold.append((sale, sold))
        self.life.settle(self.today)


class Sales(Cards):
    def standing(self) -> list[tuple[Sale, Sold]]:
        return [one for one in self.sold if one[1].taken_back < one[1].amount]

    @rule(hours=hours, back=back)
    def sell(self, hours: int, back: int) -> None:
        self.wait(hours)
        day = self.days_ago(back)
        self.note_sale(factories.sale(self.account, on=day, booked_at=self.now))

    @precondition(lambda self: self.standing())
    @rule(hours=hours, which=which, part=st.booleans())
    def take_back(self, hours: int, which: int, part: bool) -> None:
        self.wait(hours)
        sale, sold = pick(self.standing(), which)
        left = sold.amount - sold.taken_back
        amount = min(left, 400) if part else left
        sales.reverse(
            sale, reversed_on=self.today, amount=Decimal(amount), by=self.finn, at=self.now
        )
        sold.taken_back += amount
        self.life.settle(self.today)


class Contracts(Story):
    @rule(hours=hours, ahead=st.none() | st.integers(-100, 300))
    def add_contract(self, hours: int, ahead: int | None) -> None:
        """Some are over already, and some have no last day."""
        self.wait(hours)
        last_day = None if ahead is None else self.days_ago(-ahead)
        contract = factories.contract(self.account, ends_on=last_day, on=self.now)
        agreement = Agreement(last_day)
        self.life.agreements.append(agreement)
        self.contracts.append((contract, agreement))
        self.life.settle(self.today)

    @precondition(lambda self: any(not agreement.voided for _, agreement in self.contracts))
    @rule(hours=hours, which=which)
    def void_contract(self, hours: int, which: int) -> None:
        self.wait(hours)
        contract, agreement = pick([one for one in self.contracts if not one[1].voided], which)
        contracts.void_contract(contract, reason="Mistaken", by=self.steward, at=self.now)
        agreement.voided = True
        self.life.settle(self.today)


class Holding(Story):
    def held_by_a_policy(self) -> None:
        """The first policy is in force, and Alice holds the account."""
        self.life.figures = said_by(factories.policy(on=self.today))
        factories.hold(self.account, on=self.now)
        self.life.periods.append(Held(self.now, self.today))

    @precondition(lambda self: self.life.holder is None)
    @rule(hours=hours, which=which, back=back)
    def begin(self, hours: int, which: int, back: int) -> None:
        """A new holder; one who is restored keeps the old clock."""
        self.wait(hours)
        clock_from = self.days_ago(back)
        factories.hold(self.account, pick(self.holders, which), on=self.now, clock_from=clock_from)
        self.life.periods.append(Held(self.now, clock_from))
        self.life.warned = None

    @precondition(lambda self: self.life.holder is not None)
    @rule(hours=hours)
    def end(self, hours: int) -> None:
        self.wait(hours)
        factories.let_go(self.account, on=self.now)
        if self.life.holder:
            self.life.holder.ended = self.now
        self.life.settle(self.today)


class Policies(Story):
    @rule(hours=hours, figures=figures)
    def adopt(self, hours: int, figures: dict[str, Any]) -> None:
        """A policy that was proposed eight days ago; it takes effect as soon as it may."""
        self.wait(hours)
        proposal = policies.propose(by=self.ada, at=self.now - dt.timedelta(days=8), **figures)
        adopted = policies.adopt(proposal, by=self.ada, at=self.now)
        self.adopted.append((adopted, said_by(adopted)))

    @precondition(lambda self: self.adopted)
    @rule(hours=hours, in_time=st.booleans())
    def apply(self, hours: int, in_time: bool) -> None:
        """What is due takes effect, the oldest first. Until then the former policy holds."""
        self.wait(hours)
        if in_time:
            self.wait_until(self.adopted[-1][0].effective_on or self.today)
        policies.apply_due(on=self.today, at=self.now, by=self.steward)
        self.note_policy()

    def note_policy(self) -> None:
        due = [one for one in self.adopted if (one[0].effective_on or self.today) <= self.today]
        if due:
            self.life.figures = max(due, key=lambda one: one[0].version)[1]
        self.life.settle(self.today)


class Warnings(Story):
    @precondition(lambda self: self.life.first_warning_day() is not None)
    @rule(missed=st.integers(0, 3) | st.integers(0, 60))
    def warn(self, missed: int) -> None:
        """The first half of the night on which the warning is due, or some nights later."""
        self.wait(0)
        first = self.life.first_warning_day()
        assert first is not None
        self.wait_until(first + dt.timedelta(days=missed))
        if not self.life.warn_if_due(self.today):
            return
        row, in_force = factories.fresh(self.account), dormancy.rule_in_force()
        assert in_force is not None
        row.warned_on = self.today
        row.pool_on = dormancy_rule.pool_on(row.dormant_on, self.today, in_force)
        row.save(update_fields=["warned_on", "pool_on"])


def pick(things: Sequence[_T], which: int) -> _T:
    return things[which % len(things)]


def said_by(policy: DormancyPolicy) -> Figures:
    """The same figures for the plain clock."""
    return Figures(
        dormant_after=policy.dormant_after_days,
        warn=policy.warn_days,
        notice=policy.notice_days,
        stalled_after=policy.pipeline_stalled_after_days,
        longest_wait=policy.longest_wait_days,
        engagement=policy.counts_engagement,
        sale=policy.counts_sale,
        pipeline=policy.counts_pipeline,
        contract=policy.counts_contract,
        interest=policy.counts_interest,
    )


def stored(account: Account) -> dict[str, dt.date | None]:
    """What the account's row says."""
    row = factories.fresh(account)
    names = (*dormancy.SIGN_COLUMNS, *dormancy.DEADLINE_COLUMNS)
    return {name: getattr(row, name) for name in names}


def from_facts(account: Account) -> dict[str, object]:
    """The sign columns once more, from activities, cards, sales, contracts and periods."""
    row = factories.fresh(account)
    open_period = OwnershipPeriod.objects.open().filter(account=row).first()
    return {
        "held_from": open_period.clock_from if open_period else None,
        "contract_until": contracts.contract_until(row),
        **signs.of(row),
    }
