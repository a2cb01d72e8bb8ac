"""A policy takes effect: every deadline follows, range by range, also when it is cut off."""

import datetime as dt
from itertools import count
from typing import Any

import pytest

from accounts_app import dormancy, policies
from accounts_app.models import Account, DormancyPolicy, PolicyApplication
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, at, days_on, fresh, steward

EFFECTIVE = days_on(7 + 21)


class PowerCut(Exception):
    """The process dies."""


@pytest.fixture
def first(db: None) -> DormancyPolicy:
    return factories.policy()


def adopted(**figures: Any) -> DormancyPolicy:
    """Proposed today, adopted in a week, in force on ``EFFECTIVE``."""
    policy = policies.adopt(factories.proposal(**figures), by=factories.ada(), at=at(days_on(7)))
    assert policy.effective_on == EFFECTIVE
    return policy


def apply(on: dt.date = EFFECTIVE) -> list[DormancyPolicy]:
    return policies.apply_due(on=on, at=at(on), by=steward())


def dormant_days(*accounts: Account) -> list[dt.date | None]:
    return [fresh(account).dormant_on for account in accounts]


def five() -> list[Account]:
    """Five of Alice's, and between them one in the pool."""
    accounts = [factories.owned(name=f"Owned {n}", since=days_on(n)) for n in (0, 1)]
    factories.pooled("Pooled")
    return accounts + [factories.owned(name=f"Owned {n}", since=days_on(n)) for n in (2, 3, 4)]


def ninety(since: dt.date = TODAY) -> list[dt.date]:
    return [days_on(n + 90, since) for n in range(5)]


def sixty() -> list[dt.date]:
    return [days_on(n + 60) for n in range(5)]


# Taking effect


def test_before_its_day_nothing_changes(first: DormancyPolicy) -> None:
    account = factories.owned()
    adopted(dormant_after_days=60)
    assert apply(days_on(-1, EFFECTIVE)) == []
    assert dormant_days(account) == [days_on(90)]
    assert dormancy.rule_in_force() == first.rule


def test_on_its_day_every_deadline_follows(first: DormancyPolicy) -> None:
    accounts, policy = five(), adopted(dormant_after_days=60)
    assert apply() == [policy]
    assert dormant_days(*accounts) == sixty()
    assert Account.objects.pooled().get().dormant_on is None
    application = PolicyApplication.objects.get(policy=policy)
    assert (application.applied_on, application.finished_at) == (EFFECTIVE, at(EFFECTIVE))


def test_a_second_time_nothing_happens(first: DormancyPolicy) -> None:
    factories.owned()
    adopted(dormant_after_days=60)
    apply()
    rows, events = list(Account.objects.values()), Event.objects.count()
    assert apply() == []
    assert (list(Account.objects.values()), Event.objects.count()) == (rows, events)


def test_it_is_on_record_once(first: DormancyPolicy) -> None:
    policy = adopted()
    apply()
    event = Event.objects.get(verb=Verb.POLICY_APPLIED, subject_id=policy.pk)
    assert (event.actor, event.happened_at) == (steward(), at(EFFECTIVE))
    assert event.changes == {"applied_on": EFFECTIVE.isoformat()}


def test_the_policy_in_force_is_the_last_one_applied(first: DormancyPolicy) -> None:
    """Its day has come; until it is applied the former holds, for signs that arrive too."""
    account, policy = factories.owned(), adopted(dormant_after_days=60)
    late = days_on(5, EFFECTIVE)
    factories.engage(account, on=late)
    assert dormant_days(account) == [days_on(90, late)]
    apply(days_on(6, EFFECTIVE))
    assert dormancy.rule_in_force() == policy.rule
    assert dormant_days(account) == [days_on(60, late)]


def test_several_that_are_due_are_applied_in_order(first: DormancyPolicy) -> None:
    account = factories.owned()
    second = adopted(dormant_after_days=60)
    third = policies.adopt(
        factories.proposal(dormant_after_days=30), by=factories.ada(), at=at(days_on(7))
    )
    assert apply(days_on(99)) == [second, third]
    assert dormancy.rule_in_force() == third.rule
    assert dormant_days(account) == [days_on(30)]


# Warnings


def warned(account: Account, on: dt.date) -> Account:
    """A warning went out on that day."""
    row = fresh(account)
    row.warned_on, row.pool_on = on, max(row.dormant_on or on, days_on(7, on))
    row.save(update_fields=["warned_on", "pool_on"])
    return row


def deadlines(account: Account) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    row = fresh(account)
    return row.dormant_on, row.warned_on, row.pool_on


def test_whoever_is_brought_forward_unwarned_is_not_due_for_the_pool(
    first: DormancyPolicy,
) -> None:
    account = factories.owned(since=days_on(-70))
    adopted(dormant_after_days=22)
    apply()
    assert deadlines(account) == (days_on(-48), None, None)
    assert Account.objects.to_warn(on=EFFECTIVE, warn_days=21).get() == account
    assert not Account.objects.to_pool(on=EFFECTIVE).exists()


