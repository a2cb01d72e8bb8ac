"""The night's steps, in order. Each may be run again at any time (domain §4, §5, §6)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from accounts_app.models import Account, DormancyPolicy
from core.days import day_of, moment
from core.models import User
from handoffs import briefs, sweep
from handoffs.models import SweepRun
from incentives import ledger
from incentives.models import LedgerEntry
from operations.commands import night_of
from pipeline.models import Sale


@dataclass(frozen=True)
class Night:
    """What a night did."""

    run: SweepRun
    missed: int
    accepted: int
    posted: int


def run(night: dt.date, *, now: dt.datetime, by: User) -> Night:
    """Policies that are due, the sweep, briefs that time settles, and the ledgers."""
    at = night_of(night, now=now)
    swept = sweep.sweep(at=at, by=by, today=day_of(now))
    return Night(
        run=swept,
        missed=briefs.miss_overdue(at=at, by=by),
        accepted=briefs.accept_silent(at=at, by=by),
        posted=reconcile_all(at=now, by=by),
    )


def reconcile_all(*, at: dt.datetime, by: User) -> int:
    """Both ledgers of every account that ever had a sale. Returns how many entries it posted."""
    return sum(len(entries) for entries in reconcile_each(at=at, by=by))


def reconcile_each(*, at: dt.datetime, by: User) -> Iterator[list[LedgerEntry]]:
    """The same, account by account, each in its own transaction."""
    if not ledger.is_kept():
        return
    ids = Sale.objects.order_by("account_id").values_list("account_id", flat=True).distinct()
    for account in Account.objects.filter(pk__in=list(ids)).order_by("pk"):
        yield ledger.reconcile(account, by=by, at=at)


def is_due(now: dt.datetime) -> bool:
    """Whether tonight's run has come and has not been completed; the database remembers."""
    if DormancyPolicy.objects.adopted().first() is None:
        return False
    tonight = day_of(now)
    if now < moment(tonight, settings.STEWARD_SWEEP_AT):
        return False
    return not SweepRun.objects.filter(night=tonight, finished_at__isnull=False).exists()
