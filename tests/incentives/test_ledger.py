"""The ledgers follow the facts: what is entitled less what is posted (domain §6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import Event, User, Verb
from core.rates import keep_rate
from handoffs import briefs
from handoffs.models import Handoff
from incentives import ledger
from incentives.models import LedgerEntry
from pipeline import products, sales
from pipeline.models import Sale
from pipeline.sales import NewLine, NewSale
from tests import factories
from tests.factories import LONG_AGO, Cast, at, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED
from tests.incentives.earnings import (
    amounts,
    brought,
    commission_plan,
    commission_plan_cut_off,
    day,
    due,
    handed_on,
    plan,
    rules,
)
from tests.races import at_once, meet_in, unlock

BOTH = {("first_sale", "alice"): "50.00", ("accelerator", "alice"): "30.00"}


@pytest.fixture
def handoff(cast: Cast) -> Handoff:
    """From Alice to Bob, all as it should be."""
    rules()
    return handed_on()


def sell(handoff: Handoff, *, on: int = 1, amount: int | str = 1000, **fields: Any) -> Sale:
    """A sale of Bob's, so many days after the transfer."""
    rep = fields.pop("rep", factories.bob())
    return factories.sale(handoff.account, on=day(on), amount=amount, rep=rep, **fields)


def eur(amount: int) -> Decimal:
    return Decimal(amount)


# Posting


def test_a_sale_posts_what_is_due_at_once(handoff: Handoff, alice: User, bob: User) -> None:
    sale = sell(handoff)
    first, accelerator = LedgerEntry.objects.incentive().order_by("id")
    assert (first.kind, first.amount, first.base_amount) == ("first_sale", eur(50), eur(1000))
    assert (accelerator.kind, accelerator.amount) == ("accelerator", eur(30))
    for entry in (first, accelerator):
        assert (entry.beneficiary, entry.handoff, entry.sale) == (alice, handoff, sale)
        assert (entry.number, entry.currency, entry.posted_at) == (1, "EUR", at(day(1)))
        assert entry.incentive_plan
        assert (entry.incentive_plan.version, entry.commission_plan) == (1, None)
    commission = LedgerEntry.objects.commission().get()
    assert (commission.kind, commission.amount) == ("commission", eur(80))
    assert (commission.beneficiary, commission.handoff) == (bob, None)
    assert (commission.incentive_plan, commission.number) == (None, 1)


def test_a_posting_says_what_it_comes_from(handoff: Handoff) -> None:
    sell(handoff)
    first, accelerator = LedgerEntry.objects.incentive().order_by("id")
    assert first.explanation == "5 % first sale of 1,000.00 EUR = 50.00 EUR"
    assert accelerator.explanation == (
        "3 % accelerator (sold on day 1 of 60) of 1,000.00 EUR = 30.00 EUR"
    )
    assert first.inputs["net_base"] == "1000"
    assert first.inputs["booked_on"] == day(1).isoformat()
    assert LedgerEntry.objects.commission().get().explanation == (
        "8 % (default rate) of 1,000.00 EUR = 80.00 EUR"
    )


def test_every_posting_is_on_record(handoff: Handoff, alice: User) -> None:
    sell(handoff)
    events = Event.objects.filter(verb=Verb.LEDGER_POSTED)
    assert {event.subject_id for event in events} == set(
        LedgerEntry.objects.values_list("id", flat=True)
    )
    event = events.get(changes__kind="first_sale")
    assert (event.actor, event.account_id) == (factories.steward(), handoff.account_id)
    entry = LedgerEntry.objects.get(pk=event.subject_id)
    assert event.changes == {
        "kind": "first_sale",
        "amount": "50.00",
        "to": alice.pk,
        "base_amount": "1000.000",
        "inputs": entry.inputs,
        "explanation": entry.explanation,
    }


def test_a_brief_that_is_accepted_after_the_sale_posts_then(cast: Cast) -> None:
    rules()
    let_go = moves.swept(brought())
    moves.hand_in(let_go)
    moves.claimed(let_go)
    sell(let_go, on=2)
    assert due() == {}
    moves.accepted(let_go, on=day(3))
    assert due() == BOTH
    assert {entry.posted_at for entry in LedgerEntry.objects.incentive()} == {at(day(3))}