def test_a_warning_stands_and_its_notice_with_it(first: DormancyPolicy) -> None:
    account = warned(factories.owned(since=days_on(-50)), EFFECTIVE)
    adopted(dormant_after_days=60, notice_days=30)
    apply()
    assert deadlines(account) == (days_on(10), EFFECTIVE, days_on(30, EFFECTIVE))


def test_a_warning_is_over_when_the_new_day_is_far(first: DormancyPolicy) -> None:
    account = warned(factories.owned(since=days_on(-50)), EFFECTIVE)
    adopted(dormant_after_days=365)
    apply()
    assert deadlines(account) == (days_on(315), None, None)


@pytest.mark.parametrize(("dormant_after", "stands"), [(49, True), (50, False)])
def test_the_warning_days_are_judged_on_the_day_it_takes_effect(
    first: DormancyPolicy, dormant_after: int, stands: bool
) -> None:
    """With 21 warning days, held since today: on ``EFFECTIVE``, 28 days after."""
    account = warned(factories.owned(), EFFECTIVE)
    adopted(dormant_after_days=dormant_after)
    apply()
    assert (fresh(account).warned_on is not None) is stands


# Cut off


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "RANGE_SIZE", 2)


@pytest.fixture
def cut_after_one(
    monkeypatch: pytest.MonkeyPatch, small_ranges: None, first: DormancyPolicy
) -> None:
    """The first range is done, then the process dies; once."""
    really, turns = policies._recompute_next_range, count(1)

    def die_on_the_second(application_id: int, *, on: dt.date) -> bool:
        if next(turns) == 2:
            raise PowerCut
        return really(application_id, on=on)

    monkeypatch.setattr(policies, "_recompute_next_range", die_on_the_second)


@pytest.mark.usefixtures("small_ranges")
def test_range_after_range(first: DormancyPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = five()
    ranges: list[tuple[int, int]] = []
    really = dormancy.recompute

    def note(first_id: int, last_id: int, **more: Any) -> int:
        ranges.append((first_id, last_id))
        return really(first_id, last_id, **more)

    monkeypatch.setattr(dormancy, "recompute", note)
    adopted(dormant_after_days=60)
    apply()
    ids = list(Account.objects.order_by("id").values_list("id", flat=True))
    assert ranges == [(ids[0], ids[1]), (ids[2], ids[3]), (ids[4], ids[5])]
    assert dormant_days(*accounts) == sixty()


@pytest.mark.usefixtures("cut_after_one")
def test_the_next_run_finishes_what_was_cut_off(first: DormancyPolicy) -> None:
    accounts, policy = five(), adopted(dormant_after_days=60)
    with pytest.raises(PowerCut):
        apply()
    assert dormant_days(*accounts) == sixty()[:2] + ninety()[2:]
    application = PolicyApplication.objects.get(policy=policy)
    assert (application.done_through, application.finished_at) == (accounts[1].pk, None)
    assert apply(days_on(1, EFFECTIVE)) == []
    assert dormant_days(*accounts) == sixty()
    application.refresh_from_db()
    assert application.applied_on == EFFECTIVE
    assert application.finished_at == at(days_on(1, EFFECTIVE))
    assert Event.objects.filter(verb=Verb.POLICY_APPLIED, subject_id=policy.pk).count() == 1


@pytest.mark.usefixtures("cut_after_one")
def test_signs_and_holders_that_come_meanwhile_follow_the_new_policy(
    first: DormancyPolicy, bob: User
) -> None:
    accounts = five()
    adopted(dormant_after_days=60)
    with pytest.raises(PowerCut):
        apply()
    reached, not_reached = accounts[0], accounts[3]
    factories.engage(reached, on=EFFECTIVE)
    factories.engage(not_reached, on=EFFECTIVE)
    added = factories.owned(bob, since=EFFECTIVE, name="Added")
    for _ in range(2):
        assert dormant_days(reached, not_reached, added) == [days_on(60, EFFECTIVE)] * 3
        apply()


@pytest.mark.usefixtures("cut_after_one")
def test_a_newer_policy_comes_after_what_was_cut_off(first: DormancyPolicy) -> None:
    accounts = five()
    adopted(dormant_after_days=60)
    third = policies.adopt(
        factories.proposal(dormant_after_days=30), by=factories.ada(), at=at(days_on(7))
    )
    with pytest.raises(PowerCut):
        apply()
    assert apply(days_on(1, EFFECTIVE)) == [third]
    assert dormant_days(*accounts) == [days_on(n + 30) for n in range(5)]
    unfinished = PolicyApplication.objects.filter(finished_at__isnull=True)
    assert not unfinished.exists()
