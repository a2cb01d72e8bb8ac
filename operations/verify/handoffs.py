"""Checks of the pool and of handoffs."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from accounts_app import dormancy_rule
from accounts_app.models import Account, State
from handoffs import steps
from handoffs.models import Handoff, HandoffStep, PoolEntry, Track
from operations.verify.findings import Check, Finding, named


def pool_agrees_with_accounts() -> Iterator[Finding]:
    """A pooled account has one open entry, and only a pooled account has one."""
    open_entry = PoolEntry.objects.open().filter(account=OuterRef("pk"))
    accounts = Account.objects.annotate(has_entry=Exists(open_entry))
    for account in accounts.filter(state=State.POOLED, has_entry=False):
        yield Finding("entry_missing", f"{named(account)} is pooled without a pool entry.")
    for account in accounts.exclude(state=State.POOLED).filter(has_entry=True):
        yield Finding("entry_left_over", f"{named(account)} has a pool entry and is not pooled.")


def nobody_was_swept_unwarned() -> Iterator[Finding]:
    """Each swept entry was warned of, and its notice was over."""
    swept = PoolEntry.objects.filter(reason="swept").select_related("account", "policy")
    for entry in swept.iterator(2_000):
        warned, pools = entry.evidence.get("warned_on"), entry.evidence.get("pool_on")
        if entry.policy is None or not warned or not pools:
            yield Finding("swept_unwarned", f"{named(entry.account)} was swept without evidence.")
            continue
        swept_on = dormancy_rule.days_later(dt.date.fromisoformat(warned), entry.policy.notice_days)
        if dt.date.fromisoformat(pools) < swept_on:
            yield Finding(
                "swept_too_soon", f"{named(entry.account)} was swept before its notice was over."
            )


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


CHECKS: tuple[Check, ...] = (
    pool_agrees_with_accounts,
    nobody_was_swept_unwarned,
    handoffs_stand_where_their_steps_led,
)