def test_silence_posts_too(cast: Cast) -> None:
    rules()
    let_go = moves.swept(brought())
    moves.hand_in(let_go)
    moves.claimed(let_go)
    sell(let_go, on=2)
    briefs.accept_silent(at=at(day(7)), by=factories.steward())
    assert due() == BOTH


# What is not due


def test_a_late_brief_earns_nothing(cast: Cast) -> None:
    rules()
    let_go = moves.swept(brought())
    moves.hand_in(let_go, on=day(8))
    moves.claimed(let_go, on=day(9))
    moves.accepted(let_go, on=day(10))
    sell(let_go, on=11)
    assert due() == {}


def test_a_brief_of_the_last_day_earns(cast: Cast) -> None:
    rules()
    let_go = moves.swept(brought())
    moves.hand_in(let_go, on=day(7))
    moves.hand_in(let_go, on=day(12), players="Better")
    moves.claimed(let_go, on=day(13))
    moves.accepted(let_go, on=day(14))
    sell(let_go, on=15)
    assert due() == BOTH


def test_a_brief_that_was_missed_earns_nothing(cast: Cast) -> None:
    rules()
    let_go = moves.swept(brought())
    briefs.miss_overdue(at=at(day(8)), by=factories.steward())
    moves.hand_in(let_go, on=day(9))
    moves.claimed(let_go, on=day(9))
    sell(let_go, on=11)
    assert due() == {}


def test_a_brief_that_was_of_no_use_earns_nothing(cast: Cast) -> None:
    rules()
    let_go = moves.claimed(moves.handed_in(moves.swept(brought())))
    briefs.reject(let_go, by=cast.bob, at=at(day(1)))
    sell(let_go, on=2)
    assert due() == {}


def test_a_managers_brief_for_somebody_who_left_earns_nothing(cast: Cast) -> None:
    """Not even where a plan pays those who left."""
    rules(pays_departed=True)
    let_go = moves.swept(brought())
    User.objects.get_queryset().filter(pk=cast.alice.pk).update(active=False, left_on=POOLED)
    moves.hand_in(moves.again(let_go), by=cast.mara)
    moves.claimed(let_go)
    moves.accepted(let_go)
    sell(let_go)
    assert due() == {}


def test_the_outgoing_reps_own_sale_is_no_first_sale(handoff: Handoff, alice: User) -> None:
    sell(handoff, on=1, rep=alice)
    sell(handoff, on=2, amount=500)
    assert due() == {("first_sale", "alice"): "25.00", ("accelerator", "alice"): "15.00"}


# Facts that come late, or are taken back


def test_a_sale_that_turns_out_to_be_the_first(handoff: Handoff) -> None:
    sell(handoff, on=50)
    sell(handoff, on=70, amount=9000)
    sell(handoff, on=10, amount=200, booked_at=day(80))
    assert due() == {("first_sale", "alice"): "10.00", ("accelerator", "alice"): "6.00"}
    assert amounts() == [
        ("first_sale", "50.00"),
        ("accelerator", "30.00"),
        ("first_sale", "-50.00"),
        ("accelerator", "-30.00"),
        ("first_sale", "10.00"),
        ("accelerator", "6.00"),
    ]


def test_what_is_taken_back_is_posted_back_and_explained(handoff: Handoff) -> None:
    sale = sell(handoff)
    factories.take_back(sale, amount=400, on=day(5))
    assert due() == {("first_sale", "alice"): "30.00", ("accelerator", "alice"): "18.00"}
    entry = LedgerEntry.objects.get(kind="first_sale", number=2)
    assert (entry.amount, entry.base_amount) == (eur(-20), eur(600))
    assert entry.explanation == (
        "5 % first sale of 600.00 EUR (1,000.00 EUR less 400.00 EUR reversed) = 30.00 EUR;"
        " 50.00 EUR had been posted before, so -20.00 EUR is posted now"
    )
    assert due("commission") == {("commission", "bob"): "48.00"}


def test_when_all_is_taken_back_the_next_sale_is_the_first(handoff: Handoff) -> None:
    sale = sell(handoff, on=1)
    sell(handoff, on=70, amount=500)
    factories.take_back(sale, on=day(71))
    assert due() == {("first_sale", "alice"): "25.00", ("accelerator", "alice"): "7.50"}
    back = LedgerEntry.objects.get(sale=sale, kind="first_sale", number=2)
    assert back.explanation == (
        "Nothing is due any more; 50.00 EUR had been posted before, so -50.00 EUR is posted now"
    )
    assert due("commission") == {("commission", "bob"): "40.00"}


