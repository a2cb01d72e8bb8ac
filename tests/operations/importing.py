"""What the tests of imports share: write a file, import it, and see what came of it."""

from io import StringIO
from pathlib import Path
from typing import NamedTuple

from django.core.management import CommandError, call_command

from operations.imports.reading import open_table


class Came(NamedTuple):
    """What an import said, its exit code, and the rows of its file of rejected rows."""

    said: str
    code: int
    rejected: list[dict[str, str]]

    @property
    def reasons(self) -> list[str]:
        return [row["reason"] for row in self.rejected]


def bring(kind: str, path: Path, *options: str, source: str = "test") -> Came:
    """Run the command on a file."""
    out = StringIO()
    code = 0
    try:
        call_command("import", kind, str(path), "--source", source, *options, stdout=out)
    except CommandError as error:
        code = error.returncode
        out.write(str(error))
    return Came(out.getvalue(), code, rejected_rows(path))


def rejected_rows(path: Path) -> list[dict[str, str]]:
    rejects = path.with_name(f"{path.name}.rejected.csv")
    if not rejects.exists():
        return []
    with open_table(rejects) as table:
        return [dict(zip(table.headings, row.values, strict=False)) for row in table]


def counts(came: Came) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    line = next(line for line in came.said.splitlines() if line.startswith("created "))
    created, updated, unchanged, rejected = (
        int(part.split()[1].replace(",", "")) for part in line.split(", ")
    )
    return created, updated, unchanged, rejected
