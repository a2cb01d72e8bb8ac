"""Commission: a pure function that no incentive can touch (domain §6).

The cases stand in docs/worked-examples.md.
"""

import ast
import dataclasses
import inspect
import json
import re
import typing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import rounded, total
from incentives import commission as commission_module
from incentives.commission import (
    CommissionLine,
    CommissionTerms,
    LineFact,
    SaleForCommission,
    Split,
    commission,
    months_later,
    split_until,
)
from incentives.entitlement import SaleFact, entitled
from tests.incentives.facts import ALICE, BOB, CAROL, DAY_0, HANDOFF, TERMS, sold

PLAN = CommissionTerms(
    version=3,
    default_rate=Decimal("0.05"),
    by_segment={"enterprise": Decimal("0.04")},
    by_product={7: Decimal("0.08")},
    currency="EUR",
)
SALE = SaleForCommission(
    sale_id=1,
    booked_on=date(2026, 2, 11),
    credited_to=BOB,
    segment="enterprise",
    lines=(
        LineFact(7, Decimal("12000.00"), "GTX"),
        LineFact(None, Decimal("8000.00")),
    ),
    net_base=Decimal("20000.00"),
)
SPLIT = Split(
    handoff_id=11,
    outgoing_id=ALICE,
    incoming_id=BOB,
    share=Decimal("0.3"),
    from_on=DAY_0,
    until_on=date(2026, 7, 1),
)


