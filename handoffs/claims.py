"""Claiming an account from the pool: who may, and who gets it (domain §4)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, FilteredRelation, Q, Subquery

from accounts_app import ownership
from accounts_app.models import Account, BeganBy, DormancyPolicy, OwnershipPeriod
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import Role, User, Verb
from handoffs import pool, steps
from handoffs.models import (
    ClaimRequest,
    ClaimState,
    Handoff,
    Outcome,
    PoolEntry,
    Track,
    TransferState,
)
from handoffs.opening import close_access

# Claimed, still held, and nobody at the customer was reached since.
_UNWORKED = Q(holding__began_by=BeganBy.CLAIMED) & (
    Q(holding__account__engaged_on__isnull=True)
    | Q(holding__account__engaged_on__lt=F("holding__account__held_from"))
)


def may_claim(user: User) -> bool:
    """Reps, and managers who hold accounts (domain §1)."""
    return user.is_active and user.role in (Role.REP, Role.MANAGER) and user.holds_accounts


@transaction.atomic
def claim(entry: PoolEntry, *, by: User, at: dt.datetime) -> OwnershipPeriod:
    """``by`` becomes the holder, if the entry is open and no rule stands in the way.

    Two at the same moment: one wins, the other is told who.
    """
    if not may_claim(by):
        raise _not_a_claimant()
    claimant = locked(by)
    account = locked(entry.account)
    row = locked(entry)
    _check_open(row)
    refusal = next(refusals(claimant, account, at=at), None)
    if refusal:
        raise refusal
    pool.leave(row, Outcome.CLAIMED, by=claimant, at=at, claimed_by=claimant)
    period = ownership.begin(account, holder=claimant, why=BeganBy.CLAIMED, by=claimant, at=at)
    _keep_request(row, claimant, at=at)
    _transfer(row, claimant, at=at)
    return period


def refusals(user: User, account: Account, *, at: dt.datetime) -> Iterator[Refused]:
    """Every rule that stands between this person and this account, each with from when it ends.

    Readable before the claim; ``claim`` raises the first of them under its locks.
    """
    last = account.periods.filter(holder=user, ended_at__isnull=False).order_by("-ended_at")
    held = last.first()
    return refusals_in(standing_of(user), account, held.ended_at if held else None, at=at)


@dataclass(frozen=True)
class Standing:
    """What is known of a person before they look at any account, and the policy's two figures."""

    user: User
    held: int
    unworked: int
    cooldown_days: int | None
    most_unworked: int | None


def why_not(
    standing: Standing, entry: PoolEntry, last_held_until: dt.datetime | None, *, at: dt.datetime
) -> Refused | None:
    """What ``claim`` would say to this person now; None if it would be theirs."""
    if not may_claim(standing.user):
        return _not_a_claimant()
    try:
        _check_open(entry)
    except Refused as refusal:
        return refusal
    return next(refusals_in(standing, entry.account, last_held_until, at=at), None)


def standing_of(user: User) -> Standing:
    """Read once for a whole list of accounts: one query."""
    in_force = DormancyPolicy.objects.last_applied()
    known = User.objects.filter(pk=user.pk).annotate(
        holding=FilteredRelation("periods", condition=Q(periods__ended_at__isnull=True)),
        held=Count("holding"),
        unworked=Count("holding", filter=_UNWORKED),
        cooldown_days=Subquery(in_force.values("reclaim_cooldown_days")[:1]),
        most_unworked=Subquery(in_force.values("max_unworked_claims")[:1]),
    )
    return Standing(
        user, *known.values_list("held", "unworked", "cooldown_days", "most_unworked").get()
    )


def refusals_in(
    standing: Standing, account: Account, last_held_until: dt.datetime | None, *, at: dt.datetime
) -> Iterator[Refused]:
    """``refusals`` from what has been read: see ``PoolEntry.objects.with_last_held_by``."""
    user = standing.user
    if standing.cooldown_days is not None and last_held_until is not None:
        ended_on = day_of(last_held_until)
        yield from _cooldown(user, account, standing.cooldown_days, ended_on, on=day_of(at))
    if standing.most_unworked is not None:
        yield from _unworked(user, standing.most_unworked, standing.unworked)
    yield from _capacity(user, standing.held)


def _cooldown(
    user: User, account: Account, cooldown_days: int, ended_on: dt.date, *, on: dt.date
) -> Iterator[Refused]:
    if (on - ended_on).days <= cooldown_days:
        free_from = ended_on + dt.timedelta(days=cooldown_days + 1)
        yield Refused(
            "cooldown",
            f"{user} held {account} until {ended_on} and may claim it again from {free_from}.",
            free_from=free_from,
        )


def _unworked(user: User, most: int, number: int) -> Iterator[Refused]:
    if number >= most:
        yield Refused(
            "unworked_claims",
            f"{user} has {number} claimed accounts without a conversation yet;"
            f" {most} are the most. Engage with one of them first.",
            number=number,
        )


def _capacity(user: User, held: int) -> Iterator[Refused]:
    if user.capacity is not None and held >= user.capacity:
        yield Refused(
            "capacity", f"{user} holds {held} accounts, the most they may hold.", held=held
        )


def _not_a_claimant() -> NotAllowed:
    return NotAllowed("Only reps, and managers who hold accounts, claim from the pool.")


def _check_open(entry: PoolEntry) -> None:
    if entry.left_at is None:
        return
    if entry.claimed_by is not None:
        raise Refused(
            "already_claimed",
            f"{entry.claimed_by} claimed {entry.account} on {day_of(entry.left_at)}.",
            winner=entry.claimed_by_id,
        )
    raise Refused("already_left", f"{entry.account} has left the pool.")


def _keep_request(entry: PoolEntry, winner: User, *, at: dt.datetime) -> None:
    request = ClaimRequest.objects.create(
        entry=entry, user=winner, asked_at=at, state=ClaimState.WON, decided_at=at
    )
    events.record(
        verb=Verb.CLAIM_MADE, subject=request, account_id=entry.account_id, actor=winner, at=at
    )


def _transfer(entry: PoolEntry, winner: User, *, at: dt.datetime) -> None:
    """Back to whoever let it go, after the cooldown, nothing is handed over."""
    handoff = Handoff.objects.filter(entry=entry).select_related("outgoing", "account").first()
    if handoff is None:
        return
    if handoff.outgoing_id == winner.pk:
        steps.take(handoff, Track.TRANSFER, TransferState.CANCELLED, by=winner, at=at)
        close_access(handoff)
        return
    steps.take(
        handoff,
        Track.TRANSFER,
        TransferState.TRANSFERRED,
        by=winner,
        at=at,
        incoming=winner,
        transferred_at=at,
        transferred_on=day_of(at),
    )
