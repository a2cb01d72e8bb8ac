"""Bringing the ledgers in line with the facts."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts_app.models import Account
from core.models import User
from incentives import ledger
from incentives.models import LedgerEntry
from operations import nightly
from operations.commands import StewardCommand, account
from operations.lines import ledger_line


class Command(StewardCommand):
    """Posts what is entitled less what is posted. Run twice, the second time posts nothing."""

    help = "Reconciles the ledgers, of one account or of all, and prints what it posted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", default=None, metavar="ID")

    def handle(self, **options: Any) -> None:
        now, system = timezone.now(), User.objects.system()
        if options["account"] is not None:
            posted = self._say(ledger.reconcile(account(options["account"]), by=system, at=now))
        else:
            all_of_them = nightly.reconcile_each(Account.objects.all(), by=system, at=now)
            posted = sum(map(self._say, all_of_them))
        if not posted:
            self.stdout.write("Nothing to post: the ledgers agree with the facts.")

    def _say(self, entries: Sequence[LedgerEntry]) -> int:
        """Prints the entries; how many they were."""
        for entry in entries:
            self.stdout.write(ledger_line(entry))
        return len(entries)
