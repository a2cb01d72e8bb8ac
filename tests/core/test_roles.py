"""Who stands where to whom (domain §1)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core import people
from core.models import Cover, Role, User
from core.roles import covers, keeps_the_books, leads, runs_it
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, steward


def test_a_manager_leads_who_is_in_the_team_that_day(cast: Cast) -> None:
    people.join_team(
        cast.alice, factories.the_team("South"), from_on=TODAY, by=cast.ada, at=at(TODAY)
    )
    yesterday = days_on(-1)
    assert leads(cast.mara, cast.alice, on=yesterday)
    assert not leads(cast.olga, cast.alice, on=yesterday)
    assert not leads(cast.mara, cast.alice, on=TODAY)
    assert leads(cast.olga, cast.alice, on=TODAY)


def test_who_leads_nobody(cast: Cast) -> None:
    assert not leads(cast.mara, None, on=TODAY)
    assert not leads(cast.mara, cast.otto, on=TODAY)
    assert not leads(cast.mara, cast.mara, on=TODAY)
    assert not leads(cast.alice, cast.bob, on=TODAY)
    assert not leads(cast.ada, cast.alice, on=TODAY)
    cast.mara.active = False
    assert not leads(cast.mara, cast.alice, on=TODAY)


def test_a_former_manager_leads_nobody(cast: Cast) -> None:
    people.change_user(cast.mara, by=cast.ada, at=at(TODAY), role=Role.REP)
    assert not leads(cast.mara, cast.alice, on=TODAY)


def test_managers_of(cast: Cast) -> None:
    assert list(User.objects.managers_of(cast.alice, on=TODAY)) == [cast.mara]
    assert list(User.objects.managers_of(cast.otto, on=TODAY)) == [cast.olga]
    assert list(User.objects.managers_of(cast.finn, on=TODAY)) == []


@pytest.mark.parametrize(("days", "stands_in"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_cover_holds_on_both_its_days(cast: Cast, days: int, stands_in: bool) -> None:
    Cover.objects.create(absent=cast.alice, stand_in=cast.otto, from_on=TODAY, until_on=days_on(5))
    assert covers(cast.otto, cast.alice, on=days_on(days)) is stands_in
    assert not covers(cast.alice, cast.otto, on=days_on(days))
    assert not covers(cast.otto, cast.bob, on=days_on(days))
    assert not covers(cast.otto, None, on=days_on(days))


def test_who_left_stands_in_for_nobody(cast: Cast) -> None:
    Cover.objects.create(absent=cast.alice, stand_in=cast.otto, from_on=TODAY, until_on=TODAY)
    cast.otto.active = False
    assert not covers(cast.otto, cast.alice, on=TODAY)


@pytest.mark.parametrize(
    ("absent", "stand_in", "until"), [("alice", "alice", 1), ("alice", "bob", -1)]
)
def test_the_database_refuses_a_cover_that_is_none(
    cast: Cast, absent: str, stand_in: str, until: int
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Cover.objects.create(
            absent=getattr(cast, absent),
            stand_in=getattr(cast, stand_in),
            from_on=TODAY,
            until_on=days_on(until),
        )


@pytest.mark.parametrize(
    ("who", "runs", "books"),
    [
        ("alice", False, False),
        ("mara", False, False),
        ("finn", False, True),
        ("ada", True, True),
    ],
)
def test_who_runs_it_and_who_keeps_the_books(cast: Cast, who: str, runs: bool, books: bool) -> None:
    person: User = getattr(cast, who)
    assert (runs_it(person), keeps_the_books(person)) == (runs, books)
    person.active = False
    assert (runs_it(person), keeps_the_books(person)) == (False, False)


def test_steward_itself_may_do_all_and_is_nobody(db: None) -> None:
    assert runs_it(steward())
    assert keeps_the_books(steward())
    assert not steward().is_active
    assert not steward().may_hold
    assert steward() not in User.objects.active()
    assert not steward().has_usable_password()


@pytest.mark.parametrize(
    ("role", "holds_accounts", "active", "may_hold"),
    [
        (Role.REP, True, True, True),
        (Role.REP, False, True, False),
        (Role.REP, True, False, False),
        (Role.MANAGER, True, True, True),
        (Role.MANAGER, False, True, False),
        (Role.FINANCE, True, True, False),
        (Role.ADMIN, True, True, False),
        (Role.SYSTEM, True, True, False),
    ],
)
def test_who_may_hold_accounts(
    role: Role, holds_accounts: bool, active: bool, may_hold: bool
) -> None:
    user = User(username="x", role=role, holds_accounts=holds_accounts, active=active)
    assert user.may_hold is may_hold


def test_only_administrators_open_the_administration(cast: Cast) -> None:
    assert [person.is_staff for person in cast] == [person == cast.ada for person in cast]
    assert cast.ada.has_perm("core.view_event")
    assert not cast.mara.has_module_perms("core")


def test_who_left_cannot_be_active(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.get_queryset().filter(pk=cast.bob.pk).update(left_on=dt.date(2026, 1, 1))
