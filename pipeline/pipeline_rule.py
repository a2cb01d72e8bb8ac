"""The pipeline as a sign of life, without a database (domain §4).

Only an engagement moves the clock. Opening, moving or closing a card moves the board: it can end
the stretch in which the last engagement fell, and never lengthens what an engagement gave.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple


class Stretch(NamedTuple):
    """Days on which at least one opportunity was open, both included; no end is still open."""

    opened_on: dt.date
    closed_on: dt.date | None


class PipelineDays(NamedTuple):
    """The last engagement while an opportunity was open, and the day that open stretch ended."""

    engaged_on: dt.date | None
    closed_on: dt.date | None


def stretches(opportunities: Iterable[Stretch]) -> list[Stretch]:
    """The opportunities' days joined where they touch or overlap, in order."""
    joined: list[Stretch] = []
    for one in sorted(opportunities, key=lambda s: s.opened_on):
        last = joined[-1] if joined else None
        if last is None or (last.closed_on is not None and last.closed_on < one.opened_on):
            joined.append(one)
        else:
            joined[-1] = Stretch(last.opened_on, later_end(last.closed_on, one.closed_on))
    return joined


def later_end(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return None if one is None or other is None else max(one, other)


def pipeline_days(opportunities: Iterable[Stretch], engagements: Iterable[dt.date]) -> PipelineDays:
    """``engagements`` are days, the latest first; the first that falls into a stretch decides."""
    open_days = stretches(opportunities)
    for day in engagements:
        for stretch in open_days:
            if stretch.opened_on <= day <= (stretch.closed_on or day):
                return PipelineDays(day, stretch.closed_on)
    return PipelineDays(None, None)
