"""Closing an account that is no customer any more, and opening it again (domain §4)."""

import datetime as dt

from django.db import transaction
from django.db.models import TextChoices

from accounts_app import ownership
from accounts_app.authority import answers_for
from accounts_app.models import Account, EndedBy, State
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import Role, User, Verb
from core.roles import leads, runs_it
from handoffs import pool
from handoffs.models import ClaimState, EntryReason, Outcome, PoolEntry
from handoffs.releases import cancel_untransferred, may_release


class ClosedBecause(TextChoices):
    NOT_VIABLE = "not_viable", "Not viable"
    OPTED_OUT = "opted_out", "They do not want to hear from us"
    OUT_OF_BUSINESS = "out_of_business", "Out of business"
    NO_FUNDING = "no_funding", "No funding"
    NO_NEED = "no_need", "No need"
    OTHER = "other", "Another reason"


def may_close(user: User, account: Account, *, at: dt.datetime) -> bool:
    """Who may release it; of a pooled account the manager it stays with, and administrators."""
    return may_release(user, account, at=at) or may_reopen(user, account, at=at)


def may_reopen(user: User, account: Account, *, at: dt.datetime) -> bool:
    """The manager of its last holder, and administrators (domain §1)."""
    if runs_it(user):
        return True
    return user.role == Role.MANAGER and leads(user, answers_for(account), on=day_of(at))


@transaction.atomic
def close(account: Account, *, because: str, by: User, at: dt.datetime) -> Account:
    """Ends the period, stops the clock, and cancels a handoff that has not been transferred."""
    row = locked(account)
    if row.state == State.CLOSED:
        raise Refused("already_closed", f"{row} is closed.")
    if not may_close(by, row, at=at):
        raise NotAllowed(f"{row} can be closed by its holder or their manager.")
    if because not in ClosedBecause.values:
        raise Refused("unknown_reason", f"Say why: one of {', '.join(ClosedBecause.values)}.")
    _leave_the_pool(row, by=by, at=at)
    cancel_untransferred([row.pk], by=by, at=at)
    if row.owner_id is not None:
        ownership.end(
            row, why=EndedBy.CLOSED, by=by, at=at, state=State.CLOSED, closed_because=because
        )
    else:
        ownership.close_pooled(row, because=because)
    row.refresh_from_db()
    events.record(
        verb=Verb.ACCOUNT_CLOSED,
        subject=row,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"because": because},
    )
    return row


@transaction.atomic
def reopen(account: Account, *, by: User, at: dt.datetime) -> PoolEntry:
    """A closed account comes back through the pool, where everybody may claim it."""
    row = locked(account)
    if row.state != State.CLOSED or row.merged_into_id is not None:
        raise Refused("not_closed", f"{row} is not closed.")
    if not may_reopen(by, row, at=at):
        raise NotAllowed(f"{row} is opened again by its last holder's manager.")
    last = answers_for(row)
    ownership.pool_closed(row)
    events.record(verb=Verb.ACCOUNT_REOPENED, subject=row, account_id=row.pk, actor=by, at=at)
    holders = {row.pk: last} if last else {}
    return pool.enter_many(
        [row], reason=EntryReason.REOPENED, by=by, at=at, previous_holders=holders
    )[0]


def _leave_the_pool(account: Account, *, by: User, at: dt.datetime) -> None:
    entry = PoolEntry.objects.open().filter(account=account).first()
    if entry is None:
        return
    entry = locked(entry)
    waiting = entry.requests.filter(state=ClaimState.WAITING).select_related("user").first()
    if waiting:
        raise Refused("claims_wait", f"{waiting.user} has asked for {account}; decide that first.")
    pool.leave(entry, Outcome.CLOSED, by=by, at=at)
