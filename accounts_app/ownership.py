"""Who holds an account: the only writer of state, owner and ownership periods (domain §2, §4)."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction

from accounts_app import dormancy
from accounts_app.models import Account, BeganBy, EndedBy, OwnershipPeriod, State
from accounts_app.signals import ownership_moved
from core import events
from core.days import day_of, end_of, start_of
from core.errors import Refused
from core.locking import locked
from core.models import Event, User, Verb

OWNERSHIP_COLUMNS = ("state", "owner", "held_from", "closed_because", "updated_at")


@transaction.atomic
def begin(
    account: Account,
    *,
    holder: User,
    why: BeganBy,
    by: User,
    at: dt.datetime,
    clock_from: dt.date | None = None,
    on: dt.date | None = None,
    start_assumed: bool = False,
) -> OwnershipPeriod:
    """``holder`` holds the account from ``at``; the clock starts on that day or ``clock_from``.

    ``on`` is the day as of which the deadlines are judged; the day of ``at`` unless an import
    tells of the past. Refuses an account that somebody holds, and a holder who may not hold.
    """
    row = locked(account)
    if row.owner_id is not None:
        raise Refused("already_held", f"{row} is held by {row.owner}.", holder=row.owner_id)
    if not holder.may_hold:
        raise Refused("not_a_holder", f"{holder} may not hold accounts.", user=holder.pk)
    if row.periods.filter(ended_at__gt=at).exists():
        raise Refused("held_then", f"Somebody held {row} at that time, or has since.")
    first_day = clock_from or day_of(at)
    period = OwnershipPeriod.objects.create(
        account=row,
        holder=holder,
        began_at=at,
        began_by=why,
        clock_from=first_day,
        start_assumed=start_assumed,
    )
    row.state, row.owner, row.held_from, row.closed_because = State.OWNED, holder, first_day, ""
    row.warned_on = None
    _save(row, on=on or day_of(at))
    _event(row, period, Verb.PERIOD_BEGAN, why, by=by, at=at).save(force_insert=True)
    ownership_moved.send(sender=Account, account=row, ended=None, began=period, at=at)
    return period


@transaction.atomic
def date_back(period: OwnershipPeriod, *, to: dt.date, by: User, at: dt.datetime) -> bool:
    """An imported holder whose start was assumed held the account from an earlier fact on
    (domain §4). True if that moved the start."""
    row, period = locked(period.account), locked(period)
    first = start_of(to)
    if not period.start_assumed or period.ended_at is not None or first >= period.began_at:
        return False
    if row.periods.filter(ended_at__gt=first).exists():
        return False
    period.began_at, period.clock_from = first, to
    period.save(update_fields=["began_at", "clock_from"])
    row.held_from = to
    _save(row, on=day_of(at))
    corrected = _event(row, period, Verb.PERIOD_BEGAN, period.began_by, by=by, at=first)
    corrected.save(force_insert=True)
    return True


def end(
    account: Account,
    *,
    why: EndedBy,
    by: User,
    at: dt.datetime,
    state: State = State.POOLED,
    closed_because: str = "",
) -> OwnershipPeriod:
    """The holder's period ends at ``at``; the account is pooled, or closed, and its clock stops."""
    with transaction.atomic():
        row = locked(account)
        return end_many([row], why=why, by=by, at=at, state=state, closed_because=closed_because)[0]


def end_many(
    rows: Sequence[Account],
    *,
    why: EndedBy,
    by: User,
    at: dt.datetime,
    state: State = State.POOLED,
    closed_because: str = "",
) -> list[OwnershipPeriod]:
    """``end`` for accounts that the caller has locked, in a handful of statements.

    Returns the ended periods in the order of ``rows``. Refuses all if one of them is not held, or
    only since later than ``at``.
    """
    open_periods = OwnershipPeriod.objects.open().filter(account__in=rows)
    by_account = {p.account_id: p for p in open_periods.select_related("holder")}
    periods = [_ending(row, by_account.get(row.pk), why=why, at=at) for row in rows]
    OwnershipPeriod.objects.bulk_update(periods, ["ended_at", "ended_by"])
    for row in rows:
        row.state, row.owner, row.held_from = state, None, None
        row.dormant_on = row.warned_on = row.pool_on = None
        row.closed_because = closed_because
    Account.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=state,
        owner=None,
        held_from=None,
        dormant_on=None,
        warned_on=None,
        pool_on=None,
        closed_because=closed_because,
        updated_at=at,
    )
    events.record_many(
        _event(row, period, Verb.PERIOD_ENDED, why, by=by, at=at)
        for row, period in zip(rows, periods, strict=True)
    )
    for row, period in zip(rows, periods, strict=True):
        ownership_moved.send(sender=Account, account=row, ended=period, began=None, at=at)
    return periods


def close_pooled(row: Account, *, because: str) -> None:
    """A pooled account, locked by the caller, is closed: nobody's period ends."""
    row.state, row.closed_because = State.CLOSED, because
    row.save(update_fields=["state", "closed_because", "updated_at"])


def pool_closed(row: Account) -> None:
    """A closed account, locked by the caller, is pooled again."""
    row.state, row.closed_because = State.POOLED, ""
    row.save(update_fields=["state", "closed_because", "updated_at"])


def _ending(
    row: Account, period: OwnershipPeriod | None, *, why: EndedBy, at: dt.datetime
) -> OwnershipPeriod:
    if period is None:
        raise Refused("not_held", f"Nobody holds {row}.")
    if at <= period.began_at:
        raise Refused(
            "before_it_began",
            f"{period.holder} has held {row} only since {period.began_at:%Y-%m-%d %H:%M} UTC.",
        )
    period.ended_at, period.ended_by = at, why
    return period


def holder_on(account: Account, day: dt.date) -> OwnershipPeriod | None:
    """The period whose holder is the holder of that day: the one at its end."""
    day_end = end_of(day)
    return (
        OwnershipPeriod.objects.covering(day_end)
        .filter(account=account)
        .select_related("holder")
        .first()
    )


def was_unheld(account: Account, day: dt.date, *, on: dt.date) -> bool:
    """Whether the account had been held before, and nobody held it at the end of that day.

    Of today (``on``) and later the row tells by itself: who holds the account now still does then.
    """
    if account.held_from is not None and day >= max(on, account.held_from):
        return False
    return unheld_days(account)(day)


def unheld_days(account: Account) -> Callable[[dt.date], bool]:
    """``was_unheld`` for many days of one account, whose periods are read once."""
    periods = list(account.periods.order_by("began_at").values_list("began_at", "ended_at"))

    def unheld(day: dt.date) -> bool:
        day_end = end_of(day)
        ends = [ended for began, ended in periods if began < day_end]
        return bool(ends) and ends[-1] is not None and ends[-1] < day_end

    return unheld


def _save(row: Account, *, on: dt.date) -> None:
    dormancy.set_deadlines(row, dormancy.rule_in_force(), on=on)
    row.save(update_fields=[*OWNERSHIP_COLUMNS, *dormancy.DEADLINE_COLUMNS])


def _event(
    row: Account, period: OwnershipPeriod, verb: Verb, why: str, *, by: User, at: dt.datetime
) -> Event:
    return events.built(
        verb=verb,
        subject=period,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"holder": period.holder_id, "why": why, "state": row.state},
    )
