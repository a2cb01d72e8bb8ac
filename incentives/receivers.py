"""What this room does on news from below: freeze terms, and keep the ledgers in line."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, Q
from django.dispatch import receiver

from accounts_app.models import Account, BeganBy, OwnershipPeriod
from accounts_app.signals import ownership_moved
from core.days import day_of
from core.models import User
from handoffs.models import BriefState, Handoff, PoolEntry, Track, TransferState
from handoffs.signals import handoff_moved, handoffs_opened
from handoffs.steps import COLUMNS
from incentives import ledger, plans
from pipeline.models import Activity, Sale
from pipeline.signals import engaged, sale_booked

EARNS = frozenset({TransferState.TRANSFERRED, BriefState.ACCEPTED})


@receiver(handoffs_opened, dispatch_uid="incentives freeze the terms")
def freeze_the_terms(ids: Sequence[int], at: dt.datetime, **kwargs: Any) -> None:
    plans.freeze_terms(ids, at=at)


@receiver(sale_booked, dispatch_uid="incentives reconcile after a sale")
def reconcile_after_a_sale(sale: Sale, at: dt.datetime, **kwargs: Any) -> None:
    if ledger.is_kept():
        ledger.reconcile(sale.account, by=User.objects.system(), at=at)


@receiver(handoff_moved, dispatch_uid="incentives reconcile after a step")
def reconcile_after_a_step(handoff: Handoff, track: str, at: dt.datetime, **kwargs: Any) -> None:
    """Nothing is due before a transfer and an accepted brief; no other step gives or takes it."""
    if getattr(handoff, COLUMNS[Track(track)]) in EARNS:
        ledger.reconcile(handoff.account, by=User.objects.system(), at=at)


@receiver(engaged, dispatch_uid="incentives reconcile after an engagement")
def reconcile_after_an_engagement(activity: Activity, at: dt.datetime, **kwargs: Any) -> None:
    """Only where a former holder could be passed over: it happened before a transfer."""
    handed_on = Handoff.objects.transferred().filter(account=activity.account_id)
    claimed = PoolEntry.objects.claimed_without_handoff().filter(account=activity.account_id)
    later = Q(Exists(handed_on.filter(transferred_at__gt=activity.occurred_at))) | Q(
        Exists(handed_on), Exists(claimed.filter(left_at__gt=activity.occurred_at))
    )
    if Account.objects.filter(later, pk=activity.account_id).exists():
        ledger.reconcile(activity.account, by=User.objects.system(), at=at)


@receiver(ownership_moved, dispatch_uid="incentives reconcile after a period ended")
def reconcile_after_a_period(
    account: Account, ended: OwnershipPeriod | None, at: dt.datetime, **kwargs: Any
) -> None:
    """A sale of that very day was made while nobody held the account, as the holder of a day is the
    one at its end. Mostly there is none, and the row says so."""
    if ended is None or account.sold_on is None or account.sold_on < day_of(at):
        return
    if ledger.is_kept():
        ledger.reconcile(account, by=User.objects.system(), at=at)


@receiver(ownership_moved, dispatch_uid="incentives reconcile after a claim without a handoff")
def reconcile_after_a_mere_claim(
    account: Account, began: OwnershipPeriod | None, at: dt.datetime, **kwargs: Any
) -> None:
    """It ends the windows of handoffs before it; what a handoff belongs to is heard of by that."""
    if began is None or began.began_by != BeganBy.CLAIMED:
        return
    mere = PoolEntry.objects.claimed_without_handoff().filter(account=account, left_at=at)
    if mere.filter(Exists(Handoff.objects.transferred().filter(account=account))).exists():
        ledger.reconcile(account, by=User.objects.system(), at=at)