def test_a_changed_row_of_an_import_counts_once(handoff: Handoff, finn: User, bob: User) -> None:
    def row(amount: int) -> NewSale:
        return NewSale(day(1), Decimal(amount), "EUR", bob, source="erp", external_id="7")

    first = sales.book(handoff.account, row(1000), by=finn, at=at(day(1)))
    second = sales.revise(first, row(800), by=finn, at=at(day(2)))
    assert second
    assert due() == {("first_sale", "alice"): "40.00", ("accelerator", "alice"): "24.00"}
    assert due("commission") == {("commission", "bob"): "64.00"}
    assert sales.revise(second, row(800), by=finn, at=at(day(3))) is None
    assert len(amounts()) == 6


def test_reconciled_again_and_again_nothing_more_is_posted(handoff: Handoff, ada: User) -> None:
    sell(handoff)
    posted = LedgerEntry.objects.count()
    for number in range(10):
        assert ledger.reconcile(handoff.account, by=ada, at=at(day(2 + number))) == []
    assert LedgerEntry.objects.count() == posted
    assert ledger.differences(handoff.account) == {}


def test_a_difference_that_was_not_posted_is_told_and_mended(handoff: Handoff, ada: User) -> None:
    """A plan that was adopted for days that have passed, cut off before the accounts were told."""
    sale = sell(handoff)
    commission_plan_cut_off("0.1", on=POOLED)
    ((cause, owed_and_posted),) = ledger.differences(handoff.account).items()
    assert (cause.sale_id, cause.kind) == (sale.pk, "commission")
    assert owed_and_posted == (eur(100), eur(80))
    (entry,) = ledger.reconcile(handoff.account, by=ada, at=at(day(9)))
    assert (entry.amount, entry.number) == (eur(20), 2)
    assert ledger.differences(handoff.account) == {}


# Promises


def test_the_terms_hold_when_a_later_plan_is_adopted(handoff: Handoff, cast: Cast) -> None:
    plan(on=POOLED, first_sale_rate=Decimal("0.2"), eligible_days=1, tiers=[])
    sell(handoff, on=50)
    assert due() == BOTH
    entry = LedgerEntry.objects.incentive().latest("id")
    assert entry.incentive_plan
    assert entry.incentive_plan.version == 1


def test_the_next_handoff_has_the_later_terms(handoff: Handoff, cast: Cast) -> None:
    plan(on=day(1), first_sale_rate=Decimal("0.2"), tiers=[])
    factories.engage(handoff.account, on=day(2))
    second = moves.released(handoff.account, on=day(3))
    moves.hand_in(second, on=day(3))
    moves.claimed(second, by=cast.otto, on=day(4))
    moves.accepted(second, on=day(5))
    sell(handoff, on=6, rep=cast.otto)
    assert due() == {("first_sale", "bob"): "210.00"}


def test_a_cap_limits_the_sum(cast: Cast) -> None:
    rules(cap=Decimal(60))
    sell(handed_on())
    assert due() == {("first_sale", "alice"): "50.00", ("accelerator", "alice"): "10.00"}


def test_what_opened_before_there_was_a_plan_earns_nothing(cast: Cast) -> None:
    factories.policy()
    commission_plan()
    handoff = handed_on()
    plan(on=LONG_AGO)
    sell(handoff)
    assert due() == {}
    assert due("commission") == {("commission", "bob"): "80.00"}


def test_before_there_is_any_plan_nothing_is_kept(cast: Cast) -> None:
    factories.policy()
    sell(handed_on())
    assert not ledger.is_kept()
    assert not LedgerEntry.objects.exists()


# Commission, apart


def test_commission_is_the_same_with_and_without_an_incentive(cast: Cast) -> None:
    """Two accounts with the same sales: for one of them Alice left a brief."""
    rules()
    twin = brought(name="Twin")
    with_brief, without = handed_on(), moves.claimed(moves.handoff_of(twin))
    sums = []
    for handoff in (with_brief, without):
        first = sell(handoff, on=100, amount="333.33")
        sell(handoff, on=99, amount="10.05", booked_at=day(101))
        factories.take_back(first, amount="111.11", on=day(102))
        sums.append(ledger.what_is_posted(handoff.account))
    incentives = [
        [posted.amount for cause, posted in each.items() if cause.ledger == "incentive"]
        for each in sums
    ]
    commissions = [
        sorted(posted.amount for cause, posted in each.items() if cause.ledger == "commission")
        for each in sums
    ]
    assert sum(incentives[0]) > 0 == sum(incentives[1])
    assert commissions[0] == commissions[1] == [Decimal("0.80"), Decimal("17.78")]


