"""The dormancy meter: how quiet an account is, what comes, when and why (domain §4)."""

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format

from accounts_app import dormancy_rule
from accounts_app.dormancy import facts_of
from accounts_app.dormancy_rule import Rule, SignKind
from accounts_app.models import Account, State
from core.models import User

WORDS = {
    SignKind.TAKE_OVER: "Taken over",
    SignKind.ENGAGEMENT: "Last engagement of the customer",
    SignKind.SALE: "Last sale",
    SignKind.PIPELINE: "Open pipeline, engaged with",
    SignKind.CONTRACT: "Contract",
    SignKind.INTEREST: "Said to be interested later",
}
LASTING = frozenset({SignKind.PIPELINE, SignKind.CONTRACT, SignKind.INTEREST})


@dataclass(frozen=True)
class SignLine:
    """One sign of life, for the list behind the sentence."""

    words: str
    alive_until: dt.date
    lasts: bool
    counts: bool
    decides: bool


@dataclass(frozen=True)
class Bar:
    """In days: since the last sign of life, of how many, and where the warning begins."""

    quiet: int
    of: int
    warn_from: int

    @property
    def filled(self) -> int:
        return min(max(self.quiet, 0), self.of)


@dataclass(frozen=True)
class Meter:
    """``tone`` is alive, warning, pooled or closed; ``bar`` only where a clock runs."""

    tone: str
    sentence: str
    bar: Bar | None
    signs: list[SignLine]
    dormant_on: dt.date | None = None
    after_days: int | None = None


def meter(account: Account, rule: Rule | None, *, on: dt.date, reader: User | None = None) -> Meter:
    """Needs ``account.owner`` at hand; asks the database nothing. The reader is addressed."""
    if account.state == State.CLOSED:
        return Meter("closed", "Closed: no clock runs, and nobody holds it.", None, [])
    if account.state == State.POOLED:
        return Meter("pooled", "Nobody holds it: it waits in the pool.", None, [])
    if rule is None or account.dormant_on is None:
        words = f"Stays with {_holder(account, reader)}: no dormancy policy is in force yet."
        return Meter("alive", words, None, [])
    quiet_since = dormancy_rule.days_later(account.dormant_on, -rule.dormant_after_days)
    bar = Bar(
        quiet=(on - quiet_since).days,
        of=rule.dormant_after_days,
        warn_from=rule.dormant_after_days - rule.warn_days,
    )
    in_warning = dormancy_rule.is_in_warning(account.dormant_on, rule, on=on)
    return Meter(
        tone="warning" if in_warning else "alive",
        sentence=sentence(account, rule, account.dormant_on, on=on, reader=reader),
        bar=bar,
        signs=sign_lines(account, rule),
        dormant_on=account.dormant_on,
        after_days=rule.dormant_after_days,
    )


def sentence(
    account: Account,
    rule: Rule,
    dormant_on: dt.date,
    *,
    on: dt.date,
    reader: User | None = None,
) -> str:
    """What the clock does next, in words."""
    is_warned = "you are warned" if account.owner == reader else f"{account.owner} is warned"
    if account.pool_on is not None and account.pool_on <= on:
        return "Goes to the pool tonight unless a customer answers before that."
    if account.pool_on is not None:
        return f"Goes to the pool on {_day(account.pool_on)} unless a customer answers."
    if dormancy_rule.is_in_warning(dormant_on, rule, on=on):
        return (
            f"Tonight {is_warned}, and it goes to the pool"
            f" {rule.notice_days} days later at the earliest."
        )
    warning_on = dormancy_rule.days_later(dormant_on, -rule.warn_days)
    return (
        f"Without a sign of life {is_warned} on {_day(warning_on)},"
        f" and it goes to the pool on {_day(dormant_on)}."
    )


def sign_lines(account: Account, rule: Rule) -> list[SignLine]:
    """Every sign there is; the one that the clock goes by is marked."""
    facts = facts_of(account)
    deciding = dormancy_rule.counting_sign(facts, rule)
    return [
        SignLine(
            words=WORDS[sign.kind],
            alive_until=sign.alive_until,
            lasts=sign.kind in LASTING,
            counts=sign.counts,
            decides=sign == deciding,
        )
        for sign in dormancy_rule.signs(facts, rule)
    ]


def _holder(account: Account, reader: User | None) -> str:
    return "you" if account.owner == reader else str(account.owner)


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
