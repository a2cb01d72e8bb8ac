"""Which heading of a file means which of our fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from operations.imports.reading import UnreadableFile


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands in a row, and which headings mean nothing to us."""

    positions: Mapping[str, int]
    unused: tuple[str, ...]

    def __contains__(self, field: str) -> bool:
        return field in self.positions

    def fields_of(self, values: Sequence[str]) -> dict[str, str]:
        """The cells of a row by field; what the file has no column for is left out."""
        return {field: values[position] for field, position in self.positions.items()}


def find_columns(
    headings: Sequence[str],
    known: Mapping[str, Iterable[str]],
    *,
    named: Mapping[str, str],
    required: Iterable[Iterable[str]],
) -> Columns:
    """Find our fields among a file's headings.

    `named` (heading → field) wins, then a field's own name, then the headings in `known`, the
    first of a field's before the next. `required` lists alternatives: of each, one must be there.
    Raises `UnreadableFile` when one is not, or when `named` speaks of what there is not.
    """
    positions = _named_positions(headings, known, named)
    taken = set(positions.values())
    free = {
        bare(heading): number
        for number, heading in reversed(list(enumerate(headings)))
        if number not in taken and heading
    }
    for names in _ranks(known):
        for field, name in names:
            if field not in positions and bare(name) in free:
                positions[field] = free.pop(bare(name))
    _refuse_if_missing(positions, required, headings)
    unused = (
        heading or f"(column {number})"
        for number, heading in enumerate(headings, start=1)
        if number - 1 not in set(positions.values())
    )
    return Columns(positions, tuple(unused))


def bare(heading: str) -> str:
    """A heading without case, blanks and punctuation; one of signs alone stays as it is."""
    return "".join(c for c in heading.casefold() if c.isalnum()) or heading.strip()


def parse_named(pairs: Iterable[str]) -> dict[str, str]:
    """`Heading=field` pairs as given on the command line. The field is after the last sign."""
    named: dict[str, str] = {}
    for pair in pairs:
        heading, sign, field = pair.rpartition("=")
        if not sign or not heading.strip() or not field.strip():
            raise UnreadableFile(f"--map {pair} is not of the form Heading=field.")
        if heading.strip() in named:
            raise UnreadableFile(f"--map names the heading “{heading.strip()}” twice.")
        named[heading.strip()] = field.strip()
    return named


def _ranks(known: Mapping[str, Iterable[str]]) -> list[list[tuple[str, str]]]:
    """(field, heading) pairs: all own names first, then each field's headings in their order."""
    own = [(field, field) for field in known]
    others = [(field, name) for field, names in known.items() for name in names]
    return [own, others]


def _named_positions(
    headings: Sequence[str], known: Mapping[str, Iterable[str]], named: Mapping[str, str]
) -> dict[str, int]:
    positions: dict[str, int] = {}
    for heading, wanted in named.items():
        field = next((own for own in known if bare(own) == bare(wanted)), None)
        if field is None:
            raise UnreadableFile(
                f"--map: there is no field {wanted}. There are {', '.join(known)}."
            )
        if field in positions:
            raise UnreadableFile(f"--map: two headings are named for {field}.")
        positions[field] = _position(heading, headings)
    return positions


def _position(wanted: str, headings: Sequence[str]) -> int:
    for same in (str.strip, bare):
        for number, heading in enumerate(headings):
            if same(heading) == same(wanted):
                return number
    there = ", ".join(heading for heading in headings if heading)
    raise UnreadableFile(f"--map: the file has no heading “{wanted}”. It has {there}.")


def _refuse_if_missing(
    positions: Mapping[str, int], required: Iterable[Iterable[str]], headings: Sequence[str]
) -> None:
    missing = [
        " or ".join(alternatives)
        for alternatives in required
        if not any(field in positions for field in alternatives)
    ]
    if not missing:
        return
    there = ", ".join(heading for heading in headings if heading)
    if positions:
        raise UnreadableFile(
            f"The required heading {' and '.join(missing)} is missing. The file has {there}. "
            'Name it with --map "Heading=field".'
        )
    raise UnreadableFile(
        f"None of the headings is known, so the first line may not be a header: {there[:200]}. "
        f"Needed is {' and '.join(missing)}."
    )
