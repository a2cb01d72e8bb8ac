# ruff: noqa: N999  (Django calls a command by its file's name, and this one is called import)
"""Bring a file of rows into Steward."""

import sys
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser

from accounts_app.models import ExternalRef
from core.models import User
from operations.commands import StewardCommand, add_at, happened_at
from operations.imports.cells import longest
from operations.imports.headings import parse_named
from operations.imports.job import Job
from operations.imports.kinds import KINDS
from operations.imports.opportunities import ImportOpportunities
from operations.imports.reading import UnreadableFile
from operations.imports.running import Kind, Progress, run
from operations.imports.sales import ImportSales
from operations.imports.values import Forms

NOTHING_CHANGED, ROWS_REJECTED = 2, 1


class Command(StewardCommand):
    """Exit 0: every row was taken. 1: some were not, see the file of rejected rows. 2: the file
    cannot be read, and nothing was changed."""

    help = "Imports a CSV file. The same file twice changes nothing the second time."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to import, and how the file writes it."""
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--source", required=True, help="The system that the file's ids belong to."
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADING=FIELD",
            help="What a heading of the file means. May be given several times.",
        )
        parser.add_argument(
            "--dates", choices=["dmy", "mdy"], help="The order of day and month in 03/04/2017."
        )
        parser.add_argument(
            "--decimal", choices=["point", "comma"], help="What divides the fraction in 1.234."
        )
        add_at(parser)
        parser.add_argument("--dry-run", action="store_true", help="Try it and change nothing.")
        parser.add_argument(
            "--rejected", type=Path, help="Where rejected rows go; FILE.rejected.csv unless named."
        )
        parser.add_argument(
            "--holder-from-latest",
            action="store_true",
            help="Opportunities, sales: accounts that nobody held go to the owner of the latest.",
        )

    def handle(self, *, kind: str, file: Path, **options: Any) -> None:
        """Import, and say what came of it."""
        rejected_to = options["rejected"] or Path(f"{file}.rejected.csv")
        try:
            job = _job(options)
            report = run(
                _importer(kind, job, holder_from_latest=options["holder_from_latest"]),
                file,
                job=job,
                named=parse_named(options["map"]),
                rejected_to=rejected_to,
                dry_run=options["dry_run"],
                progress=self._progress(),
            )
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What was taken stays; the same import run again goes on.", returncode=130
            ) from None
        except UnreadableFile as unreadable:
            raise CommandError(
                f"{unreadable} Nothing was changed.", returncode=NOTHING_CHANGED
            ) from unreadable
        self._end_progress()
        dry = "Dry run, nothing was changed: " if options["dry_run"] else ""
        self.stdout.write(f"{dry}{kind} from {file.name}")
        for line in report.lines():
            self.stdout.write(line)
        if report.rejected:
            raise CommandError(
                f"Rejected rows, with line and reason, are in {rejected_to}",
                returncode=ROWS_REJECTED,
            )

    def _progress(self) -> Progress:
        """The number of rows so far, on a terminal only."""
        if not sys.stderr.isatty():
            return lambda rows: None
        return lambda rows: self.stderr.write(f"\r{rows:,} rows", self.style.NOTICE, ending="")

    def _end_progress(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r", self.style.NOTICE)


def _job(options: dict[str, Any]) -> Job:
    source = options["source"].strip()
    if not 0 < len(source) <= longest(ExternalRef, "source"):
        raise UnreadableFile("--source is a name of 1 to 50 characters.")
    forms = Forms(day_order=options["dates"], decimal_mark=options["decimal"])
    at = happened_at(options["at"])
    return Job(source=source, by=User.objects.system(), at=at, forms=forms)


def _importer(kind: str, job: Job, *, holder_from_latest: bool) -> Kind:
    if not holder_from_latest:
        return KINDS[kind](job)
    if kind == "opportunities":
        return ImportOpportunities(job, holder_from_latest=True)
    if kind == "sales":
        return ImportSales(job, holder_from_latest=True)
    raise UnreadableFile("--holder-from-latest belongs to opportunities and sales only.")
