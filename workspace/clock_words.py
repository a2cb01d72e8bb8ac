"""What a log changed on the clock, said at once (domain §4). Asks the database nothing."""

import datetime as dt

from django.utils.formats import date_format

from accounts_app import dormancy_rule
from accounts_app.dormancy import Clock
from accounts_app.dormancy_rule import Rule
from accounts_app.models import State
from core.days import day_of
from pipeline.models import Activity, Channel, Outcome

NO_SIGN: dict[str, str] = {
    Outcome.NO_ANSWER: "nobody answered",
    Outcome.LEFT_MESSAGE: "a message left is no answer yet",
    Outcome.SENT: "they have not replied yet",
    Outcome.AUTO_REPLY: "an automatic reply is no answer",
    Outcome.OPTED_OUT: "they do not want to hear from us",
    Outcome.NOT_VIABLE: "it leads to nothing",
}


def what_it_changed(
    activity: Activity, before: Clock, after: Clock, rule: Rule | None, *, at: dt.datetime
) -> str:
    """One or two sentences, comparing the clock before and after the log of ``activity``."""
    if after.state == State.CLOSED:
        return "It is closed: no clock runs."
    if after.state == State.POOLED:
        return "Nobody's clock moves while it is in the pool."
    comes = what_comes(after, rule, on=day_of(at))
    if before.state == State.POOLED:
        return f"It is out of the pool again: this was before it went there. {comes}"
    if rule is None or after.dormant_on is None:
        return comes
    if after != before:
        return comes
    return f"The clock did not move: {_why_not(activity, at=at)}. {comes}"


def what_comes(clock: Clock, rule: Rule | None, *, on: dt.date) -> str:
    """When it goes to the pool at the earliest, if no customer is heard from."""
    if rule is None or clock.dormant_on is None:
        return "No dormancy policy is in force yet, so no clock runs."
    pool_on = clock.pool_on or dormancy_rule.pool_on(clock.dormant_on, on, rule)
    if pool_on is None or pool_on <= on:
        return "It goes to the pool tonight."
    return f"Goes to the pool on {date_format(pool_on, 'j F Y')} at the earliest."


def _why_not(activity: Activity, *, at: dt.datetime) -> str:
    if activity.is_engagement:
        return "another sign of life reaches as far"
    if activity.channel == Channel.NOTE:
        return "a note is no sign of life"
    if activity.occurred_at > at:
        return "it lies in the future"
    return NO_SIGN.get(activity.outcome, "the customer took no part")
