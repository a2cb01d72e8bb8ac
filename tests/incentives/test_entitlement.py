"""Entitlement: a pure function of facts (domain §6). The cases stand in docs/worked-examples.md."""

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from core.money import minor_units, total
from incentives import entitlement
from incentives.entitlement import (
    DEPARTURE,
    KINDS,
    REASSIGNED,
    RELEASED,
    HandoffFacts,
    Line,
    SaleFact,
    Terms,
    Tier,
    entitled,
    first_sale,
    why_nothing,
)
from tests.incentives.facts import ALICE, BOB, CAROL, DAY_0, HANDOFF, TERMS, day, sale, sold

TWENTY_THOUSAND = sale(1, day(41), "20000.00")


def codes(facts: HandoffFacts) -> list[str]:
    return [reason.code for reason in why_nothing(facts)]


# Lines


def test_a_line_says_what_it_comes_from() -> None:
    first, second = entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, kind=RELEASED)))
    assert (first.kind, first.sale_id, first.base_amount) == ("first_sale", 1, Decimal(20000))
    assert (first.rate, second.rate) == (Decimal("0.06"), Decimal("0.03"))
    assert first.inputs == {
        "kind": "released",
        "plan_version": 1,
        "policy_version": 1,
        "opened_on": "2025-12-20",
        "transferred_on": "2026-01-01",
        "booked_on": "2026-02-11",
        "days_since_transfer": 41,
        "eligible_days": 365,
        "original_base": "20000",
        "net_base": "20000",
        "currency": "EUR",
        "first_sale_rate": "0.05",
        "early_release_bonus_rate": "0.01",
        "rate": "0.06",
        "before_cap": "1200",
    }
    assert second.inputs["within_days"] == 60
    assert second.inputs["before_cap"] == "600"


def test_inputs_do_not_depend_on_how_many_zeros_the_database_stored() -> None:
    padded = replace(TERMS, first_sale_rate=Decimal("0.050000"), cap=Decimal("1300.000"))
    bare = replace(TERMS, first_sale_rate=Decimal("0.05"), cap=Decimal(1300))
    lines = [
        entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, terms=terms)))
        for terms in (padded, bare)
    ]
    assert [line.inputs for line in lines[0]] == [line.inputs for line in lines[1]]
    assert [line.explanation for line in lines[0]] == [line.explanation for line in lines[1]]


def test_a_cap_finer_than_the_currency_is_never_exceeded() -> None:
    terms = replace(TERMS, cap=Decimal("1300.009"))
    lines = entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, terms=terms)))
    assert [line.amount for line in lines] == [Decimal("1000.00"), Decimal("300.00")]


def test_tiers_may_be_written_in_any_order() -> None:
    terms = replace(TERMS, tiers=tuple(reversed(TERMS.tiers)))
    assert entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, terms=terms))) == entitled(
        sold(TWENTY_THOUSAND)
    )


def test_no_tiers_no_accelerator() -> None:
    terms = replace(TERMS, tiers=())
    (line,) = entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, terms=terms)))
    assert line.kind == "first_sale"


def test_an_accelerator_that_rounds_to_nothing_is_not_blamed_on_the_cap() -> None:
    terms = replace(TERMS, cap=Decimal("0.01"))
    (line,) = entitled(sold(sale(1, day(41), "0.15"), handoff=replace(HANDOFF, terms=terms)))
    assert line.explanation == "5 % first sale of 0.15 EUR = 0.0075 EUR, rounded to 0.01 EUR"


def test_a_rate_of_nothing_is_no_line() -> None:
    terms = replace(TERMS, first_sale_rate=Decimal(0))
    (line,) = entitled(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, terms=terms)))
    assert (line.kind, line.amount) == ("accelerator", Decimal("600.00"))


# The first sale


def test_a_sale_after_the_outgoing_rep_left_is_the_first_all_the_same() -> None:
    facts = sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, outgoing_left_on=day(40)))
    assert first_sale(facts) == TWENTY_THOUSAND
    assert entitled(facts) == ()


