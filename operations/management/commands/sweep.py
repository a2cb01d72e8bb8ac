"""The nightly sweep, by hand."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from core.days import day_of
from core.models import User
from handoffs import sweep
from handoffs.sweep import Due
from operations.commands import StewardCommand, day, night_of, write_redated


class Command(StewardCommand):
    """Warns and pools what is due that night. Twice for a night, nothing more happens."""

    help = "Sweeps: warns holders of accounts that go quiet and pools those that are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day, default=None, metavar="DATE")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen only.")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        night = options["as_of"] or day_of(now)
        if options["dry_run"]:
            self._preview([*sweep.preview(night, today=day_of(now))])
            return
        done_before = sweep.was_swept(night)
        run = sweep.sweep(at=night_of(night, now=now), by=User.objects.system(), today=day_of(now))
        again = " It was swept before; nothing was done again." if done_before else ""
        self.stdout.write(f"Night of {run.night}: {run.warned} warned, {run.pooled} pooled.{again}")
        write_redated(run, self.stdout)
        for bad in run.set_aside.select_related("account"):
            self.stderr.write(f"Set aside: {bad.account} ({bad.account_id}): {bad.why}")

    def _preview(self, due: list[Due]) -> None:
        for each in due:
            signs = ", ".join(
                f"{sign['sign']} {sign['alive_until']}" for sign in each.signs["signs"]
            )
            self.stdout.write(
                f"{each.action:5} {each.account} ({each.account.pk}), held by"
                f" {each.account.owner}: quiet since {each.signs['quiet_since']} ({signs});"
                f" dormant on {each.account.dormant_on}"
            )
        self.stdout.write(f"Dry run, nothing was changed: {len(due)} accounts.")
