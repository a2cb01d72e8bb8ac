"""Import of exchange rates: one unit of a currency in the base currency, by day."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from core.models import ExchangeRate
from core.rates import keep_rate
from operations.imports.cells import Cells
from operations.imports.job import Job, Result
from operations.imports.known_headings import RATES
from operations.imports.values import BadValue

#: As fine as the column keeps; the largest has nine digits before the point.
FINEST, LARGEST = Decimal("0.000000001"), Decimal(10**9)


class ImportRates:
    """A rate is known by its currency and its day."""

    headings = RATES
    required = (("currency",), ("on",), ("rate",))

    def __init__(self, job: Job) -> None:
        self.job = job

    def prepare(self, rows: Sequence[Cells]) -> None:
        """Nothing is looked up for many rows at once."""

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        currency, on, rate = cells.currency("currency"), cells.day("on"), cells.rate("rate")
        if not currency or not on or not rate:
            raise BadValue("The row lacks the currency, the day or the rate.")
        self._check(currency, on)
        before = ExchangeRate.objects.filter(currency=currency, on=on).exists()
        exact = _as_kept(rate)
        _, changed = keep_rate(currency, on=on, rate=exact, by=self.job.by, at=self.job.at)
        if not before:
            return Result.CREATED
        return Result.UPDATED if changed else Result.UNCHANGED

    def finish(self) -> None:
        """Nothing is left to do."""

    def _check(self, currency: str, on: dt.date) -> None:
        if currency == self.job.currency:
            raise BadValue(f"{currency} is the base currency: it has no rate.")
        if on > self.job.today:
            raise BadValue(f"on: {on} is to come.", group="on: The day is to come.")


def _as_kept(rate: Decimal) -> Decimal:
    if rate >= LARGEST:
        raise BadValue("The rate has more than nine digits before the point.")
    kept = rate.quantize(FINEST, rounding=ROUND_HALF_UP)
    if not kept:
        raise BadValue("The rate is smaller than nine decimals can tell.")
    return kept
