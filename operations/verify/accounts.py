"""Checks of accounts: the clock, who holds them, and the policies."""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise

from django.db.models import Q

from accounts_app import contracts, dormancy, dormancy_rule, policies
from accounts_app.models import (
    Account,
    Contact,
    DormancyPolicy,
    OwnershipPeriod,
    PolicyApplication,
    State,
)
from core.days import day_of, end_of, start_of
from core.models import Event, Verb
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


def warnings_were_given() -> Iterator[Finding]:
    """Who stands as warned was warned, on that very day."""
    for account in Account.objects.in_warning().iterator(2_000):
        if not was_warned(account.pk, account.warned_on):
            yield Finding(
                "warning_without_event",
                f"{named(account)} is stored as warned on {account.warned_on}; nobody was told.",
            )


def was_warned(account_id: int, on: dt.date | None) -> bool:
    """Whether a warning of the account is on record for that day, or dated anew to it."""
    if on is None:
        return False
    that_night = Q(
        verb=Verb.ACCOUNT_WARNED, happened_at__gte=start_of(on), happened_at__lt=end_of(on)
    )
    dated_anew = Q(verb=Verb.WARNING_REDATED, changes__warned_on=on.isoformat())
    return Event.objects.filter(that_night | dated_anew, account_id=account_id).exists()


def policies_gave_notice() -> Iterator[Finding]:
    """Every policy but the first was open for comment, and is in effect after a warning's time."""
    adopted = DormancyPolicy.objects.adopted().order_by("version")
    for before, policy in pairwise(adopted):
        if policy.adopted_at is None or policy.effective_on is None:
            continue
        adopted_on = day_of(policy.adopted_at)
        open_days = (adopted_on - day_of(policy.proposed_at)).days
        notice_days = (policy.effective_on - adopted_on).days
        warn_days = max(policy.warn_days, before.warn_days)
        if open_days < policies.COMMENT_DAYS or notice_days < warn_days:
            yield Finding(
                "policy_without_notice",
                f"{policy} was open for {open_days} days and takes effect {notice_days} days"
                f" after its adoption: that is too soon.",
            )


def nothing_stands_above_itself() -> Iterator[Finding]:
    """Companies above companies, and people above people, form no circle."""
    for model, column in ((Account, "parent_id"), (Contact, "reports_to_id")):
        rows = model._base_manager.filter(**{f"{column}__isnull": False})
        above = dict(rows.values_list("pk", column))
        for pk in circles(above):
            yield Finding("circle", f"{model.__name__} {pk} stands above itself.")


def circles(above: Mapping[int, int]) -> Iterator[int]:
    """The lowest number of each circle of ``above``."""
    done: set[int] = set()
    for start in sorted(above):
        path: list[int] = []
        at: int | None = start
        while at is not None and at not in done:
            done.add(at)
            path.append(at)
            at = above.get(at)
        if at in path:
            yield min(path[path.index(at) :])


CHECKS: tuple[Check, ...] = (
    deadlines_follow_the_rule,
    signs_follow_the_facts,
    owners_agree_with_periods,
    periods_do_not_overlap,
    warnings_were_given,
    policies_are_applied,
    policies_gave_notice,
    nothing_stands_above_itself,
)
