"""Who stands where to whom: the pieces from which each room builds its authority (domain §1)."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from core.models import Cover, Role, Team, TeamMembership, User


def leads(manager: User, member: User | None, *, on: dt.date) -> bool:
    """Whether ``manager`` leads the team that ``member`` is in on that day."""
    if member is None or manager.role != Role.MANAGER or not manager.is_active:
        return False
    teams = Team.objects.filter(leaders=manager)
    return member.memberships.running(on=on).filter(team__in=teams).exists()


def covers(stand_in: User, absent: User | None, *, on: dt.date) -> bool:
    """Whether ``stand_in`` stands in for ``absent`` on that day."""
    if absent is None or not stand_in.is_active:
        return False
    return Cover.objects.filter(
        stand_in=stand_in, absent=absent, from_on__lte=on, until_on__gte=on
    ).exists()


def leads_or_covers(user: User, holder: User, *, on: dt.date) -> bool:
    """Either of the two above, asked at once."""
    if not user.is_active:
        return False
    standing_in = Cover.objects.filter(
        stand_in=user, absent=OuterRef("pk"), from_on__lte=on, until_on__gte=on
    )
    reasons = Q(Exists(standing_in))
    if user.role == Role.MANAGER:
        led = TeamMembership.objects.running(on=on).filter(user=OuterRef("pk"), team__leaders=user)
        reasons |= Q(Exists(led))
    return User.objects.filter(reasons, pk=holder.pk).exists()


def runs_it(user: User) -> bool:
    """Administrators, and Steward itself."""
    return user.role == Role.SYSTEM or (user.is_active and user.role == Role.ADMIN)


def works_on_accounts(user: User) -> bool:
    """Who may log anything anywhere: reps, managers and administrators."""
    return runs_it(user) or (user.is_active and user.role in (Role.REP, Role.MANAGER))


def keeps_the_books(user: User) -> bool:
    """Who books sales for others, reverses them and keeps rates."""
    return runs_it(user) or (user.is_active and user.role == Role.FINANCE)
