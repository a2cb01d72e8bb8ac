"""Checking every invariant on the live data."""

from typing import Any

from django.core.management import CommandError

from operations.commands import StewardCommand
from operations.verify import verify


class Command(StewardCommand):
    """Exit 0: nothing is off. Exit 1: each finding on a line of its own."""

    help = "Checks every invariant on the live data."

    def handle(self, **options: Any) -> None:
        number = 0
        for finding in verify():
            number += 1
            self.stdout.write(f"{finding.code}: {finding.sentence}")
        if number:
            raise CommandError("1 finding." if number == 1 else f"{number} findings.")
        self.stdout.write("Nothing is off.")
