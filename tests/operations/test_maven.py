"""The Maven run: the page docs/maven.md is carried out on the real files, and compared by line."""

import re
import shlex
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from pytest_django import Settings

from accounts_app.models import Account
from incentives.models import LedgerEntry

PAGE = Path(settings.BASE_DIR) / "docs" / "maven.md"
FILES = "var/maven/files"
MANAGE = [".venv/bin/python", "manage.py"]
BEFORE = ["The files", "Policy and plans"]
TWIN = "The twin"
ANYTHING = "…"


@dataclass(frozen=True)
class Step:
    """A command of the page, and the lines that stand under it."""

    words: list[str]
    printed: list[str]


def steps_by_section() -> dict[str, list[Step]]:
    """The commands of manage.py on the page under their headings, in order."""
    found: dict[str, list[Step]] = defaultdict(list)
    for part in PAGE.read_text("utf-8").split("\n## ")[1:]:
        heading = part.partition("\n")[0]
        for block in re.findall(r"```console\n(.*?)```", part, re.DOTALL):
            found[heading] += [step for step in steps(block) if step.words[:2] == MANAGE]
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


def carry_out(step: Step, files: Path) -> None:
    """Runs the command in this process and compares what it says with the page."""
    name, *options = [word.replace(FILES, str(files)) for word in step.words[2:]]
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            call_command(name, *options)
        except CommandError as error:
            said.write(f"CommandError: {error}\n")
    lines = said.getvalue().replace(str(files), FILES).splitlines()
    assert agree(step.printed, lines), f"{shlex.join(step.words)} says:\n" + "\n".join(lines)


def agree(expected: list[str], said: list[str]) -> bool:
    """``…`` stands for any lines, at the end of a line for the rest of it. The numbers of the
    accounts are not compared: a database may have given some away before."""
    pattern = "".join(
        "(?:.*\n)*?" if line == ANYTHING else re.escape(without_number(line)) + "\n"
        for line in expected
    ).replace(re.escape(f" {ANYTHING}"), ".*")
    return re.fullmatch(pattern, "".join(f"{without_number(line)}\n" for line in said)) is not None


def without_number(line: str) -> str:
    return re.sub(r" \(\d+\), held by", ", held by", line)


def write_the_sale(files: Path) -> None:
    rows = re.search(r"```csv\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert rows
    (files / "sale.csv").write_text(rows[1], "utf-8")


@pytest.mark.django_db
def test_the_page_is_what_happens(maven: Path, tmp_path: Path, settings: Settings) -> None:
    """One test, because the import of the opportunities is long. The twin is tried and taken back
    before the nights."""
    settings.BASE_CURRENCY = "USD"
    for file in maven.glob("*.csv"):
        shutil.copy(file, tmp_path)
    write_the_sale(tmp_path)
    page = steps_by_section()
    twin = page.pop(TWIN)
    for section in BEFORE:
        for step in page.pop(section):
            carry_out(step, tmp_path)
    with transaction.atomic():
        for step in twin:
            carry_out(step, tmp_path)
        transaction.set_rollback(True)
    assert not LedgerEntry.objects.exists()
    for step in (step for section, found in page.items() if section != "Before" for step in found):
        carry_out(step, tmp_path)
    assert Account.objects.get(name="Kinnamplus").owner is not None
    assert Account.objects.pooled().count() == 9


def test_what_differs_is_seen() -> None:
    assert agree(["a", ANYTHING, "z"], ["a", "b", "c", "z"])
    assert agree([f"An account {ANYTHING}"], ["An account is quiet."])
    assert not agree(["a", ANYTHING, "z"], ["a", "b", "c"])
    assert not agree(["385.68"], ["385.69"])
    assert not agree(["a"], ["a", "b"])


def test_the_page_has_commands_to_carry_out() -> None:
    page = steps_by_section()
    assert len(page["The files"]) == 4
    assert page[TWIN][1].words[:3] == [*MANAGE, "shell"]
    assert sum(map(len, page.values())) > 25
