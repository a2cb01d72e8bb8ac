"""Opportunities: opened, moved, won, lost, opened again. They move the board, not the clock
(domain §1, §3, §4)."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts_app.models import Account, AccountAccess
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from core.rates import keep_rate
from pipeline import opportunities
from pipeline.models import Opportunity, Sale, Stage, StageChange
from pipeline.products import add_product
from pipeline.sales_net import is_fully_reversed
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh, lose, move, stage, steward, win

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    factories.policy()
    return factories.owned(alice, since=days_on(-10))


def open_card(account: Account, by: User, **fields: Any) -> Opportunity:
    return opportunities.open_card(
        account, by=by, **{"name": "Pumps", "stage": stage(), "at": NOON, **fields}
    )


def steps(card: Opportunity) -> list[tuple[str | None, str]]:
    return [
        (step.from_stage.name if step.from_stage else None, step.to_stage.name)
        for step in StageChange.objects.filter(opportunity=card).order_by("id")
    ]


# The board


def test_there_is_a_board_to_begin_with(db: None) -> None:
    assert [(one.name, one.kind) for one in Stage.objects.all()] == [
        ("Prospecting", "open"),
        ("Engaging", "open"),
        ("Proposal", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
    assert (Stage.objects.won().probability, Stage.objects.lost().probability) == (100, 0)


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_one_stage_is_won_and_one_lost(db: None, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.create(name="Again", position=9, kind=kind, probability=0)


# Opening


def test_a_new_card_is_kept_with_its_first_step(acme: Account, alice: User) -> None:
    pump, valve = (add_product(name, by=steward(), at=NOON) for name in ("Pump", "Valve"))
    card = open_card(
        acme,
        alice,
        amount=Decimal("1200.50"),
        expected_close_on=days_on(30),
        lead_source="fair",
        products=[pump, valve],
    )
    kept = Opportunity.objects.get()
    assert kept == card
    assert (kept.opened_on, kept.moved_on, kept.closed_on) == (TODAY, TODAY, None)
    assert (kept.amount, kept.currency, kept.opened_by) == (Decimal("1200.50"), "EUR", alice)
    assert {item.product for item in kept.products.all()} == {pump, valve}
    assert steps(card) == [(None, "Prospecting")]
    event = Event.objects.get(verb=Verb.OPPORTUNITY_OPENED)
    assert (event.account_id, event.subject_id) == (acme.pk, StageChange.objects.get().pk)
    assert event.changes == {"stage": "Prospecting", "on": "2026-03-02"}


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_a_card_begins_open(acme: Account, alice: User, name: str) -> None:
    with pytest.raises(Refused) as refusal:
        open_card(acme, alice, stage=stage(name))
    assert refusal.value.code == "not_open"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("-0.01", "EUR", "amount_negative"),
        ("0.001", "EUR", "too_fine"),
        ("0.5", "JPY", "too_fine"),
        ("1", "XXX", "unknown_currency"),
    ],
)
def test_an_amount_that_is_none_is_refused(
    acme: Account, alice: User, amount: str, currency: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        open_card(acme, alice, amount=Decimal(amount), currency=currency)
    assert refusal.value.code == code
    card = open_card(acme, alice)
    with pytest.raises(Refused) as refusal:
        opportunities.change(card, by=alice, at=NOON, amount=Decimal(amount), currency=currency)
    assert refusal.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        Opportunity.objects.update(amount=Decimal(-1))


def test_a_card_has_a_name(acme: Account, alice: User) -> None:
    with pytest.raises(ValidationError):
        open_card(acme, alice, name="")


# Moving


def test_every_step_is_kept(acme: Account, alice: User) -> None:
    card = open_card(acme, alice)
    for name in ("Proposal", "Engaging", "Engaging"):
        move(card, to=name, by=alice, on=days_on(1))
    kept = Opportunity.objects.get()
    assert (kept.stage.name, kept.moved_on) == ("Engaging", days_on(1))
    assert steps(card) == [
        (None, "Prospecting"),
        ("Prospecting", "Proposal"),
        ("Proposal", "Engaging"),
    ]
    assert Event.objects.filter(verb=Verb.OPPORTUNITY_MOVED).count() == 2


def test_a_closed_card_does_not_move(acme: Account, alice: User) -> None:
    card = lose(open_card(acme, alice), by=alice)
    for name in ("Engaging", "Won", "Lost"):
        with pytest.raises(Refused) as refusal:
            move(card, to=name, by=alice)
        assert refusal.value.code == "closed"


def test_losing_keeps_the_reason_and_the_holder(acme: Account, alice: User) -> None:
    card = move(open_card(acme, alice), to="Lost", by=alice, loss_reason="Too dear")
    assert (card.closed_on, card.closed_holder, card.loss_reason) == (TODAY, alice, "Too dear")
    assert not Sale.objects.exists()


# Winning


def test_winning_books_the_sale_on_that_day_for_the_holder(acme: Account, alice: User) -> None:
    card = open_card(acme, alice, amount=Decimal(1200))
    sale = win(card, by=alice, on=days_on(3))
    assert sale.booked_on == days_on(3)
    assert sale.amount == sale.base_amount == 1200
    assert (sale.credited_to, sale.booked_by, sale.opportunity) == (alice, alice, card)
    assert Opportunity.objects.get().closed_holder == alice
    assert (fresh(acme).sold_on, fresh(acme).dormant_on) == (days_on(3), days_on(93))


def test_whoever_wins_it_the_holder_is_credited(cast: Cast, acme: Account) -> None:
    AccountAccess.objects.create(account=acme, user=cast.bob, reason="handoff 1")
    for person in (cast.bob, cast.mara, cast.ada):
        card = open_card(acme, person, amount=Decimal(10))
        assert win(card, by=person).credited_to == cast.alice


def test_of_a_pooled_account_nobody_is(cast: Cast, acme: Account) -> None:
    card = open_card(acme, cast.alice, amount=Decimal(10))
    factories.let_go(acme, on=days_on(1))
    sale = win(card, by=cast.mara, on=days_on(2))
    assert (sale.credited_to, Opportunity.objects.get().closed_holder) == (None, None)
    assert fresh(acme).sold_on is None


def test_one_product_makes_one_line(acme: Account, alice: User) -> None:
    pump, valve = (add_product(name, by=steward(), at=NOON) for name in ("Pump", "Valve"))
    one = win(open_card(acme, alice, amount=Decimal(70), products=[pump]), by=alice)
    line = one.lines.get()
    assert line.product == pump
    assert (line.amount, line.quantity) == (Decimal(70), Decimal(1))
    two = win(open_card(acme, alice, amount=Decimal(70), products=[pump, valve]), by=alice)
    assert not two.lines.exists()


@pytest.mark.parametrize("amount", [None, Decimal(0)])
def test_a_win_says_for_how_much(acme: Account, alice: User, amount: Decimal | None) -> None:
    card = open_card(acme, alice, amount=amount)
    with pytest.raises(Refused) as refusal:
        move(card, to="Won", by=alice)
    assert refusal.value.code == "no_amount"
    assert Opportunity.objects.get().closed_on is None
    assert steps(card) == [(None, "Prospecting")]


def test_without_a_rate_nothing_is_won(acme: Account, alice: User, finn: User) -> None:
    card = open_card(acme, alice, amount=Decimal(100), currency="USD")
    with pytest.raises(Refused) as refusal:
        move(card, to="Won", by=alice)
    assert refusal.value.code == "no_rate"
    assert Opportunity.objects.get().closed_on is None
    keep_rate("USD", on=days_on(-7), rate=Decimal("0.9"), by=finn, at=NOON)
    assert win(card, by=alice).base_amount == 90


def test_two_who_win_it_sell_once(acme: Account, alice: User) -> None:
    card = open_card(acme, alice, amount=Decimal(10))
    stale = Opportunity.objects.get()
    win(card, by=alice)
    with pytest.raises(Refused):
        win(stale, by=alice)
    assert Sale.objects.count() == 1


# The owner


def test_the_owner_is_the_holder_until_it_is_closed(cast: Cast, acme: Account) -> None:
    card, closed = open_card(acme, cast.alice), open_card(acme, cast.alice)
    lose(closed, by=cast.alice)

    def owners() -> list[User | None]:
        return [Opportunity.objects.get(pk=one.pk).owner for one in (card, closed)]

    assert owners() == [cast.alice, cast.alice]
    factories.let_go(acme, on=days_on(1))
    assert owners() == [None, cast.alice]
    factories.hold(acme, cast.bob, on=days_on(2))
    assert owners() == [cast.bob, cast.alice]


def test_a_change_of_hands_leaves_the_card_as_it_is(cast: Cast, acme: Account) -> None:
    card = move(open_card(acme, cast.alice, amount=Decimal(9)), to="Proposal", by=cast.alice)
    before = Opportunity.objects.values().get()
    factories.let_go(acme, on=days_on(1))
    factories.hold(acme, cast.bob, on=days_on(2))
    assert Opportunity.objects.values().get() == before
    assert steps(card) == [(None, "Prospecting"), ("Prospecting", "Proposal")]


# Opening again


def test_opening_again_takes_back_what_was_sold(acme: Account, alice: User, finn: User) -> None:
    card = open_card(acme, alice, amount=Decimal(100))
    sale = win(card, by=alice, on=days_on(1))
    factories.take_back(sale, amount=30, on=days_on(2))
    again = opportunities.reopen(card, to=stage("Engaging"), by=finn, at=at(days_on(3)))
    assert (again.closed_on, again.closed_holder, again.moved_on) == (None, None, days_on(3))
    assert is_fully_reversed(Sale.objects.get())
    assert fresh(acme).sold_on is None
    assert steps(card)[-1] == ("Won", "Engaging")
    second = win(again, by=alice, on=days_on(4))
    assert second.amount == 100
    assert Sale.objects.count() == 2
    assert fresh(acme).sold_on == days_on(4)


def test_only_a_closed_one_and_only_to_an_open_stage(
    acme: Account, alice: User, finn: User
) -> None:
    card = open_card(acme, alice)
    with pytest.raises(Refused) as refusal:
        opportunities.reopen(card, to=stage(), by=finn, at=NOON)
    assert refusal.value.code == "not_closed"
    lose(card, by=alice)
    with pytest.raises(Refused) as refusal:
        opportunities.reopen(card, to=stage("Won"), by=finn, at=NOON)
    assert refusal.value.code == "not_open"


# Changing


def test_changing_tells_before_and_after(acme: Account, alice: User) -> None:
    card = open_card(acme, alice, amount=Decimal(5))
    assert opportunities.change(card, by=alice, at=NOON, amount=Decimal(7), name="Valves")
    assert Event.objects.get(verb=Verb.OPPORTUNITY_CHANGED).changes == {
        "amount": ["5", "7"],
        "name": ["Pumps", "Valves"],
    }
    assert not opportunities.change(card, by=alice, at=NOON, amount=Decimal(7), stage=stage("Won"))
    assert Opportunity.objects.get().stage == stage()


def test_the_amount_of_a_closed_one_stands(acme: Account, alice: User, ada: User) -> None:
    card = open_card(acme, alice, amount=Decimal(5))
    win(card, by=alice)
    card.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        opportunities.change(card, by=alice, at=NOON, amount=Decimal(7))
    assert refusal.value.code == "closed"
    assert opportunities.change(card, by=alice, at=NOON, lead_source="fair")
    assert opportunities.change(card, by=ada, at=NOON, amount=Decimal(7))


# The clock


def test_opening_moving_and_closing_do_not_move_the_clock(acme: Account, alice: User) -> None:
    factories.engage(acme, on=days_on(-9))
    before = fresh(acme).dormant_on
    card, other = open_card(acme, alice), open_card(acme, alice)
    move(card, to="Proposal", by=alice, on=days_on(5))
    lose(card, by=alice, on=days_on(6))
    lose(other, by=alice, on=days_on(7))
    assert fresh(acme).dormant_on == before == days_on(81)


def test_an_engagement_while_a_card_is_open_does(acme: Account, alice: User) -> None:
    card = open_card(acme, alice)
    factories.engage(acme, on=days_on(5))
    assert fresh(acme).dormant_on == days_on(5 + 45 + 90)
    lose(card, by=alice, on=days_on(20))
    assert fresh(acme).dormant_on == days_on(20 + 90)
    open_card(acme, alice, at=at(days_on(21)))
    assert fresh(acme).dormant_on == days_on(20 + 90)


def test_closing_long_after_lengthens_nothing(acme: Account, alice: User) -> None:
    card = open_card(acme, alice)
    factories.engage(acme, on=days_on(5))
    lose(card, by=alice, on=days_on(60))
    assert fresh(acme).dormant_on == days_on(5 + 45 + 90)


# Days


def test_only_imports_and_administrators_date_a_step(cast: Cast, acme: Account) -> None:
    for person in (cast.alice, cast.mara):
        with pytest.raises(NotAllowed):
            open_card(acme, person, opened_on=days_on(-1))
    card = open_card(acme, cast.ada, opened_on=days_on(-5), amount=Decimal(9))
    with pytest.raises(NotAllowed):
        opportunities.move(card, to=stage("Won"), by=cast.alice, at=NOON, on=days_on(-1))
    with pytest.raises(Refused) as refusal:
        opportunities.move(card, to=stage("Won"), by=cast.ada, at=NOON, on=days_on(1))
    assert refusal.value.code == "in_future"
    with pytest.raises(Refused) as refusal:
        opportunities.move(card, to=stage("Won"), by=cast.ada, at=NOON, on=days_on(-6))
    assert refusal.value.code == "before_opening"
    opportunities.move(card, to=stage("Won"), by=cast.ada, at=NOON, on=days_on(-2))
    assert Sale.objects.get().booked_on == days_on(-2)


def test_only_imports_say_who_is_credited(cast: Cast, acme: Account) -> None:
    card = open_card(acme, cast.alice, amount=Decimal(9))
    with pytest.raises(NotAllowed):
        move(card, to="Won", by=cast.alice, holder=cast.bob)
    move(card, to="Won", by=steward(), holder=cast.bob)
    assert Sale.objects.get().credited_to == cast.bob


# Who may


@pytest.mark.parametrize(
    ("who", "writes", "reopens"),
    [
        ("alice", True, False),
        ("mara", True, False),
        ("ada", True, True),
        ("finn", False, True),
        ("bob", False, False),
        ("otto", False, False),
        ("olga", False, False),
    ],
)
def test_who_may(cast: Cast, acme: Account, who: str, writes: bool, reopens: bool) -> None:
    person: User = getattr(cast, who)
    card = open_card(acme, cast.alice, amount=Decimal(5))
    closed = lose(open_card(acme, cast.alice), by=cast.alice)
    if writes:
        open_card(acme, person)
        assert opportunities.change(card, by=person, at=NOON, name="Valves")
        assert win(card, by=person).booked_by == person
    else:
        with pytest.raises(NotAllowed):
            open_card(acme, person)
        with pytest.raises(NotAllowed):
            opportunities.change(card, by=person, at=NOON, name="Valves")
        for name in ("Won", "Lost", "Proposal"):
            with pytest.raises(NotAllowed):
                move(card, to=name, by=person)
    if reopens:
        assert opportunities.reopen(closed, to=stage(), by=person, at=NOON).closed_on is None
    else:
        with pytest.raises(NotAllowed):
            opportunities.reopen(closed, to=stage(), by=person, at=NOON)
