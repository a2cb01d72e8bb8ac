"""The Maven run: the page docs/maven.md is carried out on the real files, and compared by line."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts_app.models import Account
from incentives.models import LedgerEntry
from tests.operations.console import (
    ANYTHING,
    MANAGE,
    Folder,
    agree,
    carry_out,
    steps_by_section,
    write_file,
)

PAGE = "maven.md"
BEFORE = ["The files", "Policy and plans"]
TWIN = "The twin"


@pytest.mark.django_db
def test_the_page_is_what_happens(maven: Path, tmp_path: Path, settings: Settings) -> None:
    """One test, because the import of the opportunities is long. The twin is tried and taken back
    before the nights."""
    settings.BASE_CURRENCY = "USD"
    folder = Folder("var/maven/files", tmp_path)
    folder.fill(maven)
    write_file(PAGE, folder, "sale.csv")
    page = steps_by_section(PAGE)
    twin = page.pop(TWIN)
    for section in BEFORE:
        for step in page.pop(section):
            carry_out(step, folder)
    with transaction.atomic():
        for step in twin:
            carry_out(step, folder)
        transaction.set_rollback(True)
    assert not LedgerEntry.objects.exists()
    for step in (step for section, found in page.items() if section != "Before" for step in found):
        carry_out(step, folder)
    assert Account.objects.get(name="Kinnamplus").owner is not None
    assert Account.objects.pooled().count() == 9


def test_what_differs_is_seen() -> None:
    assert agree(["a", ANYTHING, "z"], ["a", "b", "c", "z"])
    assert agree([f"An account {ANYTHING}"], ["An account is quiet."])
    assert not agree(["a", ANYTHING, "z"], ["a", "b", "c"])
    assert not agree(["385.68"], ["385.69"])
    assert not agree(["a"], ["a", "b"])


def test_the_page_has_commands_to_carry_out() -> None:
    page = steps_by_section(PAGE)
    assert len(page["The files"]) == 4
    assert page[TWIN][1].words[:3] == [*MANAGE, "ledger"]
    assert sum(map(len, page.values())) > 25
