"""From the text of a cell to a value: days, instants, decimals, yes or no, a choice.

What can be read in two ways is never guessed: the cell is a `BadValue`, whose sentence says how to
write it or which option names the meaning. Blank cells are the caller's business (`is_blank`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.days import day_of, moment
from core.money import MINOR_UNITS

DayOrder = Literal["dmy", "mdy"]
DecimalMark = Literal["point", "comma"]

#: Years beyond these are slips of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2199
#: Digits before the decimal point that a money column holds.
MOST_DIGITS = 13
#: How much of a cell a sentence quotes.
QUOTED = 40


class BadValue(Exception):
    """A cell that cannot be taken. `str()` says why; `group` is the same without the cell's text,
    so that a thousand such rows make one line in the summary."""

    def __init__(self, sentence: str, *, group: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.group = group or sentence

    def about(self, heading: str) -> "BadValue":
        """The same, with the heading of the cell before it."""
        return type(self)(f"{heading}: {self.sentence}", group=f"{heading}: {self.group}")


@dataclass(frozen=True, slots=True)
class Forms:
    """What the person who imports has named about how the file writes things."""

    day_order: DayOrder | None = None
    decimal_mark: DecimalMark | None = None


def is_blank(cell: str) -> bool:
    return not cell.strip()


def quoted(cell: str) -> str:
    """The cell for a sentence: on one line, not longer than a person wants to read."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in cell[: 2 * QUOTED]).split())
    return f"“{shown[:QUOTED]}…”" if len(shown) > QUOTED else f"“{shown}”"


# Text


def text(cell: str, *, most: int, lines: bool = False) -> str:
    """Text of at most `most` characters; `lines` allows line breaks and tabs."""
    cell = cell.replace("\r\n", "\n").strip().strip("\ufeff\u200b")
    if not lines:
        cell = " ".join(cell.split("\n"))
    allowed = "\n\t" if lines else ""
    if any(ord(c) < 32 or ord(c) == 127 for c in cell if c not in allowed):
        raise BadValue(
            f"{quoted(cell)} holds control characters.", group="It holds control characters."
        )
    if len(cell) > most:
        raise BadValue(
            f"{quoted(cell)} is {len(cell):,} characters long; at most {most:,} are kept.",
            group=f"It is longer than {most:,} characters.",
        )
    return cell


def boolean(cell: str) -> bool:
    """yes, y, true, t, 1, x, on; no, n, false, f, 0, off: in any case."""
    word = cell.strip().casefold()
    if word in {"yes", "y", "true", "t", "1", "x", "on"}:
        return True
    if word in {"no", "n", "false", "f", "0", "off"}:
        return False
    raise BadValue(f"{quoted(cell)} is neither yes nor no.", group="It is neither yes nor no.")


def choice(cell: str, options: Mapping[str, str]) -> str:
    """The key of the option named by key or by label; case, blanks, _ and - do not matter."""
    wanted = _bare(cell)
    for key, label in options.items():
        if wanted in {_bare(key), _bare(label)}:
            return key
    known = ", ".join(options)
    raise BadValue(f"{quoted(cell)} is none of {known}.", group=f"It is none of {known}.")


def currency(cell: str) -> str:
    """An ISO 4217 code, in capitals."""
    code = cell.strip().upper()
    if code in MINOR_UNITS:
        return code
    raise BadValue(
        f"{quoted(cell)} is no currency code; write three letters such as EUR.",
        group="It is no currency code of three letters.",
    )


def _bare(cell: str) -> str:
    return re.sub(r"[\s_-]+", "", cell).casefold()


# Days and instants

ISO_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
COMPACT_DAY = re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})")
NUMBERS_DAY = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/. ]([0-9]{1,2}|[A-Za-z]{3,9})[-/. ]'?[0-9]{2}")
DAY_FIRST_WORDS = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[- ]([A-Za-z]{3,9})\.?,?[- ]([0-9]{4})"
)
MONTH_FIRST_WORDS = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
TIME = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]+))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?"
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
LONGEST_INSTANT = 60


def day(cell: str, *, order: DayOrder | None = None) -> dt.date:
    """A calendar day. Of a moment with a zone: its day in the organisation's time zone."""
    on, time = _split_moment(cell)
    found = _day(on, order)
    if time:
        wall, zone = _time(time, cell)
        if zone is not None:
            return _in_reach(day_of(dt.datetime.combine(found, wall, tzinfo=zone)), cell)
    return found


