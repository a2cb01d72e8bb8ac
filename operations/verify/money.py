"""Checks of sales and of both ledgers."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, Exists, F, Max, Min, OuterRef

from accounts_app.models import Account
from incentives import ledger
from incentives.models import LedgerEntry
from operations.verify.findings import Check, Finding, named
from pipeline.models import Sale


def sales_add_up() -> Iterator[Finding]:
    """Lines add up to their sale, and no more is taken back than was sold."""
    sales = Sale.objects.prefetch_related("lines", "reversals").order_by("pk")
    for sale in sales.iterator(1_000):
        lines = [line.amount for line in sale.lines.all()]
        if lines and sum(lines, Decimal(0)) != sale.amount:
            yield Finding("lines_off", f"The lines of sale {sale.pk} do not add up to it.")
        if sum((r.amount for r in sale.reversals.all()), Decimal(0)) > sale.amount:
            yield Finding("reversed_too_much", f"More than all of sale {sale.pk} is taken back.")


def ledgers_agree_with_entitlement() -> Iterator[Finding]:
    """Every cause adds up to what the facts entitle to, and no entry is missing or doubled."""
    with_sales = Account.objects.filter(Exists(Sale.objects.filter(account=OuterRef("pk"))))
    for account in with_sales.order_by("pk").iterator(500):
        for cause, (due, posted) in ledger.differences(account).items():
            yield Finding(
                "ledger_off",
                f"{named(account)}, sale {cause.sale_id}, {cause.kind}: {due} is due,"
                f" {posted} is posted.",
            )
    causes = LedgerEntry.objects.values("ledger", "beneficiary", "kind", "handoff", "sale")
    gaps = causes.annotate(n=Count("id"), least=Min("number"), most=Max("number")).exclude(
        least=1, most=F("n")
    )
    for gap in gaps.order_by("sale"):
        yield Finding("ledger_gap", f"The entries on sale {gap['sale']} are not numbered 1 to n.")


CHECKS: tuple[Check, ...] = (
    sales_add_up,
    ledgers_agree_with_entitlement,
)
