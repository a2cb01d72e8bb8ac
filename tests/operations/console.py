"""A page of the docs as a test: its commands are carried out, and what they say is compared."""

import re
import runpy
import shlex
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command

PYTHON = ".venv/bin/python"
MANAGE = [PYTHON, "manage.py"]
ANYTHING = "…"


@dataclass(frozen=True)
class Step:
    """A command of a page, and the lines that stand under it."""

    words: list[str]
    printed: list[str]


@dataclass(frozen=True)
class Folder:
    """Where the files of a page are: as the page names it, and in the test."""

    named: str
    path: Path

    def fill(self, source: Path) -> None:
        """Copies the real files, so that rejected rows land beside the copies."""
        for file in source.glob("*.csv"):
            shutil.copy(file, self.path)

    def there(self, text: str) -> str:
        return text.replace(self.named, str(self.path))

    def on_page(self, text: str) -> str:
        return text.replace(str(self.path), self.named)


def text_of(page: str) -> str:
    return (Path(settings.BASE_DIR) / "docs" / page).read_text("utf-8")


def steps_by_section(page: str) -> dict[str, list[Step]]:
    """The commands of Python on the page under their headings, in order."""
    found: dict[str, list[Step]] = defaultdict(list)
    for part in text_of(page).split("\n## ")[1:]:
        heading = part.partition("\n")[0]
        for block in re.findall(r"```console\n(.*?)```", part, re.DOTALL):
            found[heading] += [step for step in steps(block) if step.words[0] == PYTHON]
    return found


def steps(block: str) -> Iterator[Step]:
    for text in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = text.replace("\\\n", " ").splitlines()
        last = next(n for n in range(1, len(lines) + 1) if is_whole("\n".join(lines[:n])))
        yield Step(shlex.split("\n".join(lines[:last])), lines[last:])


def is_whole(command: str) -> bool:
    """Whether all quotes of the command are closed."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def write_file(page: str, folder: Folder, name: str) -> None:
    """The block after the file's name on the page, as that file."""
    named = re.escape(f"`{folder.named}/{name}`")
    block = re.search(named + r"[^`]*```(?:csv|python)\n(.*?)```", text_of(page), re.DOTALL)
    assert block, f"{page} does not show {name}."
    (folder.path / name).write_text(folder.there(block[1]), "utf-8")


def carry_out(step: Step, folder: Folder) -> None:
    """Runs the command in this process and compares what it says with the page."""
    words = [folder.there(word) for word in step.words]
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            if words[:2] == MANAGE:
                call_command(*words[2:])
            else:
                runpy.run_path(words[1])
        except CommandError as error:
            said.write(f"CommandError: {error}\n")
    lines = folder.on_page(said.getvalue()).splitlines()
    assert agree(step.printed, lines), f"{shlex.join(step.words)} says:\n" + "\n".join(lines)


def agree(expected: list[str], said: list[str]) -> bool:
    """``…`` stands for any lines, at the end of a line for the rest of it. The numbers of accounts
    and sales are not compared: a database may have given some away before."""
    pattern = "".join(
        "(?:.*\n)*?" if line == ANYTHING else re.escape(without_number(line)) + "\n"
        for line in expected
    ).replace(re.escape(f" {ANYTHING}"), ".*")
    return re.fullmatch(pattern, "".join(f"{without_number(line)}\n" for line in said)) is not None


def without_number(line: str) -> str:
    return re.sub(r"(?: \(\d+\)(?=, held by |: )|(?<=, sale )\d+)", "", line)
