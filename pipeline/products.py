"""What is sold (domain §3)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from core import events
from core.errors import NotAllowed
from core.models import User, Verb
from core.roles import runs_it
from pipeline.models import Product

CHANGEABLE = ("list_price", "currency")


@transaction.atomic
def add_product(
    name: str,
    *,
    by: User,
    at: dt.datetime,
    list_price: Decimal | None = None,
    currency: str = "",
) -> Product:
    """A new product; ``currency`` is the base currency unless named."""
    _check(by)
    product = Product(name=name, list_price=list_price)
    if currency:
        product.currency = currency
    product.full_clean()
    product.save()
    events.record(verb=Verb.PRODUCT_ADDED, subject=product, actor=by, at=at, changes={"name": name})
    return product


@transaction.atomic
def change_product(product: Product, *, by: User, at: dt.datetime, **fields: Any) -> bool:
    """Changes price or currency; sales already booked keep theirs. True if anything changed."""
    _check(by)
    changes = {
        name: [getattr(product, name), fields[name]]
        for name in CHANGEABLE
        if name in fields and getattr(product, name) != fields[name]
    }
    for name, (_, value) in changes.items():
        setattr(product, name, value)
    if changes:
        product.full_clean()
        product.save(update_fields=list(changes))
        events.record(verb=Verb.PRODUCT_CHANGED, subject=product, actor=by, at=at, changes=changes)
    return bool(changes)


def _check(by: User) -> None:
    if not runs_it(by):
        raise NotAllowed("Only administrators keep the list of products.")
