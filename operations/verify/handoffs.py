"""Checks of the pool and of handoffs."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts_app import dormancy_rule
from accounts_app.models import Account, AccountAccess, BeganBy, OwnershipPeriod, State
from core.days import day_of
from core.models import Event, Verb
from handoffs import briefs, notices, steps
from handoffs.models import (
    BRIEF_FIELDS,
    Brief,
    BriefState,
    ClaimRequest,
    ClaimState,
    EntryReason,
    Handoff,
    HandoffStep,
    PoolEntry,
    SweepRun,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.opening import KIND_OF_ENTRY, access_reason
from operations.verify.accounts import was_warned
from operations.verify.findings import Check, Finding, named


def pool_agrees_with_accounts() -> Iterator[Finding]:
    """A pooled account has one open entry, and only a pooled account has one."""
    open_entry = PoolEntry.objects.open().filter(account=OuterRef("pk"))
    accounts = Account.objects.annotate(has_entry=Exists(open_entry))
    for account in accounts.filter(state=State.POOLED, has_entry=False):
        yield Finding("entry_missing", f"{named(account)} is pooled without a pool entry.")
    for account in accounts.exclude(state=State.POOLED).filter(has_entry=True):
        yield Finding("entry_left_over", f"{named(account)} has a pool entry and is not pooled.")


def stays_begin_with_an_end() -> Iterator[Finding]:
    """A period that ended towards the pool is followed at once by its entry."""
    entry = PoolEntry.objects.filter(
        account=OuterRef("account"), entered_at=OuterRef("ended_at"), reason=OuterRef("ended_by")
    )
    pooled = OwnershipPeriod.objects.filter(ended_by__in=[*KIND_OF_ENTRY])
    for period in pooled.filter(~Exists(entry)).select_related("account"):
        yield Finding(
            "period_without_entry",
            f"{named(period.account)} left its holder on {period.ended_at:%Y-%m-%d} for the pool,"
            f" without an entry there.",
        )


def claims_have_one_winner() -> Iterator[Finding]:
    """Whoever claimed an entry has its one won request, and who won one claimed it."""
    won = ClaimRequest.objects.filter(state=ClaimState.WON)
    by_winner = won.filter(entry=OuterRef("pk"), user=OuterRef("claimed_by"))
    claimed = PoolEntry.objects.filter(claimed_by__isnull=False)
    for entry in claimed.filter(~Exists(by_winner)).select_related("account", "claimed_by"):
        yield Finding(
            "claim_off", f"{entry.claimed_by} claimed {named(entry.account)} and did not win it."
        )
    for request in won.exclude(entry__claimed_by=F("user")).select_related("entry__account"):
        yield Finding(
            "claim_off", f"{request.user} won {named(request.entry.account)} and did not get it."
        )


def nobody_was_swept_unwarned() -> Iterator[Finding]:
    """Each swept entry was warned of, and its notice was over."""
    swept = PoolEntry.objects.filter(reason=EntryReason.SWEPT)
    for entry in swept.select_related("account", "policy").iterator(2_000):
        warned_on, pool_on = (_day(entry, name) for name in ("warned_on", "pool_on"))
        if entry.policy is None or not warned_on or not pool_on:
            yield Finding("swept_unwarned", f"{named(entry.account)} was swept without evidence.")
            continue
        if not was_warned(entry.account_id, warned_on):
            yield Finding(
                "swept_unwarned",
                f"{named(entry.account)} was swept; no warning of {warned_on} is on record.",
            )
        notice_over = dormancy_rule.days_later(warned_on, entry.policy.notice_days)
        if pool_on < notice_over or day_of(entry.entered_at) < pool_on:
            yield Finding(
                "swept_too_soon", f"{named(entry.account)} was swept before its notice was over."
            )


def nobody_was_swept_before_being_told() -> Iterator[Finding]:
    """A night that was run when it came took no account whose notice, counted from when its holder
    was really told, was not over. One that was run later tells of what would have been."""
    live = set(SweepRun.objects.filter(run_on=F("night")).values_list("night", flat=True))
    late = set(SweepRun.objects.told_late().values_list("night", flat=True))
    swept = PoolEntry.objects.filter(reason=EntryReason.SWEPT, policy__isnull=False)
    for entry in swept.select_related("account", "policy").iterator(2_000):
        warned_on, swept_on = _day(entry, "warned_on"), day_of(entry.entered_at)
        if entry.policy is None or swept_on not in live or warned_on not in late:
            continue
        told_on = notices.told_late({entry.account_id: warned_on}).get(entry.account_id, warned_on)
        if swept_on < dormancy_rule.days_later(told_on, entry.policy.notice_days):
            yield Finding(
                "swept_too_soon",
                f"{named(entry.account)} was swept on {swept_on}; its holder was told only on"
                f" {told_on}.",
            )


def _day(entry: PoolEntry, name: str) -> dt.date | None:
    text = entry.evidence.get(name)
    return dt.date.fromisoformat(text) if text else None


def sweeps_did_what_they_say() -> Iterator[Finding]:
    """A night's numbers are those of the warnings and of the entries of that night."""
    warned, redated = _events_by_day(Verb.ACCOUNT_WARNED), _events_by_day(Verb.WARNING_REDATED)
    swept = PoolEntry.objects.filter(reason=EntryReason.SWEPT)
    pooled = _by_day(swept.values_list("entered_at", flat=True))
    for run in SweepRun.objects.filter(finished_at__isnull=False).order_by("night"):
        on_record = (warned[run.night], redated[run.night], pooled[run.night])
        if (run.warned, run.redated, run.pooled) != on_record:
            yield Finding(
                "sweep_off",
                f"The sweep of {run.night} says {run.warned} warned, {run.redated} dated anew and"
                f" {run.pooled} pooled; on record are {on_record[0]}, {on_record[1]} and"
                f" {on_record[2]}.",
            )


