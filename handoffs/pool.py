"""The pool: accounts enter it, and leave it by a claim or a withdrawal (domain §4)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts_app.models import Account, DormancyPolicy, State
from core import events
from core.days import day_of
from core.errors import Refused
from core.locking import hold, locked
from core.models import User, Verb
from handoffs.models import EntryReason, Outcome, PoolEntry


def enter_many(
    accounts: Sequence[Account],
    *,
    reason: EntryReason,
    by: User,
    at: dt.datetime,
    policy: DormancyPolicy | None = None,
    previous_holders: Mapping[int, User] | None = None,
    evidence: Mapping[int, dict[str, Any]] | None = None,
) -> list[PoolEntry]:
    """An entry for each pooled account, in order. ``previous_holders`` and ``evidence`` are by
    account id. Call inside the transaction that pooled them."""
    holders, signs = previous_holders or {}, evidence or {}
    entries = PoolEntry.objects.bulk_create(
        PoolEntry(
            account=account,
            reason=reason,
            previous_holder=holders.get(account.pk),
            policy=policy,
            evidence=events.plain(signs.get(account.pk, {})),
            entered_at=at,
        )
        for account in accounts
    )
    events.record_many(
        events.built(
            verb=Verb.POOL_ENTERED,
            subject=entry,
            account_id=entry.account_id,
            actor=by,
            at=at,
            changes={"reason": reason},
        )
        for entry in entries
    )
    return entries


@transaction.atomic
def enter_unassigned(account: Account, *, by: User, at: dt.datetime) -> PoolEntry:
    """An account that came without a holder is there for everybody."""
    row = locked(account)
    if row.state != State.POOLED:
        raise Refused("not_pooled", f"{row} is not in the pool.")
    standing = PoolEntry.objects.open().filter(account=row).first()
    if standing:
        return standing
    return enter_many([row], reason=EntryReason.UNASSIGNED, by=by, at=at)[0]


@transaction.atomic
def withdraw(entry: PoolEntry, *, why: str, by: User, at: dt.datetime) -> PoolEntry:
    """Takes an account out of the pool that should not be there; the caller gives it a holder."""
    hold(Account, entry.account_id)
    row = locked(entry)
    if row.left_at is not None:
        raise Refused("already_left", f"{row.account} has left the pool.")
    leave(row, Outcome.WITHDRAWN, by=by, at=at, why=why)
    return row


def leave(
    entry: PoolEntry,
    outcome: Outcome,
    *,
    by: User,
    at: dt.datetime,
    claimed_by: User | None = None,
    why: str = "",
) -> None:
    """Ends a stay in the pool. The caller holds the locks on account and entry."""
    if at < entry.entered_at:
        raise Refused(
            "before_it_entered",
            f"{entry.account} has been in the pool only since {day_of(entry.entered_at)}.",
        )
    entry.left_at, entry.outcome, entry.claimed_by = at, outcome, claimed_by
    entry.save(update_fields=["left_at", "outcome", "claimed_by"])
    events.record(
        verb=Verb.POOL_LEFT,
        subject=entry,
        account_id=entry.account_id,
        actor=by,
        at=at,
        changes={"outcome": outcome, "why": why},
    )