def test_the_commission_plan_is_that_of_the_day_of_the_sale(handoff: Handoff) -> None:
    commission_plan("0.1", on=day(10))
    sell(handoff, on=9)
    assert due("commission") == {("commission", "bob"): "80.00"}
    sell(handoff, on=10)
    assert due("commission") == {("commission", "bob"): "180.00"}


def test_a_line_goes_by_its_product_the_rest_by_the_segment(cast: Cast) -> None:
    pump = products.add_product("Pump", by=cast.ada, at=at(LONG_AGO))
    valve = products.add_product("Valve", by=cast.ada, at=at(LONG_AGO))
    commission_plan(
        by_segment={"small": Decimal("0.03")}, by_product={pump: Decimal("0.1")}, on=LONG_AGO
    )
    account = factories.owned(cast.bob, segment="small")
    lines = (NewLine(pump, Decimal(100)), NewLine(valve, Decimal(200)))
    factories.sale(account, amount=300, on=days_on(1), rep=cast.bob, lines=lines)
    assert due("commission") == {("commission", "bob"): "16.00"}


def test_a_sale_in_another_currency_counts_at_its_own_rate(handoff: Handoff, finn: User) -> None:
    keep_rate("USD", on=day(1), rate=Decimal("0.9"), by=finn, at=at(day(1)))
    sale = sell(handoff, currency="USD")
    keep_rate("USD", on=day(2), rate=Decimal("0.5"), by=finn, at=at(day(2)))
    factories.take_back(sale, amount=100, on=day(2))
    assert due() == {("first_sale", "alice"): "40.50", ("accelerator", "alice"): "24.30"}
    assert due("commission") == {("commission", "bob"): "64.80"}


def test_a_sale_that_is_nobodys_earns_no_commission_and_yet_an_incentive(
    handoff: Handoff,
) -> None:
    sell(handoff, rep=None)
    assert due() == BOTH
    assert due("commission") == {}


# Two at once


def _reconciled_twice_at_once(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A sale is booked before there is a plan; then two workers find what is due on it."""
    factories.policy()
    handoff = moves.claimed(moves.swept(brought()))
    sell(handoff)
    commission_plan_cut_off()
    ada = factories.ada()
    meet_in(monkeypatch, ledger, "what_is_posted")
    return at_once(
        lambda: ledger.reconcile(handoff.account, by=ada, at=at(day(2))),
        lambda: ledger.reconcile(handoff.account, by=ada, at=at(day(2))),
    )


@pytest.mark.usefixtures("real_connections")
def test_two_at_once_post_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _reconciled_twice_at_once(monkeypatch)
    assert sorted(len(entries) for entries in found) == [0, 1]
    assert due("commission") == {("commission", "bob"): "80.00"}
    assert Event.objects.filter(verb=Verb.LEDGER_POSTED).count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_one_of_them_would_fall_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both find it due, and only the constraint keeps it from being paid twice."""
    unlock(monkeypatch)
    found = _reconciled_twice_at_once(monkeypatch)
    assert [type(one) for one in found].count(IntegrityError) == 1
    assert due("commission") == {("commission", "bob"): "80.00"}


# What the database itself refuses


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE incentives_ledgerentry SET amount = 1000",
        "UPDATE incentives_ledgerentry SET explanation = ''",
        "DELETE FROM incentives_ledgerentry",
    ],
)
def test_what_is_posted_stays(handoff: Handoff, sql: str) -> None:
    sell(handoff)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert due() == BOTH


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"number": 2, "amount": 0},
        {"number": 2, "ledger": "commission"},
        {"number": 2, "kind": "commission"},
        {"number": 2, "handoff": None},
    ],
)
def test_a_posting_is_whole_and_numbered_once(handoff: Handoff, change: dict[str, Any]) -> None:
    sell(handoff)
    entry = LedgerEntry.objects.get(kind="first_sale")
    for name, value in change.items():
        setattr(entry, name, value)
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)
