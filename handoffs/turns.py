"""Whose turn it is in a handoff, for what, and by when (domain §5). Asks the database nothing
beyond the brief, which the caller selects."""

import datetime as dt
from dataclasses import dataclass

from core.models import User
from handoffs.briefs import silence_accepts_on
from handoffs.models import BriefState, Handoff, TransferState, TransitionState

GONE = frozenset({TransferState.DECLINED, TransferState.CANCELLED})
OWING = frozenset({BriefState.OWED, BriefState.MORE_NEEDED})


@dataclass(frozen=True)
class Turn:
    """``who`` is nobody in particular while the pool waits for a claim; ``yours`` are the words
    for whoever it is."""

    who: User | None
    what: str
    yours: str
    by_when: dt.date | None = None


def turns(handoff: Handoff) -> list[Turn]:
    """What is to be done now, the brief first."""
    if handoff.transfer in GONE:
        return []
    found = []
    if handoff.brief_state in OWING:
        due = handoff.brief_due_on if handoff.brief_state == BriefState.OWED else None
        if due:
            found.append(Turn(handoff.outgoing, "writes the brief", "write the brief", due))
        else:
            found.append(Turn(handoff.outgoing, "answers what was asked", "answer what was asked"))
    if handoff.brief_state == BriefState.HANDED_IN and handoff.incoming is not None:
        until = silence_accepts_on(handoff)
        found.append(Turn(handoff.incoming, "reads the brief", "read the brief", until))
    if handoff.transfer == TransferState.POOLED:
        found.append(Turn(None, "claims it from the pool", "claim it from the pool"))
    elif handoff.transition == TransitionState.WAITING and handoff.incoming is not None:
        found.append(Turn(handoff.incoming, "talks to the customer", "talk to the customer"))
    return found
