"""The transition: the new holder is introduced (domain §5)."""

import datetime as dt

from core.models import User
from handoffs.models import Handoff, Track, TransitionState
from handoffs.steps import take


def introduce(account_id: int, *, engaged_at: dt.datetime, by: User, at: dt.datetime) -> None:
    """The new holder's first engagement after the transfer introduces them."""
    waiting = Handoff.objects.transferred().filter(
        account=account_id, transition=TransitionState.WAITING, transferred_at__lte=engaged_at
    )
    for handoff in waiting.select_related("account", "outgoing"):
        take(handoff, Track.TRANSITION, TransitionState.INTRODUCED, by=by, at=at)
