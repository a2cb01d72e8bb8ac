"""What templates need to write: days and sums as people read them, and where somebody is."""

import datetime as dt
from decimal import Decimal

from django import template
from django.http import HttpRequest
from django.utils.formats import date_format

from core import money

register = template.Library()


@register.filter(expects_localtime=True)
def day(value: dt.date | dt.datetime | None) -> str:
    """ "1 June 2026"; of an instant, its day in the organisation's zone (templates localise)."""
    return date_format(value, "j F Y") if value else "–"


@register.filter
def sum_of(amount: Decimal | None, currency: str) -> str:
    """ "1,600.00 EUR"; a currency that is not known is shown as it stands."""
    if amount is None:
        return "–"
    try:
        return money.shown(amount, currency)
    except ValueError:
        return f"{money.plain(amount, grouped=True)} {currency}"


@register.filter
def percent(rate: Decimal) -> str:
    return money.percent(rate)


@register.simple_tag(takes_context=True)
def here(context: template.Context, *names: str) -> bool:
    """Whether the page asked for is one of these addresses, for the mark in the navigation."""
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    return bool(match and match.url_name in names)
