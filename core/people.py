"""Adding people and putting them into teams (domain §1)."""

import datetime as dt
from typing import Any

from django.db import transaction

from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import Role, Team, TeamMembership, User, Verb
from core.roles import runs_it
from core.signals import holding_ends, last_day_moved

CHANGEABLE = (
    "email",
    "first_name",
    "last_name",
    "role",
    "holds_accounts",
    "region",
    "strengths",
    "capacity",
)


@transaction.atomic
def add_user(username: str, *, by: User, at: dt.datetime, **fields: Any) -> User:
    """A new person, without a password until one is set. Only administrators add people."""
    _check(by)
    user = User.objects.create_user(username, **fields)
    events.record(verb=Verb.USER_ADDED, subject=user, actor=by, at=at, changes={"role": user.role})
    return user


@transaction.atomic
def change_user(user: User, *, by: User, at: dt.datetime, **fields: Any) -> bool:
    """Changes what is named; True if anything did. A role is not lost while accounts are held."""
    _check(by)
    return _change(user, by=by, at=at, fields=fields)


@transaction.atomic
def rename(user: User, *, first_name: str, last_name: str, by: User, at: dt.datetime) -> bool:
    """What somebody is called, as they say themselves; True if it is news."""
    if by.pk != user.pk:
        _check(by)
    return _change(user, by=by, at=at, fields={"first_name": first_name, "last_name": last_name})


def _change(user: User, *, by: User, at: dt.datetime, fields: dict[str, Any]) -> bool:
    changes = {
        name: [getattr(user, name), fields[name]]
        for name in CHANGEABLE
        if name in fields and getattr(user, name) != fields[name]
    }
    if not changes:
        return False
    could_hold = user.may_hold
    for name, (_, value) in changes.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    if could_hold and not user.may_hold:
        holding_ends.send(sender=User, user=user)
    user.save(update_fields=list(changes))
    events.record(verb=Verb.USER_CHANGED, subject=user, actor=by, at=at, changes=changes)
    return True


@transaction.atomic
def record_leaving(user: User, *, left_on: dt.date, by: User, at: dt.datetime) -> bool:
    """``left_on`` was their last day, and nobody signs in as them any more; True if that is news.

    Refuses a day to come, and whoever still holds accounts.
    """
    _check(by)
    row = locked(user)
    if left_on > day_of(at):
        raise Refused("in_future", f"{left_on} is to come; {row} is still here.", day=left_on)
    if not row.active and row.left_on == left_on:
        return False
    if row.active:
        holding_ends.send(sender=User, user=row)
    changes = {"active": [row.active, False], "left_on": [row.left_on, left_on]}
    row.active, row.left_on = False, left_on
    row.save(update_fields=["active", "left_on"])
    events.record(verb=Verb.USER_CHANGED, subject=row, actor=by, at=at, changes=changes)
    last_day_moved.send(sender=User, user=row, at=at)
    return True


@transaction.atomic
def set_password(user: User, *, password: str, by: User, at: dt.datetime) -> None:
    """A new password, which the caller has checked; it ends the sessions there are."""
    _check(by)
    user.set_password(password)
    user.save(update_fields=["password"])
    changes = {"password": "set anew"}
    events.record(verb=Verb.USER_CHANGED, subject=user, actor=by, at=at, changes=changes)


@transaction.atomic
def ensure_team(name: str, *, by: User, at: dt.datetime) -> tuple[Team, bool]:
    """The team of that name, made if there is none."""
    team = Team.objects.filter(name=name).first()
    if team:
        return team, False
    _check(by)
    team = Team.objects.create(name=name)
    events.record(verb=Verb.TEAM_ADDED, subject=team, actor=by, at=at, changes={"name": name})
    return team, True


@transaction.atomic
def let_lead(team: Team, manager: User, *, by: User, at: dt.datetime) -> bool:
    """``manager`` leads the team from now on; True if they did not before."""
    _check(by)
    if manager.role not in (Role.MANAGER, Role.ADMIN):
        raise Refused("not_a_manager", f"{manager} is not a manager and leads no team.")
    if team.leaders.filter(pk=manager.pk).exists():
        return False
    team.leaders.add(manager)
    events.record(
        verb=Verb.MEMBER_MOVED, subject=team, actor=by, at=at, changes={"leader": manager.pk}
    )
    return True


@transaction.atomic
def join_team(user: User, team: Team, *, from_on: dt.date, by: User, at: dt.datetime) -> bool:
    """From that day the person is in ``team`` and in no other; True if that is news."""
    _check(by)
    current = user.memberships.filter(until_on__isnull=True).first()
    if current and current.team_id == team.pk:
        return False
    if current:
        _leave(current, on=from_on)
    TeamMembership.objects.create(user=user, team=team, from_on=from_on)
    events.record(
        verb=Verb.MEMBER_MOVED,
        subject=user,
        actor=by,
        at=at,
        changes={"team": team.pk, "from_on": from_on},
    )
    return True


def _leave(membership: TeamMembership, *, on: dt.date) -> None:
    if membership.from_on >= on:
        raise Refused(
            "joined_later",
            f"{membership.user} joined {membership.team} on {membership.from_on};"
            f" they can only move after that.",
        )
    membership.until_on = on
    membership.save(update_fields=["until_on"])


def _check(by: User) -> None:
    if not runs_it(by):
        raise NotAllowed("Only administrators add and change people and teams.")
