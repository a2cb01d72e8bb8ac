"""core.money: exact in, rounded half-up in one place, never a float."""

from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.money import (
    MINOR_UNITS,
    as_money,
    minor_units,
    percent,
    plain,
    rounded,
    rounded_down,
    shown,
    shown_exactly,
    spread,
    total,
    worked_out,
)

# What the columns hold: 16 digits, 3 of them decimals.
COLUMN = Decimal("9999999999999.999")
amounts = st.decimals(-COLUMN, COLUMN, places=3)
currencies = st.sampled_from(sorted(MINOR_UNITS))


@pytest.mark.parametrize("value", ["1600.50", Decimal("1600.50"), " 1600.50 "])
def test_as_money_is_exact(value: str | Decimal) -> None:
    assert as_money(value) == Decimal("1600.50")


def test_as_money_takes_whole_numbers() -> None:
    assert as_money(1600) == Decimal(1600)


@pytest.mark.parametrize("value", [1600.5, 0.0, float("nan"), True, None, b"1"])
def test_as_money_refuses_what_is_no_decimal(value: object) -> None:
    with pytest.raises(TypeError, match="Money is a str, int or Decimal"):
        as_money(value)  # type: ignore[arg-type]  # what an untyped caller might do


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "", "abc", "1,600.00"])
def test_as_money_refuses_what_is_no_amount(value: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of money"):
        as_money(value)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity"])
def test_decimals_that_are_no_amount_are_refused_everywhere(value: str) -> None:
    number = Decimal(value)
    with pytest.raises(ValueError, match="is not an amount of money"):
        rounded(number, "EUR")
    with pytest.raises(ValueError, match="is not an amount of money"):
        total([Decimal(1), number], "EUR")


def test_floats_are_refused_everywhere() -> None:
    for attempt in (
        lambda: rounded(0.5, "EUR"),  # type: ignore[arg-type]  # what an untyped caller might do
        lambda: total([Decimal(1), 0.5], "EUR"),  # type: ignore[list-item]  # the same
        lambda: shown(0.5, "EUR"),  # type: ignore[arg-type]  # the same
        lambda: spread(Decimal(1), [0.5], "EUR"),  # type: ignore[list-item]  # the same
    ):
        with pytest.raises(TypeError):
            attempt()


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("CLP", 0), ("VND", 0), ("ISK", 0)]
    + [(code, 3) for code in ("BHD", "KWD", "OMR", "JOD", "TND", "IQD", "LYD")]
    + [("XCG", 2), ("ZWG", 2), ("SLE", 2), ("BGN", 2), ("HRK", 2), ("BYR", 0)],
)
def test_minor_units(currency: str, decimals: int) -> None:
    assert minor_units(currency) == decimals


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "ABC", "DEM", "XAU", "XXX", "CLF", "UYW"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(ValueError, match="is not a currency code"):
        minor_units(currency)
    with pytest.raises(ValueError, match="is not a currency code"):
        rounded(Decimal(1), currency)


def test_no_code_is_listed_twice_and_none_needs_more_than_the_columns_hold() -> None:
    listed = (
        money._NO_DECIMALS.split()
        + money._TWO_DECIMALS.split()
        + money._THREE_DECIMALS.split()
        + money._WITHDRAWN_TWO_DECIMALS.split()
        + money._WITHDRAWN_NO_DECIMALS.split()
    )
    assert len(listed) == len(set(listed)) == len(MINOR_UNITS)
    assert all(len(code) == 3 and code.isupper() for code in listed)
    assert max(MINOR_UNITS.values()) == 3


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.0049999", "EUR", "0.00"),
        ("0.015", "EUR", "0.02"),
        ("0.025", "EUR", "0.03"),
        ("2.675", "EUR", "2.68"),
        ("-0.005", "EUR", "-0.01"),
        ("-0.015", "EUR", "-0.02"),
        ("0.5", "JPY", "1"),
        ("1.5", "JPY", "2"),
        ("2.5", "JPY", "3"),
        ("-2.5", "JPY", "-3"),
        ("0.0005", "KWD", "0.001"),
        ("1600", "EUR", "1600.00"),
    ],
)
def test_rounded_is_half_up(amount: str, currency: str, result: str) -> None:
    assert str(rounded(Decimal(amount), currency)) == result


def test_nothing_is_ever_minus_nothing() -> None:
    assert str(rounded(Decimal("-0.001"), "EUR")) == "0.00"
    assert shown(Decimal("-0.4"), "JPY") == "0 JPY"
    assert plain(Decimal("-0.00")) == "0"


def test_rounded_down_goes_towards_zero() -> None:
    assert rounded_down(Decimal("1300.009"), "EUR") == Decimal("1300.00")
    assert rounded_down(Decimal("-1300.009"), "EUR") == Decimal("-1300.00")


def test_an_absurd_amount_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="too large"):
        rounded(Decimal("1e80"), "EUR")