def instant(cell: str, *, order: DayOrder | None = None) -> dt.datetime:
    """A moment in UTC. Without a zone the organisation's is meant, without a time its first."""
    on, time = _split_moment(cell)
    found = _day(on, order)
    wall, zone = _time(time, cell) if time else (dt.time.min, None)
    if zone is None:
        return moment(found, wall)
    return dt.datetime.combine(found, wall, tzinfo=zone).astimezone(dt.UTC)


def _split_moment(cell: str) -> tuple[str, str]:
    """The day's part and the time's part, which begins with `12:` after a T, comma or blank."""
    cell = " ".join(cell.split())
    if len(cell) > LONGEST_INSTANT:
        raise _no_day(cell)
    found = re.search(r"(?:,? |(?<=[0-9])[Tt])([0-9]{1,2}:.*)$", cell)
    return (cell[: found.start()], found.group(1)) if found else (cell, "")


def _day(cell: str, order: DayOrder | None) -> dt.date:
    if found := ISO_DAY.fullmatch(cell) or COMPACT_DAY.fullmatch(cell):
        return _date(int(found[1]), int(found[3]), int(found[4]), cell)
    if found := NUMBERS_DAY.fullmatch(cell):
        return _day_of_numbers(int(found[1]), int(found[3]), int(found[4]), cell, order)
    if found := DAY_FIRST_WORDS.fullmatch(cell):
        return _date(int(found[3]), _month(found[2], cell), int(found[1]), cell)
    if found := MONTH_FIRST_WORDS.fullmatch(cell):
        return _date(int(found[3]), _month(found[1], cell), int(found[2]), cell)
    raise _no_day(cell)


def _day_of_numbers(
    first: int, second: int, year: int, cell: str, order: DayOrder | None
) -> dt.date:
    if order is None and first <= 12 and second <= 12 and first != second:
        raise BadValue(
            f"{quoted(cell)} may be day/month or month/day; name it with --dates dmy or mdy.",
            group="The day may be day/month or month/day; name it with --dates dmy or mdy.",
        )
    day_first = order == "dmy" or (order is None and second <= 12)
    month, number = (second, first) if day_first else (first, second)
    if month > 12 and order:
        group = f"The day does not fit --dates {order}."
        raise BadValue(f"{quoted(cell)} does not fit --dates {order}.", group=group)
    return _date(year, month, number, cell)


def _month(word: str, cell: str) -> int:
    word = word.casefold()
    for number, name in enumerate(MONTHS, start=1):
        if word in {name, name[:3]} or (word == "sept" and number == 9):
            return number
    raise _no_day(cell)


def _date(year: int, month: int, number: int, cell: str) -> dt.date:
    try:
        return _in_reach(dt.date(year, month, number), cell)
    except ValueError:
        raise BadValue(
            f"{quoted(cell)} is no day in the calendar.", group="It is no day in the calendar."
        ) from None


def _in_reach(found: dt.date, cell: str) -> dt.date:
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        return found
    raise BadValue(
        f"{quoted(cell)} is not between {FIRST_YEAR} and {LAST_YEAR}.",
        group=f"The day is not between {FIRST_YEAR} and {LAST_YEAR}.",
    )


def _time(time: str, cell: str) -> tuple[dt.time, dt.tzinfo | None]:
    found = TIME.fullmatch(time.strip())
    if not found:
        raise _no_day(cell)
    hour = _hour(int(found["hour"]), found["half"])
    part = int((found["part"] or "0")[:6].ljust(6, "0"))
    try:
        wall = dt.time(hour, int(found["minute"]), int(found["second"] or 0), part)
        return wall, _zone(found["zone"])
    except ValueError:
        raise _no_day(cell) from None


def _hour(hour: int, half: str | None) -> int:
    """Of twelve hours: 12 am is 0, 12 pm is 12. An impossible one is left for `time` to refuse."""
    if not half:
        return hour
    if not 1 <= hour <= 12:
        return 99
    return hour % 12 + (12 if half[0] in "Pp" else 0)


def _zone(mark: str | None) -> dt.tzinfo | None:
    if not mark:
        return None
    if mark[0] not in "+-":
        return dt.UTC
    digits = mark[1:].replace(":", "").ljust(4, "0")
    ahead = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return dt.timezone(-ahead if mark[0] == "-" else ahead)


def _no_day(cell: str) -> BadValue:
    if SHORT_YEAR.fullmatch(cell):
        return BadValue(
            f"{quoted(cell)} has a year of two digits; write all four.",
            group="The day has a year of two digits; write all four.",
        )
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", cell):
        return BadValue(
            f"{quoted(cell)} is a spreadsheet's number for a day; save the column as dates.",
            group="It is a spreadsheet's number for a day; save the column as dates.",
        )
    return BadValue(
        f"{quoted(cell)} is not understood as a day; write it as 2017-12-31.",
        group="It is not understood as a day; write it as 2017-12-31.",
    )


