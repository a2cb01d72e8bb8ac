"""What one import is about, and what it has to tell at its end."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings

from core.days import day_of
from core.models import User
from operations.imports.values import Forms

#: Different reasons and remarks that are counted apart; what comes after is counted as one.
MOST_DIFFERENT = 200
#: Reasons that the summary shows.
MOST_SHOWN = 20


class Result(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Rejection(NamedTuple):
    """A row that was not taken: `reason` is for its own line, `group` for the summary."""

    line_number: int
    values: tuple[str, ...]
    reason: str
    group: str


@dataclass
class Report:
    """The outcome of an import, in numbers and sentences."""

    counts: Counter[Result] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    listings: dict[str, list[str]] = field(default_factory=dict)
    unused_headings: tuple[str, ...] = ()

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def rows(self) -> int:
        return sum(self.counts.values()) + self.rejected

    def lines(self) -> Iterator[str]:
        """The summary, one sentence or number a line."""
        counts = [f"{result} {self.counts[result]:,}" for result in Result]
        yield ", ".join([*counts, f"rejected {self.rejected:,}"])
        for reason, count in self.reasons.most_common(MOST_SHOWN):
            yield f"  rejected {count:,} × {reason}"
        if len(self.reasons) > MOST_SHOWN:
            yield f"  and {len(self.reasons) - MOST_SHOWN:,} more reasons: see the rejected rows"
        for remark, count in self.remarks.items():
            yield f"  {remark}" + (f" ({count:,} rows)" if count > 1 else "")
        for heading, entries in self.listings.items():
            yield f"  {heading}"
            yield from (f"    {entry}" for entry in entries)
        if self.unused_headings:
            yield f"  Headings not used: {', '.join(self.unused_headings)}"


def count_in(counter: Counter[str], sentence: str, other: str) -> None:
    """Count a sentence; beyond `MOST_DIFFERENT` of them count `other`, so that memory is flat."""
    known = sentence in counter or len(counter) < MOST_DIFFERENT
    counter[sentence if known else other] += 1


@dataclass
class Job:
    """One import: whose ids, by whom, when, how the file writes things, and what is told."""

    source: str
    by: User
    at: dt.datetime
    forms: Forms = field(default_factory=Forms)
    report: Report = field(default_factory=Report)
    #: What the row at work wants told if it is taken.
    row_remarks: list[str] = field(default_factory=list)
    #: What is to be remembered of the row at work if it is taken, for the rows after it.
    once_taken: list[Callable[[], None]] = field(default_factory=list)

    @property
    def currency(self) -> str:
        """What amounts are in where a row names no currency."""
        return str(settings.BASE_CURRENCY)

    @property
    def today(self) -> dt.date:
        return day_of(self.at)

    def begin_row(self) -> None:
        self.row_remarks, self.once_taken = [], []

    def remark(self, sentence: str) -> None:
        """Tell this of the row at work; the same sentence of many rows is told once, counted."""
        self.row_remarks.append(sentence)
