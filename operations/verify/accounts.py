"""Checks of accounts: the clock, who holds them, and the policies."""

from collections.abc import Iterator

from accounts_app import contracts, dormancy, dormancy_rule
from accounts_app.models import Account, OwnershipPeriod, PolicyApplication, State
from operations.verify.findings import Check, Finding, named
from pipeline import signs


def deadlines_follow_the_rule() -> Iterator[Finding]:
    """The stored deadlines are what the plain rule makes of the stored signs."""
    rule = dormancy.rule_in_force()
    for account in Account.objects.owned().iterator(2_000):
        due = dormancy_rule.dormant_on(dormancy.facts_of(account), rule)
        if account.dormant_on != due:
            yield Finding(
                "deadline_off",
                f"{named(account)} is stored as dormant on {account.dormant_on};"
                f" by the rule it is {due}.",
            )
        pools = dormancy_rule.pool_on(due, account.warned_on, rule) if rule else None
        if account.pool_on != pools:
            yield Finding(
                "pool_day_off",
                f"{named(account)} is stored to go to the pool on {account.pool_on};"
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
                    f"{named(account)} stores {column} as {stored}; the facts say {day}.",
                )


def owners_agree_with_periods() -> Iterator[Finding]:
    """The holder of an account is the holder of its one open period, since the same day."""
    open_periods = {p.account_id: p for p in OwnershipPeriod.objects.open()}
    for account in Account.objects.iterator(2_000):
        period = open_periods.get(account.pk)
        held = (period.holder_id, period.clock_from) if period else (None, None)
        if (account.owner_id, account.held_from) != held:
            yield Finding(
                "owner_off", f"{named(account)} and its open ownership period do not agree."
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


def policies_are_applied() -> Iterator[Finding]:
    """No policy is half in force."""
    for application in PolicyApplication.objects.filter(finished_at__isnull=True):
        yield Finding(
            "policy_half_applied",
            f"{application.policy} is applied up to account {application.done_through} only;"
            f" the next night goes on.",
        )


CHECKS: tuple[Check, ...] = (
    deadlines_follow_the_rule,
    signs_follow_the_facts,
    owners_agree_with_periods,
    periods_do_not_overlap,
    policies_are_applied,
)
