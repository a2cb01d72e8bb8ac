"""Taking an activity back: with a reason, never by deleting; the clock follows (domain §1, §4)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts_app.models import Account, AccountAccess
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from pipeline import activities
from pipeline.activities import may_void
from pipeline.models import Activity
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    factories.policy()
    return factories.owned(alice, since=days_on(-30))


def dormant_on(account: Account) -> dt.date | None:
    return fresh(account).dormant_on


def test_it_stays_readable_and_is_on_record(acme: Account, alice: User) -> None:
    activity = factories.engage(acme)
    voided = activities.void(activity, reason=" Another customer ", by=alice, at=NOON)
    assert (voided.voided_at, voided.voided_by) == (NOON, alice)
    assert voided.void_reason == "Another customer"
    assert Activity.objects.get() == activity
    assert not Activity.objects.standing().exists()
    event = Event.objects.get(verb=Verb.ACTIVITY_VOIDED)
    assert (event.subject_id, event.changes) == (activity.pk, {"reason": "Another customer"})


def test_the_clock_goes_back_to_what_is_left(acme: Account) -> None:
    factories.engage(acme, on=days_on(-20))
    last = factories.engage(acme, on=days_on(-3))
    same_day = factories.engage(acme, on=days_on(-3))
    factories.void(last)
    assert dormant_on(acme) == days_on(87)
    factories.void(same_day)
    assert dormant_on(acme) == days_on(70)
    assert fresh(acme).engaged_on == days_on(-20)


def test_the_pipeline_follows(acme: Account) -> None:
    factories.card(acme, on=days_on(-25))
    factories.engage(acme, on=days_on(-20))
    last = factories.engage(acme, on=days_on(-3))
    assert dormant_on(acme) == days_on(-3 + 45 + 90)
    factories.void(last)
    assert fresh(acme).pipeline_engaged_on == days_on(-20)
    assert dormant_on(acme) == days_on(-20 + 45 + 90)


def test_the_statement_before_holds_again(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(100), on=days_on(-20))
    last = factories.state_interest(acme, until=days_on(30), on=days_on(-3))
    assert dormant_on(acme) == days_on(120)
    factories.void(last)
    assert dormant_on(acme) == days_on(190)


def test_what_was_no_engagement_moves_nothing(acme: Account) -> None:
    factories.engage(acme, on=days_on(-20))
    before = fresh(acme).updated_at
    factories.void(factories.log(acme, outcome="no_answer"))
    assert fresh(acme).updated_at == before


def test_once_and_with_a_reason(acme: Account, alice: User) -> None:
    activity = factories.engage(acme)
    with pytest.raises(Refused) as refusal:
        activities.void(activity, reason=" ", by=alice, at=NOON)
    assert refusal.value.code == "no_reason"
    activities.void(activity, reason="Mistaken", by=alice, at=NOON)
    with pytest.raises(Refused) as refusal:
        activities.void(activity, reason="Again", by=alice, at=NOON)
    assert refusal.value.code == "already_voided"
    for wrong in ({"void_reason": ""}, {"voided_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Activity.objects.update(**wrong)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", True),
        ("mara", True),
        ("ada", True),
        ("bob", False),
        ("otto", False),
        ("olga", False),
        ("finn", False),
    ],
)
def test_who_may(cast: Cast, who: str, may: bool) -> None:
    activity = factories.engage(factories.owned(cast.alice))
    person: User = getattr(cast, who)
    assert may_void(person, activity, at=NOON) is may
    if may:
        assert activities.void(activity, reason="Mistaken", by=person, at=NOON).voided_at
        return
    with pytest.raises(NotAllowed):
        activities.void(activity, reason="Mistaken", by=person, at=NOON)
    assert Activity.objects.get().voided_at is None


def test_one_may_take_back_ones_own_after_the_account_has_gone(cast: Cast) -> None:
    account = factories.owned(cast.alice)
    factories.engage(account)
    factories.let_go(account, on=days_on(1))
    factories.hold(account, cast.otto, on=days_on(2))
    activity, later = Activity.objects.get(), at(days_on(3))
    voiders = {person.username for person in cast if may_void(person, activity, at=later)}
    assert voiders == {"alice", "mara", "olga", "ada"}


def test_access_to_the_account_is_not_access_to_anothers_words(cast: Cast) -> None:
    account = factories.owned(cast.alice)
    activity = factories.engage(account)
    for person in (cast.bob, cast.olga):
        AccountAccess.objects.create(account=account, user=person, reason="handoff 1")
        assert not may_void(person, activity, at=NOON)


def test_who_left_takes_nothing_back(cast: Cast) -> None:
    activity = factories.engage(factories.owned(cast.alice))
    for person in cast:
        person.active = False
        assert not may_void(person, activity, at=NOON)
