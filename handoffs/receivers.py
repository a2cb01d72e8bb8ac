"""What this room does on news from below."""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from accounts_app.models import Account, State
from accounts_app.signals import sign_arrived
from handoffs import late_facts, transitions
from pipeline.models import Activity, Sale
from pipeline.signals import engaged, sale_booked


@receiver(engaged, dispatch_uid="handoffs on an engagement")
def on_an_engagement(activity: Activity, at: dt.datetime, **kwargs: Any) -> None:
    """It may introduce a new holder, or show that a sweep had no cause."""
    if activity.voided_at is not None:
        return
    if activity.account.state == State.POOLED:
        late_facts.reconsider(activity.account, at=at, engaged_at=activity.occurred_at)
        return
    transitions.introduce(
        activity.account_id, engaged_at=activity.occurred_at, by=activity.logged_by, at=at
    )


@receiver(sale_booked, dispatch_uid="handoffs on a sale")
def on_a_sale(sale: Sale, at: dt.datetime, **kwargs: Any) -> None:
    """It may show that a sweep had no cause."""
    if sale.account.state == State.POOLED:
        late_facts.reconsider(sale.account, at=at)


@receiver(sign_arrived, dispatch_uid="handoffs on a contract or a card")
def on_a_contract_or_card(account: Account, at: dt.datetime, **kwargs: Any) -> None:
    """It may show that a sweep had no cause."""
    if account.state == State.POOLED:
        late_facts.reconsider(account, at=at)
