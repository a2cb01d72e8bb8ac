"""Claiming an account from the pool."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser

from handoffs import claims
from handoffs.models import PoolEntry
from operations.commands import (
    StewardCommand,
    account,
    add_account,
    add_at,
    add_by,
    happened_at,
    person,
)


class Command(StewardCommand):
    """The same rules as on the page: cooldown, unworked claims, capacity."""

    help = "Claims a pooled account: claim ACCOUNT --by USERNAME"

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        add_by(parser)
        add_at(parser)

    def handle(self, **options: Any) -> None:
        by, at = person(options["by"]), happened_at(options["at"])
        wanted = account(options["account"])
        newest = PoolEntry.objects.filter(account=wanted).order_by("-id").first()
        if newest is None:
            raise CommandError(f"{wanted} is not in the pool.")
        period = claims.claim(newest, by=by, at=at)
        self.stdout.write(f"{period.holder} holds {wanted} from {period.clock_from}.")
