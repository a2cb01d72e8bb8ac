"""Run an import: rows in batches, each row on its own, what is not taken set aside.

A batch is a transaction and each row a savepoint in it, so that a bad row takes no other with it;
a batch that the database refuses as a whole is redone row by row. Whatever was done before a crash
stays, and the same file run again goes on from there, because rows are known again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, transaction

from core.errors import Refused
from operations.imports.cells import Cells
from operations.imports.headings import Columns, find_columns
from operations.imports.job import Job, Rejection, Report, Result, count_in
from operations.imports.known_headings import Headings
from operations.imports.reading import BadRow, Row, Table, UnreadableFile, open_table
from operations.imports.rejected import RejectedRows
from operations.imports.values import BadValue, quoted

BATCH = 500


class NotYet(BadValue):
    """The row speaks of one that is not there, and may come later in the file."""


class Kind(Protocol):
    """One kind of rows. Made anew for each import."""

    @property
    def headings(self) -> Headings:
        """Our fields, and what other systems call them."""

    @property
    def required(self) -> Sequence[Sequence[str]]:
        """Groups of fields: of each, the file must have a heading for one."""

    def prepare(self, rows: Sequence[Cells]) -> None:
        """Read what these rows speak of; forget what was read before."""

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        """Take one row. Raises `BadValue`, `Refused`; `NotYet` unless `last_try`."""

    def finish(self) -> None:
        """What can only be done or said when all rows are in."""


@dataclass
class _Outcome:
    """What became of a batch, counted once it is committed."""

    taken: list[tuple[Result, list[str]]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    later: list[Row] = field(default_factory=list)


Progress = Callable[[int], None]


def run(
    kind: Kind,
    path: Path,
    *,
    job: Job,
    named: dict[str, str],
    rejected_to: Path,
    dry_run: bool = False,
    progress: Progress = lambda rows: None,
) -> Report:
    """Import a file. Raises `UnreadableFile` before anything is changed; rows that are not taken
    go to `rejected_to`. A dry run does it all and takes it back."""
    with open_table(path) as table:
        columns = find_columns(table.headings, kind.headings, named=named, required=kind.required)
        if rejected_to.resolve() == path.resolve():
            raise UnreadableFile("--rejected names the file that is to be imported.")
        rejects = RejectedRows(rejected_to, table.headings, table.delimiter)
        for remark in table.remarks:
            job.report.remarks[remark] += 1
        job.report.unused_headings = columns.unused
        with closing(rejects):
            work = _Run(kind, job, table, columns, rejects, progress)
            if dry_run:
                with transaction.atomic():
                    work.all_rows()
                    transaction.set_rollback(True)
            else:
                work.all_rows()
    return job.report


class _Run:
    def __init__(
        self,
        kind: Kind,
        job: Job,
        table: Table,
        columns: Columns,
        rejects: RejectedRows,
        progress: Progress,
    ) -> None:
        self.kind, self.job, self.table, self.columns = kind, job, table, columns
        self.rejects, self.progress = rejects, progress
        # Hashes, not ids: a million of them must fit into memory.
        self.lines_by_id: dict[int, int] = {}
        self.headings = {
            field: table.headings[position] for field, position in columns.positions.items()
        }

    def all_rows(self) -> None:
        waiting = self._pass(iter(self.table), last_try=False)
        while waiting:
            still = self._pass(waiting, last_try=False)
            if len(still) == len(waiting):
                self._pass(still, last_try=True)
                break
            waiting = still
        self.job.begin_row()
        with transaction.atomic():
            self.kind.finish()
        self._count_remarks(self.job.row_remarks)

    def _pass(self, rows: Iterable[Row | BadRow], *, last_try: bool) -> list[Row]:
        """One go through the rows; returns those that must wait for others."""
        waiting: list[Row] = []
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            outcome = self._batch(batch, last_try=last_try)
            self._count(outcome)
            waiting += outcome.later
            self.progress(self.job.report.rows)
        return waiting

    def _batch(self, batch: Sequence[Row | BadRow], *, last_try: bool) -> _Outcome:
        try:
            with transaction.atomic():
                return self._rows(batch, last_try=last_try)
        except DatabaseError:
            if len(batch) > 1:
                return self._one_by_one(batch, last_try=last_try)
            raise

    def _one_by_one(self, batch: Sequence[Row | BadRow], *, last_try: bool) -> _Outcome:
        whole = _Outcome()
        for row in batch:
            try:
                with transaction.atomic():
                    single = self._rows([row], last_try=last_try)
            except DatabaseError as error:
                single = _Outcome(rejected=[_refused_by_database(row, error)])
            whole.taken += single.taken
            whole.rejected += single.rejected
            whole.later += single.later
        return whole

    def _rows(self, batch: Sequence[Row | BadRow], *, last_try: bool) -> _Outcome:
        outcome = _Outcome()
        self.kind.prepare([self._cells(row) for row in batch if isinstance(row, Row)])
        for row in batch:
            if isinstance(row, BadRow):
                reason = Rejection(row.line_number, row.values, row.reason, row.group)
                outcome.rejected.append(reason)
            else:
                self._row(row, outcome, last_try=last_try)
        return outcome

    def _row(self, row: Row, outcome: _Outcome, *, last_try: bool) -> None:
        self.job.begin_row()
        try:
            with transaction.atomic():
                cells = self._cells(row)
                self._refuse_repeated(cells)
                result = self.kind.apply(cells, last_try=last_try)
        except NotYet:
            outcome.later.append(row)
        except BadValue as bad:
            rejection = Rejection(row.line_number, row.values, bad.sentence, bad.group)
            outcome.rejected.append(rejection)
        except Refused as refused:
            outcome.rejected.append(_rejection(row, refused.sentence))
        except ValidationError as invalid:
            outcome.rejected.append(_rejection(row, " ".join(_sentences(invalid))))
        except (IntegrityError, DataError) as error:
            outcome.rejected.append(_refused_by_database(row, error))
        else:
            outcome.taken.append((result, self.job.row_remarks))
            for learn in self.job.once_taken:
                learn()

    def _refuse_repeated(self, cells: Cells) -> None:
        """One id on two lines: each import would change it to and fro."""
        if not cells.external_id:
            return
        line = self.lines_by_id.setdefault(hash(cells.external_id), cells.line_number)
        if line != cells.line_number:
            raise BadValue(
                f"{quoted(cells.external_id)} stands on line {line} already.",
                group="The id stands on an earlier line already.",
            )

    def _cells(self, row: Row) -> Cells:
        fields = self.columns.fields_of(row.values)
        return Cells(row.line_number, fields, self.headings, self.job.forms)

    def _count(self, outcome: _Outcome) -> None:
        report = self.job.report
        for result, remarks in outcome.taken:
            report.counts[result] += 1
            self._count_remarks(remarks)
        for rejection in outcome.rejected:
            count_in(report.reasons, rejection.group, "Other reasons: see the rejected rows.")
            self.rejects.write(rejection)

    def _count_remarks(self, remarks: Iterable[str]) -> None:
        for remark in remarks:
            count_in(self.job.report.remarks, remark, "Further remarks were left out.")


def _rejection(row: Row, reason: str) -> Rejection:
    return Rejection(row.line_number, row.values, reason, reason)


def _refused_by_database(row: Row | BadRow, error: DatabaseError) -> Rejection:
    reason = f"The database refuses the row: {error}".strip().splitlines()[0]
    return Rejection(row.line_number, row.values, reason, "The database refuses the row.")


def _sentences(invalid: ValidationError) -> Iterator[str]:
    if not hasattr(invalid, "error_dict"):
        yield from invalid.messages
        return
    for name, messages in invalid.message_dict.items():
        yield f"{'' if name == '__all__' else name + ': '}{' '.join(messages)}"