# Days


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-15", 3, "2026-04-15"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-01", 0, "2026-12-01"),
        ("2026-10-31", 26, "2028-12-31"),
    ],
)
def test_months_later_is_clipped_to_the_months_end(start: str, months: int, end: str) -> None:
    assert months_later(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(st.dates(max_value=date(2200, 1, 1)), st.integers(0, 120))
def test_months_later_lands_in_the_right_month(start: date, months: int) -> None:
    end = months_later(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


def test_a_split_ends_with_whatever_comes_first() -> None:
    def until(next_transfer_on: date | None, outgoing_left_on: date | None) -> date:
        return split_until(
            DAY_0, months=6, next_transfer_on=next_transfer_on, outgoing_left_on=outgoing_left_on
        )

    assert until(None, None) == date(2026, 7, 1)
    assert until(date(2026, 3, 1), None) == date(2026, 3, 1)
    assert until(None, date(2026, 3, 1)) == date(2026, 3, 2)
    assert until(date(2026, 3, 1), date(2026, 2, 1)) == date(2026, 2, 2)
    assert until(date(2027, 3, 1), date(2027, 2, 1)) == date(2026, 7, 1)


# Lines


def test_a_line_says_what_it_comes_from() -> None:
    (line,) = commission(SALE, PLAN, None)
    assert (line.kind, line.beneficiary_id) == ("commission", BOB)
    assert (line.amount, line.base_amount) == (Decimal("1280.00"), Decimal("20000.00"))
    assert line.rate is None
    assert line.inputs == {
        "plan_version": 3,
        "booked_on": "2026-02-11",
        "segment": "enterprise",
        "net_base": "20000",
        "currency": "EUR",
        "line_1_booked": "12000",
        "line_1_net": "12000",
        "line_1_rate": "0.08",
        "line_1_rate_of": "GTX",
        "line_2_booked": "8000",
        "line_2_net": "8000",
        "line_2_rate": "0.04",
        "line_2_rate_of": "segment enterprise",
    }


def test_lines_of_one_rate_have_a_rate() -> None:
    lines = (LineFact(7, Decimal(1)), LineFact(7, Decimal(2)))
    (line,) = commission(replace(SALE, lines=lines), PLAN, None)
    assert line.rate == Decimal("0.08")
    assert "(product 7)" in line.explanation


def test_lines_that_sum_to_nothing_are_one_line() -> None:
    lines = (LineFact(7, Decimal(5)), LineFact(7, Decimal(-5)))
    (line,) = commission(replace(SALE, lines=lines), PLAN, None)
    assert (line.amount, line.rate) == (Decimal("800.00"), Decimal("0.04"))


def test_a_discount_line_counts_against_the_others() -> None:
    lines = (LineFact(7, Decimal("100.00")), LineFact(None, Decimal("-10.00")))
    sale = replace(SALE, lines=lines, net_base=Decimal("90.00"))
    (line,) = commission(sale, PLAN, None)
    assert line.amount == Decimal("7.60")


def test_a_split_says_so_on_both_lines() -> None:
    kept, shared = commission(SALE, PLAN, SPLIT)
    assert (kept.kind, kept.beneficiary_id, kept.amount) == ("commission", BOB, Decimal("896.00"))
    assert (shared.kind, shared.beneficiary_id) == ("commission_share", ALICE)
    assert shared.amount == Decimal("384.00")
    for line in (kept, shared):
        assert line.base_amount == Decimal("20000.00")
        assert line.inputs["handoff_id"] == 11
        assert line.inputs["share"] == "0.3"
        assert line.inputs["commission"] == "1280"


@pytest.mark.parametrize(
    "changed",
    [
        replace(SALE, credited_to=CAROL),
        replace(SALE, credited_to=ALICE),
        replace(SALE, booked_on=SPLIT.from_on - timedelta(days=1)),
        replace(SALE, booked_on=SPLIT.until_on),
    ],
    ids=["somebody else's", "the outgoing rep's own", "before", "over"],
)
def test_a_split_is_for_sales_of_the_incoming_rep_in_its_time(changed: SaleForCommission) -> None:
    assert commission(changed, PLAN, SPLIT) == commission(changed, PLAN, None)


@pytest.mark.parametrize("net", ["0", "-1"])
def test_nothing_left_of_a_sale_is_no_line(net: str) -> None:
    assert commission(replace(SALE, net_base=Decimal(net)), PLAN, SPLIT) == ()


def test_nobody_credited_or_no_plan_is_no_line() -> None:
    assert commission(replace(SALE, credited_to=None), PLAN, SPLIT) == ()
    assert commission(SALE, None, SPLIT) == ()


# Generated sales

rates = st.sampled_from(["0", "0.01", "0.015", "0.05", "0.0333", "0.08", "1"]).map(Decimal)
cents = st.decimals("0.01", "99999.99", places=2)
shares = st.decimals(0, 1, places=4)


@st.composite
def plans(draw: st.DrawFn) -> CommissionTerms:
    return CommissionTerms(
        version=1,
        default_rate=draw(rates),
        by_segment=draw(st.dictionaries(st.sampled_from(["small", "enterprise"]), rates)),
        by_product=draw(st.dictionaries(st.integers(1, 3), rates)),
        currency=draw(st.sampled_from(["EUR", "EUR", "JPY", "KWD"])),
    )


@st.composite
def sales(draw: st.DrawFn) -> SaleForCommission:
    lines = st.builds(LineFact, st.none() | st.integers(1, 4), cents)
    return SaleForCommission(
        sale_id=1,
        booked_on=draw(st.dates(date(2025, 12, 25), date(2026, 7, 10))),
        credited_to=draw(st.sampled_from([ALICE, BOB, BOB, BOB, CAROL, None])),
        segment=draw(st.sampled_from(["small", "enterprise", ""])),
        lines=tuple(draw(st.lists(lines, max_size=4))),
        net_base=draw(st.just(Decimal("0.00")) | cents),
    )


def _sum(lines: tuple[CommissionLine, ...], currency: str) -> Decimal:
    return total([line.amount for line in lines], currency)


@given(sales(), plans(), shares)
def test_a_split_sums_to_the_same_cents(
    sale: SaleForCommission, plan: CommissionTerms, share: Decimal
) -> None:
    whole = commission(sale, plan, None)
    split = commission(sale, plan, replace(SPLIT, share=share))
    assert _sum(split, plan.currency) == _sum(whole, plan.currency)
    shared = _sum(tuple(line for line in split if line.kind == "commission_share"), plan.currency)
    if len(split) == 2:
        assert shared == rounded(share * whole[0].amount, plan.currency)
    assert all(line.amount > 0 for line in split)


@given(sales(), plans(), st.data())
def test_the_order_of_lines_does_not_matter(
    sale: SaleForCommission, plan: CommissionTerms, data: st.DataObject
) -> None:
    shuffled = replace(sale, lines=tuple(data.draw(st.permutations(sale.lines))))
    assert commission(shuffled, plan, SPLIT) == commission(sale, plan, SPLIT)


@given(sales(), plans())
def test_the_lines_nets_sum_to_what_is_left_of_the_sale(
    sale: SaleForCommission, plan: CommissionTerms
) -> None:
    for line in commission(sale, plan, None):
        nets = [value for key, value in line.inputs.items() if re.fullmatch(r"line_\d+_net", key)]
        assert sum(Decimal(net) for net in nets) == rounded(sale.net_base, plan.currency)


@given(sales(), plans())
def test_one_rate_everywhere_is_close_to_that_rate_of_the_net(
    sale: SaleForCommission, plan: CommissionTerms
) -> None:
    flat = replace(plan, by_segment={}, by_product={}, currency="EUR")
    for line in commission(sale, flat, None):
        slack = Decimal("0.005") * max(1, len(sale.lines))
        assert abs(line.amount - flat.default_rate * sale.net_base) <= slack


@given(sales(), plans())
def test_inputs_are_json(sale: SaleForCommission, plan: CommissionTerms) -> None:
    for line in commission(sale, plan, SPLIT):
        assert json.loads(json.dumps(line.inputs)) == line.inputs


@given(sales(), plans(), st.none() | shares)
def test_an_explanation_ends_with_the_amount(
    sale: SaleForCommission, plan: CommissionTerms, share: Decimal | None
) -> None:
    split = None if share is None else replace(SPLIT, share=share)
    for line in commission(sale, plan, split):
        last = line.explanation.removesuffix(f" {plan.currency}").split()[-1]
        assert Decimal(last.replace(",", "")) == line.amount


# The invariant: the same to the cent, whether or not an incentive is due


@given(sales(), plans(), st.none() | st.just(SPLIT), st.booleans(), st.booleans())
def test_a_commission_is_the_same_whether_or_not_an_incentive_is_due(
    sale: SaleForCommission,
    plan: CommissionTerms,
    split: Split | None,
    accepted: bool,
    capped: bool,
) -> None:
    """The two are worked out in either order, from the same sale, with an incentive or without."""
    before = commission(sale, plan, split)
    handoff = replace(
        HANDOFF,
        brief_accepted=accepted,
        terms=replace(TERMS, currency=plan.currency, cap=Decimal(1) if capped else None),
    )
    fact = SaleFact(
        sale_id=sale.sale_id,
        booked_on=sale.booked_on,
        original_base=sale.net_base,
        net_base=sale.net_base,
        credited_to=sale.credited_to,
        while_pooled=False,
    )
    entitled(sold(fact, handoff=handoff))
    assert commission(sale, plan, split) == before


def test_nothing_of_an_incentive_can_be_handed_in() -> None:
    assert list(inspect.signature(commission).parameters) == ["sale", "terms", "split"]
    fields = {
        field.name
        for kind in (SaleForCommission, LineFact, CommissionTerms, Split)
        for field in dataclasses.fields(kind)
    }
    assert fields == {
        *("sale_id", "booked_on", "credited_to", "segment", "lines", "net_base"),
        *("product_id", "base_amount", "product_name"),
        *("version", "default_rate", "by_segment", "by_product", "currency"),
        *("handoff_id", "outgoing_id", "incoming_id", "share", "from_on", "until_on"),
    }
    hints = typing.get_type_hints(commission)
    assert hints["sale"] is SaleForCommission


def test_it_imports_nothing_of_ours_but_money() -> None:
    tree = ast.parse(Path(commission_module.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))
    assert modules == {
        *("calendar", "collections.abc", "dataclasses", "datetime", "decimal", "typing"),
        "core.money",
    }
