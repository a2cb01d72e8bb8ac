"""The pool: how accounts come into it and leave it, besides by a claim (domain §4)."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from core.errors import Refused
from core.models import Event, User, Verb
from handoffs import pool
from handoffs.models import EntryReason, Outcome, PoolEntry
from tests import factories
from tests.factories import Cast, at, days_on, fresh, owned
from tests.handoffs.moves import POOLED, claim, entry_of, released, swept, unassigned

pytestmark = pytest.mark.usefixtures("policy")


def test_an_account_without_a_holder_is_there_for_everybody(cast: Cast) -> None:
    entry = unassigned(on=days_on(2))
    assert (entry.reason, entry.previous_holder) == (EntryReason.UNASSIGNED, None)
    assert (entry.entered_at, entry.left_at) == (at(days_on(2)), None)
    for user in cast:
        assert list(PoolEntry.objects.open().visible_to(user)) == [entry]


def test_who_cannot_sign_in_sees_no_pool(alice: User) -> None:
    unassigned()
    alice.active = False
    assert not PoolEntry.objects.visible_to(alice).exists()


def test_it_enters_once_however_often_it_is_told(ada: User) -> None:
    entry = unassigned()
    assert pool.enter_unassigned(entry.account, by=ada, at=at(days_on(9))) == entry
    assert Event.objects.filter(verb=Verb.POOL_ENTERED).count() == 1


def test_a_held_account_does_not_enter(ada: User) -> None:
    with pytest.raises(Refused) as refused:
        pool.enter_unassigned(owned(), by=ada, at=at(days_on(1)))
    assert refused.value.code == "not_pooled"
    assert not PoolEntry.objects.exists()


def test_a_withdrawal_is_on_record_with_its_reason(ada: User) -> None:
    entry = unassigned()
    pool.withdraw(entry, why="A duplicate", by=ada, at=at(days_on(1)))
    entry.refresh_from_db()
    assert (entry.outcome, entry.left_at) == (Outcome.WITHDRAWN, at(days_on(1)))
    assert entry.claimed_by is None
    event = Event.objects.get(verb=Verb.POOL_LEFT)
    assert (event.actor, event.subject_id) == (ada, entry.pk)
    assert event.changes == {"outcome": "withdrawn", "why": "A duplicate"}


def test_what_has_left_cannot_be_withdrawn(ada: User) -> None:
    claimed, withdrawn = unassigned("Claimed"), unassigned("Withdrawn")
    claim(claimed, on=days_on(1))
    pool.withdraw(withdrawn, why="A duplicate", by=ada, at=at(days_on(1)))
    for entry in (claimed, withdrawn):
        with pytest.raises(Refused) as refused:
            pool.withdraw(entry, why="Again", by=ada, at=at(days_on(2)))
        assert refused.value.code == "already_left"


def test_nothing_leaves_before_it_entered(ada: User) -> None:
    entry = unassigned()
    with pytest.raises(Refused) as refused:
        pool.withdraw(entry, why="A duplicate", by=ada, at=at(days_on(-1)))
    assert refused.value.code == "before_it_entered"
    assert PoolEntry.objects.open().get() == entry


def test_each_stay_has_its_own_entry(bob: User) -> None:
    first = entry_of(swept().account)
    claim(first, by=bob)
    released(first.account, on=days_on(3, POOLED))
    second = entry_of(first.account)
    assert first != second
    stays = PoolEntry.objects.filter(account=first.account).order_by("id")
    assert [entry.reason for entry in stays] == ["swept", "released"]
    assert [entry.previous_holder for entry in stays] == [factories.alice(), bob]
    assert PoolEntry.objects.open().get() == second
    assert fresh(first.account).state == "pooled"


# What the database itself refuses


def test_one_open_entry_for_an_account() -> None:
    entry = unassigned()
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolEntry.objects.create(
            account=entry.account, reason=EntryReason.UNASSIGNED, entered_at=at(days_on(1))
        )


@pytest.mark.parametrize(
    "change",
    [
        {"left_at": F("entered_at")},
        {"outcome": "withdrawn"},
        {"left_at": F("entered_at"), "outcome": "claimed"},
        {"reason": "swept"},
        {"reason": "released"},
    ],
)
def test_an_entry_is_whole(change: dict[str, Any]) -> None:
    entry = unassigned()
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolEntry.objects.filter(pk=entry.pk).update(**change)


def test_an_entry_stays_for_good() -> None:
    entry = unassigned()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM handoffs_poolentry WHERE id = %s", [entry.pk])
    assert PoolEntry.objects.filter(pk=entry.pk).exists()
