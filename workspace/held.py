"""What a person holds, and what its clock says (domain §4)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F

from accounts_app import dormancy_rule
from accounts_app.dormancy import rule_in_force
from accounts_app.dormancy_rule import Rule
from accounts_app.models import Account, OwnershipPeriod
from core.days import day_of
from core.models import User


@dataclass(frozen=True)
class Outlook:
    """What the clock will do to an account that nobody has been warned about yet."""

    quiet_since: dt.date
    warning_on: dt.date
    dormant_on: dt.date
    notice_days: int
    warning_is_due: bool
    still_alive: bool


@dataclass(frozen=True)
class HeldAccount:
    """One account in the eyes of its holder; no outlook while no policy is in force."""

    account: Account
    steward_since: dt.date
    outlook: Outlook | None


def held_accounts(user: User, *, on: dt.date) -> list[HeldAccount]:
    """Everything that `user` holds, the quietest first; two queries, however many there are."""
    periods = OwnershipPeriod.objects.open().filter(holder=user).select_related("account")
    rule = rule_in_force()
    soonest = F("account__dormant_on").asc(nulls_last=True)
    return [
        HeldAccount(
            account=period.account,
            steward_since=day_of(period.began_at),
            outlook=outlook(period.account, rule, on=on),
        )
        for period in periods.order_by(soonest, "account__name", "id")
    ]


def outlook(account: Account, rule: Rule | None, *, on: dt.date) -> Outlook | None:
    """What the stored deadline of an owned account means, seen from the day `on`."""
    if rule is None or account.dormant_on is None:
        return None
    quiet_since = dormancy_rule.days_later(account.dormant_on, -rule.dormant_after_days)
    return Outlook(
        quiet_since=quiet_since,
        warning_on=dormancy_rule.days_later(account.dormant_on, -rule.warn_days),
        dormant_on=account.dormant_on,
        notice_days=rule.notice_days,
        warning_is_due=dormancy_rule.is_in_warning(account.dormant_on, rule, on=on),
        still_alive=quiet_since > on,
    )