def test_the_first_sale_does_not_depend_on_the_brief() -> None:
    facts = sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, brief_accepted=False))
    assert first_sale(facts) == TWENTY_THOUSAND


def test_there_is_no_first_sale_before_the_transfer() -> None:
    assert first_sale(sold(TWENTY_THOUSAND, handoff=replace(HANDOFF, transferred_on=None))) is None


def test_two_transfers_on_one_day_leave_the_first_nothing() -> None:
    facts = replace(HANDOFF, window_ends_on=DAY_0)
    assert first_sale(sold(sale(1, DAY_0, "20000.00"), handoff=facts)) is None


# Why nothing


def test_nothing_stands_in_the_way_of_a_plain_handoff() -> None:
    assert why_nothing(HANDOFF) == []


def test_it_can_be_asked_before_a_claim() -> None:
    waiting = replace(HANDOFF, transferred_on=None, incoming_id=None)
    assert why_nothing(waiting) == []
    assert codes(replace(waiting, kind=RELEASED, had_running_contract=True)) == ["running_contract"]


def test_everything_that_stands_in_the_way_is_named() -> None:
    facts = replace(
        HANDOFF,
        kind=RELEASED,
        incoming_id=ALICE,
        brief_on_time=False,
        brief_accepted=False,
        incoming_returned=True,
        outgoing_returned=True,
        passed_over=True,
        had_live_opportunity=True,
        had_running_contract=True,
        had_recent_sale=True,
        outgoing_left_on=day(-1),
    )
    assert codes(facts) == [
        "live_opportunity",
        "running_contract",
        "recent_sale",
        "came_back",
        "incoming_returned",
        "outgoing_returned",
        "passed_over",
        "departed",
        "brief_not_on_time",
        "brief_not_accepted",
    ]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            replace(HANDOFF, kind=REASSIGNED),
            "No incentive was agreed when this reassignment was proposed.",
        ),
        (
            replace(HANDOFF, kind=DEPARTURE),
            (
                "The account was handed on because its holder left the company: "
                "that earns no incentive."
            ),
        ),
        (
            replace(HANDOFF, kind=RELEASED, had_recent_sale=True),
            (
                "The account had a sale on 20 December 2025, the day it was released, "
                "or in the 30 days before."
            ),
        ),
        (
            replace(HANDOFF, incoming_returned=True),
            "The incoming rep held the account before, within the cooldown of policy 1.",
        ),
        (
            replace(HANDOFF, outgoing_left_on=date(2025, 12, 31)),
            "Alice left on 31 December 2025; plan 1 pays nothing on a sale after that day.",
        ),
        (
            replace(HANDOFF, brief_on_time=False),
            "The incentive needs a brief that Alice handed in by its due day: there is none.",
        ),
    ],
)
def test_reasons_are_sentences(facts: HandoffFacts, sentence: str) -> None:
    (reason,) = why_nothing(facts)
    assert reason.sentence == sentence


def test_the_three_checks_of_a_release_are_for_releases_only() -> None:
    alive = replace(
        HANDOFF, had_live_opportunity=True, had_running_contract=True, had_recent_sale=True
    )
    assert why_nothing(alive) == []


def test_a_handoff_from_before_any_policy_names_none() -> None:
    handoff = replace(HANDOFF, terms=replace(TERMS, policy_version=None))
    (reason,) = why_nothing(replace(handoff, outgoing_returned=True))
    assert (
        reason.sentence
        == "Alice had held the account before and taken it back within the cooldown."
    )
    assert all(
        "policy_version" not in line.inputs
        for line in entitled(sold(TWENTY_THOUSAND, handoff=handoff))
    )


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'gift' is not a kind of handoff"):
        replace(HANDOFF, kind="gift")


# It is pure


