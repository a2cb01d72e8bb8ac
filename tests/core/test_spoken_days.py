"""Days as people write them: read one way, or sent back with a sentence; never guessed."""

import contextlib
import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.days import FAR
from core.spoken_days import MONTHS, WEEKDAYS, NotADay, read_day

ON = dt.date(2026, 3, 11)  # a Wednesday
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", "2026-03-11"),
        ("Tomorrow", "2026-03-12"),
        ("the day after tomorrow", "2026-03-13"),
        ("Fri", "2026-03-13"),
        ("by Friday", "2026-03-13"),
        ("fri.", "2026-03-13"),
        ("tues", "2026-03-17"),
        ("Monday", "2026-03-16"),
        ("this fri", "2026-03-13"),
        ("next fri", "2026-03-20"),
        ("next Wednesday", "2026-03-18"),
        ("in 3 days", "2026-03-14"),
        ("in a week", "2026-03-18"),
        ("in 2 weeks", "2026-03-25"),
        ("in two weeks", "2026-03-25"),
        ("2 weeks", "2026-03-25"),
        ("in a month", "2026-04-11"),
        ("in 10 months", "2027-01-11"),
        ("in a year", "2027-03-11"),
        ("end of month", "2026-03-31"),
        ("end of the month", "2026-03-31"),
        ("end of next month", "2026-04-30"),
        ("14 March", "2026-03-14"),
        ("14th of march", "2026-03-14"),
        ("March 14", "2026-03-14"),
        ("march 14th, 2027", "2027-03-14"),
        ("14. Mar", "2026-03-14"),
        ("11 March", "2026-03-11"),
        ("10 March", "2027-03-10"),
        ("14.3.", "2026-03-14"),
        ("14.3", "2026-03-14"),
        ("14. 3. 2027", "2027-03-14"),
        ("14/3", "2026-03-14"),
        ("3/14", "2026-03-14"),
        ("4/4/2026", "2026-04-04"),
        ("2026-03-14", "2026-03-14"),
        ("  2026-3-14 ", "2026-03-14"),
        ("2020-02-29", "2020-02-29"),
    ],
)
def test_read(words: str, day: str) -> None:
    assert read_day(words, on=ON).isoformat() == day


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Wed", "Today is Wednesday: write today, or next Wednesday."),
        ("3/4", "“3/4” is 3 April or 4 March: write the month as a word."),
        ("3/4/2027", "is 3 April or 4 March"),
        ("14", "The 14. of which month?"),
        ("the 14th", "The 14. of which month?"),
        ("14.3.27", "four digits"),
        ("next week", "Which day of the week?"),
        ("end of the year", "Which day of the year?"),
        ("next month", "Which day of the month?"),
        ("31 April", "There is no such day as “31 april”."),
        ("2026-02-30", "There is no such day"),
        ("29 Feb", "There is no such day"),
        ("14.13.", "There is no such day"),
        ("0.3.", "There is no such day"),
        ("soon", "“soon” is no day that can be read. Try Fri, in 2 weeks or 14 March."),
        ("", "is no day"),
        ("in 5", "is no day"),
        ("fri or sat", "is no day"),
        ("1.5 weeks", "is no day"),
        ("-3 days", "is no day"),
        ("m", "is no day"),
        ("ju", "is no day"),
        ("in 9000 years", "too far ahead"),
        ("9999-12-31", "too far ahead"),
        ("today" + " " * 99 + "or never", "is no day"),
        ("x" * 5000, "is no day"),
    ],
)
def test_sent_back(words: str, sentence: str) -> None:
    with pytest.raises(NotADay, match=re.escape(sentence)) as said:
        read_day(words, on=ON)
    assert len(str(said.value)) < 200


def test_the_coming_29_february_is_taken_where_it_comes() -> None:
    assert read_day("29 Feb", on=dt.date(2027, 3, 1)) == dt.date(2028, 2, 29)


def test_a_month_later_ends_with_the_month() -> None:
    assert read_day("in a month", on=dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)
    assert read_day("in a year", on=dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)


@given(day=days, on=days)
def test_what_a_picker_sends_is_that_day(day: dt.date, on: dt.date) -> None:
    assert read_day(day.isoformat(), on=on) == day


@given(day=days, on=days)
def test_a_day_written_out_with_its_year_is_that_day(day: dt.date, on: dt.date) -> None:
    for words in (
        f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        f"{MONTHS[day.month - 1][:3]} {day.day} {day.year}",
        f"{day.day}.{day.month}.{day.year}",
    ):
        assert read_day(words, on=on) == day


@given(on=days, ahead=st.integers(0, 364))
def test_a_day_and_month_is_the_coming_one(on: dt.date, ahead: int) -> None:
    day = on + dt.timedelta(days=ahead)
    assert read_day(f"{day.day} {MONTHS[day.month - 1]}", on=on) == day


@given(on=days, weekday=st.integers(0, 6))
def test_a_weekday_is_the_coming_one_and_next_is_next_weeks(on: dt.date, weekday: int) -> None:
    name = WEEKDAYS[weekday]
    next_weeks = read_day(f"next {name}", on=on)
    assert next_weeks.weekday() == weekday
    assert next_weeks.isocalendar().week == (on + dt.timedelta(weeks=1)).isocalendar().week
    if on.weekday() != weekday:
        coming = read_day(name[:3], on=on)
        assert coming.weekday() == weekday
        assert on < coming <= on + dt.timedelta(days=6)


@given(on=days, number=st.integers(0, 9999))
def test_days_and_weeks_are_counted(on: dt.date, number: int) -> None:
    assert read_day(f"in {number} days", on=on) == on + dt.timedelta(days=number)
    assert read_day(f"{number} weeks", on=on) == on + dt.timedelta(weeks=number)


@given(words=st.text() | st.from_regex(r"[0-9./ -]{1,12}|(in|next|end of) [a-z0-9 ]{1,9}"), on=days)
def test_anything_is_a_day_within_bounds_or_a_sentence(words: str, on: dt.date) -> None:
    with contextlib.suppress(NotADay):
        assert dt.date.min < read_day(words, on=on) < FAR
