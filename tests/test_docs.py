"""The docs name what is there: links, files, commands, rooms, signals. And no machine."""

import ast
import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.dispatch import Signal

from tests.test_floors import FLOORS

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"
RUNNING = ROOT / "docs" / "running.md"
OURS = {name for name, app in get_commands().items() if app == "operations"}

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"`([\w.]+/[\w./]*)`")
# An absolute path of two parts or more; what Steward serves is no path on a machine.
MACHINE = re.compile(r"(?<![\w./:$}{-])/(?!api/)[A-Za-z]\w*(?:/[\w.-]+)+")
HOST = re.compile(r"\b(?:https?|ftp)://(?!127\.0\.0\.1|localhost)[\w.-]+")

page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)


def anchors_of(page: Path) -> set[str]:
    """What a heading is called in a link."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@page
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose_of(page)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


@page
def test_files_and_folders_that_are_named_are_there(page: Path) -> None:
    for name in FILE.findall(prose_of(page)):
        if name.startswith(("var/", "..", "templates/<")) or not first_part_is_ours(name):
            continue
        assert (ROOT / name).exists(), name


def first_part_is_ours(name: str) -> bool:
    return (ROOT / name.partition("/")[0]).is_dir()


@page
def test_commands_that_are_named_exist(page: Path) -> None:
    named = re.findall(r"manage\.py ([a-z]\w*)", text_of(page))
    assert set(named) <= set(get_commands())


def test_the_table_of_commands_is_whole() -> None:
    table = text_of(RUNNING).partition("## Commands")[2]
    rows = re.findall(r"^\| `([a-z]\w*)", table, re.MULTILINE)
    assert sorted(rows) == sorted(OURS)


def test_every_room_is_told_and_every_room_told_exists() -> None:
    rooms = text_of(ARCHITECTURE).partition("## The rooms")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(\w+)` \|", rooms, re.MULTILINE)
    assert named == FLOORS[::-1]
    assert all((ROOT / name / "__init__.py").is_file() for name in named)


def signals() -> dict[str, str]:
    """The rows of the table of signals by name: the last column says who listens."""
    table = text_of(ARCHITECTURE).partition("## Signals")[2].partition("\n## ")[0]
    return {
        row[0]: row[-1]
        for line in re.findall(r"^\| `(.+) \|$", table, re.MULTILINE)
        if (row := line.replace("`", "").split(" | "))
    }


def test_every_signal_is_told() -> None:
    ours = {app.name for app in apps.get_app_configs() if app.name in FLOORS}
    found = {
        f"{app}.{name}"
        for app in ours
        if (ROOT / app / "signals.py").exists()
        for name, value in vars(importlib.import_module(f"{app}.signals")).items()
        if isinstance(value, Signal)
    }
    assert set(signals()) == found


def test_every_listener_is_told() -> None:
    told = signals()
    for path in ROOT.glob("*/receivers.py"):
        for signal in signals_received(path):
            row = next(row for name, row in told.items() if name.endswith(f".{signal}"))
            assert path.parent.name in row, f"{path.parent.name} listens to {signal}"


def signals_received(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    decorators = (
        decorator
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
    )
    return {
        decorator.args[0].id
        for decorator in decorators
        if isinstance(decorator, ast.Call) and isinstance(decorator.args[0], ast.Name)
    }


def test_decisions_have_a_number_each() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [file.name[:4] for file in files]
    assert numbers == [f"{n:04}" for n in range(1, len(files) + 1)]
    for file in files:
        assert text_of(file).startswith(f"# {file.name[:4]}: "), file.name


@page
def test_no_page_names_a_machine(page: Path) -> None:
    text = text_of(page)
    assert MACHINE.findall(text) == []
    assert HOST.findall(text) == []


def test_a_machine_would_be_seen() -> None:
    assert MACHINE.search("It lies in `/srv/data/files`.")
    assert not MACHINE.search("See `/api/v1/docs/` and docs/img/handoff.png, or 2018/04/02.")
    assert HOST.search("from https://packages.example.org/simple")
    assert not HOST.search("on http://127.0.0.1:8000/")
