"""The night's steps, in order. Each may be run again at any time (domain §4, §5, §6)."""

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from accounts_app.models import Account, DormancyPolicy
from core import events
from core.days import day_of, moment
from core.locking import hold
from core.models import Event, User, Verb
from core.querysets import EventQuerySet
from handoffs import briefs, sweep
from handoffs.models import SweepRun
from incentives import ledger
from incentives.models import CommissionPlan, LedgerEntry
from operations.commands import night_of
from pipeline.models import Sale

log = logging.getLogger(__name__)


FOLLOWED = (
    Verb.ACCOUNT_ADDED,
    Verb.ACCOUNT_CHANGED,
    Verb.ACCOUNT_WARNED,
    Verb.WARNING_REDATED,
    Verb.PERIOD_ENDED,
    Verb.CONTACT_ADDED,
    Verb.CONTACT_CHANGED,
    Verb.CONTRACT_ADDED,
    Verb.CONTRACT_VOIDED,
    Verb.RISK_SEEN,
    Verb.ACTIVITY_LOGGED,
    Verb.ACTIVITY_VOIDED,
    Verb.NEXT_STEP_SET,
    Verb.NEXT_STEP_DONE,
    Verb.NEXT_STEP_DROPPED,
    Verb.OPPORTUNITY_OPENED,
    Verb.OPPORTUNITY_CHANGED,
    Verb.OPPORTUNITY_MOVED,
    Verb.SALE_BOOKED,
    Verb.SALE_REVERSED,
    Verb.POOL_ENTERED,
    Verb.POOL_LEFT,
    Verb.CLAIM_MADE,
    Verb.CLAIM_REFUSED,
    Verb.HANDOFF_OPENED,
    Verb.HANDOFF_MOVED,
    Verb.BRIEF_SAVED,
    Verb.BRIEF_ASKED,
    Verb.TERMS_FROZEN,
    Verb.LEDGER_POSTED,
)
"""What turns nothing that the ledgers did not follow at once."""


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
    posted, failed = ledger.reconcile_each(with_sales(touched_since(mark)), at=now, by=by)
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
    return run is None or not _marks().of(run).exists()


def last_mark() -> int:
    """The number of the event that ended the last night; 0 before the first."""
    last = _marks().order_by("-pk").first()
    return last.pk if last else 0


def touched_since(mark: int) -> QuerySet[Account]:
    """The accounts of which something was recorded since then that may turn what is due.

    The ledgers follow each fact at once; the night looks again at what turned, not at all there is.
    A commission plan that was adopted meanwhile turns what was sold since its first day.
    """
    new = Event.objects.filter(pk__gt=mark)
    turned = new.filter(account_id__isnull=False).exclude(verb__in=FOLLOWED)
    adopted = new.filter(verb=Verb.COMMISSION_PLAN_ADOPTED).values("subject_id")
    first_day = CommissionPlan.objects.filter(pk__in=adopted).aggregate(day=Min("effective_on"))
    accounts = Q(pk__in=turned.values("account_id"))
    if first_day["day"]:
        accounts |= Q(
            Exists(Sale.objects.filter(account=OuterRef("pk"), booked_on__gte=first_day["day"]))
        )
    return Account.objects.filter(accounts)


def reconcile_each(
    accounts: QuerySet[Account], *, at: dt.datetime, by: User
) -> Iterator[list[LedgerEntry]]:
    """Both ledgers, account by account, each in its own transaction. Yields what was posted."""
    for pk in with_sales(accounts):
        yield ledger.reconcile(Account.objects.get(pk=pk), by=by, at=at)


def with_sales(accounts: QuerySet[Account]) -> list[int]:
    """Those of whom anything may be due."""
    sold = accounts.filter(Exists(Sale.objects.filter(account=OuterRef("pk"))))
    ids = list(sold.order_by("pk").values_list("pk", flat=True))
    return ids if ids and ledger.is_kept() else []


def _has_policy(tonight: dt.date) -> bool:
    policies = DormancyPolicy.objects
    return policies.in_force() is not None or policies.due(on=tonight).exists()


def _marks() -> EventQuerySet:
    return Event.objects.filter(verb=Verb.NIGHT_RAN)


@transaction.atomic
def _mark(night: Night, *, by: User, at: dt.datetime) -> None:
    run = night.run
    hold(SweepRun, run.pk)
    if _marks().of(run).exists():
        return
    changes = {
        "night": run.night,
        "missed": night.missed,
        "accepted": night.accepted,
        "posted": night.posted,
        "failed": night.failed,
    }
    events.record(verb=Verb.NIGHT_RAN, subject=run, actor=by, at=at, changes=changes)
