"""What templates need to write: days and sums as people read them, and where somebody is."""

import datetime as dt
from decimal import Decimal

from django import template
from django.http import HttpRequest
from django.utils.formats import date_format

from core import money, roles
from core.days import day_of
from core.models import User

register = template.Library()


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """ "1 June 2026"; of an instant, its day in the organisation's zone, whoever reads it where."""
    if not value:
        return "–"
    return date_format(day_of(value) if isinstance(value, dt.datetime) else value, "j F Y")


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


SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "CrOS", "Linux")
# Each of these also claims to be those after it.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "", "Chrome": "", "Safari": "", "curl": ""}


@register.filter
def device(user_agent: str) -> str:
    """ "Firefox on Windows", as far as what the browser says of itself can be told."""
    browsers = [name or mark for mark, name in BROWSERS.items() if mark in user_agent]
    systems = [name for name in SYSTEMS if name in user_agent]
    browser = browsers[0] if browsers else "A browser"
    return f"{browser} on {systems[0]}" if systems else browser


@register.filter
def works_on_accounts(user: User) -> bool:
    """Whether logging is anything for this person."""
    return roles.works_on_accounts(user)


@register.simple_tag(takes_context=True)
def here(context: template.Context, *names: str) -> bool:
    """Whether the page asked for is one of these addresses, for the mark in the navigation."""
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    return bool(match and match.url_name in names)