def _events_by_day(verb: Verb) -> Counter[dt.date]:
    return _by_day(Event.objects.filter(verb=verb).values_list("happened_at", flat=True))


def _by_day(instants: QuerySet[Any, dt.datetime]) -> Counter[dt.date]:
    """How many on each day; read once, not for each night."""
    return Counter(day_of(at) for at in instants.order_by().iterator(2_000))


def handoffs_stand_where_their_steps_led() -> Iterator[Finding]:
    """Each track is in the state of its last step, and every step is one that is allowed."""
    state: dict[tuple[int, str], str] = {}
    for step in HandoffStep.objects.order_by("handoff_id", "id").iterator(2_000):
        key = (step.handoff_id, step.track)
        came_from = state.get(key, "")
        allowed = not came_from or step.to_state in steps.STEPS[Track(step.track)][came_from]
        if step.from_state != came_from or not allowed:
            yield Finding(
                "step_not_allowed",
                f"Handoff {step.handoff_id} went from {step.from_state} to {step.to_state}.",
            )
        state[key] = step.to_state
    for handoff in Handoff.objects.iterator(2_000):
        for track, column in steps.COLUMNS.items():
            stored, led_to = getattr(handoff, column), state.get((handoff.pk, track))
            if stored != led_to:
                yield Finding(
                    "state_off",
                    f"The {track} of handoff {handoff.pk} is {stored}; its steps led to {led_to}.",
                )


def what_was_undone_is_taken_up() -> Iterator[Finding]:
    """A transition that a sweep superseded goes on if a late fact undid that sweep."""
    restored = OwnershipPeriod.objects.filter(
        account=OuterRef("handoff__account"),
        began_by=BeganBy.RESTORED,
        began_at=OuterRef("taken_at"),
    )
    later = HandoffStep.objects.filter(
        handoff=OuterRef("handoff"), track=Track.TRANSITION, pk__gt=OuterRef("pk")
    )
    superseded = HandoffStep.objects.filter(to_state=TransitionState.SUPERSEDED)
    for step in superseded.filter(Exists(restored), ~Exists(later)).order_by("pk"):
        yield Finding(
            "superseded_for_nothing",
            f"The transition of handoff {step.handoff_id} is superseded by a sweep that was"
            f" undone.",
        )


