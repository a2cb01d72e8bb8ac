"""Claiming from the pool: who may, who is refused and from when, and two at once (domain §4)."""

import datetime as dt
import threading
from typing import Any

import pytest

from accounts_app.models import Account, BeganBy, OwnershipPeriod
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from handoffs import claims, pool
from handoffs.models import ClaimRequest, ClaimState, HandoffStep, Outcome, PoolEntry
from pipeline import activities
from pipeline.models import Activity
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh, owned
from tests.handoffs.moves import (
    POOLED,
    WARNED,
    again,
    claim,
    entry_of,
    released,
    swept,
    unassigned,
)
from tests.races import at_once, meet_in, slow_down, unlock


def refused(entry: PoolEntry, *, by: User, on: dt.date | dt.datetime = POOLED) -> Refused:
    with pytest.raises(Refused) as refusal:
        claim(entry, by=by, on=on)
    assert entry == PoolEntry.objects.open().get(pk=entry.pk)
    assert not ClaimRequest.objects.filter(user=by, entry=entry).exists()
    return refusal.value


# Works


@pytest.mark.usefixtures("policy")
def test_the_claimant_holds_the_account_from_then_on(bob: User) -> None:
    handoff = swept()
    period = claim(entry_of(handoff.account), by=bob, on=days_on(3, POOLED))
    account = fresh(handoff.account)
    assert (account.state, account.owner, account.held_from) == ("owned", bob, days_on(93))
    assert account.dormant_on == days_on(183)
    assert (account.warned_on, account.pool_on) == (None, None)
    assert (period.holder, period.began_by) == (bob, BeganBy.CLAIMED)
    assert period.began_at == at(days_on(93))


@pytest.mark.usefixtures("policy")
def test_the_handoff_is_transferred(bob: User) -> None:
    handoff = swept()
    claim(entry_of(handoff.account), by=bob, on=days_on(3, POOLED))
    done = again(handoff)
    assert (done.transfer, done.incoming) == ("transferred", bob)
    assert (done.transferred_on, done.transferred_at) == (days_on(93), at(days_on(93)))
    assert (done.brief_state, done.transition) == ("owed", "waiting")


@pytest.mark.usefixtures("policy")
def test_everything_is_on_record(bob: User) -> None:
    handoff = swept()
    entry = entry_of(handoff.account)
    claim(entry, by=bob)
    entry.refresh_from_db()
    assert (entry.outcome, entry.claimed_by, entry.left_at) == (Outcome.CLAIMED, bob, at(POOLED))
    request = ClaimRequest.objects.get(entry=entry)
    assert (request.user, request.state, request.decided_at) == (bob, ClaimState.WON, at(POOLED))
    step = HandoffStep.objects.get(handoff=handoff, to_state="transferred")
    assert (step.from_state, step.taken_by, step.taken_at) == ("pooled", bob, at(POOLED))
    verbs = Event.objects.filter(actor=bob).order_by("id").values_list("verb", "happened_at")
    assert list(verbs) == [
        (verb, at(POOLED))
        for verb in (Verb.POOL_LEFT, Verb.PERIOD_BEGAN, Verb.CLAIM_MADE, Verb.HANDOFF_MOVED)
    ]


@pytest.mark.usefixtures("policy")
def test_an_account_that_came_without_a_holder_has_no_handoff(bob: User) -> None:
    entry = unassigned()
    claim(entry, by=bob, on=days_on(1))
    assert fresh(entry.account).owner == bob
    assert not entry.account.handoffs.exists()


def test_before_there_is_a_policy_an_account_may_be_claimed(bob: User) -> None:
    entry = unassigned()
    claim(entry, by=bob, on=days_on(1))
    account = fresh(entry.account)
    assert (account.owner, account.dormant_on) == (bob, None)


# Who may


def test_who_may_claim(cast: Cast, policy: Any) -> None:
    selling = factories.manager("sela", holds_accounts=True)
    resting = factories.rep("rudi", holds_accounts=False)
    gone = factories.rep("gina", active=False)
    may = {cast.bob: True, cast.otto: True, selling: True}
    may |= dict.fromkeys((cast.mara, cast.finn, cast.ada, cast.olga, resting, gone), False)
    may[factories.steward()] = False
    for number, (user, allowed) in enumerate(may.items()):
        entry = unassigned(f"Acme {number}")
        assert claims.may_claim(user) is allowed, user
        if allowed:
            assert claim(entry, by=user).holder == user
        else:
            assert isinstance(refused(entry, by=user), NotAllowed)


