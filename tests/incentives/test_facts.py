"""What is gathered from the record: who earns nothing, and to whom a sale belongs (domain §6)."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_app import policies
from accounts_app.models import Account
from core.models import Cover, User
from handoffs import closing
from handoffs.models import Handoff
from incentives import facts, ledger
from incentives.entitlement import why_nothing
from incentives.facts import AccountRecord
from pipeline import opportunities
from tests import factories
from tests.factories import Cast, at, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED
from tests.incentives.earnings import brought, day, due, handed_on, passed_on, rules

BOTH = {("first_sale", "alice"): "50.00", ("accelerator", "alice"): "30.00"}


@pytest.fixture
def people(cast: Cast) -> Cast:
    """Everybody, and the rules in force."""
    rules()
    return cast


pytestmark = pytest.mark.usefixtures("people")


def stands_in_the_way(handoff: Handoff) -> list[str]:
    known = facts.handoff_facts(AccountRecord(handoff.account), moves.again(handoff))
    assert known
    return [reason.code for reason in why_nothing(known)]


# Passed over


def test_who_never_spoke_to_the_customer_earns_nothing_and_ends_no_window(people: Cast) -> None:
    """Bob claimed it, logged nothing and let it go: Otto's sale is still Alice's first sale."""
    first = handed_on()
    second = passed_on(first.account, to=people.otto, on=day(20))
    factories.sale(first.account, on=day(30), rep=people.otto)
    assert due() == BOTH
    assert stands_in_the_way(second) == ["passed_over"]


def test_who_spoke_to_the_customer_ends_the_window_before(people: Cast) -> None:
    bobs = {("first_sale", "bob"): "60.00", ("accelerator", "bob"): "30.00"}
    first = handed_on()
    second = passed_on(first.account, to=people.otto, on=day(50), engaged=True)
    factories.sale(first.account, on=day(60), rep=people.otto)
    assert due() == bobs
    assert stands_in_the_way(second) == []
    factories.sale(first.account, on=day(10), rep=people.bob, booked_at=day(61))
    assert due() == {**BOTH, **bobs}


def test_a_call_that_is_logged_late_ends_the_window_after_all(people: Cast) -> None:
    first = handed_on()
    passed_on(first.account, to=people.otto, on=day(20))
    factories.sale(first.account, on=day(30), rep=people.otto)
    call = factories.log(
        first.account,
        by=factories.steward(),
        outcome="connected",
        on=day(19),
        logged_on=day(40),
        logged_by=people.bob,
    )
    assert due() == {("first_sale", "bob"): "60.00", ("accelerator", "bob"): "30.00"}
    factories.void(call, on=day(41))
    assert due() == BOTH


@pytest.mark.parametrize(
    ("what", "counts"),
    [
        ({"outcome": "connected"}, True),
        ({"outcome": "no_answer"}, False),
        ({"channel": "note"}, False),
    ],
)
def test_only_an_engagement_counts(people: Cast, what: dict[str, Any], counts: bool) -> None:
    first = handed_on()
    factories.log(first.account, on=day(10), **what)
    second = passed_on(first.account, to=people.otto, on=day(20))
    assert ("passed_over" in stands_in_the_way(second)) is not counts


@pytest.mark.parametrize(
    ("who", "hours", "counts"),
    [("alice", 1, False), ("mara", 1, False), ("otto", 1, True), ("bob", 1, True)],
)
def test_a_stand_in_counts_and_nobody_else_does(
    people: Cast, who: str, hours: int, counts: bool
) -> None:
    Cover.objects.create(absent=people.bob, stand_in=people.otto, from_on=day(10), until_on=day(12))
    handoff = handed_on()
    factories.log(
        handoff.account,
        by=factories.steward(),
        outcome="connected",
        on=day(12),
        logged_by=User.objects.get(username=who),
    )
    second = passed_on(handoff.account, to=people.otto, on=day(20))
    assert ("passed_over" in stands_in_the_way(second)) is not counts


def test_a_stand_in_counts_on_the_days_of_the_absence_only(people: Cast) -> None:
    Cover.objects.create(absent=people.bob, stand_in=people.otto, from_on=day(10), until_on=day(12))
    handoff = handed_on()
    for on in (day(9), day(13)):
        factories.log(
            handoff.account,
            by=factories.steward(),
            outcome="connected",
            on=on,
            logged_by=people.otto,
        )
    assert "passed_over" in stands_in_the_way(
        passed_on(handoff.account, to=people.otto, on=day(20))
    )


def test_a_call_of_before_or_after_their_time_does_not_count(people: Cast) -> None:
    """Bob called while it was in the pool, and once more when it was no longer his."""
    let_go = moves.swept(brought())
    factories.engage(let_go.account, by=people.bob, on=at(POOLED, 8))
    moves.claimed(let_go, on=at(POOLED, 9))
    second = moves.released(let_go.account, on=at(day(20), 9))
    factories.engage(let_go.account, by=people.bob, on=at(day(20), 10))
    assert "passed_over" in stands_in_the_way(second)


def test_who_brought_the_account_along_is_not_passed_over() -> None:
    assert stands_in_the_way(handed_on()) == []


def test_who_was_given_it_by_a_claim_is_passed_over() -> None:
    """The same, but Alice herself had claimed it."""
    assert stands_in_the_way(handed_on(factories.owned())) == ["passed_over"]


# Claims without a handoff: reopened, or come without a holder


def _anew(account: Account, *, to: User, on: dt.date) -> None:
    """Closed, reopened, and claimed, all that day."""
    closing.close(account, because="no_need", by=factories.ada(), at=at(on, 8))
    closing.reopen(account, by=factories.ada(), at=at(on, 9))
    moves.claim(moves.entry_of(account), by=to, on=at(on, 10))


def test_a_claim_of_what_was_reopened_ends_the_window_before(people: Cast) -> None:
    account = handed_on().account
    factories.engage(account, on=day(5))
    _anew(account, to=people.otto, on=day(20))
    factories.sale(account, on=day(20), rep=people.otto, booked_at=day(30))
    assert due() == {}
    factories.sale(account, on=day(19), rep=people.bob, booked_at=day(31))
    assert due() == BOTH


def test_it_ends_no_window_if_the_holder_before_is_passed_over(people: Cast) -> None:
    account = handed_on().account
    _anew(account, to=people.otto, on=day(20))
    factories.sale(account, on=day(30), rep=people.otto)
    assert due() == BOTH


def test_a_call_before_such_a_claim_that_is_logged_late_ends_the_window_after_all(
    people: Cast,
) -> None:
    account = handed_on().account
    _anew(account, to=people.otto, on=day(20))
    factories.sale(account, on=day(30), rep=people.otto)
    call = factories.log(
        account,
        by=factories.steward(),
        outcome="connected",
        on=day(19),
        logged_on=day(40),
        logged_by=people.bob,
    )
    assert due() == {}
    factories.void(call, on=day(41))
    assert due() == BOTH


def test_whoever_took_it_so_hands_on_a_window_of_their_own(people: Cast) -> None:
    account = handed_on().account
    factories.engage(account, on=day(5))
    _anew(account, to=people.otto, on=day(20))
    passed_on(account, to=factories.rep("carl"), on=day(60), engaged=True)
    factories.sale(account, on=day(70), rep=factories.rep("carl"))
    assert due() == {("first_sale", "otto"): "60.00", ("accelerator", "otto"): "30.00"}


def test_an_account_that_goes_back_to_its_holder_so_ends_no_window(people: Cast) -> None:
    account = handed_on().account
    factories.engage(account, on=day(5))
    closing.close(account, because="no_need", by=people.ada, at=at(day(6)))
    _shorter_cooldown(people.ada)
    closing.reopen(account, by=people.ada, at=at(day(55)))
    moves.claim(moves.entry_of(account), by=people.bob, on=day(60))
    factories.sale(account, on=day(60), rep=people.bob, booked_at=day(61))
    assert due() == BOTH


def test_a_claim_of_what_nobody_had_held_follows_nobody(people: Cast) -> None:
    entry = moves.unassigned(on=factories.TODAY)
    moves.claim(entry, by=people.alice, on=factories.TODAY)
    factories.engage(entry.account, on=at(factories.TODAY, 13))
    handoff = handed_on(factories.fresh(entry.account))
    assert AccountRecord(entry.account).window_ends_on(handoff) is None
    factories.sale(entry.account, on=day(3), rep=people.bob)
    assert due() == BOTH


def test_the_ledger_follows_such_a_claim_at_once(people: Cast) -> None:
    """A sale of that morning was made while nobody held it, until somebody does that evening."""
    account = handed_on().account
    closing.close(account, because="no_need", by=people.ada, at=at(day(10)))
    closing.reopen(account, by=people.ada, at=at(day(12), 8))
    factories.sale(account, on=day(12), rep=people.otto, booked_at=at(day(12), 9))
    assert due() == {}
    moves.claim(moves.entry_of(account), by=people.otto, on=at(day(12), 10))
    assert due() == BOTH
    assert not ledger.differences(account)


@pytest.mark.parametrize("spoke", [True, False])
def test_an_agreed_split_ends_with_such_a_claim(people: Cast, spoke: bool) -> None:
    """With every transfer, whoever was passed over: it was agreed for the time of one rep."""
    handoff = handed_on()
    Handoff.objects.filter(pk=handoff.pk).update(
        kind="departure", pays_incentive=False, split_share=Decimal("0.5"), split_months=6
    )
    if spoke:
        factories.engage(handoff.account, on=day(5))
    before = factories.sale(handoff.account, on=day(9), rep=people.bob)
    _anew(handoff.account, to=people.otto, on=day(20))
    after = factories.sale(handoff.account, on=day(20), rep=people.otto, booked_at=day(21))
    record = AccountRecord(handoff.account)
    split = facts.split_of(record, before)
    assert split
    assert split.until_on == day(20)
    assert facts.split_of(record, after) is None


# Returns


def test_a_claimant_who_held_it_within_the_cooldown_earns_nobody_anything(people: Cast) -> None:
    """The cooldown that was promised, not the shorter one of today."""
    account = brought(people.bob, name="Acme")
    passed_on(account, to=people.alice, on=days_on(40))
    factories.engage(account, on=days_on(41))
    let_go = moves.released(account, on=days_on(100))
    _shorter_cooldown(people.ada)
    moves.claimed(let_go, by=people.bob, on=days_on(200))
    moves.hand_in(let_go, on=days_on(100))
    moves.accepted(let_go, on=days_on(200))
    factories.sale(account, on=days_on(210), rep=people.bob)
    assert "incoming_returned" in stands_in_the_way(let_go)
    assert due() == {}


def _shorter_cooldown(ada: User) -> None:
    proposal = factories.proposal(on=days_on(100), reclaim_cooldown_days=10)
    policies.adopt(proposal, by=ada, at=at(days_on(110)))
    policies.apply_due(on=days_on(140), at=at(days_on(140)), by=ada)


def test_who_came_back_within_the_cooldown_earns_nothing_by_letting_go_again(people: Cast) -> None:
    account = brought(people.alice)
    passed_on(account, to=people.bob, on=days_on(40))
    factories.engage(account, on=days_on(41))
    let_go = moves.released(account, on=days_on(100))
    _shorter_cooldown(people.ada)
    moves.claimed(let_go, by=people.alice, on=days_on(200))
    factories.engage(account, on=days_on(201))
    again = moves.released(account, on=days_on(202))
    assert "outgoing_returned" not in stands_in_the_way(again), "promised with the shorter one"
    third = moves.claimed(again, by=people.otto, on=days_on(203))
    assert third.transfer == "transferred"


# Let go with something still going on


def _released_with(before: Callable[[Any], object]) -> Handoff:
    account = brought()
    before(account)
    return handed_on(account, by_release=True)


def test_letting_go_early_earns_a_bonus(people: Cast) -> None:
    handoff = _released_with(lambda account: None)
    factories.sale(handoff.account, on=day(1), rep=people.bob)
    assert stands_in_the_way(handoff) == []
    assert due() == {("first_sale", "alice"): "60.00", ("accelerator", "alice"): "30.00"}


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (lambda a: factories.card(a, on=days_on(10)), "live_opportunity"),
        (lambda a: factories.card(a, on=POOLED), "live_opportunity"),
        (lambda a: factories.lose(factories.card(a, on=days_on(9)), on=POOLED), "live_opportunity"),
        (lambda a: factories.lose(factories.card(a, on=days_on(9)), on=days_on(89)), None),
        (lambda a: factories.contract(a, ends_on=POOLED), "running_contract"),
        (lambda a: factories.contract(a, ends_on=None), "running_contract"),
        (lambda a: factories.contract(a, ends_on=days_on(89)), None),
        (lambda a: factories.contract(a, starts_on=days_on(91), ends_on=None), None),
        (lambda a: factories.sale(a, on=days_on(60)), "recent_sale"),
        (lambda a: factories.sale(a, on=days_on(59)), None),
        (lambda a: factories.take_back(factories.sale(a, on=days_on(80)), on=days_on(81)), None),
        (
            lambda a: factories.take_back(
                factories.sale(a, on=days_on(80)), amount=999, on=days_on(81)
            ),
            "recent_sale",
        ),
    ],
)
def test_what_was_going_on_when_it_was_let_go(
    before: Callable[[Any], object], reason: str | None, people: Cast
) -> None:
    handoff = _released_with(before)
    factories.sale(handoff.account, on=day(1), rep=people.bob)
    assert stands_in_the_way(handoff) == ([reason] if reason else [])
    assert bool(due()) is (reason is None)


def test_nothing_of_it_matters_to_what_was_swept(people: Cast) -> None:
    """The clock has judged it."""
    account = brought()
    factories.card(account, on=days_on(10))
    handoff = handed_on(account)
    factories.sale(account, on=day(1), rep=people.bob)
    assert stands_in_the_way(handoff) == []
    assert due() == BOTH


def test_a_card_that_is_opened_again_was_closed_when_the_account_was_let_go(people: Cast) -> None:
    account = brought()
    card = factories.lose(factories.card(account, on=days_on(5)), on=days_on(50))
    handoff = handed_on(account, by_release=True)
    factories.sale(account, on=day(1), rep=people.bob)
    earned = due()
    assert earned
    opportunities.reopen(card, to=factories.stage("Engaging"), by=people.finn, at=at(day(60)))
    ledger.reconcile(account, by=people.ada, at=at(day(60)))
    assert due() == earned
    assert stands_in_the_way(handoff) == []


# Days


def test_a_sale_of_the_day_of_the_transfer_belongs_to_it(people: Cast) -> None:
    handoff = handed_on()
    factories.sale(handoff.account, on=POOLED, rep=people.bob)
    assert due() == BOTH


def test_a_sale_that_is_dated_before_the_transfer_is_no_first_sale(people: Cast) -> None:
    handoff = handed_on()
    factories.sale(handoff.account, on=day(-1), rep=people.bob, booked_at=day(3))
    assert due() == {}


def test_a_sale_while_nobody_held_it_is_nobodys_first_sale(people: Cast) -> None:
    first = handed_on()
    second = moves.released(first.account, on=day(10))
    factories.sale(first.account, on=day(12), rep=people.bob, booked_at=day(20))
    moves.claimed(second, by=people.otto, on=day(15))
    ledger.reconcile(first.account, by=people.ada, at=at(day(20)))
    assert due() == {}


def test_a_sale_of_the_day_on_which_it_is_let_go_was_made_while_nobody_held_it(
    people: Cast,
) -> None:
    """The holder of a day is the one at its end; the ledger follows at once."""
    first = handed_on()
    factories.sale(first.account, on=day(10), rep=people.bob, booked_at=at(day(10), 9))
    assert due() == BOTH
    second = moves.released(first.account, on=at(day(10), 15))
    assert due() == {}
    assert not ledger.differences(first.account)
    moves.claimed(second, by=people.otto, on=at(day(10), 16))
    assert due() == BOTH, "Bob logged nothing, so it is still Alice's window"


def _bob_lets_go_on_the_day_of_his_claim(people: Cast) -> Handoff:
    """After speaking to the customer; Otto has it the same day."""
    handoff = handed_on()
    factories.engage(handoff.account, on=at(POOLED, 13))
    second = moves.released(handoff.account, on=at(POOLED, 14))
    moves.hand_in(second, on=at(POOLED, 14))
    moves.claimed(second, by=people.otto, on=at(POOLED, 15))
    return moves.accepted(second, on=at(POOLED, 16))


def test_of_two_transfers_on_one_day_the_later_ends_the_window_of_the_former(people: Cast) -> None:
    second = _bob_lets_go_on_the_day_of_his_claim(people)
    factories.sale(second.account, on=day(1), rep=people.otto)
    assert due() == {("first_sale", "bob"): "60.00", ("accelerator", "bob"): "30.00"}


def test_a_sale_of_the_day_on_which_it_was_let_go_stands_in_the_way(people: Cast) -> None:
    """Days are all that is known of a sale: this may have been made before."""
    second = _bob_lets_go_on_the_day_of_his_claim(people)
    factories.sale(second.account, on=POOLED, rep=people.otto, booked_at=at(POOLED, 17))
    assert stands_in_the_way(second) == ["recent_sale"]
    assert due() == {}


def test_who_left_earns_until_their_last_day(people: Cast) -> None:
    handoff = handed_on()
    sold = factories.sale(handoff.account, on=day(5), rep=people.bob)
    User.objects.get_queryset().filter(pk=people.alice.pk).update(active=False, left_on=day(5))
    ledger.reconcile(handoff.account, by=people.ada, at=at(day(6)))
    assert due() == BOTH
    factories.take_back(sold, on=day(7))
    factories.sale(handoff.account, on=day(6), rep=people.bob, booked_at=day(7))
    assert due() == {}


# What it costs


def test_an_account_is_read_in_so_many_statements_however_much_was_sold(people: Cast) -> None:
    handoff = handed_on()
    counted = []
    for number in (1, 20):
        for _ in range(number):
            factories.sale(handoff.account, on=day(1), rep=people.bob)
        with CaptureQueriesContext(connection) as queries:
            ledger.what_is_due(handoff.account)
        counted.append(len(queries))
    assert counted[0] == counted[1]
