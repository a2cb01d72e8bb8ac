"""The clock: signs of life arrive, the stored deadlines follow (domain §4).

Each floor that owns a fact hands its date in through ``note_sign``; a correction hands in the whole
truth through ``correct_signs``. The rule itself is in ``dormancy_rule``.
"""

import datetime as dt
from dataclasses import dataclass, fields
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Case, Expression, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least

from accounts_app import dormancy_rule
from accounts_app.dormancy_rule import Facts, Rule
from accounts_app.models import Account, DormancyPolicy
from core.days import DaysLater
from core.locking import locked

SIGN_COLUMNS = tuple(field.name for field in fields(Facts))
DEADLINE_COLUMNS = ("dormant_on", "warned_on", "pool_on")


class SignDays(TypedDict, total=False):
    """The sign columns that a floor may hand in; None clears one."""

    engaged_on: dt.date | None
    sold_on: dt.date | None
    pipeline_engaged_on: dt.date | None
    pipeline_closed_on: dt.date | None
    contract_until: dt.date | None
    interest_said_on: dt.date | None
    interest_until: dt.date | None


class LatestDays(TypedDict, total=False):
    """The signs of which only the latest day matters."""

    engaged_on: dt.date
    sold_on: dt.date
    contract_until: dt.date


@dataclass(frozen=True)
class Clock:
    """What the row says of its clock, to compare before and after."""

    state: str
    dormant_on: dt.date | None
    pool_on: dt.date | None


def clock_of(account: Account) -> Clock:
    return Clock(account.state, account.dormant_on, account.pool_on)


def facts_of(account: Account) -> Facts:
    """The signs that the account's row holds."""
    return Facts(**{name: getattr(account, name) for name in SIGN_COLUMNS})


def rule_in_force() -> Rule | None:
    """The rule of the policy last applied. Read it after locking the account: a policy that comes
    into force meanwhile then recomputes the row afterwards."""
    policy = DormancyPolicy.objects.in_force()
    return policy.rule if policy else None


@transaction.atomic
def note_sign(account: Account, *, on: dt.date, **latest: Unpack[LatestDays]) -> Account:
    """A sign arrived on ``on`` (today): each named column moves forward, never back."""
    return note_locked(locked(account), on=on, **latest)


def note_locked(row: Account, *, on: dt.date, **latest: Unpack[LatestDays]) -> Account:
    """``note_sign`` for a row that the caller has locked; its columns move with the stored ones."""
    newer = {name: day for name, day in latest.items() if is_later(day, than=getattr(row, name))}
    if not newer:
        return row
    return _write(row, newer, on=on)


@transaction.atomic
def correct_signs(account: Account, *, on: dt.date, **days: Unpack[SignDays]) -> Account:
    """The named columns become exactly this: what the facts say after a correction."""
    return correct_locked(locked(account), on=on, **days)


def correct_locked(row: Account, *, on: dt.date, **days: Unpack[SignDays]) -> Account:
    """``correct_signs`` for a row that the caller has locked; its columns move with the stored
    ones."""
    changed = {name: day for name, day in days.items() if getattr(row, name) != day}
    if not changed:
        return row
    return _write(row, changed, on=on)


def keep_warning(account: Account, *, warned_on: dt.date, on: dt.date) -> Account:
    """A restored holder was warned on ``warned_on`` already, and that stands."""
    row = locked(account)
    row.warned_on = warned_on
    return _write(row, {}, on=on)


def is_later(day: object, *, than: dt.date | None) -> bool:
    return isinstance(day, dt.date) and (than is None or day > than)


def set_deadlines(account: Account, rule: Rule | None, *, on: dt.date) -> None:
    """Brings the three deadlines of an unsaved row in line with its signs, as of ``on``."""
    account.dormant_on = dormancy_rule.dormant_on(facts_of(account), rule)
    account.warned_on = kept_warning(account, rule, on=on)
    account.pool_on = (
        dormancy_rule.pool_on(account.dormant_on, account.warned_on, rule) if rule else None
    )


def kept_warning(account: Account, rule: Rule | None, *, on: dt.date) -> dt.date | None:
    """A warning stands until the account leaves its warning days."""
    if rule is None or account.dormant_on is None or account.warned_on is None:
        return None
    stands = dormancy_rule.is_in_warning(account.dormant_on, rule, on=on)
    return account.warned_on if stands else None


def _write(row: Account, columns: dict[str, object], *, on: dt.date) -> Account:
    for name, value in columns.items():
        setattr(row, name, value)
    set_deadlines(row, rule_in_force(), on=on)
    row.save(update_fields=[*columns, *DEADLINE_COLUMNS, "updated_at"])
    return row


@transaction.atomic
def recompute(first_id: int, last_id: int, *, rule: Rule, on: dt.date) -> int:
    """The deadlines of the owned accounts with these ids (both included), in one statement.

    Returns how many rows that were. The same rule as ``dormancy_rule``, set-based: a warning stands
    until the account leaves its warning days, and without one there is no day for the pool. All
    three columns at once, because the database checks their order after each statement.
    """
    new_dormant_on = DaysLater(quiet_since_sql(rule), Value(rule.dormant_after_days))
    warning_stands = Q(
        warned_on__isnull=False, new_dormant_on__lte=on + dt.timedelta(days=rule.warn_days)
    )
    notice_over = DaysLater(F("warned_on"), Value(rule.notice_days))
    rows = Account.objects.owned().filter(id__range=(first_id, last_id))
    return rows.annotate(new_dormant_on=new_dormant_on).update(
        dormant_on=F("new_dormant_on"),
        warned_on=Case(When(warning_stands, then=F("warned_on"))),
        pool_on=Case(When(warning_stands, then=Greatest(F("new_dormant_on"), notice_over))),
    )


def quiet_since_sql(rule: Rule) -> Expression | F:
    """``dormancy_rule.quiet_since`` in SQL, for owned accounts.

    Every sign falls back on ``held_from``, because SQLite's greatest is NULL if any part is.
    """
    counted: list[Expression | F] = [F("held_from")]
    if rule.counts_engagement:
        counted.append(_or_take_over(F("engaged_on")))
    if rule.counts_sale:
        counted.append(_or_take_over(F("sold_on")))
    if rule.counts_pipeline:
        counted.append(_or_take_over(_pipeline_sql(rule)))
    if rule.counts_contract:
        counted.append(_or_take_over(F("contract_until")))
    if rule.counts_interest:
        counted.append(_or_take_over(_interest_sql(rule)))
    return Greatest(*counted) if len(counted) > 1 else counted[0]


def _or_take_over(day: Expression | F) -> Coalesce:
    return Coalesce(day, F("held_from"))


def _pipeline_sql(rule: Rule) -> Expression:
    stalls_on = DaysLater(F("pipeline_engaged_on"), Value(rule.pipeline_stalled_after_days))
    return Case(
        When(Q(pipeline_closed_on__isnull=True), then=stalls_on),
        default=Least(stalls_on, F("pipeline_closed_on")),
    )


def _interest_sql(rule: Rule) -> Expression:
    longest = DaysLater(F("interest_said_on"), Value(rule.longest_wait_days))
    return Least(longest, F("interest_until"))
