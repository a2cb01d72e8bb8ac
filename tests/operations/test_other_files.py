"""docs/other-files.md is carried out on the Salesforce and Northwind files, compared by line."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts_app.models import Account
from handoffs.models import EntryReason, PoolEntry
from pipeline.models import Opportunity
from tests.operations.console import MANAGE, Folder, carry_out, steps_by_section, write_file

PAGE = "other-files.md"
MIGRATE = [*MANAGE, "migrate"]


def carry_out_section(name: str, folder: Folder) -> None:
    for step in steps_by_section(PAGE)[name]:
        if step.words[:3] != MIGRATE:
            carry_out(step, folder)


@pytest.mark.django_db
def test_salesforce(salesforce: Path, tmp_path: Path, settings: Settings) -> None:
    settings.BASE_CURRENCY = "USD"
    folder = Folder("var/salesforce/files", tmp_path)
    folder.fill(salesforce)
    write_file(PAGE, folder, "User.csv")
    carry_out_section("Salesforce", folder)
    assert Opportunity.objects.count() == 50
    assert not Account.objects.pooled().exists()


@pytest.mark.django_db
def test_northwind(northwind: Path, tmp_path: Path, settings: Settings) -> None:
    settings.BASE_CURRENCY = "USD"
    folder = Folder("var/northwind/files", tmp_path)
    folder.fill(northwind)
    write_file(PAGE, folder, "sum_orders.py")
    carry_out_section("Northwind", folder)
    pooled = PoolEntry.objects.open()
    assert pooled.filter(reason=EntryReason.UNASSIGNED).count() == 2
    assert pooled.exclude(reason=EntryReason.UNASSIGNED).count() == 18
    assert Account.objects.get(name="Paris spécialités").owner is None


def test_the_page_has_commands_to_carry_out() -> None:
    page = steps_by_section(PAGE)
    assert (len(page["Salesforce"]), len(page["Northwind"])) == (15, 23)
