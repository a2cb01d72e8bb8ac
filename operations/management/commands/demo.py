"""Building the demo company."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from operations import demo
from operations.commands import StewardCommand


class Command(StewardCommand):
    """A second call leaves what is there; ``--reset`` throws a demo away and builds it anew."""

    help = "Builds the demo company and prints its sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, **options: Any) -> None:
        if options["reset"]:
            demo.reset()
        if demo.is_empty():
            self._build(seed=options["seed"])
        elif not demo.is_the_demo():
            raise CommandError("This database holds other data; the demo is not mixed into it.")
        self.stdout.write(f"Sign in with the password {demo.PASSWORD} as one of:")
        for line in demo.sign_ins():
            self.stdout.write(f"  {line}")

    def _build(self, *, seed: int) -> None:
        """All or nothing: who stops it finds an empty database, to be filled the next time."""
        self.stdout.write("Building the demo company: a year, night by night, in about a minute …")
        self.stdout.flush()
        try:
            demo.build(now=timezone.now(), seed=seed)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Nothing was kept; the next call builds it anew.", returncode=130
            ) from None
