"""What is left of a sale after its reversals (domain §3). Read ``reversals`` prefetched."""

from decimal import Decimal

from pipeline.models import Sale


def net_amount(sale: Sale) -> Decimal:
    """In the sale's own currency."""
    return sale.amount - sum((r.amount for r in sale.reversals.all()), Decimal(0))


def net_base(sale: Sale) -> Decimal:
    """In the base currency."""
    return sale.base_amount - sum((r.base_amount for r in sale.reversals.all()), Decimal(0))


def is_fully_reversed(sale: Sale) -> bool:
    return net_amount(sale) <= 0
