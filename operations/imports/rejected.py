"""The file of rejected rows: line number and reason first, then the row as it came."""

import csv
from pathlib import Path
from typing import TextIO

from core.spreadsheets import escaped
from operations.imports.job import Rejection
from operations.imports.reading import UnreadableFile

FIRST_HEADINGS = ("line", "reason")


class RejectedRows:
    """Writes rejected rows to a file that is made with the first of them.

    A file that an earlier import left under this name is removed, or it would be taken for ours.
    """

    def __init__(self, path: Path, headings: tuple[str, ...], delimiter: str) -> None:
        self.path = path
        self._headings, self._delimiter = headings, delimiter
        self._file: TextIO | None = None
        self._try_out()

    def write(self, rejection: Rejection) -> None:
        if self._file is None:
            # utf-8-sig: spreadsheets take a file without the mark for another encoding.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._row(self._file, *FIRST_HEADINGS, *self._headings)
        self._row(self._file, str(rejection.line_number), rejection.reason, *rejection.values)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _row(self, file: TextIO, *cells: str) -> None:
        csv.writer(file, delimiter=self._delimiter).writerow(map(escaped, cells))

    def _try_out(self) -> None:
        """Find out before anything is imported whether rejected rows can be written."""
        try:
            with self.path.open("w"):
                pass
            self.path.unlink()
        except OSError as error:
            raise UnreadableFile(
                f"{self.path} cannot be written ({error.strerror}); "
                "name another place for rejected rows with --rejected."
            ) from error
