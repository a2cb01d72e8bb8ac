"""The three tracks of a handoff as tables of allowed steps (domain §5).

A step is a compare-and-set in a transaction, with its row and its event. A page asks
``possible`` and draws those buttons.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from core import events
from core.days import day_of
from core.errors import Refused
from core.models import User, Verb
from handoffs.models import (
    BriefState,
    Handoff,
    HandoffStep,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.signals import handoff_moved

Steps = Mapping[str, frozenset[str]]

TRANSFER: Steps = {
    TransferState.POOLED: frozenset({TransferState.TRANSFERRED, TransferState.CANCELLED}),
    TransferState.PROPOSED: frozenset(
        {TransferState.AGREED, TransferState.DECLINED, TransferState.CANCELLED}
    ),
    TransferState.AGREED: frozenset({TransferState.TRANSFERRED, TransferState.CANCELLED}),
    TransferState.TRANSFERRED: frozenset(),
    TransferState.DECLINED: frozenset(),
    TransferState.CANCELLED: frozenset(),
}
JUDGED = frozenset({BriefState.ACCEPTED, BriefState.NOT_USABLE})
BRIEF: Steps = {
    BriefState.OWED: frozenset({BriefState.HANDED_IN, BriefState.MISSED}),
    BriefState.HANDED_IN: frozenset({BriefState.MORE_NEEDED}) | JUDGED,
    BriefState.MORE_NEEDED: frozenset({BriefState.HANDED_IN}) | JUDGED,
    BriefState.ACCEPTED: frozenset(),
    BriefState.NOT_USABLE: frozenset(),
    BriefState.MISSED: frozenset(),
}
TRANSITION: Steps = {
    TransitionState.WAITING: frozenset({TransitionState.INTRODUCED, TransitionState.SUPERSEDED}),
    TransitionState.INTRODUCED: frozenset({TransitionState.COMPLETED, TransitionState.SUPERSEDED}),
    TransitionState.COMPLETED: frozenset(),
    # Only where a late fact undoes the sweep that superseded it: see transitions.take_up_again.
    TransitionState.SUPERSEDED: frozenset({TransitionState.WAITING, TransitionState.INTRODUCED}),
}
STEPS: Mapping[Track, Steps] = {
    Track.TRANSFER: TRANSFER,
    Track.BRIEF: BRIEF,
    Track.TRANSITION: TRANSITION,
}
COLUMNS: Mapping[Track, str] = {
    Track.TRANSFER: "transfer",
    Track.BRIEF: "brief_state",
    Track.TRANSITION: "transition",
}


def possible(handoff: Handoff, track: Track) -> frozenset[str]:
    """The states that the track may go to from where it stands."""
    return STEPS[track][getattr(handoff, COLUMNS[track])]


def is_over(handoff: Handoff, track: Track) -> bool:
    """Whether nothing more is to come of the track, as far as anybody knows."""
    superseded = getattr(handoff, COLUMNS[track]) == TransitionState.SUPERSEDED
    return superseded or not possible(handoff, track)


@transaction.atomic
def take(
    handoff: Handoff, track: Track, to: str, *, by: User, at: dt.datetime, **columns: Any
) -> Handoff:
    """Moves one track to ``to`` and fills ``columns`` with it.

    Refuses a step that the table does not have, one that is told to lie before the last one, and
    one that somebody else took meanwhile.
    """
    column, before = COLUMNS[track], getattr(handoff, COLUMNS[track])
    if to not in possible(handoff, track):
        raise Refused(
            "step_not_allowed",
            f"The {track} of this handoff is {before}; it cannot become {to}.",
            track=track,
            state=before,
        )
    _check_order(handoff, track, at=at)
    same_as_read = Handoff.objects.filter(pk=handoff.pk, **{column: before})
    if not same_as_read.update(**{column: to}, **columns):
        raise Refused("moved_meanwhile", "Somebody else has moved this handoff. Look again.")
    for name, value in {column: to, **columns}.items():
        setattr(handoff, name, value)
    _record(handoff, track, before, to, by=by, at=at)
    handoff_moved.send(sender=Handoff, handoff=handoff, track=track, at=at)
    return handoff


def record_openings(opened: Iterable[Handoff], *, by: User, at: dt.datetime) -> None:
    """The first step of each track of new handoffs, from nowhere, and their event."""
    handoffs = list(opened)
    HandoffStep.objects.bulk_create(
        HandoffStep(
            handoff=handoff,
            track=track,
            to_state=getattr(handoff, column),
            taken_by=by,
            taken_at=at,
        )
        for handoff in handoffs
        for track, column in COLUMNS.items()
    )
    events.record_many(
        events.built(
            verb=Verb.HANDOFF_OPENED,
            subject=handoff,
            account_id=handoff.account_id,
            actor=by,
            at=at,
            changes={"kind": handoff.kind, "outgoing": handoff.outgoing_id},
        )
        for handoff in handoffs
    )


def _check_order(handoff: Handoff, track: Track, *, at: dt.datetime) -> None:
    last = HandoffStep.objects.filter(handoff=handoff, track=track).order_by("-pk").first()
    if last is not None and at < last.taken_at:
        raise Refused(
            "before_last_step",
            f"The {track} of this handoff is {last.to_state} since {day_of(last.taken_at)};"
            f" the next step cannot lie before that.",
        )


def _record(
    handoff: Handoff, track: Track, before: str, to: str, *, by: User, at: dt.datetime
) -> None:
    step = HandoffStep.objects.create(
        handoff=handoff, track=track, from_state=before, to_state=to, taken_by=by, taken_at=at
    )
    events.record(
        verb=Verb.HANDOFF_MOVED,
        subject=step,
        account_id=handoff.account_id,
        actor=by,
        at=at,
        changes={"track": track, "from": before, "to": to},
    )
