"""Any order, repetition and interleaving of facts ends at the same sums (domain §6).

One account goes from hand to hand while sales, reversals, calls, briefs and plans come early, late
and again. At the end both ledgers are held against the plain telling in ``plain_earnings``, against
one reconcile from scratch, and the commission against a twin in which no handoff promised anything.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts_app import contracts
from accounts_app.models import Contract
from core import people, triggers
from core.days import day_of, moment
from core.errors import Refused
from core.models import Cover, User
from handoffs import briefs, claims, closing, releases, sweep
from handoffs.models import Handoff, PoolEntry
from incentives import ledger, plans
from incentives.models import CommissionPlan, HandoffTerms, IncentivePlan, LedgerEntry
from pipeline import opportunities, sales
from pipeline.models import Activity, Opportunity, Sale
from pipeline.sales import NewSale
from tests import factories
from tests.handoffs.moves import undone
from tests.incentives.earnings import brought, commission_plan, plan
from tests.incentives.plain_earnings import Cause, earned

START = moment(dt.date(2024, 11, 4), dt.time(9))

STORIES: Counter[str] = Counter()
"""How many were told, in how many an incentive was due at the end, and in how many one was taken
back: a test of nothing is none."""

_T = TypeVar("_T")
which = st.integers(0, 9)
back = st.integers(0, 6) | st.integers(0, 90)
cents = st.integers(1, 400_000)


def pick(things: Sequence[_T], number: int) -> _T:
    return things[number % len(things)]


class OneAccount(RuleBasedStateMachine):
    """Alice brought it along. Nobody has to stay quiet for long, and the cooldown is short."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = ExitStack()
        self.scope.enter_context(undone())
        self.now, self.behind = START, False
        self.cast = factories.cast()
        self.reps = [self.cast.alice, self.cast.bob, self.cast.otto]
        self.steward = factories.steward()
        factories.policy(
            dormant_after_days=30, warn_days=10, notice_days=3, reclaim_cooldown_days=60
        )
        plan(on=START)
        commission_plan(on=START, by_segment={"small": Decimal("0.0675")})
        self.account = brought(since=START)

    @property
    def today(self) -> dt.date:
        return day_of(self.now)

    def later(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours, minutes=1)

    def tried(self, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """A rule may say no; nothing else may go wrong."""
        try:
            verb(*args, by=kwargs.pop("by", self.steward), at=self.now, **kwargs)
        except Refused:
            return

    # Time

    @initialize(who=which, by_sweep=st.booleans(), days=st.integers(1, 130), amount=cents)
    def begin(self, who: int, by_sweep: bool, days: int, amount: int) -> None:
        """It has been handed on and sold to once, as it should be. Then things go their ways."""
        self.pass_on(who, engaged=True, by_sweep=by_sweep, brief=True)
        self.later(24 * days)
        self.sell_today(amount)

    @rule(days=st.integers(0, 40), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        self.later(24 * days + hours)

    @rule(days=st.integers(1, 12))
    def night(self, days: int) -> None:
        self.later(24 * days)
        sweep.sweep(at=self.now, by=self.steward, today=self.today)
        briefs.miss_overdue(at=self.now, by=self.steward)
        briefs.accept_silent(at=self.now, by=self.steward)

    @rule()
    def reconcile(self) -> None:
        ledger.reconcile(self.account, by=self.steward, at=self.now)
        self.behind = False

    # Hands

    @rule(who=which, engaged=st.booleans(), by_sweep=st.booleans(), brief=st.booleans())
    def pass_on(self, who: int, engaged: bool, by_sweep: bool, brief: bool) -> None:
        """From who has it to another, at one go."""
        if engaged:
            self.engage(0, 0, 0)
        self.later(1)
        if by_sweep:
            for days in (60, 20):
                self.night(days)
        self.tried(releases.release, self.account)
        handoff = self._handoff(0)
        if brief:
            self._hand_in(handoff)
        others = [rep for rep in self.reps if handoff is None or rep != handoff.outgoing]
        self._claim(pick(others, who))
        if brief:
            self._judge(self._handoff(0), briefs.accept)

    @rule(step=st.sampled_from(["release", "claim", "claim", "close", "reopen"]), who=which)
    def move(self, step: str, who: int) -> None:
        self.later(1)
        if step == "release":
            self.tried(releases.release, self.account)
        elif step == "claim":
            self._claim(pick(self.reps, who))
        elif step == "close":
            self.tried(closing.close, self.account, because="no_need")
        else:
            self.tried(closing.reopen, self.account)

    @rule(who=which, days=st.integers(61, 70), engaged=st.booleans(), amount=cents)
    def begin_anew(self, who: int, days: int, engaged: bool, amount: int) -> None:
        """Handed on, then closed, reopened and claimed by another, whom nobody handed it to."""
        self.later(24 * days)
        self.pass_on(who, engaged=True, by_sweep=False, brief=True)
        if engaged:
            self.engage(0, 0, 0)
        for step in ("close", "reopen"):
            self.move(step, who)
        free = [rep for rep in self.reps if not any(self._refusals(rep))]
        if free:
            self._claim(pick(free, who))
        self.later(24)
        self.sell_today(amount)

    def _refusals(self, rep: User) -> Iterator[Refused]:
        return claims.refusals(User.objects.get(pk=rep.pk), self.account, at=self.now)

    def _claim(self, user: User) -> None:
        self.later(1)
        entry = PoolEntry.objects.filter(account=self.account).order_by("id").last()
        if entry:
            self.tried(claims.claim, entry, by=User.objects.get(pk=user.pk))

    # Talks

    @rule(who=which, days=back, minutes=st.integers(0, 1000))
    def engage(self, who: int, days: int, minutes: int) -> None:
        """Of the holder mostly, or of any rep; now or some time ago."""
        holder = factories.fresh(self.account).owner or self.reps[0]
        occurred = self.now - dt.timedelta(days=days, minutes=minutes)
        factories.log(
            self.account,
            by=self.steward,
            on=occurred,
            logged_on=self.now,
            outcome="connected",
            logged_by=pick([holder, *self.reps], max(0, who - 5)),
        )

    @rule(number=which)
    def void(self, number: int) -> None:
        standing = list(Activity.objects.standing().order_by("id"))
        if standing:
            factories.void(pick(standing, number), on=self.now)

    # Briefs

    @rule(step=st.sampled_from(["hand_in", "accept", "reject", "ask"]), number=which)
    def brief(self, step: str, number: int) -> None:
        handoff = self._handoff(max(0, number - 6))
        if step == "hand_in":
            self._hand_in(handoff)
        elif step == "ask":
            self._judge(handoff, briefs.ask, question="Who signs?")
        else:
            self._judge(handoff, getattr(briefs, step))

    def _hand_in(self, handoff: Handoff | None) -> None:
        if handoff:
            by = handoff.outgoing if handoff.outgoing.active else self.cast.mara
            self.tried(briefs.hand_in, handoff, by=by, players="Carla decides.")

    def _judge(self, handoff: Handoff | None, verb: Callable[..., Any], **kwargs: Any) -> None:
        if handoff and handoff.incoming:
            self.tried(verb, handoff, by=handoff.incoming, **kwargs)

    def _handoff(self, number: int) -> Handoff | None:
        """The newest is number 0."""
        handoffs = list(Handoff.objects.order_by("-id"))
        return pick(handoffs, number) if handoffs else None

    # Sales

    @rule(amount=cents)
    def sell_today(self, amount: int) -> None:
        self._book(self._row(0, amount, 0, f"sale {Sale.objects.count()}"))

    @rule(days=back, amount=cents, credited=which)
    def sell_before(self, days: int, amount: int, credited: int) -> None:
        """Told of some time later."""
        self._book(self._row(days, amount, credited, f"sale {Sale.objects.count()}"))

    def _book(self, new: NewSale) -> None:
        sales.book(self.account, new, by=self.cast.finn, at=self.now)

    @rule(number=which, days=back, amount=cents, credited=which)
    def change_a_row(self, number: int, days: int, amount: int, credited: int) -> None:
        """An import has it otherwise."""
        names = sorted(set(Sale.objects.exclude(external_id="").values_list("external_id")))
        if names:
            name = pick(names, number)[0]
            standing = sales.standing("erp", name)
            assert standing
            new = self._row(days, amount, credited, name)
            sales.revise(standing, new, by=self.cast.finn, at=self.now)

    def _row(self, days: int, amount: int, credited: int, name: str) -> NewSale:
        """Credited to the holder mostly."""
        holder = factories.fresh(self.account).owner
        rep = pick([holder, None, *self.reps], max(0, credited - 5))
        day = self.today - dt.timedelta(days=days)
        return NewSale(day, Decimal(amount) / 100, "EUR", rep, source="erp", external_id=name)

    @rule(number=which, part=st.integers(1, 130))
    def take_back(self, number: int, part: int) -> None:
        """So many per cent; from 100 on all that is left."""
        booked = list(Sale.objects.order_by("-id"))
        if booked:
            sale = pick(booked, number)
            amount = None if part >= 100 else (sale.amount * part / 100).quantize(Decimal("0.01"))
            self.tried(
                sales.reverse, sale, reversed_on=self.today, amount=amount, by=self.cast.finn
            )

    # What else is asked

    @rule(
        what=st.sampled_from(["leave", "card", "contract", "void_a_contract", "plan"]), number=which
    )
    def something_else(self, what: str, number: int) -> None:
        getattr(self, f"_{what}")(number)

    @rule(number=which)
    def cover(self, number: int) -> None:
        """Nobody tells of an absence yet: only the night hears of it."""
        self.behind = True
        absent, stand_in = pick(self.reps, number), pick(self.reps, number + 1)
        from_on = self.today - dt.timedelta(days=9 * number)
        Cover.objects.create(absent=absent, stand_in=stand_in, from_on=from_on, until_on=self.today)

    def _leave(self, number: int) -> None:
        """Who holds nothing goes; two are left at the least."""
        user = User.objects.get(pk=pick(self.reps, number).pk)
        here = User.objects.active().filter(pk__in=[rep.pk for rep in self.reps])
        may_go = user.active and here.count() > 2 and not user.accounts.exists()
        if may_go or not user.active:
            left_on = self.today - dt.timedelta(days=number)
            people.record_leaving(user, left_on=left_on, by=self.cast.ada, at=self.now)

    def _card(self, number: int) -> None:
        """One more, or one is moved, closed, won, or opened again."""
        cards = list(Opportunity.objects.order_by("-id"))
        if not cards or number == 0:
            factories.card(self.account, on=self.now, amount=1000)
        elif cards[0].closed_on:
            self.tried(
                opportunities.reopen, cards[0], to=factories.stage("Engaging"), by=self.cast.finn
            )
        else:
            to = pick(["Won", "Lost", "Proposal"], number)
            self.tried(opportunities.move, cards[0], to=factories.stage(to))

    def _contract(self, number: int) -> None:
        from_on = self.today + dt.timedelta(days=4 * number - 30)
        until = from_on + dt.timedelta(days=20)
        factories.contract(self.account, starts_on=from_on, ends_on=until, on=self.now)

    def _void_a_contract(self, number: int) -> None:
        standing = list(Contract.objects.filter(voided_at=None).order_by("id"))
        if standing:
            self.tried(contracts.void_contract, pick(standing, number), reason="Mistaken")

    def _plan(self, number: int) -> None:
        """From today, or for days that have passed."""
        last = CommissionPlan.objects.latest("version").effective_on
        plans.adopt_commission_plan(
            by=self.cast.ada,
            at=self.now,
            effective_on=max(last, self.today - dt.timedelta(days=9 * number)),
            default_rate=Decimal(str(Decimal(number) / 77)[:6]),
        )

    @rule(rate=st.integers(0, 2000), cap=st.none() | st.integers(0, 20_000), departed=st.booleans())
    def adopt_a_plan(self, rate: int, cap: int | None, departed: bool) -> None:
        """It changes no promise, so nobody has to hear of it."""
        self.later(1)
        plan(
            on=self.now,
            first_sale_rate=Decimal(rate) / 10_000,
            cap=None if cap is None else Decimal(cap) / 100,
            eligible_days=rate,
            pays_departed=departed,
            tiers=[(rate % 100, Decimal("0.025")), (100, Decimal("0.01"))],
        )

    # What holds

    @invariant()
    def the_ledger_follows_at_once(self) -> None:
        """Except on an absence."""
        if not self.behind:
            assert ledger.differences(self.account) == {}

    def teardown(self) -> None:
        with self.scope:
            self.reconcile()
            sums = self.sums()
            STORIES["told"] += 1
            STORIES["paid"] += any(cause[0] == "incentive" for cause in sums)
            STORIES["taken back"] += LedgerEntry.objects.incentive().filter(amount__lt=0).exists()
            assert sums == earned(self.account)
            assert self.numbered()
            commissions = {cause: sum_ for cause, sum_ in sums.items() if cause[0] == "commission"}
            assert self.from_scratch() == sums
            assert self.from_scratch(promised=False) == commissions

    def from_scratch(self, *, promised: bool = True) -> dict[Cause, Decimal]:
        """One reconcile of an empty ledger; and if nothing had been promised."""
        with undone():
            triggers.drop_all()
            LedgerEntry.objects.all().delete()
            if not promised:
                HandoffTerms.objects.update(plan=None)
            ledger.reconcile(self.account, by=self.steward, at=self.now)
            return self.sums()

    def sums(self) -> dict[Cause, Decimal]:
        found: dict[Cause, Decimal] = defaultdict(Decimal)
        for entry in LedgerEntry.objects.all():
            found[_cause(entry)] += entry.amount
        return {cause: amount for cause, amount in found.items() if amount}

    def numbered(self) -> bool:
        numbers: dict[Cause, list[int]] = defaultdict(list)
        for entry in LedgerEntry.objects.order_by("id"):
            numbers[_cause(entry)].append(entry.number)
        return all(each == list(range(1, len(each) + 1)) for each in numbers.values())


def _cause(entry: LedgerEntry) -> Cause:
    return (entry.ledger, entry.beneficiary_id, entry.kind, entry.handoff_id, entry.sale_id)


@pytest.mark.django_db
def test_the_ledgers_end_at_the_same_sums() -> None:
    examples = settings.default.max_examples if settings.default else 50
    run_state_machine_as_test(
        OneAccount,
        settings=settings(max_examples=examples // 2, stateful_step_count=25, deadline=None),
    )
    assert not IncentivePlan.objects.exists(), "every story was rolled back"
    assert min(STORIES["paid"], STORIES["taken back"]) > STORIES["told"] // 10
