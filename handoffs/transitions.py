"""The transition: the new holder is introduced (domain §5)."""

import datetime as dt

from core.days import day_of
from core.models import User
from core.roles import covers
from handoffs.models import Handoff, Track, TransitionState
from handoffs.steps import take


def introduce(account_id: int, *, engaged_at: dt.datetime, by: User, at: dt.datetime) -> None:
    """The first engagement after the transfer introduces the new holder: ``by`` them or their
    stand-in. The outgoing rep, who still may log, does not."""
    waiting = Handoff.objects.transferred().filter(
        account=account_id, transition=TransitionState.WAITING, transferred_at__lte=engaged_at
    )
    if not waiting.exists():
        return
    for handoff in waiting:
        is_theirs = by.pk == handoff.incoming_id
        if is_theirs or covers(by, handoff.incoming, on=day_of(engaged_at)):
            take(handoff, Track.TRANSITION, TransitionState.INTRODUCED, by=by, at=at)
