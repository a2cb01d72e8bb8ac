"""When an account falls quiet: the rule, without a database (domain §4).

All windows are differences of calendar days, inclusive. The set-based form of the same rule is in
``dormancy.recompute``; generated histories hold the two against each other.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class SignKind(StrEnum):
    """The six signs of life."""

    TAKE_OVER = "take-over"
    ENGAGEMENT = "engagement"
    SALE = "sale"
    PIPELINE = "pipeline"
    CONTRACT = "contract"
    INTEREST = "stated interest"


@dataclass(frozen=True)
class Rule:
    """The figures of a policy that the clock needs, in days, and which signs count."""

    dormant_after_days: int = 90
    warn_days: int = 21
    notice_days: int = 7
    pipeline_stalled_after_days: int = 45
    longest_wait_days: int = 365
    counts_engagement: bool = True
    counts_sale: bool = True
    counts_pipeline: bool = True
    counts_contract: bool = True
    counts_interest: bool = True


@dataclass(frozen=True)
class Facts:
    """One row's signs, as the account stores them. ``held_from`` is None unless it is owned."""

    held_from: dt.date | None = None
    engaged_on: dt.date | None = None
    sold_on: dt.date | None = None
    pipeline_engaged_on: dt.date | None = None
    pipeline_closed_on: dt.date | None = None
    contract_until: dt.date | None = None
    interest_said_on: dt.date | None = None
    interest_until: dt.date | None = None


@dataclass(frozen=True)
class Sign:
    """One sign of life: until when it keeps the account alive, and whether the policy counts it."""

    kind: SignKind
    alive_until: dt.date
    counts: bool


def signs(facts: Facts, rule: Rule) -> list[Sign]:
    """Every sign there is, in the order of the rule book. The take-over always counts."""
    found = [
        (SignKind.TAKE_OVER, facts.held_from, True),
        (SignKind.ENGAGEMENT, facts.engaged_on, rule.counts_engagement),
        (SignKind.SALE, facts.sold_on, rule.counts_sale),
        (SignKind.PIPELINE, pipeline_alive_until(facts, rule), rule.counts_pipeline),
        (SignKind.CONTRACT, facts.contract_until, rule.counts_contract),
        (SignKind.INTEREST, interest_alive_until(facts, rule), rule.counts_interest),
    ]
    return [Sign(kind, day, counts) for kind, day, counts in found if day is not None]


def pipeline_alive_until(facts: Facts, rule: Rule) -> dt.date | None:
    """The last engagement while an opportunity was open, and then until it stalls.

    Once the open stretch has ended, at most its closing day.
    """
    if facts.pipeline_engaged_on is None:
        return None
    stalls_on = days_later(facts.pipeline_engaged_on, rule.pipeline_stalled_after_days)
    return min(stalls_on, facts.pipeline_closed_on or stalls_on)


def interest_alive_until(facts: Facts, rule: Rule) -> dt.date | None:
    """The day that the customer named, at most ``longest_wait_days`` after saying so."""
    if facts.interest_said_on is None or facts.interest_until is None:
        return None
    return min(facts.interest_until, days_later(facts.interest_said_on, rule.longest_wait_days))


def counting_sign(facts: Facts, rule: Rule) -> Sign | None:
    """The sign that keeps the account alive longest; of two on one day the earlier in the list."""
    counted = [sign for sign in signs(facts, rule) if sign.counts]
    return max(counted, key=lambda sign: sign.alive_until, default=None)


def quiet_since(facts: Facts, rule: Rule) -> dt.date | None:
    """The latest day of a sign that counts; None unless the account is owned."""
    if facts.held_from is None:
        return None
    sign = counting_sign(facts, rule)
    return sign.alive_until if sign else None


def dormant_on(facts: Facts, rule: Rule | None) -> dt.date | None:
    """The first day on which the account is dormant; None while nobody holds it or no rule is."""
    if rule is None:
        return None
    since = quiet_since(facts, rule)
    return days_later(since, rule.dormant_after_days) if since else None


def is_in_warning(dormant: dt.date, rule: Rule, *, on: dt.date) -> bool:
    """Whether ``on`` is one of the warning days or later."""
    return on >= dormant - dt.timedelta(days=rule.warn_days)


def pool_on(dormant: dt.date | None, warned: dt.date | None, rule: Rule) -> dt.date | None:
    """The later of dormancy and the end of the notice. Without a warning, never."""
    if dormant is None or warned is None:
        return None
    return max(dormant, days_later(warned, rule.notice_days))


def days_later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)
