"""Booking a sale."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from core.money import shown
from operations.commands import (
    StewardCommand,
    account,
    add_account,
    add_at,
    add_by,
    as_in,
    day,
    happened_at,
    person,
)
from pipeline import sales
from pipeline.models import Sale
from pipeline.sales import NewSale


class Command(StewardCommand):
    """By finance or an administrator; a rep books one by winning an opportunity."""

    help = "Books a sale: sale ACCOUNT --amount 4821 --on 2018-05-11 --rep USERNAME --by USERNAME"

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        parser.add_argument("--amount", required=True, type=as_in(Sale, "amount"))
        parser.add_argument(
            "--currency", default=None, help="An ISO 4217 code; the base currency unless named."
        )
        parser.add_argument("--on", required=True, type=day, metavar="DATE", help="Its day.")
        parser.add_argument(
            "--rep", default=None, metavar="USERNAME", help="Who is credited; nobody unless named."
        )
        add_by(parser)
        add_at(parser)

    def handle(self, **options: Any) -> None:
        wanted, rep = account(options["account"]), options["rep"]
        new = NewSale(
            booked_on=options["on"],
            amount=options["amount"],
            currency=options["currency"] or settings.BASE_CURRENCY,
            credited_to=person(rep) if rep else None,
        )
        by, at = person(options["by"]), happened_at(options["at"])
        booked = sales.book(wanted, new, by=by, at=at)
        self.stdout.write(
            f"Sale {booked.pk} of {shown(booked.amount, booked.currency)} to {wanted} is booked on"
            f" {booked.booked_on}, credited to {booked.credited_to or 'nobody'}."
        )
