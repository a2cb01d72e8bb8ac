"""The ownership ribbon: an account's life as one strip, and the same as a list (domain §2, §3).

Everything is placed in per cent of the strip, so that it is drawn at any width without a script.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.conf import settings
from django.db.models import DecimalField, QuerySet, Sum, Value
from django.db.models.functions import Cast, TruncMonth, TruncWeek

from accounts_app.models import Account, BeganBy, OwnershipPeriod
from core import money
from core.days import day_of
from pipeline.models import Activity, Sale

TINTS = 6
ROOM_FOR_INITIALS = 5.0
SMALLEST_DOT, LARGEST_DOT = 3.0, 9.0
AMOUNT: DecimalField[Decimal, Decimal] = DecimalField(max_digits=16, decimal_places=3)


@dataclass(frozen=True)
class Stretch:
    """A time in one hand, or in nobody's (``holder`` is empty)."""

    holder: str
    initials: str
    tint: int
    began_on: dt.date
    ended_on: dt.date | None
    at: float
    width: float

    @property
    def has_room(self) -> bool:
        return self.width >= ROOM_FOR_INITIALS

    @property
    def middle(self) -> float:
        return round(self.at + self.width / 2, 2)


@dataclass(frozen=True)
class Dot:
    """What was sold in one month, in the base currency; the area grows with the amount."""

    month: dt.date
    amount: Decimal
    at: float
    radius: float


@dataclass(frozen=True)
class Diamond:
    """A change of hands."""

    on: dt.date
    from_whom: str
    to_whom: str
    at: float


@dataclass(frozen=True)
class Ribbon:
    """Weeks with an engagement are ticks; ``ticks`` and ``years`` are places in per cent."""

    stretches: list[Stretch]
    ticks: list[float]
    dots: list[Dot]
    diamonds: list[Diamond]
    years: list[tuple[int, float]]
    began_on: dt.date


@dataclass(frozen=True)
class _Scale:
    first: dt.date
    last: dt.date

    def place(self, day: dt.date) -> float:
        """0 to 100; what lies outside is put on the edge."""
        days = max((self.last - self.first).days, 1)
        inside = min(max((day - self.first).days, 0), days)
        return round(100 * inside / days, 2)


def ribbon(account: Account, periods: Sequence[OwnershipPeriod], *, on: dt.date) -> Ribbon | None:
    """The strip up to the day ``on``, in one query; None where nobody has held the account yet.

    ``periods`` are those of the account, the newest first, with their holders.
    """
    if not periods:
        return None
    oldest_first = _joined(periods)
    scale = _Scale(day_of(oldest_first[0].began_at), on)
    weeks, months = _what_happened(account)
    stretches = _stretches(oldest_first, scale)
    return Ribbon(
        stretches=stretches,
        ticks=[scale.place(week) for week in weeks if week >= scale.first],
        dots=_dots(months, scale),
        diamonds=_diamonds(stretches),
        years=[
            (year, scale.place(dt.date(year, 1, 1)))
            for year in range(scale.first.year + 1, on.year + 1)
        ],
        began_on=scale.first,
    )


def _joined(periods: Sequence[OwnershipPeriod]) -> list[OwnershipPeriod]:
    """Oldest first; a holder whom a late fact restored never let go, so that is one stretch."""
    joined: list[OwnershipPeriod] = []
    for period in reversed(periods):
        if joined and period.began_by == BeganBy.RESTORED:
            joined[-1] = _continued(joined[-1], until=period.ended_at)
        else:
            joined.append(period)
    return joined


def _continued(period: OwnershipPeriod, *, until: dt.datetime | None) -> OwnershipPeriod:
    """For drawing only; it is never saved."""
    return OwnershipPeriod(holder=period.holder, began_at=period.began_at, ended_at=until)


def _what_happened(account: Account) -> tuple[list[dt.date], list[tuple[dt.date, Decimal]]]:
    """Weeks with an engagement, and months with what was sold. Sums are for drawing only."""
    engaged: QuerySet[Activity, tuple[dt.date, Decimal | None]] = (
        Activity.objects.engagements()
        .filter(account=account)
        .annotate(part=TruncWeek("occurred_on"), amount=Cast(Value(None), AMOUNT))
        .order_by()
        .values_list("part", "amount")
        .distinct()
    )
    sold = (
        Sale.objects.of(account)
        .annotate(part=TruncMonth("booked_on"))
        .order_by()
        .values("part")
        .annotate(total=Sum("base_amount"))
        .values_list("part", "total")
    )
    rows = sorted(engaged.union(sold, all=True), key=lambda row: row[0])
    weeks = [part for part, amount in rows if amount is None]
    currency = settings.BASE_CURRENCY
    months = [(part, money.rounded(amount, currency)) for part, amount in rows if amount]
    return weeks, months


def _stretches(periods: Sequence[OwnershipPeriod], scale: _Scale) -> list[Stretch]:
    """The holders in order, with a hollow stretch wherever nobody held the account."""
    tints: dict[int, int] = {}
    found: list[Stretch] = []
    free_since: dt.date | None = None
    for period in periods:
        began = day_of(period.began_at)
        if free_since is not None and free_since < began:
            found.append(_stretch(None, 0, free_since, began, scale))
        free_since = day_of(period.ended_at) if period.ended_at else None
        tint = tints.setdefault(period.holder_id, len(tints) % TINTS)
        found.append(_stretch(period, tint, began, free_since, scale))
    if free_since is not None:
        found.append(_stretch(None, 0, free_since, None, scale))
    return found


def _stretch(
    period: OwnershipPeriod | None,
    tint: int,
    began: dt.date,
    ended: dt.date | None,
    scale: _Scale,
) -> Stretch:
    name = period.holder.name if period else ""
    at = scale.place(began)
    return Stretch(
        holder=name,
        initials="".join(part[0] for part in name.split()[:2]).upper(),
        tint=tint,
        began_on=began,
        ended_on=ended,
        at=at,
        width=round(scale.place(ended or scale.last) - at, 2),
    )


def _dots(months: Sequence[tuple[dt.date, Decimal]], scale: _Scale) -> list[Dot]:
    most = max((amount for _, amount in months), default=Decimal(1))
    return [
        Dot(
            month=month,
            amount=amount,
            # The middle of the month: a sum of days has no day of its own.
            at=scale.place(month + dt.timedelta(days=14)),
            radius=_radius(amount / most),
        )
        for month, amount in months
    ]


def _radius(share: Decimal) -> float:
    """In pixels: the area, not the width, grows with the share of the largest (0 to 1)."""
    return round(SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * math.sqrt(share), 1)


def _diamonds(stretches: Sequence[Stretch]) -> list[Diamond]:
    """Where the account came into another hand, from the pool or directly."""
    held = [stretch for stretch in stretches if stretch.holder]
    return [
        Diamond(on=after.began_on, from_whom=before.holder, to_whom=after.holder, at=after.at)
        for before, after in pairwise(held)
    ]