@given(amount=amounts, currency=currencies)
def test_rounded_is_at_most_half_a_unit_away_and_stays(amount: Decimal, currency: str) -> None:
    once = rounded(amount, currency)
    assert abs(once - amount) * 2 <= Decimal(1).scaleb(-minor_units(currency))
    assert rounded(once, currency) == once
    assert rounded(-amount, currency) == -once


@given(amount=amounts)
def test_rounding_does_not_depend_on_the_callers_context(amount: Decimal) -> None:
    expected = rounded(amount, "EUR")
    with localcontext(getcontext()) as careless:
        careless.prec = 6
        assert rounded(amount, "EUR") == expected


def test_total_rounds_once_and_at_the_end() -> None:
    assert total([Decimal("0.004")] * 2, "EUR") == Decimal("0.01")
    assert str(total([], "EUR")) == "0.00"
    assert str(total(iter([Decimal("0.10"), Decimal("0.20")]), "EUR")) == "0.30"


def test_total_mends_a_sum_that_a_database_made_of_floats() -> None:
    assert total([Decimal("0.30000000000000004")], "EUR") == Decimal("0.30")


@given(st.lists(amounts, max_size=20))
def test_total_does_not_depend_on_the_order(listed: list[Decimal]) -> None:
    assert total(listed, "EUR") == total(sorted(listed), "EUR")


def test_spread_gives_the_left_over_units_to_those_who_lost_most() -> None:
    assert spread(Decimal("10.00"), [Decimal(1)] * 3, "EUR") == (
        Decimal("3.34"),
        Decimal("3.33"),
        Decimal("3.33"),
    )
    assert spread(Decimal("1.00"), [Decimal(1), Decimal(1), Decimal(4)], "EUR") == (
        Decimal("0.17"),
        Decimal("0.17"),
        Decimal("0.66"),
    )
    assert spread(Decimal(5), [Decimal(1), Decimal(2)], "JPY") == (Decimal(2), Decimal(3))
    assert spread(Decimal(10), [Decimal(1)] * 3, "JPY") == (Decimal(4), Decimal(3), Decimal(3))


def test_spread_over_a_discount_line() -> None:
    halved = spread(Decimal("45.00"), [Decimal("100.00"), Decimal("-10.00")], "EUR")
    assert halved == (Decimal("50.00"), Decimal("-5.00"))


@pytest.mark.parametrize("weights", [[], ["0"], ["1", "-1"], ["-5"]])
def test_spread_needs_something_to_divide_by(weights: list[str]) -> None:
    with pytest.raises(ValueError, match="more than zero"):
        spread(Decimal(1), [Decimal(weight) for weight in weights], "EUR")


cents = st.decimals("0.01", "9999999.99", places=2)


@given(
    amount=st.decimals("-9999999.99", "9999999.99", places=2), weights=st.lists(cents, min_size=1)
)
def test_spread_sums_exactly_and_is_nowhere_a_unit_off(
    amount: Decimal, weights: list[Decimal]
) -> None:
    parts = spread(amount, weights, "EUR")
    assert total(parts, "EUR") == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - amount * weight / sum(weights)) < Decimal("0.01")


@given(weights=st.lists(cents, min_size=1))
def test_spread_leaves_alone_what_already_sums(weights: list[Decimal]) -> None:
    assert spread(total(weights, "EUR"), weights, "EUR") == tuple(weights)


def test_shown() -> None:
    assert shown(Decimal(1600), "EUR") == "1,600.00 EUR"
    assert shown(Decimal(1600), "JPY") == "1,600 JPY"
    assert shown(Decimal("1234567.8"), "KWD") == "1,234,567.800 KWD"
    assert shown(Decimal("-1600.005"), "EUR") == "-1,600.01 EUR"


def test_shown_exactly_never_rounds() -> None:
    assert shown_exactly(Decimal("1600.0000"), "EUR") == "1,600.00 EUR"
    assert shown_exactly(Decimal("1600.5050"), "EUR") == "1,600.505 EUR"
    assert shown_exactly(Decimal("50.5"), "JPY") == "50.5 JPY"


def test_worked_out_says_when_it_was_rounded() -> None:
    assert worked_out(Decimal("1000.000"), "EUR") == "1,000.00 EUR"
    assert worked_out(Decimal("0.505"), "EUR") == "0.505 EUR, rounded to 0.51 EUR"


@pytest.mark.parametrize(
    ("number", "text"),
    [("0.0500", "0.05"), ("20000.00", "20000"), ("2E+4", "20000"), ("0", "0"), ("-1.50", "-1.5")],
)
def test_plain_has_one_text_for_one_value(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_percent() -> None:
    assert percent(Decimal("0.05")) == "5 %"
    assert percent(Decimal("0.0150")) == "1.5 %"
    assert percent(Decimal(1)) == "100 %"
    assert percent(Decimal(0)) == "0 %"
