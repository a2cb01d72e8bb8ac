"""Checks every invariant on the live data. It changes nothing.

Each check yields what is off, as a code and a sentence; no finding is the only good answer. The
rules themselves are asked again from the facts, never from what is stored.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, QuerySet

from accounts_app import contracts, dormancy, dormancy_rule
from accounts_app.models import Account, OwnershipPeriod, PolicyApplication, State
from core import triggers
from core.models import Event, Verb
from handoffs import steps
from handoffs.models import Handoff, HandoffStep, PoolEntry, SweepRun, Track
from incentives import ledger
from incentives.models import LedgerEntry
from pipeline import signs
from pipeline.models import Activity, Sale, SaleReversal, StageChange


@dataclass(frozen=True)
class Finding:
    """Something that is off: a code for programs, a sentence for people."""

    code: str
    sentence: str


Check = Callable[[], Iterator[Finding]]


def verify() -> Iterator[Finding]:
    """Everything that is off, check after check."""
    for check in CHECKS:
        yield from check()


def guards_stand() -> Iterator[Finding]:
    """The database refuses what it must refuse."""
    for name in triggers.missing():
        yield Finding("guard_missing", f"The database lacks its guard {name}; run migrate.")


def deadlines_follow_the_rule() -> Iterator[Finding]:
    """The stored deadlines are what the plain rule makes of the stored signs."""
    rule = dormancy.rule_in_force()
    for account in Account.objects.owned().iterator(2_000):
        due = dormancy_rule.dormant_on(dormancy.facts_of(account), rule)
        if account.dormant_on != due:
            yield Finding(
                "deadline_off",
                f"{_named(account)} is stored as dormant on {account.dormant_on};"
                f" by the rule it is {due}.",
            )
        pools = dormancy_rule.pool_on(due, account.warned_on, rule) if rule else None
        if account.pool_on != pools:
            yield Finding(
                "pool_day_off",
                f"{_named(account)} is stored to go to the pool on {account.pool_on};"
                f" by the rule it is {pools}.",
            )


def signs_follow_the_facts() -> Iterator[Finding]:
    """The stored signs are what activities, sales, opportunities and contracts say."""
    for account in Account.objects.exclude(state=State.CLOSED).iterator(2_000):
        days = signs.of(account)
        days["contract_until"] = contracts.contract_until(account)
        for column, day in days.items():
            stored = getattr(account, column)
            if stored != day:
                yield Finding(
                    "sign_off",
                    f"{_named(account)} stores {column} as {stored}; the facts say {day}.",
                )


def owners_agree_with_periods() -> Iterator[Finding]:
    """The holder of an account is the holder of its one open period, since the same day."""
    open_periods = {p.account_id: p for p in OwnershipPeriod.objects.open()}
    for account in Account.objects.iterator(2_000):
        period = open_periods.get(account.pk)
        held = (period.holder_id, period.clock_from) if period else (None, None)
        if (account.owner_id, account.held_from) != held:
            yield Finding(
                "owner_off", f"{_named(account)} and its open ownership period do not agree."
            )


def periods_do_not_overlap() -> Iterator[Finding]:
    """At any instant an account has one holder at the most."""
    before: OwnershipPeriod | None = None
    for period in OwnershipPeriod.objects.order_by("account_id", "began_at", "id").iterator():
        same = before is not None and before.account_id == period.account_id
        if same and before and (before.ended_at is None or before.ended_at > period.began_at):
            yield Finding(
                "periods_overlap", f"Two people held account {period.account_id} at once."
            )
        before = period


def pool_agrees_with_accounts() -> Iterator[Finding]:
    """A pooled account has one open entry, and only a pooled account has one."""
    open_entry = PoolEntry.objects.open().filter(account=OuterRef("pk"))
    accounts = Account.objects.annotate(has_entry=Exists(open_entry))
    for account in accounts.filter(state=State.POOLED, has_entry=False):
        yield Finding("entry_missing", f"{_named(account)} is pooled without a pool entry.")
    for account in accounts.exclude(state=State.POOLED).filter(has_entry=True):
        yield Finding("entry_left_over", f"{_named(account)} has a pool entry and is not pooled.")


def nobody_was_swept_unwarned() -> Iterator[Finding]:
    """Each swept entry was warned of, and its notice was over."""
    swept = PoolEntry.objects.filter(reason="swept").select_related("account", "policy")
    for entry in swept.iterator(2_000):
        warned, pools = entry.evidence.get("warned_on"), entry.evidence.get("pool_on")
        if entry.policy is None or not warned or not pools:
            yield Finding("swept_unwarned", f"{_named(entry.account)} was swept without evidence.")
            continue
        swept_on = dormancy_rule.days_later(dt.date.fromisoformat(warned), entry.policy.notice_days)
        if dt.date.fromisoformat(pools) < swept_on:
            yield Finding(
                "swept_too_soon", f"{_named(entry.account)} was swept before its notice was over."
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


def ledgers_agree_with_entitlement() -> Iterator[Finding]:
    """Every cause adds up to what the facts entitle to, and no entry is missing or doubled."""
    with_sales = Account.objects.filter(Exists(Sale.objects.filter(account=OuterRef("pk"))))
    for account in with_sales.order_by("pk").iterator(500):
        for cause, (due, posted) in ledger.differences(account).items():
            yield Finding(
                "ledger_off",
                f"{_named(account)}, sale {cause.sale_id}, {cause.kind}: {due} is due,"
                f" {posted} is posted.",
            )
    causes = LedgerEntry.objects.values("ledger", "beneficiary", "kind", "handoff", "sale")
    gaps = causes.annotate(n=Count("id"), least=Min("number"), most=Max("number")).exclude(
        least=1, most=F("n")
    )
    for gap in gaps.order_by("sale"):
        yield Finding("ledger_gap", f"The entries on sale {gap['sale']} are not numbered 1 to n.")


def sales_add_up() -> Iterator[Finding]:
    """Lines add up to their sale, and no more is taken back than was sold."""
    sales = Sale.objects.prefetch_related("lines", "reversals").order_by("pk")
    for sale in sales.iterator(1_000):
        lines = [line.amount for line in sale.lines.all()]
        if lines and sum(lines, Decimal(0)) != sale.amount:
            yield Finding("lines_off", f"The lines of sale {sale.pk} do not add up to it.")
        if sum((r.amount for r in sale.reversals.all()), Decimal(0)) > sale.amount:
            yield Finding("reversed_too_much", f"More than all of sale {sale.pk} is taken back.")


def policies_are_applied() -> Iterator[Finding]:
    """No policy is half in force."""
    for application in PolicyApplication.objects.filter(finished_at__isnull=True):
        yield Finding(
            "policy_half_applied",
            f"{application.policy} is applied up to account {application.done_through} only;"
            f" the next night goes on.",
        )


def every_change_has_its_event() -> Iterator[Finding]:
    """Every transition, period, posting, sale and logged activity is on record."""
    for code, rows, verb in EVENTS:
        recorded = Event.objects.filter(
            subject_type=ContentType.objects.get_for_model(rows.model),
            subject_id=OuterRef("pk"),
            verb__in=verb,
        )
        missing = rows.all().filter(~Exists(recorded)).order_by("pk")
        for pk in missing.values_list("pk", flat=True):
            yield Finding(code, f"There is no event {verb[0]} of {rows.model.__name__} {pk}.")


def _named(account: Account) -> str:
    return f"{account.name} ({account.pk})"


EVENTS: list[tuple[str, QuerySet[Model], tuple[Verb, ...]]] = [
    ("period_without_event", OwnershipPeriod.objects.all(), (Verb.PERIOD_BEGAN,)),
    (
        "period_without_event",
        OwnershipPeriod.objects.filter(ended_at__isnull=False),
        (Verb.PERIOD_ENDED,),
    ),
    ("entry_without_event", PoolEntry.objects.all(), (Verb.POOL_ENTERED,)),
    ("entry_without_event", PoolEntry.objects.filter(left_at__isnull=False), (Verb.POOL_LEFT,)),
    ("step_without_event", HandoffStep.objects.exclude(from_state=""), (Verb.HANDOFF_MOVED,)),
    ("handoff_without_event", Handoff.objects.all(), (Verb.HANDOFF_OPENED,)),
    (
        "stage_without_event",
        StageChange.objects.all(),
        (Verb.OPPORTUNITY_MOVED, Verb.OPPORTUNITY_OPENED),
    ),
    ("posting_without_event", LedgerEntry.objects.all(), (Verb.LEDGER_POSTED,)),
    ("sale_without_event", Sale.objects.all(), (Verb.SALE_BOOKED,)),
    ("reversal_without_event", SaleReversal.objects.all(), (Verb.SALE_REVERSED,)),
    ("activity_without_event", Activity.objects.all(), (Verb.ACTIVITY_LOGGED,)),
    (
        "activity_without_event",
        Activity.objects.filter(voided_at__isnull=False),
        (Verb.ACTIVITY_VOIDED,),
    ),
    ("sweep_without_event", SweepRun.objects.filter(finished_at__isnull=False), (Verb.SWEEP_RAN,)),
]

CHECKS: tuple[Check, ...] = (
    guards_stand,
    deadlines_follow_the_rule,
    signs_follow_the_facts,
    owners_agree_with_periods,
    periods_do_not_overlap,
    pool_agrees_with_accounts,
    nobody_was_swept_unwarned,
    handoffs_stand_where_their_steps_led,
    ledgers_agree_with_entitlement,
    sales_add_up,
    policies_are_applied,
    every_change_has_its_event,
)
