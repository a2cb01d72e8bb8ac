"""The night's steps, in order. Each may be run again at any time (domain §4, §5, §6)."""

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts_app.models import Account, DormancyPolicy
from core import events
from core.days import day_of, moment
from core.locking import locked
from core.models import Event, User, Verb
from handoffs import briefs, sweep
from handoffs.models import SweepRun
from incentives import ledger
from incentives.models import LedgerEntry
from operations.commands import night_of
from pipeline.models import Sale

log = logging.getLogger(__name__)


FOLLOWED = (
    Verb.ACTIVITY_LOGGED,
    Verb.ACCOUNT_WARNED,
    Verb.NEXT_STEP_SET,
    Verb.NEXT_STEP_DONE,
    Verb.LEDGER_POSTED,
)
"""What happens all day long and turns nothing that the ledgers did not follow at once."""


@dataclass(frozen=True)
class Night:
    """What a night did. ``failed`` are accounts whose ledgers could not be reconciled."""

    run: SweepRun
    missed: int
    accepted: int
    posted: int
    failed: list[int]


def run(night: dt.date, *, now: dt.datetime, by: User) -> Night:
    """Policies that are due, the sweep, briefs that time settles, and the ledgers.

    The night is marked as run after all of its steps: one that was cut off anywhere is due again.
    """
    at, mark = night_of(night, now=now), last_mark()
    swept = sweep.sweep(at=at, by=by, today=day_of(now))
    missed = briefs.miss_overdue(at=at, by=by)
    accepted = briefs.accept_silent(at=at, by=by)
    posted, failed = _reconcile(with_sales(touched_since(mark)), at=now, by=by)
    done = Night(run=swept, missed=missed, accepted=accepted, posted=posted, failed=failed)
    _mark(done, by=by, at=at)
    return done


def is_due(now: dt.datetime) -> bool:
    """Whether tonight's run has come and has not been completed; the database remembers."""
    tonight = day_of(now)
    if now < moment(tonight, settings.STEWARD_SWEEP_AT) or not _has_policy(tonight):
        return False
    last = sweep.last_night()
    if last is not None and last > tonight:  # the clock or the time zone was set back
        return False
    run = SweepRun.objects.filter(night=tonight).first()
    return run is None or not _marks().filter(subject_id=run.pk).exists()


def last_mark() -> int:
    """The number of the event that ended the last night; 0 before the first."""
    last = _marks().order_by("-pk").first()
    return last.pk if last else 0


def touched_since(mark: int) -> QuerySet[Account]:
    """The accounts of which something was recorded since then.

    The ledgers follow each fact at once; the night looks again at what turned, not at all there is.
    """
    ids = Event.objects.filter(pk__gt=mark, account_id__isnull=False).exclude(verb__in=FOLLOWED)
    return Account.objects.filter(pk__in=ids.values("account_id"))


def reconcile_each(
    accounts: QuerySet[Account], *, at: dt.datetime, by: User
) -> Iterator[list[LedgerEntry]]:
    """Both ledgers, account by account, each in its own transaction. Yields what was posted."""
    for pk in with_sales(accounts):
        yield ledger.reconcile(Account.objects.get(pk=pk), by=by, at=at)


def with_sales(accounts: QuerySet[Account]) -> list[int]:
    """Those of whom anything may be due."""
    if not ledger.is_kept():
        return []
    sold = accounts.filter(Exists(Sale.objects.filter(account=OuterRef("pk"))))
    return list(sold.order_by("pk").values_list("pk", flat=True))


def _reconcile(ids: list[int], *, at: dt.datetime, by: User) -> tuple[int, list[int]]:
    """How many entries it posted, and the accounts set aside: one must not end the night."""
    posted, failed = 0, []
    for pk in ids:
        try:
            posted += len(ledger.reconcile(Account.objects.get(pk=pk), by=by, at=at))
        except Exception:
            log.exception("The ledgers of account %s are set aside", pk)
            failed.append(pk)
    return posted, failed


def _has_policy(tonight: dt.date) -> bool:
    policies = DormancyPolicy.objects
    return policies.in_force() is not None or policies.due(on=tonight).exists()


def _marks() -> QuerySet[Event]:
    return Event.objects.filter(verb=Verb.NIGHT_RAN)


@transaction.atomic
def _mark(night: Night, *, by: User, at: dt.datetime) -> None:
    run = locked(night.run)
    if _marks().filter(subject_id=run.pk).exists():
        return
    changes = {
        "night": run.night,
        "missed": night.missed,
        "accepted": night.accepted,
        "posted": night.posted,
        "failed": night.failed,
    }
    events.record(verb=Verb.NIGHT_RAN, subject=run, actor=by, at=at, changes=changes)
