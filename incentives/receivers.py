"""What this room does on news from below: freeze terms, and keep the ledgers in line."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from accounts_app.models import Account, Contract, OwnershipPeriod
from accounts_app.signals import contract_moved, ownership_moved
from core.days import day_of
from core.models import User
from core.signals import last_day_moved
from handoffs.models import BriefState, Handoff, Kind, PoolEntry, Track, TransferState
from handoffs.signals import handoff_moved, handoffs_opened
from handoffs.steps import COLUMNS
from incentives import ledger, plans
from pipeline.models import Activity, Sale, StageChange
from pipeline.signals import card_moved, engaged, sale_booked

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
    """Nothing is due before a transfer and an accepted brief, and no other step gives or takes it,
    unless it is cancelled by a claim that takes the account back on the day of a sale."""
    state = getattr(handoff, COLUMNS[Track(track)])
    sold = Sale.objects.filter(account=handoff.account_id, booked_on__gte=day_of(at))
    if state in EARNS or (state == TransferState.CANCELLED and sold.exists()):
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


@receiver(ownership_moved, dispatch_uid="incentives reconcile after a period began")
def reconcile_after_a_beginning(
    account: Account, began: OwnershipPeriod | None, at: dt.datetime, **kwargs: Any
) -> None:
    """It may end the windows of handoffs before it, and days on which nobody held the account. A
    claim that a handoff belongs to is heard of by its transfer."""
    if began is None:
        return
    handoffs = Handoff.objects.filter(account=OuterRef("pk"))
    handed_on_before = Account.objects.filter(
        Exists(handoffs.transferred()), ~Exists(handoffs.untransferred()), pk=account.pk
    )
    if handed_on_before.exists():
        ledger.reconcile(account, by=User.objects.system(), at=at)


@receiver(contract_moved, dispatch_uid="incentives reconcile after a contract")
def reconcile_after_a_contract(contract: Contract, at: dt.datetime, **kwargs: Any) -> None:
    """Only a release is judged by contracts, if it came after their first day."""
    _reconcile_released(contract.account_id, since=contract.starts_on, at=at)


@receiver(card_moved, dispatch_uid="incentives reconcile after a card")
def reconcile_after_a_card(step: StageChange, at: dt.datetime, **kwargs: Any) -> None:
    """Only a release is judged by cards, if it came on the day of the step or later."""
    _reconcile_released(step.opportunity.account_id, since=step.moved_on, at=at)


def _reconcile_released(account_id: int, *, since: dt.date, at: dt.datetime) -> None:
    released = Handoff.objects.transferred().filter(kind=Kind.RELEASED, opened_on__gte=since)
    for handoff in released.filter(account=account_id).select_related("account")[:1]:
        ledger.reconcile(handoff.account, by=User.objects.system(), at=at)


@receiver(last_day_moved, dispatch_uid="incentives reconcile after somebody left")
def reconcile_after_somebody_left(user: User, at: dt.datetime, **kwargs: Any) -> None:
    """What they let go earns until their last day, and so does an agreed split."""
    let_go = Handoff.objects.transferred().filter(outgoing=user)
    for account in Account.objects.filter(pk__in=let_go.values("account")).order_by("pk"):
        ledger.reconcile(account, by=User.objects.system(), at=at)