def test_it_imports_nothing_but_the_standard_library_and_money() -> None:
    ours = {
        module
        for module in _imported(Path(entitlement.__file__))
        if module.split(".")[0] not in sys.stdlib_module_names
    }
    assert ours == {"core.money"}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


# The same rules once more, as plain statements, in whole minor units


def plainly(facts: HandoffFacts) -> list[tuple[str, int, int]]:
    """Kind, sale and minor units of each line, said the long way."""
    if not _outgoing_may_earn(facts):
        return []
    chosen = _walk_to_first_sale(facts)
    if chosen is None:
        return []
    if facts.outgoing_left_on is not None and not facts.terms.pays_departed:
        days_after_leaving = (chosen.booked_on - facts.outgoing_left_on).days
        if days_after_leaving >= 1:
            return []
    lines = []
    left = _cap_in_units(facts.terms)
    for kind, rate in (
        ("first_sale", _plain_rate(facts)),
        ("accelerator", _plain_tier(facts, chosen)),
    ):
        units = _half_up(Fraction(rate) * Fraction(chosen.net_base) * _scale(facts.terms))
        if left is not None:
            units = min(units, left)
            left -= units
        if units > 0:
            lines.append((kind, chosen.sale_id, units))
    return lines


def _outgoing_may_earn(facts: HandoffFacts) -> bool:
    if facts.kind == "departure":
        return False
    if facts.kind == "reassigned" and not facts.incentive_agreed:
        return False
    if facts.kind == "released":
        alive = [facts.had_live_opportunity, facts.had_running_contract, facts.had_recent_sale]
        if any(alive):
            return False
    if facts.incoming_returned or facts.outgoing_returned or facts.passed_over:
        return False
    if facts.incoming_id == facts.outgoing_id:
        return False
    return facts.brief_on_time and facts.brief_accepted


def _walk_to_first_sale(facts: HandoffFacts) -> SaleFact | None:
    """Day by day from the transfer on, until a day has a sale that counts."""
    if facts.transferred_on is None:
        return None
    for number in range(facts.terms.eligible_days + 1):
        today = facts.transferred_on + timedelta(days=number)
        if today == facts.window_ends_on or (
            facts.window_ends_on is not None and facts.window_ends_on < facts.transferred_on
        ):
            return None
        todays = [each for each in facts.sales if each.booked_on == today]
        counting = [each for each in todays if _counts(each, facts)]
        counting.sort(key=lambda each: each.sale_id)
        best: SaleFact | None = None
        for each in counting:
            if best is None or each.original_base > best.original_base:
                best = each
        if best is not None:
            return best
    return None


def _counts(each: SaleFact, facts: HandoffFacts) -> bool:
    return each.net_base > 0 and each.credited_to != facts.outgoing_id and not each.while_pooled


def _plain_rate(facts: HandoffFacts) -> Decimal:
    if facts.kind == "released":
        return facts.terms.first_sale_rate + facts.terms.early_release_bonus_rate
    return facts.terms.first_sale_rate


def _plain_tier(facts: HandoffFacts, chosen: SaleFact) -> Decimal:
    for tier in sorted(facts.terms.tiers, key=lambda each: each.within_days):
        assert facts.transferred_on is not None
        if chosen.booked_on <= facts.transferred_on + timedelta(days=tier.within_days):
            return tier.rate
    return Decimal(0)


def _scale(terms: Terms) -> int:
    return int("1" + "0" * minor_units(terms.currency))


def _half_up(units: Fraction) -> int:
    return (2 * units.numerator + units.denominator) // (2 * units.denominator)


def _cap_in_units(terms: Terms) -> int | None:
    return None if terms.cap is None else int(Fraction(terms.cap) * _scale(terms))


# Generated facts: few values, close to every edge

rates = st.sampled_from(["0", "0.01", "0.015", "0.03", "0.05", "0.0333", "0.5"]).map(Decimal)
rarely = st.integers(0, 15).map(lambda number: number == 7)
days = st.one_of(st.integers(-3, 130), st.integers(360, 370)).map(day)
bases = st.one_of(
    st.sampled_from(["0.01", "0.30", "10.10", "20000.00"]).map(Decimal),
    st.decimals("0.01", "99999.99", places=2),
)


