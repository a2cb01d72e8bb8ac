"""Late facts: what happened before a sweep and was recorded after it (domain §4).

A call logged offline on Monday and sent on Wednesday must not cost anybody an account on Tuesday.
Until a claim is decided, a sign with which the account would not have been due takes it out of the
pool again; afterwards it is history.
"""

import datetime as dt
from dataclasses import replace

from django.db import transaction

from accounts_app import dormancy, dormancy_rule, ownership
from accounts_app.dormancy_rule import Facts, Rule
from accounts_app.models import Account, BeganBy, OwnershipPeriod
from core import events
from core.days import day_of
from core.locking import locked
from core.models import Event, User, Verb
from handoffs import pool, transitions
from handoffs.models import EntryReason, Outcome, PoolEntry
from handoffs.releases import cancel_untransferred
from pipeline import signs


@transaction.atomic
def reconsider(
    account: Account, *, at: dt.datetime, engaged_at: dt.datetime | None = None
) -> OwnershipPeriod | None:
    """Restores the former holder if, with what is known at ``at``, the sweep had no cause.

    ``engaged_at`` is the instant of an engagement just logged: one earlier on the very day of the
    sweep counts too. Returns the period that goes on, or None if nothing changes.
    """
    found = PoolEntry.objects.open().filter(account=account, reason=EntryReason.SWEPT).first()
    if found is None:
        return None
    row, entry = locked(account), locked(found)
    ended = _ended_by(entry)
    if entry.left_at is not None or ended is None or not ended.holder.may_hold:
        return None
    facts = _facts_then(row, entry, ended, engaged_at)
    if entry.policy is None or was_due(facts, entry.policy.rule, entry):
        return None
    return _restore(row, entry, ended, at=at)


def was_due(facts: Facts, rule: Rule, entry: PoolEntry) -> bool:
    """Whether the night of the entry would have swept an account with these facts."""
    dormant = dormancy_rule.dormant_on(facts, rule)
    if dormant is None:
        return False
    pools = dormancy_rule.pool_on(dormant, warned_on(dormant, rule, entry), rule)
    return pools is not None and pools <= day_of(entry.entered_at)


def warned_on(dormant: dt.date, rule: Rule, entry: PoolEntry) -> dt.date:
    """The day of the warning, or, if that was no warning day, the first that would have been."""
    warned = dt.date.fromisoformat(entry.evidence["warned_on"])
    if dormancy_rule.is_in_warning(dormant, rule, on=warned):
        return warned
    return dormant - dt.timedelta(days=rule.warn_days)


def _ended_by(entry: PoolEntry) -> OwnershipPeriod | None:
    """The period that this entry ended: the last one of the account."""
    periods = OwnershipPeriod.objects.filter(account=entry.account_id, ended_at=entry.entered_at)
    return periods.select_related("holder").first()


def _facts_then(
    account: Account, entry: PoolEntry, ended: OwnershipPeriod, engaged_at: dt.datetime | None
) -> Facts:
    facts = replace(dormancy.facts_of(account), held_from=ended.clock_from)
    if engaged_at is None or not ended.began_at <= engaged_at < entry.entered_at:
        return facts
    engaged_on = day_of(engaged_at)
    return replace(facts, engaged_on=max(engaged_on, facts.engaged_on or engaged_on))


def _restore(
    account: Account, entry: PoolEntry, ended: OwnershipPeriod, *, at: dt.datetime
) -> OwnershipPeriod:
    system = User.objects.system()
    pool.leave(entry, Outcome.WITHDRAWN, by=system, at=at, why="a late fact")
    cancel_untransferred([account.pk], by=system, at=at)
    period = ownership.begin(
        account,
        holder=ended.holder,
        why=BeganBy.RESTORED,
        by=system,
        at=entry.entered_at,
        clock_from=ended.clock_from,
        on=day_of(at),
    )
    transitions.take_up_again(account.pk, superseded_at=entry.entered_at, by=system, at=at)
    row = signs.correct_all(locked(account), on=day_of(at))
    _keep_the_warning(row, entry, on=day_of(at))
    event = events.record(
        verb=Verb.ACCOUNT_RESTORED,
        subject=period,
        account_id=account.pk,
        actor=system,
        at=at,
        changes={"holder": ended.holder_id, "entry": entry.pk},
    )
    _tell(event, row, ended.holder, on=day_of(at))
    return period


def _keep_the_warning(account: Account, entry: PoolEntry, *, on: dt.date) -> None:
    """The old clock goes on: a warning that was in its time stands."""
    rule = dormancy.rule_in_force()
    if rule is None or account.dormant_on is None:
        return
    warned = dt.date.fromisoformat(entry.evidence["warned_on"])
    if dormancy_rule.is_in_warning(account.dormant_on, rule, on=warned):
        dormancy.keep_warning(account, warned_on=warned, on=on)


def _tell(event: Event, account: Account, holder: User, *, on: dt.date) -> None:
    events.tell(
        event,
        f"{account} is back with {holder}: a sign of life from before the sweep was recorded"
        f" after it.",
        [holder, *User.objects.managers_of(holder, on=on)],
    )
