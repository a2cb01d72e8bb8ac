"""Opening handoffs, one or many, when accounts leave their holders (domain §5)."""

import datetime as dt
from collections.abc import Sequence

from accounts_app.models import AccountAccess, DormancyPolicy
from core.days import day_of
from core.models import User
from handoffs import steps
from handoffs.models import (
    EntryReason,
    Handoff,
    Kind,
    PoolEntry,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.signals import handoffs_opened

KIND_OF_ENTRY = {
    EntryReason.SWEPT: Kind.SWEPT,
    EntryReason.RELEASED: Kind.RELEASED,
    EntryReason.DEPARTURE: Kind.DEPARTURE,
}
EARNING = frozenset({Kind.SWEPT, Kind.RELEASED})


def open_for_entries(
    entries: Sequence[PoolEntry], *, policy: DormancyPolicy, by: User, at: dt.datetime
) -> list[Handoff]:
    """A handoff for each pool entry that has a former holder. Call inside a transaction.

    The terms are frozen by the floor above, which hears ``handoffs_opened``.
    """
    handoffs = Handoff.objects.bulk_create(
        _handoff(entry, policy=policy, at=at) for entry in entries
    )
    steps.record_openings(handoffs, by=by, at=at)
    _let_the_outgoing_write(handoffs)
    _supersede_earlier(handoffs, by=by, at=at)
    handoffs_opened.send(sender=Handoff, ids=[handoff.pk for handoff in handoffs], at=at)
    return handoffs


def access_reason(handoff: Handoff) -> str:
    """Names the handoff in the row that lets the outgoing rep write on the account."""
    return f"handoff {handoff.pk}"


def close_access(handoff: Handoff) -> None:
    """The outgoing rep has nothing more to write down."""
    AccountAccess.objects.filter(account=handoff.account_id, reason=access_reason(handoff)).delete()


def _handoff(entry: PoolEntry, *, policy: DormancyPolicy, at: dt.datetime) -> Handoff:
    kind = KIND_OF_ENTRY[EntryReason(entry.reason)]
    opened_on = day_of(at)
    return Handoff(
        account=entry.account,
        entry=entry,
        outgoing=entry.previous_holder,
        kind=kind,
        opened_at=at,
        opened_on=opened_on,
        brief_due_on=opened_on + dt.timedelta(days=policy.brief_due_days),
        brief_accept_days=policy.brief_accept_days,
        transfer=TransferState.POOLED,
        pays_incentive=kind in EARNING,
    )


def _let_the_outgoing_write(handoffs: Sequence[Handoff]) -> None:
    AccountAccess.objects.bulk_create(
        AccountAccess(
            account_id=handoff.account_id,
            user_id=handoff.outgoing_id,
            reason=access_reason(handoff),
        )
        for handoff in handoffs
    )


def _supersede_earlier(handoffs: Sequence[Handoff], *, by: User, at: dt.datetime) -> None:
    """The account moves on before its last transition was completed."""
    unfinished = Handoff.objects.transferred().filter(
        account__in=[handoff.account_id for handoff in handoffs],
        transition__in=[TransitionState.WAITING, TransitionState.INTRODUCED],
    )
    for earlier in unfinished:
        steps.take(earlier, Track.TRANSITION, TransitionState.SUPERSEDED, by=by, at=at)
