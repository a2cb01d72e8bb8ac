"""The sign columns that this room owns, from the facts themselves (domain §4).

Used after a correction, by the imports and by ``verify``. Days on which nobody held an account that
had been held before do not count: what happens in the pool changes nothing.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import Max

from accounts_app import dormancy, ownership
from accounts_app.dormancy import SignDays
from accounts_app.models import Account
from accounts_app.signals import sign_arrived
from core.days import day_of
from pipeline.models import Activity, Opportunity, Sale
from pipeline.pipeline_rule import PipelineDays, Stretch, pipeline_days
from pipeline.sales_net import is_fully_reversed


def of(account: Account) -> SignDays:
    """Every column of this room for the account, recomputed."""
    days = SignDays(engaged_on=engaged_on(account), sold_on=sold_on(account))
    days.update(_pipeline(account))
    days.update(interest(account))
    return days


def correct_all(account: Account, *, on: dt.date) -> Account:
    """Brings every column of this room in line with the facts."""
    return dormancy.correct_signs(account, on=on, **of(account))


def engaged_on(account: Account) -> dt.date | None:
    return next(engagement_days(account), None)


def engagement_days(account: Account) -> Iterator[dt.date]:
    """The days with an engagement while somebody held the account, the latest first."""
    days = (
        Activity.objects.engagements()
        .filter(account=account)
        .order_by("-occurred_on")
        .values_list("occurred_on", flat=True)
        .distinct()
    )
    return held_days(account, days.iterator(chunk_size=50))


def sold_on(account: Account) -> dt.date | None:
    """The latest booking day of a sale that is not fully reversed."""
    sales = Sale.objects.of(account).with_taken_back().order_by("-booked_on", "-id")
    days = (sale.booked_on for sale in sales if not is_fully_reversed(sale))
    return next(held_days(account, days), None)


def stretches_of(account: Account) -> list[Stretch]:
    """The days of each opportunity of the account, in no order."""
    cards = Opportunity.objects.filter(account=account).order_by()
    return [Stretch(*days) for days in cards.values_list("opened_on", "closed_on")]


def pipeline(account: Account) -> PipelineDays:
    open_days = stretches_of(account)
    if not open_days:
        return PipelineDays(None, None)
    return pipeline_days(open_days, engagement_days(account))


def _pipeline(account: Account) -> SignDays:
    days = pipeline(account)
    return SignDays(pipeline_engaged_on=days.engaged_on, pipeline_closed_on=days.closed_on)


def interest(account: Account) -> SignDays:
    unheld = ownership.unheld_days(account)
    for statement in Activity.objects.statements().filter(account=account):
        if not unheld(statement.occurred_on):
            return SignDays(
                interest_said_on=statement.occurred_on, interest_until=statement.interested_until
            )
    return SignDays(interest_said_on=None, interest_until=None)


def correct_pipeline(account: Account, *, at: dt.datetime) -> Account:
    """After a card of the locked row was opened, closed or opened again.

    A card is a sign only by an engagement while it was open: without one there is nothing to ask.
    """
    if account.engaged_on is None:
        return account
    row = dormancy.correct_locked(account, on=day_of(at), **_pipeline(account))
    sign_arrived.send(sender=Account, account=row, at=at)
    return row


def correct_engagement(account: Account, *, at: dt.datetime) -> Account:
    """After an engagement on the locked row was voided."""
    days = SignDays(engaged_on=engaged_on(account))
    days.update(_pipeline(account))
    days.update(interest(account))
    return dormancy.correct_locked(account, on=day_of(at), **days)


def held_days(account: Account, days: Iterable[dt.date]) -> Iterator[dt.date]:
    """Of these days, those on which somebody held the account or nobody ever had."""
    unheld = ownership.unheld_days(account)
    return (day for day in days if not unheld(day))


def latest_event(account: Account) -> dt.date | None:
    """The latest day of an event, counted or not, that is or would be a sign of this room."""
    engaged = Activity.objects.engagements().filter(account=account)
    sales = Sale.objects.of(account)
    found = [
        engaged.aggregate(last=Max("occurred_on"))["last"],
        sales.aggregate(last=Max("booked_on"))["last"],
    ]
    return max((day for day in found if day is not None), default=None)


def latest_in(account: Account) -> dt.date | None:
    """The latest day of an event among the columns that the row holds."""
    found = [
        account.engaged_on,
        account.sold_on,
        account.pipeline_engaged_on,
        account.interest_said_on,
    ]
    return max((day for day in found if day is not None), default=None)