def handoffs_agree_with_the_pool() -> Iterator[Finding]:
    """Who leaves an account to the pool has a handoff, which moves as its entry does."""
    from_holder = PoolEntry.objects.filter(reason__in=[*KIND_OF_ENTRY])
    for entry in from_holder.filter(handoff=None).select_related("account"):
        yield Finding("handoff_missing", f"{named(entry.account)} was pooled without a handoff.")
    handoffs = Handoff.objects.filter(entry__isnull=False).select_related("entry", "account")
    for handoff in handoffs.iterator(2_000):
        if not _agree(handoff, handoff.entry):
            yield Finding(
                "handoff_off_pool",
                f"Handoff {handoff.pk} of {named(handoff.account)} and its pool entry"
                f" do not agree.",
            )


def _agree(handoff: Handoff, entry: PoolEntry | None) -> bool:
    if entry is None:
        return False
    parties = (handoff.account_id, handoff.outgoing_id, handoff.kind)
    kind = KIND_OF_ENTRY.get(EntryReason(entry.reason))
    if parties != (entry.account_id, entry.previous_holder_id, kind):
        return False
    claimed_by_another = entry.claimed_by_id not in (None, handoff.outgoing_id)
    if claimed_by_another:
        return (handoff.transfer, handoff.incoming_id) == (
            TransferState.TRANSFERRED,
            entry.claimed_by_id,
        )
    expected = TransferState.POOLED if entry.left_at is None else TransferState.CANCELLED
    return handoff.transfer == expected


def transfers_begin_a_period() -> Iterator[Finding]:
    """With its transfer, the incoming rep holds the account."""
    period = OwnershipPeriod.objects.filter(
        account=OuterRef("account"),
        holder=OuterRef("incoming"),
        began_at=OuterRef("transferred_at"),
    )
    for handoff in Handoff.objects.transferred().filter(~Exists(period)):
        yield Finding(
            "transfer_without_period",
            f"Handoff {handoff.pk} was transferred; the incoming rep did not hold from then on.",
        )


def briefs_are_as_their_state_says() -> Iterator[Finding]:
    """A brief was handed in exactly if its state says so, and says what was saved last."""
    for handoff in Handoff.objects.select_related("brief").iterator(2_000):
        brief = getattr(handoff, "brief", None)
        handed_in = brief is not None and brief.first_handed_in_on is not None
        if handoff.brief_state != BriefState.MISSED and handed_in != (
            handoff.brief_state != BriefState.OWED
        ):
            yield Finding(
                "brief_off",
                f"The brief of handoff {handoff.pk} is {handoff.brief_state}; it was"
                f" {'' if handed_in else 'not '}handed in.",
            )
    for brief in Brief.objects.prefetch_related("versions").iterator(500):
        versions = sorted(brief.versions.all(), key=lambda version: version.number)
        numbers = [version.number for version in versions]
        if numbers != [*range(1, len(versions) + 1)] or not versions:
            yield Finding("brief_gap", f"Versions of brief {brief.pk} are missing.")
        elif any(getattr(brief, name) != getattr(versions[-1], name) for name in BRIEF_FIELDS):
            yield Finding("brief_altered", f"Brief {brief.pk} is not as it was saved last.")


def accesses_end_with_their_handoff() -> Iterator[Finding]:
    """Nobody writes on an account for a brief that is settled."""
    over = Handoff.objects.filter(Q(brief_state__in=steps.JUDGED) | Q(transfer__in=briefs.GONE))
    reasons = {access_reason(handoff): handoff.pk for handoff in over.iterator(2_000)}
    for access in AccountAccess.objects.select_related("user", "account").iterator(2_000):
        if access.reason in reasons:
            yield Finding(
                "access_left_over",
                f"{access.user} may still write on {named(access.account)} for a handoff that"
                f" is over.",
            )


CHECKS: tuple[Check, ...] = (
    pool_agrees_with_accounts,
    stays_begin_with_an_end,
    claims_have_one_winner,
    nobody_was_swept_unwarned,
    nobody_was_swept_before_being_told,
    sweeps_did_what_they_say,
    handoffs_stand_where_their_steps_led,
    what_was_undone_is_taken_up,
    handoffs_agree_with_the_pool,
    transfers_begin_a_period,
    briefs_are_as_their_state_says,
    accesses_end_with_their_handoff,
)
