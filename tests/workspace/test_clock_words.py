"""What a log changed on the clock, in a sentence: comparing before and after."""

import datetime as dt
from typing import Any

import pytest

from accounts_app.dormancy import Clock
from accounts_app.dormancy_rule import Rule
from accounts_app.models import State
from core.days import moment
from pipeline.models import Activity, Channel, Outcome
from workspace.clock_words import what_comes, what_it_changed

TODAY = dt.date(2026, 3, 2)
NOW = moment(TODAY, dt.time(12))
RULE = Rule()
FAR_OFF, NEAR = dt.date(2026, 5, 31), dt.date(2026, 3, 4)


def call(outcome: str = Outcome.CONNECTED, **fields: Any) -> Activity:
    engaged = outcome == Outcome.CONNECTED
    known = {"channel": Channel.CALL, "occurred_at": NOW, "is_engagement": engaged, **fields}
    return Activity(outcome=outcome, **known)


def owned(dormant_on: dt.date | None, pool_on: dt.date | None = None) -> Clock:
    return Clock(State.OWNED, dormant_on, pool_on)


def said(activity: Activity, before: Clock, after: Clock, rule: Rule | None = RULE) -> str:
    return what_it_changed(activity, before, after, rule, at=NOW)


def test_moved_it_names_the_day() -> None:
    assert said(call(), owned(NEAR), owned(FAR_OFF)) == (
        "Goes to the pool on 31 May 2026 at the earliest."
    )


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (call(Outcome.NO_ANSWER), "nobody answered"),
        (call(Outcome.LEFT_MESSAGE), "a message left is no answer yet"),
        (call(""), "the customer took no part"),
        (call("", channel=Channel.NOTE), "a note is no sign of life"),
        (call(), "another sign of life reaches as far"),
        (
            call(is_engagement=False, occurred_at=NOW + dt.timedelta(hours=1)),
            "it lies in the future",
        ),
    ],
)
def test_not_moved_it_says_why(activity: Activity, why: str) -> None:
    assert said(activity, owned(FAR_OFF), owned(FAR_OFF)) == (
        f"The clock did not move: {why}. Goes to the pool on 31 May 2026 at the earliest."
    )


def test_the_warning_still_has_to_come_with_its_notice() -> None:
    assert what_comes(owned(NEAR), RULE, on=TODAY) == (
        "Goes to the pool on 9 March 2026 at the earliest."
    )


def test_a_warned_account_goes_on_its_day_or_tonight() -> None:
    assert "on 4 March 2026" in what_comes(owned(NEAR, NEAR), RULE, on=TODAY)
    assert what_comes(owned(NEAR, TODAY), RULE, on=TODAY) == "It goes to the pool tonight."


def test_in_the_pool_and_closed_no_clock_moves() -> None:
    pooled, closed = Clock(State.POOLED, None, None), Clock(State.CLOSED, None, None)
    assert said(call(), pooled, pooled) == "Nobody's clock moves while it is in the pool."
    assert said(call(), closed, closed) == "It is closed: no clock runs."


def test_a_late_fact_gives_it_back() -> None:
    assert said(call(), Clock(State.POOLED, None, None), owned(FAR_OFF)) == (
        "It is out of the pool again: this was before it went there."
        " Goes to the pool on 31 May 2026 at the earliest."
    )


def test_without_a_policy_no_clock_runs() -> None:
    assert "No dormancy policy is in force yet" in said(call(), owned(None), owned(None), None)
