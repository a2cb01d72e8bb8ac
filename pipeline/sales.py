"""Booking sales and taking them back. A sale is never edited (domain §3, §9)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from accounts_app import dormancy, ownership
from accounts_app.models import Account
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked, locked_row
from core.models import User, Verb
from core.money import minor_units, rounded, shown
from core.rates import in_base
from core.roles import keeps_the_books
from pipeline import signs
from pipeline.models import Opportunity, Product, Sale, SaleLine, SaleReversal
from pipeline.sales_net import net_amount, net_base
from pipeline.signals import sale_booked


@dataclass(frozen=True)
class NewLine:
    """A part of a sale, in the sale's currency."""

    product: Product
    amount: Decimal
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True)
class NewSale:
    """What is to be booked. ``source`` and ``external_id`` name an imported one."""

    booked_on: dt.date
    amount: Decimal
    currency: str
    credited_to: User | None
    opportunity: Opportunity | None = None
    lines: Sequence[NewLine] = ()
    source: str = ""
    external_id: str = ""


@transaction.atomic
def book(account: Account, new: NewSale, *, by: User, at: dt.datetime) -> Sale:
    """Books a sale by hand or by import. A rep's own sale comes from winning an opportunity."""
    if not keeps_the_books(by):
        raise NotAllowed("Finance books sales; a rep books one by winning an opportunity.")
    return enter(locked(account), new, by=by, at=at)


def enter(row: Account, new: NewSale, *, by: User, at: dt.datetime, revision: int = 1) -> Sale:
    """Writes a sale that the caller may book, moves the clock and tells the floors above.

    The caller has locked the row; its columns move with the stored ones.
    """
    _check(row, new, at=at)
    base = in_base(new.amount, new.currency, on=new.booked_on)
    sale = Sale.objects.create(
        account=row,
        booked_on=new.booked_on,
        amount=new.amount,
        currency=new.currency,
        rate=base.rate,
        base_amount=base.amount,
        credited_to=new.credited_to,
        segment=row.segment,
        opportunity=new.opportunity,
        source=new.source if new.external_id else "",
        external_id=new.external_id,
        revision=revision,
        booked_by=by,
    )
    SaleLine.objects.bulk_create(
        SaleLine(sale=sale, product=line.product, quantity=line.quantity, amount=line.amount)
        for line in new.lines
    )
    events.record(
        verb=Verb.SALE_BOOKED,
        subject=sale,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"booked_on": new.booked_on, "amount": new.amount, "currency": new.currency},
    )
    if not ownership.was_unheld(row, new.booked_on, on=day_of(at)):
        dormancy.note_locked(row, on=day_of(at), sold_on=new.booked_on)
    sale_booked.send(sender=Sale, sale=sale, at=at)
    return sale


@transaction.atomic
def reverse(
    sale: Sale,
    *,
    reversed_on: dt.date,
    by: User,
    at: dt.datetime,
    amount: Decimal | None = None,
    reason: str = "",
    source: str = "",
    external_id: str = "",
) -> SaleReversal:
    """Takes back ``amount`` of a sale in its own currency, or all that is left of it."""
    if not keeps_the_books(by):
        raise NotAllowed("Finance reverses sales.")
    account = locked_row(Account, sale.account_id)
    sale = locked(sale)
    sale.account = account
    left, left_base = net_amount(sale), net_base(sale)
    taken = left if amount is None else amount
    _check_reversal(sale, taken, left, reversed_on, at=at)
    base = left_base if taken == left else min(left_base, _at_rate(taken, sale))
    reversal = SaleReversal.objects.create(
        sale=sale,
        reversed_on=reversed_on,
        amount=taken,
        base_amount=base,
        reason=reason,
        source=source if external_id else "",
        external_id=external_id,
        reversed_by=by,
    )
    events.record(
        verb=Verb.SALE_REVERSED,
        subject=reversal,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={"reversed_on": reversed_on, "amount": taken, "reason": reason},
    )
    if taken == left:
        dormancy.correct_locked(account, on=day_of(at), sold_on=signs.sold_on(account))
    sale_booked.send(sender=Sale, sale=sale, at=at)
    return reversal


