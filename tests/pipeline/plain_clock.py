"""The clock told plainly: domain §4 read over a list of facts, once more and from the start.

It shares nothing with the product's own rule: no column, no query, no function. The facts are kept
as they were said; each question goes through all of them.
"""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.conf import settings

UNTIL_ENDED = dt.date(9000, 1, 1)
"""The last day of a contract without one (the agreed stand-in)."""


@dataclass
class Figures:
    """What a policy says."""

    dormant_after: int = 90
    warn: int = 21
    notice: int = 7
    stalled_after: int = 45
    longest_wait: int = 365
    engagement: bool = True
    sale: bool = True
    pipeline: bool = True
    contract: bool = True
    interest: bool = True


@dataclass
class Said:
    """Something that was done with the customer, and the day named if they are interested later."""

    at: dt.datetime
    took_part: bool
    until: dt.date | None = None
    voided: bool = False

    @property
    def day(self) -> dt.date:
        return self.at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@dataclass
class Card:
    opened: dt.date
    closed: dt.date | None = None

    def is_open_on(self, day: dt.date) -> bool:
        return self.opened <= day and (self.closed is None or day <= self.closed)


@dataclass
class Sold:
    day: dt.date
    amount: int
    taken_back: int = 0


@dataclass
class Agreement:
    last_day: dt.date | None
    voided: bool = False


@dataclass
class Held:
    began: dt.datetime
    clock_from: dt.date
    ended: dt.datetime | None = None


@dataclass
class Life:
    """Everything that is known of one account."""

    said: list[Said] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    sales: list[Sold] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    periods: list[Held] = field(default_factory=list)
    figures: Figures | None = None
    warned: dt.date | None = None

    @property
    def holder(self) -> Held | None:
        return next((period for period in self.periods if period.ended is None), None)

    def counts_on(self, day: dt.date) -> bool:
        """What happens while the account is in the pool is no sign. The holder of a day is the one
        at its end."""
        midnight = dt.datetime.combine(
            day + dt.timedelta(days=1), dt.time.min, ZoneInfo(settings.TIME_ZONE)
        )
        somebody = any(
            period.began < midnight and (period.ended is None or period.ended >= midnight)
            for period in self.periods
        )
        held_before = any(p.ended is not None and p.ended < midnight for p in self.periods)
        return somebody or not held_before

    def engagements(self) -> list[Said]:
        """Where the customer took part, the latest last."""
        counting = [
            said
            for said in self.said
            if said.took_part and not said.voided and self.counts_on(said.day)
        ]
        return sorted(counting, key=lambda said: said.at)

    def engaged_on(self) -> dt.date | None:
        return max((said.day for said in self.engagements()), default=None)

    def sold_on(self) -> dt.date | None:
        standing = [sale.day for sale in self.sales if sale.taken_back < sale.amount]
        return max((day for day in standing if self.counts_on(day)), default=None)

    def pipeline_days(self) -> tuple[dt.date | None, dt.date | None]:
        """The last engagement while a card was open, and when the last card that was open from
        then on without a gap was closed."""
        days = [
            said.day
            for said in self.engagements()
            if any(card.is_open_on(said.day) for card in self.cards)
        ]
        if not days:
            return None, None
        return max(days), self.closing_after(max(days))

    def closing_after(self, day: dt.date) -> dt.date | None:
        while True:
            standing = [card for card in self.cards if card.is_open_on(day)]
            if any(card.closed is None for card in standing):
                return None
            last = max(card.closed for card in standing if card.closed is not None)
            if last == day:
                return last
            day = last

    def contract_until(self) -> dt.date | None:
        running = [a.last_day or UNTIL_ENDED for a in self.agreements if not a.voided]
        return max(running, default=None)

    def interest(self) -> tuple[dt.date | None, dt.date | None]:
        """The day of the latest statement, and the day it names."""
        statements = [said for said in self.engagements() if said.until is not None]
        if not statements:
            return None, None
        return statements[-1].day, statements[-1].until

    def alive_until(self) -> dt.date | None:
        """The latest day of a sign that counts; None while nobody holds the account."""
        if self.holder is None or self.figures is None:
            return None
        figures, days = self.figures, [self.holder.clock_from]
        engaged, sold, agreed = self.engaged_on(), self.sold_on(), self.contract_until()
        if engaged and figures.engagement:
            days.append(engaged)
        if sold and figures.sale:
            days.append(sold)
        if agreed and figures.contract:
            days.append(agreed)
        worked, closed = self.pipeline_days()
        if worked and figures.pipeline:
            stalls = worked + dt.timedelta(days=figures.stalled_after)
            days.append(stalls if closed is None or closed > stalls else closed)
        said, named = self.interest()
        if said and named and figures.interest:
            longest = said + dt.timedelta(days=figures.longest_wait)
            days.append(longest if named > longest else named)
        return max(days)

    def dormant_on(self) -> dt.date | None:
        since = self.alive_until()
        if since is None or self.figures is None:
            return None
        return since + dt.timedelta(days=self.figures.dormant_after)

    def first_warning_day(self) -> dt.date | None:
        dormant = self.dormant_on()
        if dormant is None or self.figures is None:
            return None
        return dormant - dt.timedelta(days=self.figures.warn)

    def pool_on(self) -> dt.date | None:
        dormant = self.dormant_on()
        if self.warned is None or dormant is None or self.figures is None:
            return None
        notice_over = self.warned + dt.timedelta(days=self.figures.notice)
        return notice_over if notice_over > dormant else dormant

    def settle(self, today: dt.date) -> None:
        """After each thing that happens: a warning is over when the account left its warning
        days."""
        first = self.first_warning_day()
        if first is None or today < first:
            self.warned = None

    def warn_if_due(self, today: dt.date) -> bool:
        first = self.first_warning_day()
        due = self.warned is None and first is not None and first <= today
        if due:
            self.warned = today
        return due

    def is_due_for_the_pool(self, today: dt.date) -> bool:
        pool_on = self.pool_on()
        return pool_on is not None and pool_on <= today

    def columns(self) -> dict[str, dt.date | None]:
        """What the account's row ought to say."""
        worked, closed = self.pipeline_days()
        said, named = self.interest()
        return {
            "held_from": self.holder.clock_from if self.holder else None,
            "engaged_on": self.engaged_on(),
            "sold_on": self.sold_on(),
            "pipeline_engaged_on": worked,
            "pipeline_closed_on": closed,
            "contract_until": self.contract_until(),
            "interest_said_on": said,
            "interest_until": named,
            "dormant_on": self.dormant_on(),
            "warned_on": self.warned,
            "pool_on": self.pool_on(),
        }
