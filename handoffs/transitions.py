"""The transition: the new holder is introduced (domain §5)."""

import datetime as dt

from core.days import day_of
from core.models import User
from core.roles import covers
from handoffs.models import Handoff, HandoffStep, Track, TransitionState
from handoffs.steps import take
from pipeline.models import Activity


def introduce(account_id: int, *, engaged_at: dt.datetime, by: User, at: dt.datetime) -> None:
    """The first engagement after the transfer introduces the new holder: ``by`` them or their
    stand-in. The outgoing rep, who still may log, does not."""
    waiting = Handoff.objects.transferred().filter(
        account=account_id, transition=TransitionState.WAITING, transferred_at__lte=engaged_at
    )
    if not waiting.exists():
        return
    for handoff in waiting:
        if _speaks_for_the_new_holder(handoff, by, on=day_of(engaged_at)):
            take(handoff, Track.TRANSITION, TransitionState.INTRODUCED, by=by, at=at)


def take_up_again(
    account_id: int, *, superseded_at: dt.datetime, by: User, at: dt.datetime
) -> None:
    """The move that superseded a transition had no cause: it goes on from where it stood. Whoever
    was reached, as the late facts tell, introduces the new holder after all."""
    undone = HandoffStep.objects.filter(
        handoff__account=account_id,
        handoff__transition=TransitionState.SUPERSEDED,
        to_state=TransitionState.SUPERSEDED,
        taken_at=superseded_at,
    )
    for step in undone.select_related("handoff__account", "handoff__incoming"):
        take(step.handoff, Track.TRANSITION, step.from_state, by=by, at=at)
        if step.from_state == TransitionState.WAITING:
            _introduce_by_the_record(step.handoff, at=at)


def _introduce_by_the_record(handoff: Handoff, *, at: dt.datetime) -> None:
    engagements = Activity.objects.engagements().filter(
        account=handoff.account_id, occurred_at__gte=handoff.transferred_at
    )
    for each in engagements.select_related("logged_by").order_by("occurred_at", "id"):
        if _speaks_for_the_new_holder(handoff, each.logged_by, on=each.occurred_on):
            take(handoff, Track.TRANSITION, TransitionState.INTRODUCED, by=each.logged_by, at=at)
            return


def _speaks_for_the_new_holder(handoff: Handoff, user: User, *, on: dt.date) -> bool:
    return user.pk == handoff.incoming_id or covers(user, handoff.incoming, on=on)
