"""Taking a sale back."""

from typing import Any

from django.core.management.base import CommandParser

from core.money import shown
from operations.commands import StewardCommand, add_at, add_by, as_in, day, happened_at, person
from operations.commands import sale as the_sale
from pipeline import sales
from pipeline.models import SaleReversal
from pipeline.sales_net import net_amount


class Command(StewardCommand):
    """By finance or an administrator. A sale is never edited: what is taken back stands by it."""

    help = "Takes a sale back, in part or whole: reverse SALE --on 2018-06-01 --by USERNAME"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sale", help="Its number; of an imported one also SOURCE:ID.")
        parser.add_argument("--on", required=True, type=day, metavar="DATE", help="Its day.")
        parser.add_argument(
            "--amount",
            default=None,
            type=as_in(SaleReversal, "amount"),
            help="In the sale's currency; all that is left unless named.",
        )
        parser.add_argument("--reason", default="", type=as_in(SaleReversal, "reason"))
        add_by(parser)
        add_at(parser)

    def handle(self, **options: Any) -> None:
        reversal = sales.reverse(
            the_sale(options["sale"]),
            reversed_on=options["on"],
            amount=options["amount"],
            reason=options["reason"],
            by=person(options["by"]),
            at=happened_at(options["at"]),
        )
        taken = reversal.sale
        self.stdout.write(
            f"{shown(reversal.amount, taken.currency)} of sale {taken.pk} to {taken.account} is"
            f" taken back; {shown(net_amount(taken), taken.currency)} is left."
        )