# Numbers

SIGNS = "$€£¥₹₩₽₺₫₪₴₦฿"
PLAIN = re.compile(r"[0-9]+|[0-9]*[.,][0-9]+|[0-9]+[.,]")
GROUPED = {
    "point": re.compile(r"[0-9]{1,3}(?P<mark>[,' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:\.[0-9]*)?"),
    "comma": re.compile(r"[0-9]{1,3}(?P<mark>[.' ])[0-9]{3}(?:(?P=mark)[0-9]{3})*(?:,[0-9]*)?"),
}
#: 1.234 and 1,234: a thousand and some, or one and some thousandths.
EITHER = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
LONGEST_NUMBER = 60


def money(cell: str, *, mark: DecimalMark | None = None, negative: bool = False) -> Decimal:
    """An amount as written, to be rounded by `core.money`; a currency's sign or code may stand by.

    Refused: what may be read in two ways (1.234), no number, more than 13 digits before the
    point, and, unless `negative` is allowed, less than nothing.
    """
    amount = _decimal(cell, mark, either=mark is None)
    if amount < 0 and not negative:
        raise BadValue(f"{quoted(cell)} is negative.", group="The amount is negative.")
    return amount


def rate(cell: str, *, mark: DecimalMark | None = None) -> Decimal:
    """A number above nothing; 1.085 is a little more than one, as rates are written."""
    amount = _decimal(cell, mark, either=mark is None and "," in cell)
    if amount <= 0:
        raise BadValue(f"{quoted(cell)} is not above zero.", group="The rate is not above zero.")
    return amount


def whole(cell: str, *, least: int, most: int, mark: DecimalMark | None = None) -> int:
    """A whole number within bounds; 5.00 is whole."""
    amount = _decimal(cell, mark, either=mark is None)
    if amount != amount.to_integral_value() or not least <= amount <= most:
        raise BadValue(
            f"{quoted(cell)} is no whole number from {least} to {most}.",
            group=f"It is no whole number from {least} to {most}.",
        )
    return int(amount)


def _decimal(cell: str, mark: DecimalMark | None, *, either: bool) -> Decimal:
    digits, negative = _unsigned(cell)
    if either and EITHER.fullmatch(digits):
        doubt = "may be thousands or a fraction; name it with --decimal point or comma."
        raise BadValue(f"{quoted(cell)} {doubt}", group=f"It {doubt}")
    plain = _with_point(digits, mark)
    if plain is None:
        against = f" with --decimal {mark}" if mark else ""
        raise BadValue(f"{quoted(cell)} is no number{against}.", group=f"It is no number{against}.")
    amount = Decimal(plain)
    if amount.adjusted() >= MOST_DIGITS:
        raise BadValue(
            f"{quoted(cell)} has more than {MOST_DIGITS} digits before the decimal point.",
            group=f"It has more than {MOST_DIGITS} digits before the decimal point.",
        )
    return -amount if negative else amount


def _unsigned(cell: str) -> tuple[str, bool]:
    """The number without its sign and currency, one kind of blank in it; whether it is negative."""
    bare = re.sub(r"\s", " ", cell.strip().replace("−", "-").replace("’", "'"))
    if len(bare) > LONGEST_NUMBER:
        raise BadValue(f"{quoted(cell)} is no number.", group="It is no number.")
    if found := re.fullmatch(r"\((.*)\)", bare):
        return _without_currency(found[1]), True
    bare = _without_currency(bare)
    if bare.startswith(("-", "+")):
        return _without_currency(bare[1:].lstrip()), bare[0] == "-"
    return bare, False


def _without_currency(number: str) -> str:
    number = re.sub(rf"^(?:[A-Z]{{3}}|[A-Z]{{0,2}}[{SIGNS}]) ?", "", number)
    return re.sub(rf" ?(?:[A-Z]{{3}}|[{SIGNS}])$", "", number)


def _with_point(digits: str, mark: DecimalMark | None) -> str | None:
    """The digits as Python writes them, or None for what is no number."""
    if PLAIN.fullmatch(digits) and (mark is None or _mark_of(digits) in {mark, None}):
        return digits.replace(",", ".")
    for candidate, grouped in GROUPED.items():
        if mark in {candidate, None} and grouped.fullmatch(digits):
            kept = "." if candidate == "point" else ","
            return re.sub(rf"[^0-9{kept}]", "", digits).replace(",", ".")
    return None


def _mark_of(digits: str) -> DecimalMark | None:
    if "." in digits:
        return "point"
    return "comma" if "," in digits else None
