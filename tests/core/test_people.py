"""People and teams: added, changed, moved (domain §1)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core import people
from core.errors import NotAllowed, Refused
from core.models import Event, Role, TeamMembership, User, Verb
from core.signals import last_day_moved
from tests import factories
from tests.factories import LONG_AGO, TODAY, Cast, at, days_on, the_team

NOON = at(TODAY)


def test_a_new_person_has_no_password_and_an_event(ada: User) -> None:
    rita = people.add_user("rita", by=ada, at=NOON, role=Role.MANAGER, email="Rita@Example.com")
    assert not rita.has_usable_password()
    assert (rita.email, rita.role) == ("Rita@example.com", "manager")
    event = Event.objects.filter(verb=Verb.USER_ADDED).latest("id")
    assert (event.actor, event.subject_id, event.happened_at) == (ada, rita.pk, NOON)
    assert event.changes == {"role": "manager"}


def test_a_name_and_an_address_are_had_once(ada: User, bob: User) -> None:
    nonsense: list[tuple[str, dict[str, Any]]] = [
        ("bob", {}),
        ("two words", {}),
        ("rita", {"email": "bob@example.com"}),
        ("rita", {"role": "emperor"}),
        ("rita", {"strengths": ["charm"]}),
        ("rita", {"strengths": "acquisition"}),
    ]
    for username, fields in nonsense:
        with pytest.raises(ValidationError):
            people.add_user(username, by=ada, at=NOON, **fields)


def test_changing_tells_before_and_after(ada: User, bob: User) -> None:
    assert people.change_user(bob, by=ada, at=NOON, region="West", capacity=40, last_name="")
    bob.refresh_from_db()
    assert (bob.region, bob.capacity) == ("West", 40)
    event = Event.objects.get(verb=Verb.USER_CHANGED)
    assert event.changes == {"region": ["", "West"], "capacity": [None, 40]}
    assert not people.change_user(bob, by=ada, at=NOON, region="West")
    assert Event.objects.filter(verb=Verb.USER_CHANGED).count() == 1


def test_a_new_password_is_on_record_and_not_in_it(ada: User, bob: User) -> None:
    people.set_password(bob, password="correct horse", by=ada, at=NOON)
    bob.refresh_from_db()
    assert bob.check_password("correct horse")
    event = Event.objects.get(verb=Verb.USER_CHANGED)
    assert "horse" not in str(event.changes)


@pytest.mark.parametrize("change", [{"role": Role.FINANCE}, {"holds_accounts": False}])
def test_a_holder_stays_a_holder(ada: User, alice: User, change: dict[str, Any]) -> None:
    account = factories.owned(alice)
    with pytest.raises(Refused) as refusal:
        people.change_user(alice, by=ada, at=NOON, **change)
    assert (refusal.value.code, refusal.value.facts) == ("still_holds", {"held": 1})
    alice.refresh_from_db()
    assert alice.may_hold
    factories.let_go(account, on=days_on(1))
    assert people.change_user(alice, by=ada, at=NOON, **change)


def test_a_holder_may_become_a_selling_manager(ada: User, alice: User) -> None:
    factories.owned(alice)
    assert people.change_user(alice, by=ada, at=NOON, role=Role.MANAGER)


def test_whoever_left_signs_in_no_more_and_their_last_day_is_on_record(
    ada: User, bob: User
) -> None:
    told: list[tuple[User, dt.datetime]] = []

    def listen(user: User, at: dt.datetime, **kwargs: Any) -> None:
        told.append((user, at))

    last_day_moved.connect(listen)
    assert people.record_leaving(bob, left_on=days_on(-1), by=ada, at=NOON)
    bob.refresh_from_db()
    assert (bob.active, bob.left_on) == (False, days_on(-1))
    event = Event.objects.get(verb=Verb.USER_CHANGED)
    assert event.changes == {"active": [True, False], "left_on": [None, str(days_on(-1))]}
    assert not people.record_leaving(bob, left_on=days_on(-1), by=ada, at=NOON)
    assert people.record_leaving(bob, left_on=days_on(-2), by=ada, at=NOON)
    assert told == [(bob, NOON), (bob, NOON)]


def test_nobody_leaves_on_a_day_to_come_or_with_accounts(ada: User, alice: User) -> None:
    factories.owned(alice)
    for day, code in ((days_on(1), "in_future"), (TODAY, "still_holds")):
        with pytest.raises(Refused) as refusal:
            people.record_leaving(alice, left_on=day, by=ada, at=NOON)
        assert refusal.value.code == code
    alice.refresh_from_db()
    assert alice.active


def test_only_administrators_record_that_somebody_left(cast: Cast) -> None:
    for user in cast:
        if user != cast.ada:
            with pytest.raises(NotAllowed):
                people.record_leaving(cast.bob, left_on=TODAY, by=user, at=NOON)


def test_a_team_is_made_once(ada: User) -> None:
    team, made = people.ensure_team("West", by=ada, at=NOON)
    assert made
    assert people.ensure_team("West", by=ada, at=NOON) == (team, False)
    assert Event.objects.filter(verb=Verb.TEAM_ADDED, subject_id=team.pk).count() == 1


def test_managers_lead_and_reps_do_not(cast: Cast) -> None:
    west = the_team("West")
    assert people.let_lead(west, cast.mara, by=cast.ada, at=NOON)
    assert not people.let_lead(west, cast.mara, by=cast.ada, at=NOON)
    assert set(west.leaders.all()) == {cast.mara}
    with pytest.raises(Refused) as refusal:
        people.let_lead(west, cast.alice, by=cast.ada, at=NOON)
    assert refusal.value.code == "not_a_manager"


def test_last_years_team_stays_on_record(cast: Cast) -> None:
    west = the_team("West")
    assert people.join_team(cast.bob, west, from_on=TODAY, by=cast.ada, at=NOON)
    stays = cast.bob.memberships.order_by("from_on").values_list(
        "team__name", "from_on", "until_on"
    )
    assert list(stays) == [("North", LONG_AGO, TODAY), ("West", TODAY, None)]
    for day, name in ((days_on(-1), "North"), (TODAY, "West")):
        assert cast.bob.memberships.running(on=day).get().team.name == name
    assert not people.join_team(cast.bob, west, from_on=days_on(9), by=cast.ada, at=NOON)


def test_nobody_leaves_a_team_before_joining_it(cast: Cast) -> None:
    for day in (LONG_AGO, LONG_AGO - dt.timedelta(days=1)):
        with pytest.raises(Refused) as refusal:
            people.join_team(cast.bob, the_team("West"), from_on=day, by=cast.ada, at=NOON)
        assert refusal.value.code == "joined_later"
    assert cast.bob.memberships.get().team.name == "North"


@pytest.mark.parametrize(
    ("from_days", "until_days"), [(-10, -4), (-6, -5), (-20, 0), (-3, 3), (-1, None), (5, None)]
)
def test_the_database_refuses_two_teams_at_a_time(
    cast: Cast, from_days: int, until_days: int | None
) -> None:
    """Bob was in West ten to five days ago, and is in North since the day before yesterday."""
    TeamMembership.objects.filter(user=cast.bob).update(until_on=days_on(-20))
    join(cast.bob, -10, -5)
    join(cast.bob, -2, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        join(cast.bob, from_days, until_days)
    moved = join(cast.bob, -5, -2)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMembership.objects.filter(pk=moved.pk).update(from_on=days_on(-6))


def test_two_may_be_in_a_team_at_a_time_and_stretches_may_touch(cast: Cast) -> None:
    TeamMembership.objects.filter(user=cast.bob).update(until_on=days_on(-20))
    join(cast.bob, -20, -10)
    join(cast.bob, -10, None)
    join(cast.mara, -15, None)


def join(user: User, from_days: int, until_days: int | None) -> TeamMembership:
    return TeamMembership.objects.create(
        user=user,
        team=the_team("West"),
        from_on=days_on(from_days),
        until_on=None if until_days is None else days_on(until_days),
    )


@pytest.mark.parametrize("who", ["alice", "mara", "finn"])
def test_only_administrators_change_people_and_teams(cast: Cast, who: str) -> None:
    person: User = getattr(cast, who)
    events = Event.objects.count()
    west = the_team("North")
    with pytest.raises(NotAllowed):
        people.add_user("rita", by=person, at=NOON)
    with pytest.raises(NotAllowed):
        people.change_user(cast.bob, by=person, at=NOON, region="West")
    with pytest.raises(NotAllowed):
        people.set_password(cast.bob, password="x", by=person, at=NOON)
    with pytest.raises(NotAllowed):
        people.ensure_team("West", by=person, at=NOON)
    with pytest.raises(NotAllowed):
        people.let_lead(west, cast.olga, by=person, at=NOON)
    with pytest.raises(NotAllowed):
        people.join_team(cast.otto, west, from_on=TODAY, by=person, at=NOON)
    assert Event.objects.count() == events


def test_who_left_administers_nothing(cast: Cast) -> None:
    cast.ada.active = False
    with pytest.raises(NotAllowed):
        people.add_user("rita", by=cast.ada, at=NOON)
