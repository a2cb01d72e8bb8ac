"""Turning an amount into the base currency (domain §9)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from core import events
from core.errors import NotAllowed, Refused
from core.models import ExchangeRate, User, Verb
from core.money import MINOR_UNITS, rounded
from core.roles import keeps_the_books

OLDEST_RATE_DAYS = 7
TOO_LARGE = Decimal(10) ** 13
"""What the money columns (16 digits, 3 of them decimals) cannot hold."""


@dataclass(frozen=True)
class BaseAmount:
    """An amount in the base currency and the rate that made it so."""

    amount: Decimal
    rate: Decimal


def in_base(amount: Decimal, currency: str, *, on: dt.date) -> BaseAmount:
    """``amount`` in the base currency at the newest rate on or before ``on``.

    Refuses (``no_rate``) when that rate is more than ``OLDEST_RATE_DAYS`` days old or missing.
    """
    base = settings.BASE_CURRENCY
    if currency == base:
        return BaseAmount(rounded(amount, base), Decimal(1))
    rate = ExchangeRate.objects.latest_for(currency, on=on)
    if rate is None or (on - rate.on).days > OLDEST_RATE_DAYS:
        raise Refused(
            "no_rate",
            f"There is no rate for {currency} on {on} or in the {OLDEST_RATE_DAYS} days before it."
            f" Ask finance to enter one, then book the sale again.",
            currency=currency,
            on=on,
        )
    converted = rounded(amount * rate.rate, base)
    if converted >= TOO_LARGE:
        raise Refused("too_large", f"{amount} {currency} is more than Steward can keep in {base}.")
    return BaseAmount(converted, rate.rate)


@transaction.atomic
def keep_rate(
    currency: str, *, on: dt.date, rate: Decimal, by: User, at: dt.datetime
) -> tuple[ExchangeRate, bool]:
    """Enters or corrects a day's rate. Sales already booked keep theirs. True if it changed."""
    if not keeps_the_books(by):
        raise NotAllowed("Finance and administrators keep the rates.")
    if currency not in MINOR_UNITS or currency == settings.BASE_CURRENCY:
        raise Refused("bad_currency", f"There is no rate to keep for {currency}.")
    if rate <= 0:
        raise Refused("bad_rate", f"A rate is more than nothing; {rate} is not.")
    kept = ExchangeRate.objects.filter(currency=currency, on=on).first()
    if kept and kept.rate == rate:
        return kept, False
    before = kept.rate if kept else None
    kept, _ = ExchangeRate.objects.update_or_create(
        currency=currency, on=on, defaults={"rate": rate}
    )
    changes = {"currency": currency, "on": on, "rate": [before, rate]}
    events.record(verb=Verb.RATE_KEPT, subject=kept, actor=by, at=at, changes=changes)
    return kept, True
