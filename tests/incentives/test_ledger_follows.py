"""The ledgers follow at once whatever turns what is due, and leave alone what does not (domain §6).

Sales, steps of a handoff and talks are in test_ledger.py and test_facts.py."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts_app import contracts
from accounts_app.models import Account
from core import people
from core.models import Event, User, Verb
from handoffs.models import Handoff
from incentives import ledger, plans
from incentives.models import LedgerEntry
from pipeline import opportunities
from tests import factories
from tests.factories import Cast, at, days_on, fresh
from tests.handoffs import moves
from tests.handoffs.moves import POOLED
from tests.incentives.earnings import (
    amounts,
    brought,
    commission_plan,
    day,
    due,
    handed_on,
    passed_on,
    plan,
    rules,
)

RELEASED = {("first_sale", "alice"): "60.00", ("accelerator", "alice"): "30.00"}
SWEPT = {("first_sale", "alice"): "50.00", ("accelerator", "alice"): "30.00"}


@pytest.fixture
def cast_and_rules(cast: Cast) -> Cast:
    rules()
    return cast


@pytest.fixture
def released(cast_and_rules: Cast) -> Account:
    """Released by Alice on ``POOLED``, sold to by Bob the day after."""
    return _sold(handed_on(by_release=True))


@pytest.fixture
def swept(cast_and_rules: Cast) -> Account:
    return _sold(handed_on())


def _sold(handoff: Handoff) -> Account:
    factories.sale(handoff.account, on=day(1), rep=factories.bob())
    return fresh(handoff.account)


@pytest.fixture
def reconciled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Gives the accounts that were reconciled since it was last asked."""
    really, seen = ledger.reconcile, []

    def noted(account: Account, *, by: User, at: dt.datetime) -> list[LedgerEntry]:
        seen.append(account.pk)
        return really(account, by=by, at=at)

    monkeypatch.setattr(ledger, "reconcile", noted)

    def told() -> list[int]:
        found = seen.copy()
        seen.clear()
        return found

    return told


def agrees(account: Account) -> bool:
    return ledger.differences(account) == {}


# Contracts


def test_a_contract_that_ran_on_the_day_of_the_release_takes_all_back(released: Account) -> None:
    assert due() == RELEASED
    found = factories.contract(released, starts_on=days_on(80), ends_on=POOLED, on=day(9))
    assert due() == {}
    assert agrees(released)
    contracts.void_contract(found, reason="Another's", by=factories.ada(), at=at(day(10)))
    assert due() == RELEASED
    assert agrees(released)


@pytest.mark.parametrize("starts_on", [POOLED + dt.timedelta(days=1), day(30)])
def test_a_contract_of_later_concerns_no_release(
    released: Account, starts_on: dt.date, reconciled: Callable[[], list[int]]
) -> None:
    factories.contract(released, starts_on=starts_on, ends_on=None, on=day(31))
    assert reconciled() == []
    assert agrees(released)


def test_a_contract_concerns_nobody_who_was_swept(
    swept: Account, reconciled: Callable[[], list[int]]
) -> None:
    factories.contract(swept, starts_on=days_on(1), ends_on=None, on=day(31))
    assert reconciled() == []
    assert agrees(swept)


def test_a_contract_on_what_nobody_claimed_yet_waits_for_the_transfer(
    cast_and_rules: Cast, reconciled: Callable[[], list[int]]
) -> None:
    handoff = moves.released(brought(), on=POOLED)
    factories.contract(handoff.account, starts_on=days_on(1), ends_on=POOLED, on=day(1))
    assert reconciled() == []


# Cards


def test_a_card_that_is_told_late_to_have_been_open_takes_all_back(released: Account) -> None:
    card = factories.card(released, on=day(9), opened_on=days_on(80))
    assert due() == {}
    assert agrees(released)
    closed_before = days_on(85)
    opportunities.move(
        card, to=factories.stage("Lost"), by=factories.steward(), at=at(day(9)), on=closed_before
    )
    assert due() == RELEASED
    assert agrees(released)


def test_a_card_of_later_concerns_no_release(
    released: Account, reconciled: Callable[[], list[int]]
) -> None:
    factories.lose(factories.card(released, on=day(9)), on=day(10))
    assert reconciled() == []


# Somebody leaves


def test_what_was_sold_after_the_last_day_of_who_let_go_is_taken_back(
    swept: Account, ada: User
) -> None:
    people.record_leaving(factories.alice(), left_on=POOLED, by=ada, at=at(day(9)))
    assert due() == {}
    assert agrees(swept)
    people.record_leaving(factories.alice(), left_on=day(1), by=ada, at=at(day(10)))
    assert due() == SWEPT
    assert agrees(swept)


def test_who_leaves_concerns_what_they_let_go_and_nothing_else(
    cast_and_rules: Cast, reconciled: Callable[[], list[int]]
) -> None:
    mine, ottos = brought(name="Mine"), brought(cast_and_rules.otto, name="Otto's")
    unclaimed = brought(name="Unclaimed")
    for account in (mine, ottos, unclaimed):
        moves.released(account, on=POOLED)
    for account in (mine, ottos):
        moves.claim(moves.entry_of(account))
    reconciled()
    people.record_leaving(factories.alice(), left_on=day(1), by=cast_and_rules.ada, at=at(day(9)))
    assert reconciled() == [mine.pk]


