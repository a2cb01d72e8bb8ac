"""All of the night's steps, by hand."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.days import day_of
from core.models import User
from handoffs import sweep
from operations import nightly
from operations.commands import StewardCommand, day, write_redated


class Command(StewardCommand):
    """Policies, sweep, briefs, ledgers: in this order, as beat runs them."""

    help = "Runs the night's steps in order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day, default=None, metavar="DATE")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        wanted = options["as_of"] or day_of(now)
        swept_before = sweep.was_swept(wanted)
        night = nightly.run(wanted, now=now, by=User.objects.system())
        again = " It was swept before; nothing was swept again." if swept_before else ""
        self.stdout.write(
            f"Night of {night.run.night}: {night.run.warned} warned, {night.run.pooled} pooled,"
            f" {night.missed} briefs missed, {night.accepted} accepted by silence,"
            f" {night.posted} ledger entries posted.{again}"
        )
        write_redated(night.run, self.stdout)
        for bad in night.run.set_aside.select_related("account"):
            self.stderr.write(f"Set aside: {bad.account} ({bad.account_id}): {bad.why}")
        for account_id in night.failed:
            self.stderr.write(f"Set aside: the ledgers of account {account_id}; see the log.")
