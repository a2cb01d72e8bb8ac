"""Checks of sales and of both ledgers."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, OuterRef

from accounts_app.models import Account
from core.money import rounded
from handoffs.models import Handoff
from incentives import ledger
from incentives.models import LedgerEntry
from operations.verify.findings import Check, Finding, named
from pipeline.models import Sale
from pipeline.sales_net import net_amount, net_base


def sales_add_up() -> Iterator[Finding]:
    """Lines add up to their sale, and no more is taken back than was sold."""
    sales = Sale.objects.prefetch_related("lines", "reversals").order_by("pk")
    for sale in sales.iterator(1_000):
        yield from _off(sale)


def _off(sale: Sale) -> Iterator[Finding]:
    lines = [line.amount for line in sale.lines.all()]
    if lines and sum(lines, Decimal(0)) != sale.amount:
        yield Finding("lines_off", f"The lines of sale {sale.pk} do not add up to it.")
    if rounded(sale.amount * sale.rate, settings.BASE_CURRENCY) != sale.base_amount:
        yield Finding("base_off", f"Sale {sale.pk} at its rate is not its base amount.")
    left, left_base = net_amount(sale), net_base(sale)
    if left < 0 or left_base < 0:
        yield Finding("reversed_too_much", f"More than all of sale {sale.pk} is taken back.")
    elif left == 0 and left_base != 0:
        yield Finding("reversed_base_off", f"Sale {sale.pk} is taken back, its base amount not.")
    if any(reversal.reversed_on < sale.booked_on for reversal in sale.reversals.all()):
        yield Finding("reversed_before_sale", f"Sale {sale.pk} is taken back before it was booked.")


def one_revision_stands() -> Iterator[Finding]:
    """Of an imported sale the revisions are numbered, and all but the last are taken back."""
    named_sales = Sale.objects.exclude(external_id="").with_taken_back()
    before: Sale | None = None
    for sale in named_sales.order_by("source", "external_id", "revision").iterator(1_000):
        same = before is not None and _name(before) == _name(sale)
        expected = before.revision + 1 if before and same else 1
        if sale.revision != expected or (before and same and net_amount(before) > 0):
            yield Finding(
                "revision_off",
                f"Sale {sale.pk} is revision {sale.revision} of {sale.source}:"
                f"{sale.external_id}; the ones before it are missing or still stand.",
            )
        before = sale


def _name(sale: Sale) -> tuple[str, str]:
    return sale.source, sale.external_id


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


def terms_are_frozen() -> Iterator[Finding]:
    """Every handoff has the terms of its opening, with its day and its policy."""
    handoffs = Handoff.objects.select_related("terms", "entry").order_by("pk")
    for handoff in handoffs.iterator(2_000):
        terms = getattr(handoff, "terms", None)
        policy_id = handoff.entry.policy_id if handoff.entry else None
        if terms is None:
            yield Finding("terms_missing", f"Handoff {handoff.pk} was promised no terms.")
        elif (terms.brief_due_on, terms.policy_id) != (handoff.brief_due_on, policy_id):
            yield Finding("terms_off", f"Handoff {handoff.pk} and its terms do not agree.")


CHECKS: tuple[Check, ...] = (
    sales_add_up,
    one_revision_stands,
    ledgers_agree_with_entitlement,
    terms_are_frozen,
)
