"""Two who would hold one account at the same moment: one does, the other is told."""

from typing import Any

import pytest
from django.db import IntegrityError

from accounts_app import ownership
from accounts_app.models import Account, OwnershipPeriod
from core.errors import Refused
from tests import factories
from tests.factories import fresh
from tests.races import at_once, meet_in, unlock


def two_begin(monkeypatch: pytest.MonkeyPatch) -> tuple[Account, list[Any]]:
    account = factories.pooled()
    alice, bob = factories.alice(), factories.bob()
    meet_in(monkeypatch, ownership, "locked")
    return account, at_once(
        lambda: factories.hold(account, alice), lambda: factories.hold(account, bob)
    )


@pytest.mark.usefixtures("real_connections")
def test_one_holds_and_the_other_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    account, found = two_begin(monkeypatch)
    refused = next(one for one in found if isinstance(one, Refused))
    period = next(one for one in found if isinstance(one, OwnershipPeriod))
    assert refused.code == "already_held"
    assert refused.facts == {"holder": period.holder_id}
    assert fresh(account).owner == period.holder
    assert OwnershipPeriod.objects.count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_only_the_database_stands_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: both read that nobody holds it, and the second hits the constraint."""
    unlock(monkeypatch)
    _, found = two_begin(monkeypatch)
    assert {type(one) for one in found} == {OwnershipPeriod, IntegrityError}
    assert OwnershipPeriod.objects.count() == 1


@pytest.mark.usefixtures("real_connections")
def test_of_two_who_end_it_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    account, later = factories.owned(), factories.days_on(1)
    meet_in(monkeypatch, ownership, "locked")
    found = at_once(
        lambda: factories.let_go(account, on=later), lambda: factories.let_go(account, on=later)
    )
    assert {one.code if isinstance(one, Refused) else "ended" for one in found} == {
        "ended",
        "not_held",
    }
