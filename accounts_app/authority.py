"""Who may write on an account (domain §1)."""

import datetime as dt

from django.db.models import Q

from accounts_app.models import Account
from core.days import day_of
from core.errors import NotAllowed
from core.models import Role, User
from core.roles import leads, leads_or_covers, runs_it


def may_write(user: User, account: Account, *, at: dt.datetime) -> bool:
    """The holder, their stand-in, their manager, who was given access, and administrators."""
    if runs_it(user):
        return True
    if not user.is_active or user.role not in (Role.REP, Role.MANAGER):
        return False
    return (
        account.owner_id == user.pk
        or _leads_or_covers(user, account, on=day_of(at))
        or has_access(user, account, at=at)
    )


def _leads_or_covers(user: User, account: Account, *, on: dt.date) -> bool:
    """Nobody stands in on an account that nobody holds; a manager still answers for it."""
    if account.owner is None:
        return leads(user, answers_for(account), on=on)
    return leads_or_covers(user, account.owner, on=on)


def has_access(user: User, account: Account, *, at: dt.datetime) -> bool:
    """Whether an open handoff or a cover lets this person write."""
    open_until = Q(until__isnull=True) | Q(until__gt=at)
    return account.accesses.filter(open_until, user=user).exists()


def answers_for(account: Account) -> User | None:
    """The holder; of a pooled or closed account the last one, whose team it stays with."""
    if account.owner is not None:
        return account.owner
    last = account.periods.order_by("-began_at").select_related("holder").first()
    return last.holder if last else None


def check_may_write(user: User, account: Account, *, at: dt.datetime) -> None:
    """Raises NotAllowed unless ``may_write``."""
    if not may_write(user, account, at=at):
        raise NotAllowed(f"{user} may not write on {account}.", account=account.pk)
