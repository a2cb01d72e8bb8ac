"""Cells to values: what is understood, and what is never guessed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from operations.imports import values
from operations.imports.values import BadValue


@pytest.fixture(autouse=True)
def zurich(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Zurich"


@pytest.mark.parametrize(
    "cell",
    [
        "2017-12-31", " 2017-12-31 ", "2017/12/31", "20171231", "31/12/2017", "12/31/2017",
        "31.12.2017", "31-12-2017", "31 December 2017", "31 Dec 2017", "31-Dec-2017",
        "December 31, 2017", "Dec. 31st, 2017", "31st December, 2017", "2017-12-31T00:00:00",
        "2017-12-31 09:30", "31/12/2017 14:30", "12/31/2017, 2:30 PM",
    ],
)  # fmt: skip
def test_days_that_can_be_read_in_one_way(cell: str) -> None:
    assert values.day(cell) == dt.date(2017, 12, 31)


@pytest.mark.parametrize("cell", ["03/04/2017", "3.4.2017", "3-4-2017", "03/04/2017 10:00"])
def test_an_ambiguous_day_must_be_named(cell: str) -> None:
    with pytest.raises(BadValue, match="--dates dmy or mdy"):
        values.day(cell)
    assert values.day(cell, order="dmy") == dt.date(2017, 4, 3)
    assert values.day(cell, order="mdy") == dt.date(2017, 3, 4)


def test_the_same_number_twice_is_not_ambiguous() -> None:
    assert values.day("04/04/2017") == dt.date(2017, 4, 4)


def test_a_day_against_the_named_order_is_refused() -> None:
    with pytest.raises(BadValue, match="does not fit --dates dmy"):
        values.day("12/31/2017", order="dmy")
    assert values.day("2017-12-31", order="dmy") == dt.date(2017, 12, 31)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2017-02-30", "no day in the calendar"),
        ("31/13/2017", "no day in the calendar"),
        ("0217-01-01", "between 1900"),
        ("9999-12-31", "between 1900"),
        ("31/12/17", "two digits"),
        ("5-Mar-17", "two digits"),
        ("43100", "spreadsheet"),
        ("soon", "not understood"),
        ("5 Foo 2017", "not understood"),
        ("2017-12-31 25:00", "not understood"),
        ("٢٠١٧-١٢-٣١", "not understood"),
        ("1" * 100_000, "not understood"),
        ("=cmd|' /C calc'!A0", "not understood"),
    ],
)
def test_bad_days_say_why(cell: str, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence) as caught:
        values.day(cell)
    assert len(caught.value.sentence) < 200


def test_the_day_of_a_moment_with_a_zone_is_the_organisations() -> None:
    assert values.day("2024-01-23T23:30:00.000+0000") == dt.date(2024, 1, 24)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-01-23T02:46:47.000+0000", dt.datetime(2024, 1, 23, 2, 46, 47, tzinfo=dt.UTC)),
        ("2024-01-23T02:46:47Z", dt.datetime(2024, 1, 23, 2, 46, 47, tzinfo=dt.UTC)),
        ("2024-01-23 02:46+05:30", dt.datetime(2024, 1, 22, 21, 16, tzinfo=dt.UTC)),
        ("2024-01-23 02:46", dt.datetime(2024, 1, 23, 1, 46, tzinfo=dt.UTC)),
        ("1/23/2024 2:46 PM", dt.datetime(2024, 1, 23, 13, 46, tzinfo=dt.UTC)),
        ("2024-01-23", dt.datetime(2024, 1, 22, 23, tzinfo=dt.UTC)),
        ("2024-01-23 12:00 am", dt.datetime(2024, 1, 22, 23, tzinfo=dt.UTC)),
    ],
)
def test_instants(cell: str, expected: dt.datetime) -> None:
    assert values.instant(cell) == expected


@pytest.mark.parametrize("cell", ["2024-01-23 13:00 PM", "2024-01-23 02:46+99:00", "noon"])
def test_bad_instants(cell: str) -> None:
    with pytest.raises(BadValue):
        values.instant(cell)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1054", "1054"), ("1234.5", "1234.5"), ("0.123", "0.123"), ("12,50", "12.50"),
        ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("1'234.50", "1234.50"),
        ("1 234,50", "1234.50"), ("1\u202f234,50", "1234.50"), ("1,234,567", "1234567"),
        ("$1,234.50", "1234.50"), ("€ 12.50", "12.50"), ("12,50 €", "12.50"),
        ("CHF 1’234.50", "1234.50"), ("12.50 USD", "12.50"), ("US$12.50", "12.50"),
        ("+5", "5"), ("9.80000019", "9.80000019"), ("0", "0"), ("9999999999999", "9999999999999"),
    ],
)  # fmt: skip
def test_amounts_that_can_be_read_in_one_way(cell: str, amount: str) -> None:
    assert values.money(cell) == Decimal(amount)


@pytest.mark.parametrize("cell", ["1.234", "1,234", "$1,234", "12.345"])
def test_a_mark_that_may_be_either_must_be_named(cell: str) -> None:
    with pytest.raises(BadValue, match="--decimal"):
        values.money(cell)


def test_the_named_mark_decides() -> None:
    assert values.money("1.234", mark="comma") == 1234
    assert values.money("1.234", mark="point") == Decimal("1.234")
    assert values.money("1,234", mark="point") == 1234
    with pytest.raises(BadValue, match="no number with --decimal point"):
        values.money("12,50", mark="point")


@pytest.mark.parametrize("cell", ["-5", "(5.00)", "−5", "-$5", "$-5", "- 5"])
def test_negative_amounts(cell: str) -> None:
    with pytest.raises(BadValue, match="negative"):
        values.money(cell)
    assert values.money(cell, negative=True) == -5


@pytest.mark.parametrize(
    "cell",
    [
        "", "nan", "NaN", "inf", "Infinity", "1e5", "1,23,456", "12.34.56", "1,2.3", "five", ".",
        "0x10", "1_000", "٣", "--5", "(-5", "9" * 14, "9" * 100_000, "1e400", "=1+1",
    ],
)  # fmt: skip
def test_what_is_no_amount(cell: str) -> None:
    with pytest.raises(BadValue) as caught:
        values.money(cell)
    assert len(caught.value.sentence) < 200


def test_rates_are_written_with_a_point() -> None:
    assert values.rate("1.085") == Decimal("1.085")
    assert values.rate("1,0856") == Decimal("1.0856")
    for cell in ("0", "-1", "1,085", "nan"):
        with pytest.raises(BadValue):
            values.rate(cell)


def test_whole_numbers() -> None:
    assert values.whole("5", least=0, most=10) == 5
    assert values.whole("5.00", least=0, most=10) == 5
    for cell in ("5.5", "11", "-1", "many"):
        with pytest.raises(BadValue):
            values.whole(cell, least=0, most=10)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("yes", True), ("TRUE", True), ("1", True), ("x", True), ("No", False), ("0", False)],
)
def test_booleans(cell: str, expected: bool) -> None:
    assert values.boolean(cell) is expected


def test_neither_yes_nor_no() -> None:
    with pytest.raises(BadValue, match="neither yes nor no"):
        values.boolean("maybe")


def test_choices_by_key_or_label() -> None:
    options = {"mid_market": "Mid-size firms", "small": "Small"}
    assert values.choice("Mid Market", options) == "mid_market"
    assert values.choice("mid-size firms", options) == "mid_market"
    with pytest.raises(BadValue, match="none of mid_market, small"):
        values.choice("huge", options)


def test_currencies() -> None:
    assert values.currency(" eur ") == "EUR"
    for cell in ("€", "EURO", "E1R", ""):
        with pytest.raises(BadValue):
            values.currency(cell)


def test_text() -> None:
    assert values.text(" Acme\r\nInc ", most=20) == "Acme Inc"
    assert values.text("a\r\nb\tc", most=20, lines=True) == "a\nb\tc"
    with pytest.raises(BadValue, match="control"):
        values.text("Ac\x07me", most=20)
    with pytest.raises(BadValue, match="100,000 characters long; at most 20"):
        values.text("x" * 100_000, most=20)