def test_an_agreed_split_ends_with_the_last_day_at_once(swept: Account, ada: User) -> None:
    Handoff.objects.update(
        kind="departure", pays_incentive=False, split_share=Decimal("0.5"), split_months=6
    )
    ledger.reconcile(swept, by=ada, at=at(day(2)))
    assert due("commission") == {
        ("commission", "bob"): "40.00",
        ("commission_share", "alice"): "40.00",
    }
    people.record_leaving(factories.alice(), left_on=POOLED, by=ada, at=at(day(9)))
    assert due("commission") == {("commission", "bob"): "80.00"}


# A commission plan for days that have passed


def test_a_plan_of_the_past_is_followed_by_what_was_sold_since(cast_and_rules: Cast) -> None:
    account = brought()
    for on in (days_on(9), days_on(10)):
        factories.sale(account, on=on, rep=cast_and_rules.alice)
    _adopt(days_on(10), at_=days_on(20))
    assert due("commission") == {("commission", "alice"): "180.00"}
    assert agrees(account)
    assert LedgerEntry.objects.latest("id").posted_at == at(days_on(20))


def _adopt(effective_on: dt.date, *, at_: dt.date) -> None:
    plans.adopt_commission_plan(
        by=factories.ada(), at=at(at_), effective_on=effective_on, default_rate=Decimal("0.1")
    )


def test_a_plan_concerns_nothing_that_was_sold_before(
    cast_and_rules: Cast, reconciled: Callable[[], list[int]]
) -> None:
    accounts = [brought(name=name) for name in ("One", "Two", "Three")]
    for account, on in zip(accounts, (days_on(1), days_on(5), days_on(6)), strict=True):
        factories.sale(account, on=on)
    reconciled()
    _adopt(days_on(5), at_=days_on(9))
    assert reconciled() == [account.pk for account in accounts[1:]]
    _adopt(days_on(30), at_=days_on(10))
    assert reconciled() == []


def test_one_bad_ledger_does_not_undo_the_plan_nor_stop_the_others(
    cast_and_rules: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = [brought(name=name) for name in ("Bad", "Good")]
    for account in accounts:
        factories.sale(account, on=days_on(1), rep=cast_and_rules.alice)
    really = ledger.what_is_due

    def odd(account: Account) -> dict[ledger.Cause, ledger.Entitlement]:
        if account == accounts[0]:
            raise ValueError("Something is odd")
        return really(account)

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "what_is_due", odd)
        _adopt(days_on(1), at_=days_on(9))
    assert Event.objects.filter(verb=Verb.COMMISSION_PLAN_ADOPTED).count() == 2
    assert [agrees(account) for account in accounts] == [False, True]


def test_the_first_plan_of_all_pays_for_what_was_sold_since_its_day(cast: Cast) -> None:
    account = brought()
    factories.sale(account, on=days_on(1), rep=cast.alice)
    commission_plan()
    assert due("commission") == {("commission", "alice"): "80.00"}
    assert agrees(account)


# Who holds it, and since when


def test_a_sale_of_days_that_a_late_fact_fills_belongs_to_somebody_again(
    cast_and_rules: Cast,
) -> None:
    """Swept from Bob; a sale while nobody held it; then a call of Bob's from before the sweep."""
    account = handed_on().account
    factories.engage(account, by=cast_and_rules.bob, on=day(10))
    moves.swept(account, on=day(100))
    factories.sale(account, on=day(101), rep=cast_and_rules.bob)
    assert due() == {}
    factories.engage(account, by=cast_and_rules.bob, on=day(95), logged_on=day(102))
    assert fresh(account).owner == cast_and_rules.bob
    assert due() == {("first_sale", "alice"): "50.00", ("accelerator", "alice"): "15.00"}
    assert agrees(account)


def test_a_sale_of_the_morning_before_an_account_goes_back_is_sold_to_its_holder(
    cast: Cast,
) -> None:
    """Bob let it go and takes it back some weeks later; that morning somebody sold to it."""
    factories.policy(reclaim_cooldown_days=10)
    plan()
    account = handed_on().account
    factories.engage(account, by=cast.bob, on=day(1))
    moves.released(account, on=day(2))
    factories.sale(account, on=day(20), rep=cast.bob, booked_at=at(day(20), 9))
    assert due() == {}
    moves.claim(moves.entry_of(account), by=cast.bob, on=at(day(20), 10))
    assert due() == SWEPT
    assert agrees(account)


def test_an_ordinary_claim_posts_what_is_due_once(cast_and_rules: Cast) -> None:
    """No line of a moment in between: the claim and its transfer are one."""
    account = handed_on().account
    factories.engage(account, by=cast_and_rules.bob, on=day(1))
    factories.sale(account, on=day(2), rep=cast_and_rules.bob)
    before = amounts()
    passed_on(account, to=cast_and_rules.otto, on=day(40))
    assert amounts() == before
    assert agrees(account)
