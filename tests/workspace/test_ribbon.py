"""The ownership ribbon: who held the account when, what happened, all within the strip."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_app.models import Account, BeganBy, EndedBy, OwnershipPeriod
from tests import factories
from tests.factories import TODAY, at, days_on
from tests.handoffs import moves
from workspace.account_page import history
from workspace.ribbon import Ribbon, ribbon

pytestmark = pytest.mark.django_db

MONTH = dt.timedelta(days=30)


def drawn(account: Account, *, on: dt.date) -> Ribbon:
    found = ribbon(account, history(account), on=on)
    assert found is not None
    return found


def test_nobody_has_held_it() -> None:
    assert ribbon(factories.pooled(), [], on=TODAY) is None


def test_the_stretches_fill_the_strip_in_order() -> None:
    factories.cast()
    factories.policy()
    account = factories.owned(name="Acme", since=days_on(0))
    moves.claimed(moves.released(account, on=days_on(50)), on=days_on(60))
    strip = drawn(account, on=days_on(100))
    assert [(each.holder, each.at, each.width) for each in strip.stretches] == [
        ("Alice", 0, 50),
        ("", 50, 10),
        ("Bob", 60, 40),
    ]
    assert [(each.from_whom, each.to_whom, each.at) for each in strip.diamonds] == [
        ("Alice", "Bob", 60)
    ]


def test_it_ends_hollow_while_pooled() -> None:
    factories.cast()
    factories.policy()
    account = factories.owned(name="Acme", since=days_on(0))
    moves.released(account, on=days_on(80))
    last = drawn(account, on=days_on(100)).stretches[-1]
    assert (last.holder, last.at, last.width, last.ended_on) == ("", 80, 20, None)


def test_who_comes_back_keeps_the_tint() -> None:
    periods = [
        period("alice", 80, None),
        period("bob", 40, 80),
        period("alice", 0, 40),
    ]
    strip = ribbon(factories.pooled(), periods, on=days_on(100))
    assert strip is not None
    assert [each.tint for each in strip.stretches] == [0, 1, 0]


def test_a_restored_holder_never_let_go() -> None:
    periods = [
        period("alice", 50, None, began_by=BeganBy.RESTORED),
        period("alice", 0, 40),
    ]
    strip = ribbon(factories.pooled(), periods, on=days_on(100))
    assert strip is not None
    assert [(each.holder, each.width) for each in strip.stretches] == [("Alice", 100)]


def test_a_week_is_one_tick_however_much_was_said() -> None:
    cast = factories.cast()
    account = factories.owned(cast.alice, since=days_on(0))
    monday = days_on(0) + dt.timedelta(days=(7 - days_on(0).weekday()) % 7)
    for day in (0, 1, 4, 7):
        factories.engage(account, by=cast.alice, on=monday + dt.timedelta(days=day))
    factories.log(account, by=cast.alice, on=monday + dt.timedelta(days=30), outcome="no_answer")
    assert len(drawn(account, on=days_on(100)).ticks) == 2


def test_a_month_is_one_dot_and_the_largest_is_the_widest() -> None:
    cast = factories.cast()
    account = factories.owned(cast.alice, since=days_on(0))
    first = (days_on(0) + MONTH).replace(day=3)
    factories.sale(account, on=first, amount=100, rep=cast.alice)
    factories.sale(account, on=first + dt.timedelta(days=9), amount=200, rep=cast.alice)
    factories.sale(account, on=first + MONTH * 2, amount=1200, rep=cast.alice)
    small, large = drawn(account, on=days_on(200)).dots
    assert (small.amount, large.amount) == (Decimal("300.00"), Decimal("1200.00"))
    assert (small.radius, large.radius) == (6.0, 9.0)


def test_what_was_before_the_first_holder_stays_on_the_strip() -> None:
    cast = factories.cast()
    account = factories.owned(cast.alice, since=days_on(50))
    factories.sale(account, on=days_on(0), amount=100)
    assert [dot.at for dot in drawn(account, on=days_on(100)).dots] == [0]


def test_a_long_life_asks_once() -> None:
    cast = factories.cast()
    account = factories.owned(cast.alice, since=days_on(0))
    for number in range(30):
        factories.engage(account, by=cast.alice, on=days_on(number * 5))
    periods = history(account)
    with CaptureQueriesContext(connection) as asked:
        ribbon(account, periods, on=days_on(200))
    assert len(asked) == 1


def period(
    name: str, begins: int, ends: int | None, *, began_by: BeganBy = BeganBy.CLAIMED
) -> OwnershipPeriod:
    return OwnershipPeriod(
        holder=getattr(factories, name)(),
        began_at=at(days_on(begins)),
        ended_at=at(days_on(ends)) if ends is not None else None,
        began_by=began_by,
        ended_by=EndedBy.SWEPT if ends is not None else "",
        clock_from=days_on(begins),
    )
