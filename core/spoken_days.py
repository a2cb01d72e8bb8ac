"""Days as people say them: "Fri", "in 2 weeks", "14 March", "end of month".

What can be read in two ways, or not at all, is not guessed: ``NotADay`` says what to write instead.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable

from core.days import FAR

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
PLAIN = {"today": 0, "tomorrow": 1, "day after tomorrow": 2}
TRY = "Try Fri, in 2 weeks or 14 March."
TOO_FAR = "That is too far ahead."
LONGEST = 60

_Reading = Callable[[re.Match[str], dt.date], dt.date]


class NotADay(ValueError):
    """What was written is no day, or could be several. Its text is a sentence for who wrote it."""


def read_day(words: str, *, on: dt.date) -> dt.date:
    """The day that somebody means who writes ``words`` on the day ``on``.

    A day and month without a year is the coming one, today included; a weekday is the coming one,
    today excluded; "next Friday" is the Friday of next week, as calendars count from Monday. Only
    a day that is written with its year can lie before ``on``, or a weekday of "this" week.
    """
    said = " ".join(words.lower().replace(",", " ").split())
    for lead in ("by ", "on ", "the "):
        said = said.removeprefix(lead)
    if len(said) <= LONGEST:
        for pattern, read in _FORMS:
            found = pattern.fullmatch(said)
            if found:
                return _within_bounds(read, found, on)
    raise NotADay(f"“{said[:LONGEST]}” is no day that can be read. {TRY}")


def _within_bounds(read: _Reading, found: re.Match[str], on: dt.date) -> dt.date:
    """The same bounds that every day here has."""
    try:
        day = read(found, on)
    except NotADay:
        raise
    except (ValueError, OverflowError) as error:
        raise NotADay(f"There is no such day as “{found[0]}”. {TRY}") from error
    if day >= FAR:
        raise NotADay(TOO_FAR)
    return day


def _plain(found: re.Match[str], on: dt.date) -> dt.date:
    return on + dt.timedelta(days=PLAIN[found[1]])


def _weekday(found: re.Match[str], on: dt.date) -> dt.date:
    which, name = found[1], found[2]
    day = _place(name, WEEKDAYS)
    ahead = day - on.weekday()
    if which == "next":
        return on + dt.timedelta(days=ahead + 7)
    if which == "this":
        return on + dt.timedelta(days=ahead)
    if ahead == 0:
        full = WEEKDAYS[day].capitalize()
        raise NotADay(f"Today is {full}: write today, or next {full}.")
    return on + dt.timedelta(days=ahead % 7)


def _ahead(found: re.Match[str], on: dt.date) -> dt.date:
    number, unit = _number(found[1]), found[2]
    if unit == "day":
        return on + dt.timedelta(days=number)
    if unit == "week":
        return on + dt.timedelta(weeks=number)
    return _months_later(on, number if unit == "month" else 12 * number)


def _month_end(found: re.Match[str], on: dt.date) -> dt.date:
    start = _months_later(on, 1) if found[1] else on
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


def _iso(found: re.Match[str], on: dt.date) -> dt.date:
    return dt.date(int(found[1]), int(found[2]), int(found[3]))


def _named(found: re.Match[str], on: dt.date) -> dt.date:
    return _coming(int(found["day"]), _place(found["month"], MONTHS) + 1, found["year"], on)


def _dotted(found: re.Match[str], on: dt.date) -> dt.date:
    return _coming(int(found[1]), int(found[2]), found[3], on)


def _slashed(found: re.Match[str], on: dt.date) -> dt.date:
    """Half the world writes the month first: taken only where one order makes sense."""
    one, two, year = int(found[1]), int(found[2]), found[3]
    if one != two and one <= 12 and two <= 12:
        this, that = f"{one} {_title(two)}", f"{two} {_title(one)}"
        raise NotADay(f"“{found[0]}” is {this} or {that}: write the month as a word.")
    return _coming(max(one, two), min(one, two), year, on)


def _two_digits(found: re.Match[str], on: dt.date) -> dt.date:
    raise NotADay("Write the year with four digits, as in 14.3.2027, or leave it out.")


def _which_month(found: re.Match[str], on: dt.date) -> dt.date:
    raise NotADay(f"The {int(found[1])}. of which month? Write 14 March, or 14.3.")


def _which_day(found: re.Match[str], on: dt.date) -> dt.date:
    unit = found[1]
    better = "next Monday, or in a week" if unit == "week" else "end of month, or 14 March"
    raise NotADay(f"Which day of the {unit}? Write {better}.")


def _coming(day: int, month: int, year: str | None, on: dt.date) -> dt.date:
    """That day of the named year; else of this one, or of the next if it is over."""
    if year is not None:
        return dt.date(int(year), month, day)
    for candidate in (on.year, on.year + 1):
        if day <= _days_of(candidate, month) and dt.date(candidate, month, day) >= on:
            return dt.date(candidate, month, day)
    raise ValueError("neither this year nor the next has it")


def _days_of(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    return calendar.monthrange(year, month)[1]


def _months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; its last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > FAR.year:
        raise NotADay(TOO_FAR)
    return day.replace(year=year, month=month + 1, day=min(day.day, _days_of(year, month + 1)))


def _number(word: str) -> int:
    if word in ("a", "an"):
        return 1
    return NUMBERS.index(word) + 1 if word in NUMBERS else int(word)


def _place(start: str, names: tuple[str, ...]) -> int:
    """Where the name stands that begins so; the patterns let only one fit."""
    return next(number for number, name in enumerate(names) if name.startswith(start[:3]))


def _title(month: int) -> str:
    return MONTHS[month - 1].capitalize()


def _any_of(names: tuple[str, ...]) -> str:
    """Each name, or its beginning of at least three letters, with or without a full stop."""
    forms = {name[:length] for name in names for length in range(3, len(name) + 1)}
    return f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})\\.?"


_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?"
_MONTH = rf"(?P<month>{_any_of(MONTHS)})"
_YEAR = r"(?: (?P<year>[0-9]{4}))?"
_COUNT = rf"([0-9]{{1,4}}|an?|{'|'.join(NUMBERS)})"

_FORMS: tuple[tuple[re.Pattern[str], _Reading], ...] = (
    (re.compile(rf"({'|'.join(PLAIN)})"), _plain),
    (re.compile(rf"(?:(this|next|coming) )?({_any_of(WEEKDAYS)})"), _weekday),
    (re.compile(rf"in {_COUNT} (day|week|month|year)s?"), _ahead),
    (re.compile(r"([0-9]{1,4}) (day|week|month|year)s?"), _ahead),
    (re.compile(r"end of (?:the |this )?(next )?month"), _month_end),
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"), _iso),
    (re.compile(rf"{_DAY} (?:of )?{_MONTH}{_YEAR}"), _named),
    (re.compile(rf"{_MONTH} (?:the )?{_DAY}{_YEAR}"), _named),
    (re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\.?(?: ?([0-9]{4}))?"), _dotted),
    (re.compile(r"([0-9]{1,2})/([0-9]{1,2})(?:/([0-9]{4}))?"), _slashed),
    (re.compile(r"[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2}"), _two_digits),
    (re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?"), _which_month),
    (re.compile(r"(?:next|this|end of(?: the| this)?) (week|month|year)"), _which_day),
)