# The cooldown


@pytest.mark.usefixtures("policy")
def test_who_held_it_may_not_claim_it_within_the_cooldown(alice: User) -> None:
    entry = entry_of(swept().account)
    last_day, free_from = days_on(365, POOLED), days_on(366, POOLED)
    for day in (POOLED, last_day):
        refusal = refused(entry, by=alice, on=day)
        assert (refusal.code, refusal.facts) == ("cooldown", {"free_from": free_from})
        assert f"may claim it again from {free_from}" in refusal.sentence


@pytest.mark.usefixtures("policy")
def test_who_held_it_may_claim_it_on_the_day_after_the_cooldown(alice: User) -> None:
    """It is their own again: nothing is handed over, and there is nothing to earn."""
    handoff = swept()
    claim(entry_of(handoff.account), by=alice, on=days_on(366, POOLED))
    assert fresh(handoff.account).owner == alice
    done = again(handoff)
    assert (done.transfer, done.incoming, done.transferred_on) == ("cancelled", None, None)
    assert not handoff.account.accesses.exists()


@pytest.mark.usefixtures("policy")
def test_the_cooldown_counts_from_the_last_time_somebody_held_it(alice: User, bob: User) -> None:
    account = swept().account
    claim(entry_of(account), by=bob)
    released(account, on=days_on(10, POOLED))
    entry = entry_of(account)
    assert refused(entry, by=alice, on=days_on(365, POOLED)).code == "cooldown"
    assert refused(entry, by=bob, on=days_on(375, POOLED)).code == "cooldown"
    assert claim(entry, by=alice, on=days_on(366, POOLED)).ended_at is None


def test_the_cooldown_is_that_of_the_policy(alice: User) -> None:
    factories.policy(reclaim_cooldown_days=0)
    entry = entry_of(released().account)
    assert refused(entry, by=alice, on=at(WARNED, 23)).facts == {"free_from": days_on(1, WARNED)}
    assert claim(entry, by=alice, on=days_on(1, WARNED)).ended_at is None


# Unworked claims


def _claims(user: User, number: int) -> list[Account]:
    entries = [unassigned(f"{user.username} {n}") for n in range(number)]
    return [claim(entry, by=user, on=days_on(1)).account for entry in entries]


def test_too_many_claims_without_a_conversation_are_refused(bob: User) -> None:
    factories.policy(max_unworked_claims=2)
    _claims(bob, 2)
    refusal = refused(unassigned(), by=bob)
    assert (refusal.code, refusal.facts) == ("unworked_claims", {"number": 2})


def test_a_conversation_makes_room(bob: User) -> None:
    factories.policy(max_unworked_claims=2)
    first, _ = _claims(bob, 2)
    factories.log(first, channel="call", outcome="no_answer", on=days_on(1))
    entry = unassigned()
    assert refused(entry, by=bob, on=days_on(2)).code == "unworked_claims"
    factories.engage(first, on=days_on(2))
    assert claim(entry, by=bob, on=days_on(2)).ended_at is None


def test_letting_go_makes_room(bob: User) -> None:
    factories.policy(max_unworked_claims=1)
    (account,) = _claims(bob, 1)
    released(account, on=days_on(2))
    assert claim(unassigned(), by=bob, on=days_on(2)).ended_at is None


def test_accounts_that_somebody_brought_along_are_no_unworked_claims(bob: User) -> None:
    factories.policy(max_unworked_claims=1)
    brought = factories.pooled("Brought", on=TODAY)
    factories.hold(brought, bob, on=TODAY, why=BeganBy.IMPORTED)
    assert claim(unassigned(), by=bob, on=days_on(1)).ended_at is None


# Capacity


@pytest.mark.usefixtures("policy")
def test_nobody_claims_more_than_they_have_room_for() -> None:
    full = factories.rep("fay", capacity=1)
    brought = owned(full, name="Brought")
    entry = unassigned()
    refusal = refused(entry, by=full)
    assert (refusal.code, refusal.facts) == ("capacity", {"held": 1})
    released(brought, on=days_on(1))
    assert claim(entry, by=full, on=days_on(2)).ended_at is None


@pytest.mark.usefixtures("policy")
def test_every_reason_can_be_read_before_the_claim() -> None:
    full = factories.rep("fay", capacity=0)
    account = swept(owned(full)).account
    found = claims.refusals(full, account, at=at(POOLED))
    assert [refusal.code for refusal in found] == ["cooldown", "capacity"]


