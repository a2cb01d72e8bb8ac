"""When holders were really told that an account is going (domain §4).

A run for a night that has passed warns as of that night, while its holders hear of it only on the
day it is run. Such a warning keeps that day as ``told_on`` in its event.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from accounts_app import dormancy_rule
from accounts_app.models import Account, DormancyPolicy
from accounts_app.querysets import AccountQuerySet
from core.days import day_of
from core.models import Event, Verb
from handoffs.models import SweepRun

TOLD_ON = "told_on"


def may_be_told_late(policy: DormancyPolicy, *, today: dt.date) -> AccountQuerySet:
    """Owned and warned as of a night that was run later, and not so long ago that the notice is
    over however it is counted. Mostly there was no such run, and this is nobody."""
    first = today - dt.timedelta(days=policy.notice_days - 1)
    late = SweepRun.objects.told_late().filter(run_on__gte=first)
    nights = list(late.order_by().values_list("night", flat=True))
    return Account.objects.owned().filter(warned_on__in=nights)


def told_late(warned: Mapping[int, dt.date | None]) -> dict[int, dt.date]:
    """When the holder was told, where that was after the day of the warning; both by account."""
    warnings = Event.objects.filter(verb=Verb.ACCOUNT_WARNED, account_id__in=warned)
    return {
        event.account_id: told_on
        for event in warnings.order_by("id")
        if event.account_id
        and day_of(event.happened_at) == warned[event.account_id]
        and (told_on := _told_on(event)) is not None
    }


def warned_days(rows: Iterable[Account]) -> dict[int, dt.date | None]:
    return {row.pk: row.warned_on for row in rows}


def held_back(policy: DormancyPolicy, *, on: dt.date, today: dt.date) -> set[int]:
    """Accounts that a live night on ``on`` would keep, because their holders were told late."""
    rows = {row.pk: row for row in may_be_told_late(policy, today=today)}
    pools = {
        pk: dormancy_rule.pool_on(rows[pk].dormant_on, told_on, policy.rule)
        for pk, told_on in told_late(warned_days(rows.values())).items()
    }
    return {pk for pk, day in pools.items() if day is not None and day > on}


def _told_on(event: Event) -> dt.date | None:
    told_on = event.changes.get(TOLD_ON)
    return dt.date.fromisoformat(told_on) if told_on else None
