"""Sales: booked once, never edited; taken back in parts or whole (domain §3, §9)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts_app.models import Account
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from core.rates import keep_rate
from pipeline import sales
from pipeline.models import Product, Sale, SaleLine, SaleReversal
from pipeline.products import add_product
from pipeline.sales import NewLine, NewSale
from pipeline.sales_net import is_fully_reversed, net_amount, net_base
from pipeline.signals import sale_booked
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh, steward, take_back
from tests.handoffs.moves import undone

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    factories.policy()
    return factories.owned(alice, since=days_on(-10), segment="small")


@pytest.fixture
def pump(db: None) -> Product:
    return add_product("Pump", by=steward(), at=NOON)


def new(amount: str = "1000", **fields: Any) -> NewSale:
    whole: dict[str, Any] = {"booked_on": TODAY, "currency": "EUR", "credited_to": None}
    return NewSale(amount=Decimal(amount), **{**whole, **fields})


def book(account: Account, sale: NewSale | None = None, *, by: User | None = None) -> Sale:
    return sales.book(account, sale or new(), by=by or factories.finn(), at=NOON)


def usd(rate: str, on: dt.date = TODAY) -> None:
    keep_rate("USD", on=on, rate=Decimal(rate), by=factories.finn(), at=NOON)


# Booking


def test_what_is_booked_is_kept_as_it_was_that_day(acme: Account, alice: User, finn: User) -> None:
    usd("0.9111")
    card = factories.card(acme)
    sale = book(acme, new("100.10", currency="USD", credited_to=alice, opportunity=card))
    usd("0.5")
    Account.objects.filter(pk=acme.pk).update(segment="enterprise")
    kept = Sale.objects.get()
    assert kept == sale
    assert (kept.amount, kept.currency) == (Decimal("100.10"), "USD")
    assert (kept.rate, kept.base_amount) == (Decimal("0.9111"), Decimal("91.20"))
    assert (kept.credited_to, kept.opportunity, kept.segment) == (alice, card, "small")
    assert (kept.booked_on, kept.booked_by, kept.revision) == (TODAY, finn, 1)
    event = Event.objects.get(verb=Verb.SALE_BOOKED)
    assert (event.subject_id, event.account_id, event.actor) == (sale.pk, acme.pk, finn)
    assert event.changes == {"booked_on": "2026-03-02", "amount": "100.10", "currency": "USD"}


def test_the_day_is_as_given(acme: Account) -> None:
    sale = book(acme, new(booked_on=days_on(-5)))
    assert (sale.booked_on, fresh(acme).sold_on) == (days_on(-5), days_on(-5))
    assert fresh(acme).dormant_on == days_on(85)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"booked_on": days_on(1)}, "in_future"),
        ({"amount": "0"}, "amount_not_positive"),
        ({"amount": "-5"}, "amount_not_positive"),
        ({"amount": "0.001"}, "too_fine"),
        ({"amount": "0.5", "currency": "JPY"}, "too_fine"),
        ({"currency": "XXX"}, "unknown_currency"),
        ({"currency": "eur"}, "unknown_currency"),
        ({"currency": "USD"}, "no_rate"),
    ],
)
def test_what_is_no_sale_is_refused(acme: Account, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        book(acme, new(**fields))
    assert refusal.value.code == code
    assert not Sale.objects.exists()
    assert fresh(acme).sold_on is None


@pytest.mark.parametrize(("age", "taken"), [(7, True), (8, False)])
def test_the_rate_is_at_most_seven_days_old_on_the_day_of_the_sale(
    acme: Account, age: int, taken: bool
) -> None:
    usd("0.9", days_on(-20 - age))
    sale = new(currency="USD", booked_on=days_on(-20))
    if taken:
        assert book(acme, sale).rate == Decimal("0.9")
        return
    with pytest.raises(Refused) as refusal:
        book(acme, sale)
    assert refusal.value.facts == {"currency": "USD", "on": days_on(-20)}


def test_lines_add_up_to_the_sale(acme: Account, pump: Product) -> None:
    valve = add_product("Valve", by=steward(), at=NOON)
    lines = [NewLine(pump, Decimal("600.40"), Decimal(3)), NewLine(valve, Decimal("399.60"))]
    sale = book(acme, new("1000", lines=lines))
    assert [(line.product, line.amount, line.quantity) for line in sale.lines.all()] == [
        (pump, Decimal("600.400"), Decimal(3)),
        (valve, Decimal("399.600"), Decimal(1)),
    ]
    for wrong in (lines[:1], [*lines, NewLine(pump, Decimal("0.01"))]):
        with pytest.raises(Refused) as refusal:
            book(acme, new("1000", lines=wrong))
        assert refusal.value.code == "lines_differ"


def test_a_line_is_neither_negative_nor_finer_than_a_coin(acme: Account, pump: Product) -> None:
    for parts, code in ((("1010", "-10"), "line_negative"), (("999.995", "0.005"), "too_fine")):
        lines = [NewLine(pump, Decimal(part)) for part in parts]
        with pytest.raises(Refused) as refusal:
            book(acme, new("1000", lines=lines))
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:
        book(acme, new("10", lines=[NewLine(pump, Decimal(10), Decimal(0))]))
    assert refusal.value.code == "quantity_not_positive"


def test_the_opportunity_is_of_the_account(acme: Account, alice: User) -> None:
    other = factories.card(factories.owned(alice, name="Other"))
    with pytest.raises(Refused) as refusal:
        book(acme, new(opportunity=other))
    assert refusal.value.code == "other_account"


def test_in_the_pool_it_is_booked_and_is_no_sign(acme: Account, bob: User) -> None:
    factories.let_go(acme, on=days_on(-2))
    book(acme)
    factories.hold(acme, bob, on=days_on(1))
    assert (fresh(acme).sold_on, fresh(acme).dormant_on) == (None, days_on(91))


def test_the_rooms_above_hear_of_both(acme: Account) -> None:
    heard: list[tuple[Sale, dt.datetime]] = []

    def listen(sale: Sale, at: dt.datetime, **_: Any) -> None:
        heard.append((sale, at))

    sale_booked.connect(listen)
    try:
        sale = book(acme)
        take_back(sale, on=days_on(1))
    finally:
        sale_booked.disconnect(listen)
    assert heard == [(sale, NOON), (sale, at(days_on(1)))]


# Reversing


def left(sale: Sale) -> tuple[Decimal, Decimal]:
    kept = Sale.objects.with_taken_back().get(pk=sale.pk)
    return net_amount(kept), net_base(kept)


def test_a_part_and_then_the_rest(acme: Account, finn: User) -> None:
    usd("0.3333")
    sale = book(acme, new("100", currency="USD"))
    usd("0.9")
    first = take_back(sale, amount="33.35", on=days_on(1))
    assert (first.base_amount, first.reversed_by) == (Decimal("11.12"), finn)
    assert left(sale) == (Decimal("66.65"), Decimal("22.21"))
    assert fresh(acme).sold_on == TODAY
    rest = take_back(sale, on=days_on(2))
    assert (rest.amount, rest.base_amount) == (Decimal("66.65"), Decimal("22.21"))
    assert left(sale) == (Decimal(0), Decimal(0))
    assert is_fully_reversed(Sale.objects.get())
    assert fresh(acme).sold_on is None


def test_a_reversal_is_on_record(acme: Account, finn: User) -> None:
    sale = book(acme)
    reversal = sales.reverse(
        sale, reversed_on=TODAY, amount=Decimal(10), reason="Broken", by=finn, at=NOON
    )
    event = Event.objects.get(verb=Verb.SALE_REVERSED)
    assert (event.subject_id, event.account_id) == (reversal.pk, acme.pk)
    assert event.changes == {"reversed_on": "2026-03-02", "amount": "10", "reason": "Broken"}


def test_the_sale_before_counts_again(acme: Account) -> None:
    book(acme, new(booked_on=days_on(-8)))
    last = book(acme, new(booked_on=days_on(-3)))
    same_day = book(acme, new(booked_on=days_on(-3)))
    take_back(last)
    assert fresh(acme).sold_on == days_on(-3)
    take_back(same_day)
    assert (fresh(acme).sold_on, fresh(acme).dormant_on) == (days_on(-8), days_on(82))


@pytest.mark.parametrize(
    ("amount", "days", "code"),
    [
        ("0", 1, "amount_not_positive"),
        ("-1", 1, "amount_not_positive"),
        ("1000.01", 1, "more_than_left"),
        ("0.001", 1, "too_fine"),
        ("10", -1, "bad_reversal_day"),
        ("10", 2, "bad_reversal_day"),
    ],
)
def test_what_cannot_be_taken_back(
    acme: Account, finn: User, amount: str, days: int, code: str
) -> None:
    sale = book(acme)
    with pytest.raises(Refused) as refusal:
        sales.reverse(
            sale, reversed_on=days_on(days), amount=Decimal(amount), by=finn, at=at(days_on(1))
        )
    assert refusal.value.code == code
    assert not SaleReversal.objects.exists()


def test_what_is_taken_back_whole_is_not_taken_back_again(acme: Account) -> None:
    """Also where the caller holds the sale with its reversals as they were before."""
    book(acme)
    stale = Sale.objects.with_taken_back().get()
    take_back(stale, amount=400)
    with pytest.raises(Refused) as refusal:
        take_back(stale, amount=700)
    assert refusal.value.code == "more_than_left"
    assert refusal.value.sentence == "Only 600.00 EUR of this sale are left."
    take_back(stale)
    for amount in (None, 1):
        with pytest.raises(Refused) as refusal:
            take_back(stale, amount=amount)
        assert refusal.value.code == "already_reversed"
    assert left(stale) == (Decimal(0), Decimal(0))


def test_the_parts_always_sum_to_the_sale(finn: User) -> None:
    account = factories.owned()

    @given(
        st.integers(1, 10**9),
        st.decimals("0.000001", "900", places=6),
        st.lists(st.integers(1, 10**9), max_size=5),
    )
    def always(cents: int, rate: Decimal, parts: list[int]) -> None:
        with undone():
            usd(str(rate))
            sale = book(account, new(str(Decimal(cents) / 100), currency="USD"))
            for part in parts:
                amount = min(Decimal(part) / 100, left(sale)[0])
                if amount:
                    take_back(sale, amount=amount)
                assert 0 <= left(sale)[1] <= sale.base_amount
            if left(sale)[0]:
                take_back(sale)
            assert left(sale) == (Decimal(0), Decimal(0))

    always()


# Revising an imported sale


def imported(amount: str = "1000", **fields: Any) -> NewSale:
    return new(amount, source="crm", external_id="S-1", **fields)


def revise(sale: Sale, changed: NewSale) -> Sale | None:
    return sales.revise(sale, changed, by=factories.finn(), at=NOON)


def test_a_row_that_says_the_same_changes_nothing(acme: Account, pump: Product) -> None:
    same = imported(lines=[NewLine(pump, Decimal(1000))])
    sale = book(acme, same)
    assert revise(sale, same) is None
    assert Sale.objects.count() == 1
    assert not SaleReversal.objects.exists()


@pytest.mark.parametrize("what", ["amount", "booked_on", "credited_to", "lines"])
def test_a_row_that_changed_is_a_new_revision(
    acme: Account, bob: User, pump: Product, what: str
) -> None:
    changes: dict[str, Any] = {
        "amount": Decimal(1200),
        "booked_on": days_on(-3),
        "credited_to": bob,
        "lines": [NewLine(pump, Decimal(1000))],
    }
    sale = book(acme, imported())
    second = revise(sale, replace(imported(), **{what: changes[what]}))
    assert second is not None
    assert (second.revision, second.external_id, second.source) == (2, "S-1", "crm")
    assert is_fully_reversed(Sale.objects.get(pk=sale.pk))
    assert not is_fully_reversed(second)
    assert sales.standing("crm", "S-1") == second
    assert fresh(acme).sold_on == second.booked_on


def test_what_was_taken_back_before_stays_taken_back(acme: Account) -> None:
    sale = book(acme, imported())
    take_back(sale, amount=300)
    second = revise(sale, imported("900"))
    assert second is not None
    assert left(sale) == (Decimal(0), Decimal(0))
    assert left(second)[0] == 900
    assert SaleReversal.objects.filter(sale=sale).count() == 2


def test_a_third_revision_follows_the_second(acme: Account) -> None:
    sale: Sale | None = book(acme, imported())
    for amount in ("1100", "1200"):
        assert sale is not None
        sale = revise(sale, imported(amount))
    revisions = Sale.objects.order_by("revision")
    assert [(one.revision, int(one.amount)) for one in revisions] == [
        (1, 1000),
        (2, 1100),
        (3, 1200),
    ]
    assert [is_fully_reversed(one) for one in revisions] == [True, True, False]


def test_one_row_is_one_sale_in_each_revision(acme: Account) -> None:
    book(acme, imported())
    with pytest.raises(IntegrityError), transaction.atomic():
        book(acme, imported())
    book(acme, new())
    book(acme, new())


def test_a_revision_that_is_refused_leaves_the_old_one(acme: Account) -> None:
    sale = book(acme, imported())
    with pytest.raises(Refused):
        revise(sale, imported("1000", currency="USD"))
    assert left(sale)[0] == 1000


# What the database holds


def test_the_database_refuses_amounts_that_are_none(acme: Account, pump: Product) -> None:
    sale = book(acme)
    with pytest.raises(IntegrityError), transaction.atomic():
        SaleLine.objects.create(sale=sale, product=pump, amount=Decimal(-1))
    with pytest.raises(IntegrityError), transaction.atomic():
        SaleLine.objects.create(sale=sale, product=pump, amount=Decimal(1), quantity=Decimal(0))
    with pytest.raises(IntegrityError), transaction.atomic():
        SaleReversal.objects.create(
            sale=sale,
            reversed_on=TODAY,
            amount=Decimal(0),
            base_amount=Decimal(0),
            reversed_by=steward(),
        )


# Who may


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("finn", True),
        ("ada", True),
        ("alice", False),
        ("bob", False),
        ("mara", False),
        ("otto", False),
        ("olga", False),
    ],
)
def test_who_may(cast: Cast, who: str, may: bool) -> None:
    acme, person = factories.owned(cast.alice), getattr(cast, who)
    if may:
        sale = book(acme, by=person)
        assert sales.reverse(sale, reversed_on=TODAY, by=person, at=NOON).amount == 1000
        return
    with pytest.raises(NotAllowed):
        book(acme, by=person)
    sale = book(acme)
    with pytest.raises(NotAllowed):
        sales.reverse(sale, reversed_on=TODAY, by=person, at=NOON)
    assert left(sale)[0] == 1000


def test_who_left_may_not(cast: Cast) -> None:
    acme = factories.owned(cast.alice)
    for person in (cast.finn, cast.ada):
        person.active = False
        with pytest.raises(NotAllowed):
            book(acme, by=person)
