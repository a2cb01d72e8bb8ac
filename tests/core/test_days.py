"""Days are the organisation's, also where its clocks go forward and back (domain §9)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import F, Value
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core.days import FAR, DaysLater, day_of, end_of, moment, start_of, today
from core.models import ExchangeRate

FORWARD, BACK = dt.date(2026, 3, 29), dt.date(2026, 10, 25)
HALF_PAST_TWO = dt.time(2, 30)


@pytest.fixture
def berlin(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.mark.usefixtures("berlin")
def test_a_day_begins_at_midnight_here() -> None:
    assert day_of(dt.datetime(2026, 1, 1, 22, 59, tzinfo=dt.UTC)) == dt.date(2026, 1, 1)
    assert day_of(dt.datetime(2026, 1, 1, 23, 0, tzinfo=dt.UTC)) == dt.date(2026, 1, 2)
    assert start_of(dt.date(2026, 1, 2)) == dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC)
    assert end_of(dt.date(2026, 1, 1)) == start_of(dt.date(2026, 1, 2))


@pytest.mark.usefixtures("berlin")
def test_the_day_does_not_follow_the_zone_of_a_request() -> None:
    late = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert day_of(late) == dt.date(2026, 1, 1)
        assert start_of(dt.date(2026, 1, 2)) == dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC)


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25), (dt.date(2026, 6, 1), 24)])
def test_the_days_of_the_change_are_shorter_and_longer(day: dt.date, hours: int) -> None:
    assert end_of(day) - start_of(day) == dt.timedelta(hours=hours)


@pytest.mark.usefixtures("berlin")
def test_a_time_that_does_not_exist_is_moved_on_by_the_gap() -> None:
    at = moment(FORWARD, HALF_PAST_TWO)
    assert timezone.localtime(at).time() == dt.time(3, 30)
    assert day_of(at) == FORWARD


@pytest.mark.usefixtures("berlin")
def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert moment(BACK, HALF_PAST_TWO) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.usefixtures("berlin")
def test_today_is_the_day_of_now() -> None:
    with time_machine.travel(dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC)):
        assert today() == dt.date(2026, 1, 2)


@pytest.mark.usefixtures("berlin")
def test_every_instant_lies_in_its_day() -> None:
    @given(st.integers(0, 10 * 365 * 24 * 60))
    def lies_in_it(minutes: int) -> None:
        at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
        assert start_of(day_of(at)) <= at < end_of(day_of(at))

    lies_in_it()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "days"),
    [
        (dt.date(2024, 2, 28), 1),
        (dt.date(2024, 2, 29), 365),
        (dt.date(2023, 2, 28), 1),
        (dt.date(2025, 12, 31), 1),
        (FORWARD, 1),
        (dt.date(2026, 3, 2), 0),
        (dt.date(2026, 3, 2), -61),
        (FAR, 3650),
    ],
)
def test_days_later_is_the_same_in_the_database(day: dt.date, days: int) -> None:
    ExchangeRate.objects.create(currency="USD", on=day, rate=1)
    found = ExchangeRate.objects.annotate(
        by_column=DaysLater(F("on"), Value(days)), by_value=DaysLater(Value(day), Value(days))
    ).values_list("by_column", "by_value")
    expected = day + dt.timedelta(days=days)
    assert found.get() == (expected, expected)


@pytest.mark.django_db
def test_days_later_of_nothing_is_nothing() -> None:
    ExchangeRate.objects.create(currency="USD", on=FORWARD, rate=1)
    later = ExchangeRate.objects.annotate(later=DaysLater(Value(None), Value(3)))
    assert later.values_list("later", flat=True).get() is None
