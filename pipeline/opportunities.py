"""Opening, moving and closing opportunities (domain §3). They move the board, not the clock."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts_app import ownership
from accounts_app.authority import check_may_write
from accounts_app.models import Account
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked, locked_row
from core.models import User, Verb
from core.roles import keeps_the_books
from pipeline import sales, signs
from pipeline.models import (
    Opportunity,
    OpportunityProduct,
    Product,
    Sale,
    Stage,
    StageChange,
    StageKind,
)
from pipeline.sales import NewLine, NewSale
from pipeline.sales_net import net_amount
from pipeline.signals import card_moved

CHANGEABLE = ("name", "amount", "currency", "expected_close_on", "lead_source", "loss_reason")


@transaction.atomic
def open_card(
    account: Account,
    *,
    name: str,
    stage: Stage,
    by: User,
    at: dt.datetime,
    opened_on: dt.date | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    expected_close_on: dt.date | None = None,
    lead_source: str = "",
    products: Sequence[Product] = (),
) -> Opportunity:
    """A new card in an open stage. ``opened_on`` is today; only imports tell of another day."""
    row = locked(account)
    check_may_write(by, row, at=at)
    if stage.kind != StageKind.OPEN:
        raise Refused("not_open", f"An opportunity begins in an open stage; {stage} is none.")
    day = _day(opened_on, by=by, at=at)
    card = Opportunity(
        account=row,
        name=name,
        stage=stage,
        amount=amount,
        currency=currency or settings.BASE_CURRENCY,
        opened_on=day,
        moved_on=day,
        expected_close_on=expected_close_on,
        lead_source=lead_source,
        opened_by=by,
    )
    card.clean_fields(exclude=["account", "stage", "opened_by"])
    _check_amount(card)
    card.save(force_insert=True)
    OpportunityProduct.objects.bulk_create(
        OpportunityProduct(opportunity=card, product=product) for product in products
    )
    _keep_step(card, None, stage, on=day, by=by, at=at)
    signs.correct_pipeline(row, at=at)
    return card


@transaction.atomic
def move(
    card: Opportunity,
    *,
    to: Stage,
    by: User,
    at: dt.datetime,
    on: dt.date | None = None,
    loss_reason: str = "",
    holder: User | None = None,
) -> Opportunity:
    """Takes an open card to another stage. Winning it books its sale on that day.

    ``holder`` is who is recorded and credited on closing: whoever held the account on that day
    unless an import says otherwise.
    """
    account = locked_row(Account, card.account_id)
    card = locked(card)
    check_may_write(by, account, at=at)
    if card.closed_on is not None:
        raise Refused("closed", f"{card} was closed on {card.closed_on}.")
    if card.stage_id == to.pk:
        return card
    day = _day(on, by=by, at=at)
    if day < card.opened_on:
        raise Refused("before_opening", f"{card} was opened on {card.opened_on}, after {day}.")
    before, card.stage, card.moved_on = card.stage_id, to, day
    if to.kind != StageKind.OPEN:
        if holder is not None and not keeps_the_books(by):
            raise NotAllowed("Only imports and finance say who is credited.")
        card.closed_on, card.loss_reason = day, loss_reason
        card.closed_holder = holder or _holder_on(account, day)
    card.save()
    _keep_step(card, before, to, on=day, by=by, at=at)
    if to.kind == StageKind.WON:
        _book_its_sale(card, account, by=by, at=at)
    if to.kind != StageKind.OPEN:
        signs.correct_pipeline(account, at=at)
    return card


@transaction.atomic
def reopen(card: Opportunity, *, to: Stage, by: User, at: dt.datetime) -> Opportunity:
    """Takes back a closing: what was sold with the card is reversed, and it is open again."""
    account = locked_row(Account, card.account_id)
    card = locked(card)
    if not keeps_the_books(by):
        raise NotAllowed("Finance or an administrator opens a closed opportunity again.")
    if card.closed_on is None:
        raise Refused("not_closed", f"{card} is open.")
    if to.kind != StageKind.OPEN:
        raise Refused("not_open", f"{to} is not an open stage.")
    for sale in Sale.objects.filter(opportunity=card).with_taken_back():
        if net_amount(sale) > 0:
            sales.reverse(
                sale, reversed_on=day_of(at), by=by, at=at, reason="Opportunity opened again"
            )
    before, card.stage, card.moved_on = card.stage_id, to, day_of(at)
    card.closed_on, card.closed_holder, card.loss_reason = None, None, ""
    card.save()
    _keep_step(card, before, to, on=card.moved_on, by=by, at=at)
    signs.correct_pipeline(locked(account), at=at)
    return card


@transaction.atomic
def change(card: Opportunity, *, by: User, at: dt.datetime, **fields: Any) -> bool:
    """Changes what is named of ``CHANGEABLE``; True if anything did."""
    check_may_write(by, card.account, at=at)
    changes = {
        name: [getattr(card, name), fields[name]]
        for name in CHANGEABLE
        if name in fields and getattr(card, name) != fields[name]
    }
    if not changes:
        return False
    if card.closed_on is not None and {"amount", "currency"} & set(changes):
        _check_may_correct(card, by)
    for name, (_, value) in changes.items():
        setattr(card, name, value)
    card.clean_fields(exclude=["account", "stage", "opened_by", "closed_holder"])
    _check_amount(card)
    card.save(update_fields=list(changes))
    events.record(
        verb=Verb.OPPORTUNITY_CHANGED,
        subject=card,
        account_id=card.account_id,
        actor=by,
        at=at,
        changes=changes,
    )
    return True


def _check_may_correct(card: Opportunity, by: User) -> None:
    if not keeps_the_books(by):
        raise Refused("closed", f"{card} was closed on {card.closed_on}; its amount stands.")


def _check_amount(card: Opportunity) -> None:
    if card.amount is None:
        return
    if card.amount < 0:
        raise Refused("amount_negative", "An opportunity is worth nothing or more.")
    sales.check_minor_units(card.amount, card.currency)


def _day(wished: dt.date | None, *, by: User, at: dt.datetime) -> dt.date:
    today = day_of(at)
    if wished is None or wished == today:
        return today
    if not keeps_the_books(by):
        raise NotAllowed("Only imports and finance date a step on another day than today.")
    if wished > today:
        raise Refused("in_future", f"{wished} is to come.")
    return wished


def _holder_on(account: Account, day: dt.date) -> User | None:
    period = ownership.holder_on(account, day)
    return period.holder if period else None


def _book_its_sale(card: Opportunity, account: Account, *, by: User, at: dt.datetime) -> None:
    if not card.amount or card.closed_on is None:
        raise Refused("no_amount", f"Say for how much {card} was won.")
    products = [item.product for item in card.products.select_related("product")]
    lines = [NewLine(products[0], card.amount)] if len(products) == 1 else []
    new = NewSale(
        booked_on=card.closed_on,
        amount=card.amount,
        currency=card.currency,
        credited_to=card.closed_holder,
        opportunity=card,
        lines=lines,
    )
    sales.enter(account, new, by=by, at=at)


def _keep_step(
    card: Opportunity,
    before: int | None,
    after: Stage,
    *,
    on: dt.date,
    by: User,
    at: dt.datetime,
) -> None:
    step = StageChange.objects.create(
        opportunity=card, from_stage_id=before, to_stage=after, moved_on=on, moved_by=by
    )
    events.record(
        verb=Verb.OPPORTUNITY_MOVED if before else Verb.OPPORTUNITY_OPENED,
        subject=step,
        account_id=card.account_id,
        actor=by,
        at=at,
        changes={"stage": after.name, "on": on},
    )
    card_moved.send(sender=StageChange, step=step, at=at)
