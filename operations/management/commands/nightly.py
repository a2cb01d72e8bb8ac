"""All of the night's steps, by hand."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.days import day_of
from core.models import User
from operations import nightly
from operations.commands import StewardCommand, day


class Command(StewardCommand):
    """Policies, sweep, briefs, ledgers: in this order, as beat runs them."""

    help = "Runs the night's steps in order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day, default=None, metavar="DATE")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        night = nightly.run(options["as_of"] or day_of(now), now=now, by=User.objects.system())
        self.stdout.write(
            f"Night of {night.run.night}: {night.run.warned} warned, {night.run.pooled} pooled,"
            f" {night.missed} briefs missed, {night.accepted} accepted by silence,"
            f" {night.posted} ledger entries posted."
        )
        for bad in night.run.set_aside.select_related("account"):
            self.stderr.write(f"Set aside: {bad.account} ({bad.account_id}): {bad.why}")