# Too late


@pytest.mark.usefixtures("policy")
def test_an_entry_that_was_claimed_says_by_whom(bob: User, otto: User) -> None:
    entry = entry_of(swept().account)
    claim(entry, by=otto)
    for claimant in (bob, otto):
        with pytest.raises(Refused) as refusal:
            claim(entry, by=claimant, on=days_on(1, POOLED))
        assert refusal.value.code == "already_claimed"
        assert refusal.value.facts == {"winner": otto.pk}
        assert refusal.value.sentence == f"Otto claimed Acme on {POOLED}."
    assert ClaimRequest.objects.count() == 1


@pytest.mark.usefixtures("policy")
def test_an_entry_that_was_withdrawn_cannot_be_claimed(bob: User) -> None:
    entry = unassigned()
    pool.withdraw(entry, why="A duplicate", by=factories.ada(), at=at(days_on(1)))
    with pytest.raises(Refused) as refusal:
        claim(entry, by=bob)
    assert refusal.value.code == "already_left"
    assert fresh(entry.account).owner is None


@pytest.mark.usefixtures("policy")
def test_an_entry_cannot_be_claimed_before_it_was_there(bob: User) -> None:
    entry = entry_of(swept().account)
    assert refused(entry, by=bob, on=days_on(-1, POOLED)).code == "before_it_entered"
    assert fresh(entry.account).owner is None


# Two at once


def _outcomes(found: list[Any]) -> set[str]:
    """What each of the two was told: "won", the code of the refusal, or another error's name."""
    return {
        "won" if isinstance(one, OwnershipPeriod) else getattr(one, "code", type(one).__name__)
        for one in found
    }


def _two_want_one(monkeypatch: pytest.MonkeyPatch) -> tuple[PoolEntry, list[Any]]:
    factories.policy()
    bob, otto, entry = factories.bob(), factories.otto(), unassigned()
    meet_in(monkeypatch, claims, "refusals")
    return entry, at_once(lambda: claim(entry, by=bob), lambda: claim(entry, by=otto))


@pytest.mark.usefixtures("real_connections")
def test_of_two_at_once_one_wins_and_the_other_is_told_who(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry, found = _two_want_one(monkeypatch)
    assert _outcomes(found) == {"won", "already_claimed"}
    entry.refresh_from_db()
    told = next(one for one in found if isinstance(one, Refused))
    assert told.facts == {"winner": entry.claimed_by_id}
    assert fresh(entry.account).owner == entry.claimed_by
    assert ClaimRequest.objects.count() == OwnershipPeriod.objects.count() == 1
    assert Event.objects.filter(verb=Verb.POOL_LEFT).count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_the_other_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: only the database's constraint still stands in between."""
    unlock(monkeypatch)
    _, found = _two_want_one(monkeypatch)
    assert "already_claimed" not in _outcomes(found)


def _one_wants_two(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    factories.policy(max_unworked_claims=1)
    bob, one, two = factories.bob(), unassigned("One"), unassigned("Two")
    meet_in(monkeypatch, claims, "refusals")
    return at_once(lambda: claim(one, by=bob), lambda: claim(two, by=bob))


@pytest.mark.usefixtures("real_connections")
def test_who_claims_two_at_once_gets_no_more_than_they_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _outcomes(_one_wants_two(monkeypatch)) == {"won", "unworked_claims"}
    assert Account.objects.owned().count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_somebody_would_get_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlock(monkeypatch)
    assert _outcomes(_one_wants_two(monkeypatch)) == {"won"}
    assert Account.objects.owned().count() == 2


@pytest.mark.usefixtures("real_connections")
def test_who_claims_and_logs_at_once_gets_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim locks its claimant, then the account; the log holds the account, then it names the
    same person. With a stronger lock PostgreSQL would end one of them as a deadlock."""
    factories.policy()
    bob, entry, both = factories.bob(), unassigned(), threading.Barrier(2)
    meet_in(monkeypatch, claims, "may_claim", both)
    meet_in(monkeypatch, activities, "check_may_log", both)
    slow_down(monkeypatch, activities, "is_engagement")
    claimed, logged = at_once(
        lambda: claim(entry, by=bob, on=days_on(1)),
        lambda: factories.engage(entry.account, by=bob, on=days_on(1)),
    )
    assert isinstance(claimed, OwnershipPeriod)
    assert isinstance(logged, Activity)
