"""What the ledgers say."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from core.money import shown
from incentives.models import Ledger, LedgerEntry
from operations.commands import StewardCommand, account, person
from operations.lines import ledger_line


class Command(StewardCommand):
    """Reads only: every line, for whoever runs Steward."""

    help = "Prints the lines of the ledgers, each with a sum that can be redone with a pencil."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", default=None, metavar="ACCOUNT")
        parser.add_argument("--beneficiary", default=None, metavar="USERNAME")
        parser.add_argument("--ledger", default=None, choices=Ledger.values)

    def handle(self, **options: Any) -> None:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for entry in _chosen(options).iterator():
            sale = entry.sale
            about = f"{sale.account}, sale {sale.pk} of {sale.booked_on}, "
            self.stdout.write(about + ledger_line(entry))
            sums[entry.ledger, entry.currency] += entry.amount
        for (ledger, currency), total in sorted(sums.items()):
            self.stdout.write(f"In all, {ledger}: {shown(total, currency)}")
        if not sums:
            self.stdout.write("There is no such line.")


def _chosen(options: dict[str, Any]) -> QuerySet[LedgerEntry]:
    """In the order in which they were posted."""
    rows = LedgerEntry.objects.select_related("beneficiary", "sale__account").order_by("id")
    if options["account"] is not None:
        rows = rows.filter(sale__account=account(options["account"]))
    if options["beneficiary"] is not None:
        rows = rows.filter(beneficiary=person(options["beneficiary"]))
    if options["ledger"] is not None:
        rows = rows.filter(ledger=options["ledger"])
    return rows
