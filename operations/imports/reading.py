"""Read a file of rows as a person would: its encoding, its delimiter, its header, its lines.

A file that is no table is refused before anything is changed (`UnreadableFile`); a line that is
not a row of the table is handed on as a `BadRow`, so that the others can go on. Memory stays
flat: the file is passed through once to learn its encoding, and once to yield its rows.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

#: Bytes read at once while the encoding is found out.
CHUNK = 1 << 20
#: The longest physical line in bytes; what is longer is not a table.
LONGEST_LINE = 4_000_000
#: Records looked at to choose between two delimiters that both divide the header.
SAMPLE = 50

UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NOT_ASCII = bytes(range(0x80, 0x100))
#: A whole letter of two to four bytes in UTF-8.
UTF_8_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
#: Cells that a spreadsheet would run; our exports put an apostrophe before them.
ESCAPED_FORMULA = re.compile(r"'[=+\-@\t\r]")


class UnreadableFile(Exception):
    """A file that is no table of rows; nothing has been changed. `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record: the physical line on which it starts, and its cells in the header's order."""

    line_number: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A record that does not fit the header, with the reason as a sentence."""

    line_number: int
    values: tuple[str, ...]
    reason: str
    group: str


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes are to be read, and what a person should be told about it."""

    name: str
    remark: str = ""


class Table:
    """An open file of rows. Iterate once: yields `Row` and `BadRow` in the file's order."""

    def __init__(self, handle: io.TextIOBase, encoding: Encoding) -> None:
        self.remarks = [encoding.remark] if encoding.remark else []
        first_line, self.delimiter = _start_of_table(handle)
        self._records = _Records(handle, self.delimiter, lines_before=first_line)
        self.header_line, self.headings = self._read_headings()

    def __iter__(self) -> Iterator[Row | BadRow]:
        for record in self._records:
            if isinstance(record, BadRow):
                yield record
            elif any(cell.strip() for cell in record.values):
                yield self._fitted(record)

    def _read_headings(self) -> tuple[int, tuple[str, ...]]:
        for record in self._records:
            if isinstance(record, BadRow):
                raise UnreadableFile(f"The header cannot be read: {record.reason}")
            headings = _without_blank_end(tuple(cell.strip() for cell in record.values))
            if headings:
                _refuse_duplicates(headings)
                return record.line_number, headings
        raise UnreadableFile("The file is empty: it needs a first line with headings.")

    def _fitted(self, row: Row) -> Row | BadRow:
        width, cells = len(self.headings), row.values
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]
        if len(cells) == width:
            return Row(row.line_number, tuple(_unescaped(cell) for cell in cells))
        longer = len(cells) > width
        return BadRow(
            row.line_number,
            row.values,
            f"The row has {len(cells)} cells, the header has {width}.",
            f"The row has {'more' if longer else 'fewer'} cells than the header.",
        )


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open `path` as a table; closes it at the end.

    Raises `UnreadableFile` for what is not a table: no file, no readable text, no header,
    one heading twice.
    """
    try:
        encoding = _encoding_of(path)
        handle = path.open(encoding=encoding.name, newline="")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error
    with handle:
        yield Table(handle, encoding)


def _encoding_of(path: Path) -> Encoding:
    """UTF-8 with or without a mark, else cp1252; anything else is refused."""
    if not path.exists():
        raise UnreadableFile(f"There is no file {path}.")
    if not path.is_file():
        raise UnreadableFile(f"{path} is not a file.")
    with path.open("rb") as handle:
        _refuse_what_is_no_text(handle, path)
        broken = _first_line_that_is_not_utf_8(handle)
        if broken is None:
            return Encoding("utf-8-sig")
        _refuse_unless_cp1252(handle, broken)
    return Encoding("cp1252", "The file is not UTF-8; it was read as Windows-1252 (cp1252).")


def _chunks(handle: BinaryIO) -> Iterator[bytes]:
    handle.seek(0)
    while chunk := handle.read(CHUNK):
        yield chunk


def _refuse_what_is_no_text(handle: BinaryIO, path: Path) -> None:
    length = 0
    for number, chunk in enumerate(_chunks(handle)):
        if number == 0 and chunk.startswith(UTF_16_MARKS):
            raise UnreadableFile(
                "The file is UTF-16 or UTF-32; save it as CSV in UTF-8 and try again."
            )
        if b"\0" in chunk:
            raise UnreadableFile(
                f"{path.name} holds NUL bytes: it is no text file, or it is UTF-16. "
                "Save it as CSV in UTF-8 and try again."
            )
        lines = re.split(rb"[\r\n]", chunk)
        longest = max(length + len(lines[0]), *(len(line) for line in lines))
        length = len(lines[-1]) if len(lines) > 1 else length + len(chunk)
        if longest > LONGEST_LINE:
            raise UnreadableFile(
                f"A line is longer than {LONGEST_LINE:,} bytes: this is no table of rows."
            )


def _first_line_that_is_not_utf_8(handle: BinaryIO) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    try:
        for chunk in _chunks(handle):
            line += decoder.decode(chunk).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def _refuse_unless_cp1252(handle: BinaryIO, broken: int) -> None:
    """Refuse bytes that cp1252 has no letter for, and UTF-8 that was damaged.

    cp1252 gives nearly every byte a letter, so it would read damaged UTF-8 too, as "MÃ¼ller".
    In real cp1252 text whole UTF-8 letters occur by chance only, in damaged UTF-8 they prevail.
    """
    whole = stray = 0
    line = 1
    for chunk in _chunks(handle):
        _decode_cp1252(chunk, line)
        letters = UTF_8_LETTER.findall(chunk)
        whole += len(letters)
        stray += len(chunk) - len(chunk.translate(None, NOT_ASCII)) - sum(map(len, letters))
        line += chunk.count(b"\n")
    if whole > stray:
        raise UnreadableFile(
            f"Line {broken} is not UTF-8, though other lines are: the file is damaged or was put "
            "together from two. Save it as UTF-8 and try again."
        )


def _decode_cp1252(chunk: bytes, line: int) -> None:
    try:
        chunk.decode("cp1252")
    except UnicodeDecodeError as error:
        line += chunk[: error.start].count(b"\n")
        raise UnreadableFile(
            f"Line {line} is neither UTF-8 nor Windows-1252. Save the file as UTF-8 and try again."
        ) from None


def _start_of_table(handle: io.TextIOBase) -> tuple[int, str]:
    """The lines to leave out before the header, and the delimiter; `handle` stands after them."""
    first = handle.readline(LONGEST_LINE)
    named = re.fullmatch(r'"?sep=([,;\t])"?[\r\n]*', first, flags=re.IGNORECASE)
    if named:
        return 1, named.group(1)
    handle.seek(0)
    delimiter = _sniffed(handle)
    handle.seek(0)
    return 0, delimiter


def _sniffed(handle: io.TextIOBase) -> str:
    """The delimiter that divides the header; between two, the one that fits the rows below."""
    fits: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        handle.seek(0)
        width, share = _fit(handle, delimiter)
        if width > 1:
            fits[delimiter] = (share, width)
    if not fits:
        return ","
    best = max(fits.values())
    winners = [delimiter for delimiter, fit in fits.items() if fit == best]
    if len(winners) > 1:
        names = " or ".join(DELIMITERS[delimiter] for delimiter in winners)
        raise UnreadableFile(
            f"It cannot be told whether cells are divided by {names}. "
            "Put a line such as sep=; before the header."
        )
    return winners[0]


def _fit(handle: io.TextIOBase, delimiter: str) -> tuple[int, float]:
    """The header's number of cells, and the share of the rows below that have as many."""
    widths = [
        len(record.values)
        for record in islice(_Records(handle, delimiter), SAMPLE)
        if isinstance(record, Row) and any(record.values)
    ]
    if not widths:
        return 0, 0.0
    header, rows = widths[0], widths[1:]
    return header, sum(width == header for width in rows) / len(rows) if rows else 1.0


class _Records:
    """The records of a file with the line each starts on; what is malformed is a `BadRow`."""

    def __init__(self, handle: io.TextIOBase, delimiter: str, *, lines_before: int = 0) -> None:
        self._reader = csv.reader(handle, delimiter=delimiter, strict=True)
        self._lines_before = lines_before

    def __iter__(self) -> Iterator[Row | BadRow]:
        while True:
            start = self._lines_before + self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._malformed(start, str(error))
            else:
                yield Row(start, tuple(cells))

    def _malformed(self, start: int, error: str) -> BadRow:
        last = self._lines_before + self._reader.line_num
        if "field larger" in error:
            limit = csv.field_size_limit()
            group = f"A cell is longer than {limit:,} characters."
        elif "end of data" in error:
            group = "A quotation mark is opened and never closed."
        else:
            group = "A quotation mark stands where no cell begins or ends."
        lines = "" if last <= start else f" Lines {start} to {last} were left out."
        return BadRow(start, (), group + lines, group)


def _without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = len(cells)
    while width and not cells[width - 1]:
        width -= 1
    return tuple(_unescaped(cell) for cell in cells[:width])


def _unescaped(cell: str) -> str:
    """Take off the apostrophe that our own exports put before a formula-like cell."""
    return cell[1:] if ESCAPED_FORMULA.match(cell) else cell


def _refuse_duplicates(headings: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for heading in headings:
        key = " ".join(heading.casefold().split())
        if key and key in seen:
            raise UnreadableFile(
                f"The heading “{heading}” stands twice in the header. Call each column otherwise;"
                " if the first line is a row, put a line with headings above it."
            )
        seen.add(key)
