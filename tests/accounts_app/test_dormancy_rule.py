"""The rule without a database: each sign, each edge to the day (domain §4)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_app.dormancy_rule import (
    Facts,
    Rule,
    Sign,
    SignKind,
    counting_sign,
    dormant_on,
    is_in_warning,
    pool_on,
    quiet_since,
    signs,
)

HELD = dt.date(2025, 1, 1)
RULE = Rule()
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


def later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def held(**dates: dt.date) -> Facts:
    return Facts(held_from=HELD, **dates)


def test_the_figures_of_the_rule_book() -> None:
    assert (
        Rule(
            dormant_after_days=90,
            warn_days=21,
            notice_days=7,
            pipeline_stalled_after_days=45,
            longest_wait_days=365,
            counts_engagement=True,
            counts_sale=True,
            counts_pipeline=True,
            counts_contract=True,
            counts_interest=True,
        )
        == RULE
    )


def test_without_any_other_sign_the_take_over_counts() -> None:
    assert signs(held(), RULE) == [Sign(SignKind.TAKE_OVER, HELD, True)]
    assert quiet_since(held(), RULE) == HELD
    assert dormant_on(held(), RULE) == dt.date(2025, 4, 1)


@pytest.mark.parametrize("name", ["engaged_on", "sold_on", "contract_until"])
def test_a_sign_that_is_its_own_day(name: str) -> None:
    day = later(HELD, 100)
    assert quiet_since(held(**{name: day}), RULE) == day
    assert dormant_on(held(**{name: day}), RULE) == later(day, 90)


def test_the_take_over_outlives_older_signs() -> None:
    day_before = later(HELD, -1)
    facts = held(engaged_on=day_before, sold_on=day_before, contract_until=day_before)
    assert quiet_since(facts, RULE) == HELD


def test_an_open_pipeline_lives_until_it_stalls() -> None:
    facts = held(pipeline_engaged_on=later(HELD, 10))
    assert quiet_since(facts, RULE) == later(HELD, 55)


@pytest.mark.parametrize(("closed_after", "alive_for"), [(0, 0), (44, 44), (45, 45), (46, 45)])
def test_a_closed_pipeline_lives_until_its_closing_at_most(
    closed_after: int, alive_for: int
) -> None:
    engaged = later(HELD, 10)
    facts = held(pipeline_engaged_on=engaged, pipeline_closed_on=later(engaged, closed_after))
    assert quiet_since(facts, RULE) == later(engaged, alive_for)


@pytest.mark.parametrize(("named_after", "alive_for"), [(1, 1), (364, 364), (365, 365), (366, 365)])
def test_a_stated_interest_lives_until_its_date_at_most_the_longest_wait(
    named_after: int, alive_for: int
) -> None:
    said = later(HELD, 10)
    facts = held(interest_said_on=said, interest_until=later(said, named_after))
    assert quiet_since(facts, RULE) == later(said, alive_for)


@pytest.mark.parametrize(
    ("flag", "facts"),
    [
        ("counts_engagement", held(engaged_on=later(HELD, 9))),
        ("counts_sale", held(sold_on=later(HELD, 9))),
        ("counts_pipeline", held(pipeline_engaged_on=later(HELD, 9))),
        ("counts_contract", held(contract_until=later(HELD, 9))),
        ("counts_interest", held(interest_said_on=HELD, interest_until=later(HELD, 9))),
    ],
)
def test_a_sign_that_the_policy_does_not_count_is_shown_and_does_nothing(
    flag: str, facts: Facts
) -> None:
    without = replace(RULE, **{flag: False})
    assert quiet_since(facts, RULE) != HELD
    assert quiet_since(facts, without) == HELD
    assert [sign.counts for sign in signs(facts, without)] == [True, False]
    assert [sign.alive_until for sign in signs(facts, without)] == [
        sign.alive_until for sign in signs(facts, RULE)
    ]


def test_the_take_over_cannot_be_switched_off() -> None:
    nothing = Rule(
        counts_engagement=False,
        counts_sale=False,
        counts_pipeline=False,
        counts_contract=False,
        counts_interest=False,
    )
    assert dormant_on(held(engaged_on=later(HELD, 300)), nothing) == later(HELD, 90)


def test_the_counting_sign_is_the_latest() -> None:
    facts = held(engaged_on=later(HELD, 5), sold_on=later(HELD, 7), contract_until=later(HELD, 6))
    found = counting_sign(facts, RULE)
    assert found == Sign(SignKind.SALE, later(HELD, 7), True)


def test_of_two_on_one_day_the_earlier_in_the_rule_book_counts() -> None:
    day = later(HELD, 5)
    found = counting_sign(held(engaged_on=day, sold_on=day, contract_until=day), RULE)
    assert found is not None
    assert found.kind == SignKind.ENGAGEMENT
    assert counting_sign(held(engaged_on=HELD), RULE) == Sign(SignKind.TAKE_OVER, HELD, True)


def test_the_signs_stand_in_the_order_of_the_rule_book() -> None:
    facts = Facts(*[HELD] * 8)
    assert [sign.kind for sign in signs(facts, RULE)] == [
        "take-over",
        "engagement",
        "sale",
        "pipeline",
        "contract",
        "stated interest",
    ]


def test_nobody_holds_it_nothing_is_due() -> None:
    facts = Facts(engaged_on=HELD, contract_until=later(HELD, 900))
    assert quiet_since(facts, RULE) is None
    assert dormant_on(facts, RULE) is None


def test_without_a_policy_nothing_is_due() -> None:
    assert dormant_on(held(), None) is None


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (dt.date(2024, 2, 28), dt.date(2024, 3, 1)),
        (dt.date(2024, 2, 27), dt.date(2024, 2, 29)),
        (dt.date(2023, 2, 27), dt.date(2023, 3, 1)),
        (dt.date(2024, 2, 29), dt.date(2024, 3, 2)),
    ],
)
def test_the_29th_of_february_is_a_day(since: dt.date, due: dt.date) -> None:
    assert dormant_on(Facts(held_from=since), Rule(dormant_after_days=2)) == due


def test_a_year_across_the_29th_of_february_is_365_days() -> None:
    said = dt.date(2024, 2, 29)
    facts = Facts(held_from=said, interest_said_on=said, interest_until=dt.date(2025, 3, 31))
    assert quiet_since(facts, RULE) == dt.date(2025, 2, 28)


def test_the_warning_days_begin_to_the_day() -> None:
    due = dt.date(2025, 4, 1)
    assert not is_in_warning(due, RULE, on=dt.date(2025, 3, 10))
    assert is_in_warning(due, RULE, on=dt.date(2025, 3, 11))
    assert is_in_warning(due, RULE, on=due)
    assert is_in_warning(due, RULE, on=dt.date(2025, 12, 31))
    assert not is_in_warning(due, Rule(warn_days=0), on=dt.date(2025, 3, 31))
    assert is_in_warning(due, Rule(warn_days=0), on=due)


@pytest.mark.parametrize(
    ("warned", "pooled"),
    [
        (dt.date(2025, 3, 11), dt.date(2025, 4, 1)),
        (dt.date(2025, 3, 25), dt.date(2025, 4, 1)),
        (dt.date(2025, 3, 26), dt.date(2025, 4, 2)),
        (dt.date(2025, 4, 1), dt.date(2025, 4, 8)),
        (dt.date(2025, 6, 1), dt.date(2025, 6, 8)),
        (None, None),
    ],
)
def test_pooled_when_dormant_and_when_the_notice_is_over(
    warned: dt.date | None, pooled: dt.date | None
) -> None:
    assert pool_on(dt.date(2025, 4, 1), warned, RULE) == pooled


def test_what_is_never_dormant_is_never_pooled() -> None:
    assert pool_on(None, HELD, RULE) is None


facts = st.builds(
    Facts, st.none() | days, st.none() | days, st.none() | days, st.none() | days,
    st.none() | days, st.none() | days, st.none() | days, st.none() | days,
)  # fmt: skip
rules = st.builds(
    Rule,
    dormant_after_days=st.integers(1, 400),
    warn_days=st.integers(0, 60),
    notice_days=st.integers(0, 60),
    pipeline_stalled_after_days=st.integers(0, 400),
    longest_wait_days=st.integers(0, 400),
)


@given(facts, rules, st.none() | days)
def test_never_pooled_without_a_warning_or_before_its_notice(
    facts: Facts, rule: Rule, warned: dt.date | None
) -> None:
    dormant = dormant_on(facts, rule)
    pooled = pool_on(dormant, warned, rule)
    if warned is None or dormant is None:
        assert pooled is None
        return
    assert pooled is not None
    assert pooled >= dormant
    assert (pooled - warned).days >= rule.notice_days
    assert pooled in (dormant, later(warned, rule.notice_days))


@given(facts, rules, st.integers(0, 400))
def test_a_later_engagement_never_brings_the_day_forward(
    facts: Facts, rule: Rule, more: int
) -> None:
    since = facts.engaged_on or facts.held_from
    if since is None or facts.held_from is None:
        return
    before, after = (
        dormant_on(facts, rule),
        dormant_on(replace(facts, engaged_on=later(since, more)), rule),
    )
    assert before is not None
    assert after is not None
    assert after >= before
