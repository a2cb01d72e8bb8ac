"""Two who win one card, or take one sale back, at the same moment."""

from typing import Any

import pytest

from core.errors import Refused
from pipeline import opportunities, sales
from pipeline.models import Sale, SaleReversal
from tests import factories
from tests.races import at_once, meet_in, unlock


def codes(found: list[Any]) -> list[str]:
    return sorted(one.code if isinstance(one, Refused) else "done" for one in found)


def two_win(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    card = factories.card(factories.owned())
    meet_in(monkeypatch, opportunities, "_day")
    return at_once(lambda: factories.win(card), lambda: factories.win(card))


@pytest.mark.usefixtures("real_connections")
def test_one_wins_and_it_is_sold_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(two_win(monkeypatch)) == ["closed", "done"]
    assert Sale.objects.count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_it_would_be_sold_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlock(monkeypatch)
    assert codes(two_win(monkeypatch)) == ["done", "done"]
    assert Sale.objects.count() == 2


def two_take_back(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    sale = factories.sale(factories.owned())
    meet_in(monkeypatch, sales, "_check_reversal")
    return at_once(lambda: factories.take_back(sale), lambda: factories.take_back(sale))


@pytest.mark.usefixtures("real_connections")
def test_a_sale_is_taken_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.finn()
    assert codes(two_take_back(monkeypatch)) == ["already_reversed", "done"]
    assert SaleReversal.objects.count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_more_would_be_taken_back_than_was_sold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control."""
    unlock(monkeypatch)
    assert codes(two_take_back(monkeypatch)) == ["done", "done"]
    assert SaleReversal.objects.count() == 2
