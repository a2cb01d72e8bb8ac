"""What is sold: kept by administrators (domain §1, §3)."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.errors import NotAllowed
from core.models import Event, User, Verb
from pipeline.models import Product
from pipeline.products import add_product, change_product
from tests.factories import TODAY, Cast, at

NOON = at(TODAY)


def test_a_product_is_added_once(ada: User) -> None:
    pump = add_product("Pump", by=ada, at=NOON, list_price=Decimal("9.90"))
    assert (pump.list_price, pump.currency) == (Decimal("9.90"), "EUR")
    assert add_product("Valve", by=ada, at=NOON, currency="USD").currency == "USD"
    for name in ("Pump", ""):
        with pytest.raises(ValidationError):
            add_product(name, by=ada, at=NOON)
    assert [event.changes for event in Event.objects.filter(verb=Verb.PRODUCT_ADDED)] == [
        {"name": "Pump"},
        {"name": "Valve"},
    ]


def test_a_price_changes_and_both_are_on_record(ada: User) -> None:
    pump = add_product("Pump", by=ada, at=NOON, list_price=Decimal("9.90"))
    assert change_product(pump, by=ada, at=NOON, list_price=Decimal(12))
    assert not change_product(pump, by=ada, at=NOON, list_price=Decimal(12), name="Hose")
    assert Product.objects.get().name == "Pump"
    assert Event.objects.get(verb=Verb.PRODUCT_CHANGED).changes == {"list_price": ["9.90", "12"]}


def test_a_price_is_not_negative(ada: User) -> None:
    with pytest.raises(ValidationError):
        add_product("Pump", by=ada, at=NOON, list_price=Decimal(-1))
    pump = add_product("Pump", by=ada, at=NOON)
    with pytest.raises(ValidationError):
        change_product(pump, by=ada, at=NOON, list_price=Decimal(-1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.update(list_price=-1)


@pytest.mark.parametrize("who", ["alice", "mara", "finn"])
def test_nobody_else_keeps_them(cast: Cast, who: str) -> None:
    pump = add_product("Pump", by=cast.ada, at=NOON)
    with pytest.raises(NotAllowed):
        add_product("Valve", by=getattr(cast, who), at=NOON)
    with pytest.raises(NotAllowed):
        change_product(pump, by=getattr(cast, who), at=NOON, list_price=Decimal(1))
