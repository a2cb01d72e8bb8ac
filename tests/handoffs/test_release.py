"""Letting go before the clock does (domain §4)."""

from typing import Any

import pytest

from accounts_app import ownership
from accounts_app.models import AccountAccess, EndedBy, OwnershipPeriod
from core.errors import NotAllowed, Refused
from core.models import Event, Notification, User, Verb
from handoffs import releases
from handoffs.models import EntryReason, Handoff, PoolEntry, SweepRun
from tests import factories
from tests.factories import Cast, at, days_on, fresh, owned
from tests.handoffs.moves import (
    POOLED,
    WARNED,
    again,
    claim,
    claimed,
    entry_of,
    released,
    sweep_on,
    unassigned,
)
from tests.races import at_once, meet_in, unlock


@pytest.mark.usefixtures("policy")
def test_the_account_is_in_the_pool_at_once(alice: User) -> None:
    handoff = released()
    account = fresh(handoff.account)
    assert (account.state, account.owner, account.dormant_on) == ("pooled", None, None)
    period = OwnershipPeriod.objects.get(account=account)
    assert (period.ended_at, period.ended_by) == (at(WARNED), EndedBy.RELEASED)
    entry = entry_of(account)
    assert (entry.reason, entry.previous_holder) == (EntryReason.RELEASED, alice)
    assert (entry.entered_at, entry.left_at) == (at(WARNED), None)


@pytest.mark.usefixtures("policy")
def test_its_handoff_opens_with_the_brief_due_and_the_way_in(alice: User) -> None:
    handoff = released()
    assert (handoff.kind, handoff.outgoing, handoff.pays_incentive) == ("released", alice, True)
    assert (handoff.opened_at, handoff.opened_on) == (at(WARNED), WARNED)
    assert handoff.brief_due_on == days_on(7, WARNED)
    assert AccountAccess.objects.get().user == alice
    assert handoff.terms.brief_due_on == handoff.brief_due_on
    told = Notification.objects.get(recipient=alice)
    assert told.sentence.startswith("Acme has left your hands.")


@pytest.mark.usefixtures("policy")
def test_the_signs_of_that_moment_are_kept(policy: Any) -> None:
    account = owned()
    factories.engage(account, on=days_on(4))
    released(account, on=days_on(10))
    entry = entry_of(account)
    assert entry.policy == policy
    assert entry.evidence["counted"] == "engagement"
    assert entry.evidence["dormant_on"] == days_on(94).isoformat()
    assert entry.evidence["warned_on"] is None


@pytest.mark.usefixtures("policy")
def test_everything_is_on_record(alice: User) -> None:
    handoff = released()
    events = Event.objects.filter(account_id=handoff.account_id, happened_at=at(WARNED))
    assert [(event.verb, event.actor) for event in events.order_by("id")] == [
        (Verb.PERIOD_ENDED, alice),
        (Verb.POOL_ENTERED, alice),
        (Verb.HANDOFF_OPENED, alice),
        (Verb.TERMS_FROZEN, factories.steward()),
    ]
    steps = handoff.steps.values_list("track", "from_state", "to_state", "taken_by")
    assert set(steps) == {
        ("transfer", "", "pooled", alice.pk),
        ("brief", "", "owed", alice.pk),
        ("transition", "", "waiting", alice.pk),
    }


@pytest.mark.usefixtures("policy")
def test_somebody_else_may_claim_it_the_same_day(bob: User) -> None:
    handoff = released(on=at(WARNED, 9))
    claim(entry_of(handoff.account), by=bob, on=at(WARNED, 10))
    assert fresh(handoff.account).owner == bob


@pytest.mark.usefixtures("policy")
def test_the_transition_before_is_superseded() -> None:
    first = claimed(released(), on=days_on(1, WARNED))
    released(first.account, on=days_on(5, WARNED))
    assert again(first).transition == "superseded"


def test_who_may_let_go(cast: Cast, policy: Any) -> None:
    may = {cast.alice: True, cast.mara: True, cast.ada: True, factories.steward(): True}
    may |= dict.fromkeys((cast.bob, cast.otto, cast.olga, cast.finn), False)
    for number, (user, allowed) in enumerate(may.items()):
        account = owned(cast.alice, name=f"Acme {number}")
        assert releases.may_release(user, account, at=at(WARNED)) is allowed, user
        if allowed:
            assert releases.release(account, by=user, at=at(WARNED)).outgoing == cast.alice
            continue
        with pytest.raises(NotAllowed):
            releases.release(account, by=user, at=at(WARNED))
        assert fresh(account).owner == cast.alice
        assert not account.handoffs.exists()


@pytest.mark.usefixtures("policy")
def test_who_left_lets_nothing_go(alice: User) -> None:
    account = owned(alice)
    User.objects.get_queryset().filter(pk=alice.pk).update(active=False)
    alice.refresh_from_db()
    with pytest.raises(NotAllowed):
        releases.release(account, by=alice, at=at(WARNED))


@pytest.mark.usefixtures("policy")
def test_an_account_that_nobody_holds_cannot_be_let_go(alice: User, ada: User) -> None:
    account = unassigned().account
    gone = released(owned(name="Gone")).account
    for user in (alice, ada):
        for unheld in (account, gone):
            with pytest.raises(Refused) as refused:
                releases.release(unheld, by=user, at=at(POOLED))
            assert refused.value.code == "not_held"
    assert PoolEntry.objects.count() == 2


@pytest.mark.usefixtures("policy")
def test_nothing_is_let_go_before_it_was_held(alice: User) -> None:
    account = owned(alice)
    with pytest.raises(Refused) as refused:
        released(account, on=days_on(-1))
    assert refused.value.code == "before_it_began"
    assert fresh(account).owner == alice


def test_without_a_policy_nothing_can_be_promised(alice: User) -> None:
    account = owned(alice)
    with pytest.raises(Refused) as refused:
        released(account)
    assert refused.value.code == "no_policy"


def _let_go_and_swept_at_once(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    """What came of letting go, and how many of the two went about to end the period."""
    factories.policy()
    alice, account = factories.alice(), owned()
    sweep_on(WARNED)
    came = meet_in(monkeypatch, ownership, "end_many")
    found: list[Any] = at_once(
        lambda: releases.release(account, by=alice, at=at(POOLED, 3)), lambda: sweep_on(POOLED)
    )
    return found[0], len(came)


@pytest.mark.usefixtures("real_connections")
def test_let_go_while_it_is_swept_it_is_handed_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, came = _let_go_and_swept_at_once(monkeypatch)
    handoff, run = Handoff.objects.get(), SweepRun.objects.get(night=POOLED)
    assert came == PoolEntry.objects.count() == OwnershipPeriod.objects.count() == 1
    if handoff.kind == "released":
        assert (let_go, run.pooled) == (handoff, 0)
    else:
        assert (let_go.code, run.pooled) == ("not_held", 1)
    assert not run.set_aside.exists()


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_both_would_end_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: only the database's constraint on what is open is still in between."""
    unlock(monkeypatch)
    _, came = _let_go_and_swept_at_once(monkeypatch)
    assert came > 1
    assert Handoff.objects.count() == 1
