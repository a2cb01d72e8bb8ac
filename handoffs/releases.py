"""A holder lets go before the clock does (domain §4)."""

import datetime as dt

from django.db import transaction

from accounts_app import ownership
from accounts_app.models import Account, DormancyPolicy, EndedBy
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import Role, User
from core.roles import leads, runs_it
from handoffs import evidence, pool
from handoffs.models import EntryReason, Handoff, Track, TransferState
from handoffs.opening import close_access, open_for_entries
from handoffs.steps import take


def may_release(user: User, account: Account, *, at: dt.datetime) -> bool:
    """The holder, the holder's manager, and administrators (domain §1)."""
    if runs_it(user):
        return True
    if not user.is_active or user.role not in (Role.REP, Role.MANAGER):
        return False
    return account.owner_id == user.pk or leads(user, account.owner, on=day_of(at))


@transaction.atomic
def release(account: Account, *, by: User, at: dt.datetime) -> Handoff:
    """The account goes to the pool now; its handoff opens with the terms of today."""
    row = locked(account)
    if row.owner is None:
        raise Refused("not_held", f"Nobody holds {row}.")
    if not may_release(by, row, at=at):
        raise NotAllowed(f"{row} can be let go by its holder or their manager.")
    policy = DormancyPolicy.objects.in_force()
    if policy is None:
        raise Refused("no_policy", "There is no dormancy policy yet; adopt one first.")
    holder, signs = row.owner, evidence.of(row, policy.rule)
    cancel_untransferred([row.pk], by=by, at=at)
    ownership.end(row, why=EndedBy.RELEASED, by=by, at=at)
    entries = pool.enter_many(
        [row],
        reason=EntryReason.RELEASED,
        by=by,
        at=at,
        policy=policy,
        previous_holders={row.pk: holder},
        evidence={row.pk: signs},
    )
    return open_for_entries(entries, policy=policy, by=by, at=at)[0]


def cancel_untransferred(account_ids: list[int], *, by: User, at: dt.datetime) -> None:
    """A proposal does not stop the clock: a sweep or a release cancels it (domain §5)."""
    open_ones = Handoff.objects.untransferred().filter(account__in=account_ids)
    for handoff in open_ones.select_related("account", "outgoing"):
        take(handoff, Track.TRANSFER, TransferState.CANCELLED, by=by, at=at)
        close_access(handoff)