@st.composite
def sale_facts(draw: st.DrawFn, sale_id: int) -> SaleFact:
    booked = draw(bases)
    kept = draw(st.sampled_from(["1", "1", "0.5", "0.333", "0"]).map(Decimal))
    return SaleFact(
        sale_id=sale_id,
        booked_on=draw(days),
        original_base=booked,
        net_base=(booked * kept).quantize(Decimal("0.01"), ROUND_HALF_UP),
        credited_to=draw(st.sampled_from([BOB, BOB, BOB, CAROL, ALICE, None])),
        while_pooled=draw(rarely),
    )


@st.composite
def plan_terms(draw: st.DrawFn) -> Terms:
    limits = draw(st.lists(st.sampled_from([0, 1, 60, 120, 365]), unique=True, max_size=3))
    return Terms(
        plan_version=1,
        policy_version=1,
        first_sale_rate=draw(rates),
        early_release_bonus_rate=draw(rates),
        tiers=tuple(Tier(limit, draw(rates)) for limit in limits),
        eligible_days=draw(st.sampled_from([0, 60, 365])),
        quiet_before_days=30,
        cap=draw(st.none() | st.decimals("0", "2000", places=3)),
        pays_departed=draw(st.booleans()),
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
    )


@st.composite
def handoff_facts(draw: st.DrawFn) -> HandoffFacts:
    count = draw(st.integers(0, 5))
    return HandoffFacts(
        handoff_id=11,
        kind=draw(st.sampled_from(sorted(KINDS))),
        outgoing_id=ALICE,
        incoming_id=draw(st.sampled_from([BOB, BOB, BOB, BOB, ALICE])),
        outgoing_name="Alice",
        opened_on=day(-10),
        transferred_on=draw(st.sampled_from([DAY_0, DAY_0, DAY_0, None])),
        incentive_agreed=not draw(rarely),
        brief_on_time=not draw(rarely),
        brief_accepted=not draw(rarely),
        incoming_returned=draw(rarely),
        outgoing_returned=draw(rarely),
        passed_over=draw(rarely),
        had_live_opportunity=draw(rarely),
        had_running_contract=draw(rarely),
        had_recent_sale=draw(rarely),
        outgoing_left_on=draw(st.none() | days),
        window_ends_on=draw(st.none() | days),
        terms=draw(plan_terms()),
        sales=tuple(draw(sale_facts(number)) for number in range(1, count + 1)),
    )


def _in_units(lines: tuple[Line, ...], terms: Terms) -> list[tuple[str, int, int]]:
    scale = _scale(terms)
    return [(line.kind, line.sale_id, int(line.amount * scale)) for line in lines]


@settings(max_examples=500)
@given(handoff_facts())
def test_the_plain_statement_of_the_rules_agrees(facts: HandoffFacts) -> None:
    assert _in_units(entitled(facts), facts.terms) == plainly(facts)


@pytest.mark.parametrize(
    "met",
    [
        lambda facts: len(entitled(facts)) == 2,
        lambda facts: any("cut to" in line.explanation for line in entitled(facts)),
        lambda facts: any("leaves nothing" in line.explanation for line in entitled(facts)),
        lambda facts: any("reversed" in line.explanation for line in entitled(facts)),
        lambda facts: any("letting go early" in line.explanation for line in entitled(facts)),
        lambda facts: (
            not why_nothing(facts) and first_sale(facts) is not None and not entitled(facts)
        ),
    ],
    ids=["both", "cut", "nothing left", "reversed", "released", "left"],
)
def test_the_generated_facts_reach_every_turn(met: Callable[[HandoffFacts], bool]) -> None:
    quick = settings(
        max_examples=5000, database=None, derandomize=True, phases=[Phase.generate], deadline=None
    )
    assert met(find(handoff_facts(), met, settings=quick))


