"""Letting an account go before the clock does."""

from typing import Any

from django.core.management.base import CommandParser

from handoffs import releases
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
    """The account goes to the pool at once, and its handoff opens."""

    help = "Releases an account into the pool: release ACCOUNT --by USERNAME"

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        add_by(parser)
        add_at(parser)

    def handle(self, **options: Any) -> None:
        handoff = releases.release(
            account(options["account"]), by=person(options["by"]), at=happened_at(options["at"])
        )
        self.stdout.write(
            f"{handoff.account} is in the pool; the brief is due by {handoff.brief_due_on}."
        )