@transaction.atomic
def revise(sale: Sale, new: NewSale, *, by: User, at: dt.datetime) -> Sale | None:
    """An imported row changed: what is left of the old sale is reversed, revision n+1 is booked.

    Returns None if nothing changed.
    """
    if _says_the_same(sale, new):
        return None
    if net_amount(sale) > 0:
        reversed_on = max(sale.booked_on, new.booked_on)
        reverse(sale, reversed_on=reversed_on, by=by, at=at, reason="The imported row changed")
    row = locked_row(Account, sale.account_id)
    return enter(row, new, by=by, at=at, revision=sale.revision + 1)


def standing(source: str, external_id: str) -> Sale | None:
    """The newest revision of an imported sale."""
    named = Sale.objects.filter(source=source, external_id=external_id)
    return named.order_by("-revision").first()


def _says_the_same(sale: Sale, new: NewSale) -> bool:
    lines = [(line.product_id, line.amount, line.quantity) for line in sale.lines.all()]
    return (
        sale.booked_on,
        sale.amount,
        sale.currency,
        sale.credited_to_id,
        lines,
    ) == (
        new.booked_on,
        new.amount,
        new.currency,
        new.credited_to.pk if new.credited_to else None,
        [(line.product.pk, line.amount, line.quantity) for line in new.lines],
    )


def _check(account: Account, new: NewSale, *, at: dt.datetime) -> None:
    if new.booked_on > day_of(at):
        raise Refused(
            "in_future", f"A sale cannot be booked on {new.booked_on}: that day is to come."
        )
    if new.amount <= 0:
        raise Refused("amount_not_positive", "A sale has an amount above zero.")
    check_minor_units(new.amount, new.currency)
    _check_lines(new)
    if new.opportunity is not None and new.opportunity.account_id != account.pk:
        raise Refused("other_account", f"{new.opportunity} is an opportunity of another account.")


def _check_lines(new: NewSale) -> None:
    for line in new.lines:
        if line.amount < 0:
            raise Refused("line_negative", f"The line of {line.product} is below zero.")
        if line.quantity <= 0:
            raise Refused("quantity_not_positive", f"How many of {line.product}? {line.quantity}.")
        check_minor_units(line.amount, new.currency)
    if new.lines and sum((line.amount for line in new.lines), Decimal(0)) != new.amount:
        raise Refused("lines_differ", "The lines do not add up to the sale.")


def check_minor_units(amount: Decimal, currency: str) -> None:
    """Refuses an unknown currency and an amount finer than its smallest coin."""
    try:
        units = minor_units(currency)
    except ValueError as error:
        raise Refused("unknown_currency", f"{currency} is not an ISO 4217 currency.") from error
    if rounded(amount, currency) != amount:
        raise Refused("too_fine", f"{amount} {currency} has more than {units} decimals.")


def _check_reversal(
    sale: Sale, taken: Decimal, left: Decimal, reversed_on: dt.date, *, at: dt.datetime
) -> None:
    if left <= 0:
        raise Refused("already_reversed", f"The sale of {sale} is fully reversed.")
    if taken <= 0:
        raise Refused("amount_not_positive", "What is taken back is an amount above zero.")
    if taken > left:
        raise Refused("more_than_left", f"Only {shown(left, sale.currency)} of this sale are left.")
    check_minor_units(taken, sale.currency)
    if reversed_on < sale.booked_on or reversed_on > day_of(at):
        raise Refused(
            "bad_reversal_day",
            f"A sale of {sale.booked_on} is taken back between that day and today.",
        )


def _at_rate(amount: Decimal, sale: Sale) -> Decimal:
    """At the sale's own rate, whatever the rate is today."""
    return rounded(amount * sale.rate, settings.BASE_CURRENCY)
