"""What is in the pool, and why."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.db.models import QuerySet

from handoffs.models import PoolEntry
from operations.commands import StewardCommand, account
from operations.lines import pool_line, sign_lines
from workspace.pool_page import Sold, evidence_lines, sold_at

BATCH = 500


class Command(StewardCommand):
    """Reads only. The newest first, as on the page."""

    help = "Says what is in the pool: since when, why, who held it last, what it was worth."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--account", default=None, metavar="ACCOUNT", help="This one only, with every sign."
        )

    def handle(self, **options: Any) -> None:
        waiting = PoolEntry.objects.open().select_related("account", "previous_holder")
        if options["account"] is None:
            self._all(waiting.order_by("-entered_at", "-id"))
            return
        wanted = account(options["account"])
        entry = waiting.filter(account=wanted).first()
        if entry is None:
            raise CommandError(f"{wanted} is not in the pool.")
        self.stdout.write(pool_line(entry, sold_at([wanted.pk]).get(wanted.pk)))
        for line in sign_lines(evidence_lines(entry.evidence)):
            self.stdout.write(line)

    def _all(self, waiting: QuerySet[PoolEntry]) -> None:
        number = 0
        for entry, sold in _with_worth(waiting):
            number += 1
            self.stdout.write(pool_line(entry, sold))
        self.stdout.write(f"In the pool: {number}.")


def _with_worth(waiting: QuerySet[PoolEntry]) -> Iterator[tuple[PoolEntry, Sold | None]]:
    """Sums are read for a batch at a time, so that a large pool fits into memory."""
    rows = waiting.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        sold = sold_at([entry.account_id for entry in batch])
        yield from ((entry, sold.get(entry.account_id)) for entry in batch)
