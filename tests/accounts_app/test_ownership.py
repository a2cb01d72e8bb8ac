"""Who holds an account: periods begin and end, one at a time (domain §2)."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from accounts_app import ownership
from accounts_app.models import Account, BeganBy, EndedBy, OwnershipPeriod, State
from accounts_app.signals import ownership_moved
from core.days import moment
from core.errors import Refused
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, at, days_on, fresh, steward

NOON = at(TODAY)


@pytest.fixture
def acme(db: None) -> Account:
    return factories.pooled()


def begin(account: Account, holder: User, on: dt.datetime = NOON, **more: Any) -> OwnershipPeriod:
    return ownership.begin(account, holder=holder, why=BeganBy.CLAIMED, by=steward(), at=on, **more)


# Beginning


def test_beginning_makes_the_holder_and_starts_the_clock(acme: Account, alice: User) -> None:
    factories.policy()
    period = begin(acme, alice)
    row = fresh(acme)
    assert (row.state, row.owner, row.held_from) == ("owned", alice, TODAY)
    assert (row.dormant_on, row.warned_on, row.pool_on) == (days_on(90), None, None)
    assert (period.holder, period.began_at, period.ended_at) == (alice, NOON, None)
    assert (period.began_by, period.clock_from) == ("claimed", TODAY)


def test_both_leave_an_event(acme: Account, alice: User) -> None:
    period = begin(acme, alice)
    factories.let_go(acme, on=days_on(1))
    began, ended = Event.objects.filter(verb__startswith="ownership.").order_by("id")
    assert (began.verb, ended.verb) == (Verb.PERIOD_BEGAN, Verb.PERIOD_ENDED)
    assert began.changes == {"holder": alice.pk, "why": "claimed", "state": "owned"}
    assert ended.changes == {"holder": alice.pk, "why": "swept", "state": "pooled"}
    assert {began.account_id, ended.account_id} == {acme.pk}
    assert {began.subject_id, ended.subject_id} == {period.pk}
    assert (began.happened_at, ended.happened_at) == (NOON, at(days_on(1)))


def test_a_restored_holder_keeps_the_old_clock(acme: Account, alice: User) -> None:
    factories.policy()
    begin(acme, alice, clock_from=days_on(-40))
    assert (fresh(acme).held_from, fresh(acme).dormant_on) == (days_on(-40), days_on(50))


def test_older_signs_stay_with_the_account(acme: Account, alice: User) -> None:
    factories.policy()
    factories.contract(acme, ends_on=days_on(200))
    begin(acme, alice)
    assert fresh(acme).dormant_on == days_on(290)


def test_without_a_policy_there_is_no_deadline(acme: Account, alice: User) -> None:
    begin(acme, alice)
    assert fresh(acme).dormant_on is None


def test_a_closed_account_that_is_held_again_is_not_closed(acme: Account, alice: User) -> None:
    begin(acme, alice)
    ownership.end(
        acme,
        why=EndedBy.CLOSED,
        by=steward(),
        at=at(days_on(1)),
        state=State.CLOSED,
        closed_because="no_need",
    )
    assert (fresh(acme).state, fresh(acme).closed_because) == ("closed", "no_need")
    begin(acme, alice, at(days_on(2)))
    assert (fresh(acme).state, fresh(acme).closed_because) == ("owned", "")


def test_an_account_is_held_by_one(acme: Account, alice: User, bob: User) -> None:
    begin(acme, alice)
    with pytest.raises(Refused) as refusal:
        begin(acme, bob, at(days_on(1)))
    assert (refusal.value.code, refusal.value.facts) == ("already_held", {"holder": alice.pk})
    assert fresh(acme).owner == alice


@pytest.mark.parametrize("who", ["mara", "finn", "ada", "gone"])
def test_only_who_may_hold_becomes_a_holder(
    acme: Account, mara: User, finn: User, ada: User, who: str
) -> None:
    gone = factories.rep("gone", active=False)
    person = {"mara": mara, "finn": finn, "ada": ada, "gone": gone}[who]
    with pytest.raises(Refused) as refusal:
        begin(acme, person)
    assert refusal.value.code == "not_a_holder"
    assert fresh(acme).state == "pooled"


def test_a_selling_manager_may_hold(acme: Account) -> None:
    seller = factories.manager("selma", holds_accounts=True)
    assert begin(acme, seller).holder == seller


@pytest.mark.parametrize("days", [-1, 0, 4])
def test_a_period_does_not_lie_under_another(
    acme: Account, alice: User, bob: User, days: int
) -> None:
    begin(acme, alice)
    factories.let_go(acme, on=days_on(5))
    with pytest.raises(Refused) as refusal:
        begin(acme, bob, at(days_on(days)))
    assert refusal.value.code == "held_then"
    assert begin(acme, bob, at(days_on(5))).holder == bob


# Ending


def test_ending_stops_the_clock(acme: Account, alice: User) -> None:
    factories.policy()
    begin(acme, alice)
    Account.objects.filter(pk=acme.pk).update(warned_on=TODAY, pool_on=days_on(90))
    period = factories.let_go(acme, on=days_on(3))
    row = fresh(acme)
    assert (row.state, row.owner, row.held_from) == ("pooled", None, None)
    assert (row.dormant_on, row.warned_on, row.pool_on) == (None, None, None)
    period.refresh_from_db()
    assert (period.ended_at, period.ended_by) == (at(days_on(3)), "swept")


def test_what_nobody_holds_cannot_end(acme: Account) -> None:
    with pytest.raises(Refused) as refusal:
        factories.let_go(acme)
    assert refusal.value.code == "not_held"


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_period_lasts_longer_than_nothing(acme: Account, alice: User, seconds: int) -> None:
    begin(acme, alice)
    with pytest.raises(Refused) as refusal:
        factories.let_go(acme, on=NOON + dt.timedelta(seconds=seconds))
    assert refusal.value.code == "before_it_began"
    assert fresh(acme).owner == alice


def test_many_end_together_or_not_at_all(alice: User, bob: User) -> None:
    one, two = factories.owned(alice, name="One"), factories.owned(bob, name="Two")
    three = factories.pooled("Three")
    ended = at(days_on(1))
    with pytest.raises(Refused) as refusal, transaction.atomic():
        ownership.end_many([one, two, three], why=EndedBy.SWEPT, by=steward(), at=ended)
    assert refusal.value.code == "not_held"
    assert fresh(one).owner == alice
    periods = ownership.end_many(
        [fresh(two), fresh(one)], why=EndedBy.SWEPT, by=steward(), at=ended
    )
    assert [period.holder for period in periods] == [bob, alice]
    assert [fresh(one).owner, fresh(two).owner] == [None, None]
    assert Event.objects.filter(verb=Verb.PERIOD_ENDED).count() == 2


def test_the_rooms_above_hear_of_it(acme: Account, alice: User) -> None:
    heard: list[tuple[int, object, object, dt.datetime]] = []

    def listen(account: Account, ended: object, began: object, at: dt.datetime, **_: Any) -> None:
        heard.append((account.pk, ended, began, at))

    ownership_moved.connect(listen)
    try:
        period = begin(acme, alice)
        factories.let_go(acme, on=days_on(1))
    finally:
        ownership_moved.disconnect(listen)
    assert heard == [
        (acme.pk, None, period, NOON),
        (acme.pk, period, None, at(days_on(1))),
    ]


# The holder of a day


def test_the_holder_of_a_day_is_the_one_at_its_end(
    acme: Account, alice: User, bob: User, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    begin(acme, alice, moment(TODAY, dt.time(9)))
    factories.let_go(acme, on=moment(days_on(1), dt.time(10)))
    begin(acme, bob, moment(days_on(1), dt.time(23, 59)))
    factories.let_go(acme, on=moment(days_on(3), dt.time(0)))
    begin(acme, alice, moment(days_on(5), dt.time(0)))
    holders = []
    for days in range(-1, 7):
        period = ownership.holder_on(acme, days_on(days))
        holders.append(period.holder.username if period else None)
    assert holders == [None, "alice", "bob", "bob", None, None, "alice", "alice"]
    row = factories.fresh(acme)
    for today in range(-1, 8):
        on = days_on(today)
        unheld = [ownership.was_unheld(row, days_on(days), on=on) for days in range(-1, 7)]
        assert unheld == [False, False, False, False, True, True, False, False], today


def test_before_the_first_holder_no_day_is_unheld(acme: Account) -> None:
    assert not ownership.was_unheld(acme, TODAY, on=TODAY)


def test_a_restored_holder_did_not_hold_the_days_between(acme: Account, alice: User) -> None:
    begin(acme, alice, at(days_on(-50)))
    factories.let_go(acme, on=days_on(-10))
    begin(acme, alice, clock_from=days_on(-50))
    row, days = factories.fresh(acme), (-11, -10, -1, 0)
    unheld = [ownership.was_unheld(row, days_on(day), on=TODAY) for day in days]
    assert unheld == [False, True, True, False]


# What the database holds


def period(account: Account, holder: User, began: int, ended: int | None) -> OwnershipPeriod:
    """From noon of one day until noon of another."""
    return OwnershipPeriod.objects.create(
        account=account,
        holder=holder,
        began_at=at(days_on(began)),
        ended_at=None if ended is None else at(days_on(ended)),
        began_by=BeganBy.CLAIMED,
        ended_by="" if ended is None else EndedBy.SWEPT,
        clock_from=days_on(began),
    )


@pytest.mark.parametrize(
    ("began", "ended"), [(-5, 1), (0, 10), (3, 4), (9, None), (9, 11), (-5, None), (-5, 20)]
)
def test_periods_never_overlap(
    acme: Account, alice: User, bob: User, began: int, ended: int | None
) -> None:
    period(acme, alice, 0, 10)
    with pytest.raises(IntegrityError), transaction.atomic():
        period(acme, bob, began, ended)


def test_a_period_cannot_be_stretched_over_another(acme: Account, alice: User) -> None:
    first = period(acme, alice, 0, 10)
    period(acme, alice, 10, 20)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnershipPeriod.objects.filter(pk=first.pk).update(ended_at=at(days_on(11)))


def test_periods_may_touch_and_accounts_do_not_mix(acme: Account, alice: User) -> None:
    period(acme, alice, 0, 10)
    period(acme, alice, 10, 20)
    period(acme, alice, -10, 0)
    period(acme, alice, 20, None)
    period(factories.pooled("Other"), alice, 5, None)


def test_one_period_is_open(acme: Account, alice: User) -> None:
    period(acme, alice, 0, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        period(acme, alice, -10, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ended_at": NOON, "ended_by": "swept"},
        {"ended_at": at(days_on(1)), "ended_by": ""},
        {"ended_at": None, "ended_by": "swept"},
    ],
)
def test_a_period_ends_whole_and_after_it_began(
    acme: Account, alice: User, wrong: dict[str, Any]
) -> None:
    open_one = period(acme, alice, 0, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnershipPeriod.objects.filter(pk=open_one.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "owned"},
        {"held_from": TODAY},
        {"dormant_on": TODAY},
        {"warned_on": TODAY, "pool_on": TODAY},
        {"interest_said_on": TODAY},
        {"interest_until": TODAY},
        {"pipeline_closed_on": TODAY},
        {"pipeline_engaged_on": TODAY, "pipeline_closed_on": days_on(-1)},
    ],
)
def test_a_pooled_account_has_no_holder_and_no_clock(acme: Account, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=acme.pk).update(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "pooled"},
        {"state": "closed"},
        {"owner": None},
        {"held_from": None},
        {"warned_on": TODAY},
        {"pool_on": days_on(100)},
        {"warned_on": TODAY, "pool_on": days_on(89)},
        {"warned_on": TODAY, "pool_on": days_on(90), "dormant_on": None},
    ],
)
def test_an_owned_account_has_a_holder_and_no_pool_day_without_a_warning(
    alice: User, wrong: dict[str, Any]
) -> None:
    factories.policy()
    held = factories.owned(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=held.pk).update(**wrong)


def test_an_account_stands_neither_above_nor_merged_into_itself(acme: Account) -> None:
    for wrong in ({"parent": acme}, {"merged_into": factories.pooled("Other")}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=acme.pk).update(**wrong)
