"""The night's steps, in order. Each may be run again at any time (domain §4, §5, §6)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from accounts_app.models import Account, DormancyPolicy
from core.days import day_of, moment
from core.models import Event, User, Verb
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
    at, mark = night_of(night, now=now), last_night_mark()
    swept = sweep.sweep(at=at, by=by, today=day_of(now))
    missed = briefs.miss_overdue(at=at, by=by)
    accepted = briefs.accept_silent(at=at, by=by)
    turned = touched_since(mark)
    posted = sum(len(entries) for entries in reconcile_each(turned, at=now, by=by))
    return Night(run=swept, missed=missed, accepted=accepted, posted=posted)


def last_night_mark() -> int:
    """The number of the last event before this night: that of the night before."""
    ran = Event.objects.filter(verb=Verb.SWEEP_RAN).order_by("-pk").first()
    return ran.pk if ran else 0


def touched_since(mark: int) -> QuerySet[Account]:
    """The accounts of which something was recorded since then.

    The ledgers follow each fact at once; the night looks again at what turned, not at all there is.
    """
    ids = Event.objects.filter(pk__gt=mark, account_id__isnull=False)
    return Account.objects.filter(pk__in=ids.values("account_id"))


def reconcile_each(
    accounts: QuerySet[Account], *, at: dt.datetime, by: User
) -> Iterator[list[LedgerEntry]]:
    """Both ledgers, account by account, each in its own transaction. Yields what was posted."""
    if not ledger.is_kept():
        return
    with_sales = accounts.filter(Exists(Sale.objects.filter(account=OuterRef("pk"))))
    for pk in list(with_sales.order_by("pk").values_list("pk", flat=True)):
        yield ledger.reconcile(Account.objects.get(pk=pk), by=by, at=at)


def is_due(now: dt.datetime) -> bool:
    """Whether tonight's run has come and has not been completed; the database remembers."""
    if DormancyPolicy.objects.adopted().first() is None:
        return False
    tonight = day_of(now)
    if now < moment(tonight, settings.STEWARD_SWEEP_AT):
        return False
    return not SweepRun.objects.filter(night=tonight, finished_at__isnull=False).exists()