@given(handoff_facts(), st.data())
def test_the_order_of_sales_does_not_matter(facts: HandoffFacts, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(facts.sales))
    assert entitled(replace(facts, sales=tuple(shuffled))) == entitled(facts)


@st.composite
def sales_that_do_not_count(draw: st.DrawFn) -> SaleFact:
    fact = draw(sale_facts(draw(st.integers(100, 200))))
    return draw(
        st.sampled_from(
            [
                replace(fact, while_pooled=True),
                replace(fact, credited_to=ALICE),
                replace(fact, net_base=Decimal(0)),
                replace(fact, booked_on=day(-1)),
                replace(fact, booked_on=day(366)),
            ]
        )
    )


@given(handoff_facts(), st.lists(sales_that_do_not_count(), max_size=3))
def test_sales_that_do_not_count_change_nothing(
    facts: HandoffFacts, others: list[SaleFact]
) -> None:
    assert entitled(replace(facts, sales=(*facts.sales, *others))) == entitled(facts)


@given(handoff_facts())
def test_sales_from_the_next_transfer_on_change_nothing(facts: HandoffFacts) -> None:
    ends = facts.window_ends_on
    kept = tuple(each for each in facts.sales if ends is None or each.booked_on < ends)
    assert entitled(replace(facts, sales=kept)) == entitled(facts)


@given(handoff_facts())
def test_amounts_are_above_zero_and_never_exceed_the_cap(facts: HandoffFacts) -> None:
    lines = entitled(facts)
    assert all(line.amount > 0 for line in lines)
    if facts.terms.cap is not None:
        assert sum(line.amount for line in lines) <= facts.terms.cap


@given(handoff_facts())
def test_the_cap_takes_from_the_accelerator_first(facts: HandoffFacts) -> None:
    uncapped = replace(facts, terms=replace(facts.terms, cap=None))
    before = {line.kind: line.amount for line in entitled(uncapped)}
    after = {line.kind: line.amount for line in entitled(facts)}
    if after.get("first_sale") != before.get("first_sale"):
        assert "accelerator" not in after


@given(handoff_facts())
def test_what_stands_in_the_way_stands_in_the_way(facts: HandoffFacts) -> None:
    if why_nothing(facts):
        assert entitled(facts) == ()


@given(handoff_facts(), st.lists(sales_that_do_not_count() | sale_facts(50), max_size=2))
def test_the_reasons_do_not_depend_on_sales(facts: HandoffFacts, sales: list[SaleFact]) -> None:
    assert why_nothing(replace(facts, sales=tuple(sales))) == why_nothing(facts)


@given(handoff_facts())
def test_inputs_are_json(facts: HandoffFacts) -> None:
    for line in entitled(facts):
        assert json.loads(json.dumps(line.inputs)) == line.inputs


# With a pencil: the numbers of an explanation, and nothing else


@given(handoff_facts())
def test_an_explanation_can_be_redone_with_a_pencil(facts: HandoffFacts) -> None:
    for line in entitled(facts):
        assert _redone(line.explanation, facts.terms.currency) == line.amount


def _redone(explanation: str, currency: str) -> Decimal:
    words, _, _ = explanation.partition("; the cap of")
    step = re.search(rf"([\d.]+) %(?: [^%]*)? of ([\d,.]+) {currency}", words)
    assert step is not None, explanation
    rate, base = (Decimal(number.replace(",", "")) for number in step.groups())
    unit = Decimal(1).scaleb(-minor_units(currency))
    amount = (rate / 100 * base).quantize(unit, ROUND_HALF_UP)
    cut = re.search(r"by the cap of ([\d,.]+) \w+(?: \(([\d,.]+))?", words)
    if cut is None:
        return amount
    cap, used = (Decimal((number or "0").replace(",", "")) for number in cut.groups())
    return total([(cap - used).quantize(unit, "ROUND_DOWN")], currency)
