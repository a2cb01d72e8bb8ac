"""Importing accounts and their holders."""

import datetime as dt
from pathlib import Path

import pytest

from accounts_app.models import Account, BeganBy, ExternalRef, State
from core.days import start_of
from core.models import Event
from handoffs.models import EntryReason, PoolEntry
from operations.imports.accounts import domain_of
from operations.imports.duplicates import likeness
from tests import factories
from tests.operations.importing import bring, counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.csv"


def test_a_full_row(file: Path) -> None:
    alice = factories.alice()
    file.write_text(
        "external_id,name,domain,segment,industry,region,country,parent,owner,owner_since,state,"
        "lead_source,phone,address\n"
        "1,Acme AG,https://www.Acme.example/about,mid-market,steel,North,CH,,alice,2024-01-23,"
        'owned,fair,+41 44 000 00 00,"Weg 1\nBasel"\n'
    )
    assert counts(bring("accounts", file)) == (1, 0, 0, 0)
    account = Account.objects.get()
    assert (account.name, account.domain, account.segment) == (
        "Acme AG",
        "acme.example",
        "mid_market",
    )
    assert account.address == "Weg 1\nBasel"
    assert (account.owner, account.state) == (alice, State.OWNED)
    period = account.periods.get()
    assert period.began_by == BeganBy.IMPORTED
    assert (period.began_at, period.clock_from) == (
        start_of(dt.date(2024, 1, 23)),
        dt.date(2024, 1, 23),
    )
    assert ExternalRef.objects.get(source="test", external_id="1").subject_id == account.pk


def test_the_same_file_twice_changes_nothing(file: Path) -> None:
    factories.alice()
    file.write_text(
        "external_id,name,owner,parent\n1,Acme,alice,2\n2,Bolt,,\n,Cast,alice@example.com,\n"
    )
    assert counts(bring("accounts", file)) == (3, 0, 0, 0)
    events = Event.objects.count()
    assert counts(bring("accounts", file)) == (0, 0, 3, 0)
    assert Event.objects.count() == events


def test_without_a_holder_an_account_is_there_for_everybody(file: Path) -> None:
    file.write_text("name\nAcme\n")
    bring("accounts", file)
    account = Account.objects.get()
    assert account.state == State.POOLED
    assert PoolEntry.objects.open().get(account=account).reason == EntryReason.UNASSIGNED


def test_a_holder_named_later_takes_it_out_of_the_pool(file: Path) -> None:
    alice = factories.alice()
    file.write_text("name,owner\nAcme,\n")
    bring("accounts", file)
    file.write_text("name,owner,owner_since\nAcme,alice,2024-01-23\n")
    assert counts(bring("accounts", file)) == (0, 1, 0, 0)
    assert Account.objects.get().owner == alice
    assert not PoolEntry.objects.open().exists()
    assert counts(bring("accounts", file)) == (0, 0, 1, 0)


def test_an_import_moves_no_account(file: Path) -> None:
    account = factories.owned(factories.bob(), name="Acme")
    file.write_text("name,owner\nAcme,alice\n")
    factories.alice()
    came = bring("accounts", file)
    assert counts(came) == (0, 0, 1, 0)
    assert "another holder than Steward" in came.said
    assert factories.fresh(account).owner == factories.bob()


def test_what_was_swept_is_given_to_nobody(file: Path) -> None:
    account = factories.owned(factories.alice(), name="Acme")
    factories.let_go(account, on=factories.days_on(30))
    file.write_text("name,owner\nAcme,alice\n")
    assert counts(bring("accounts", file)) == (0, 0, 1, 0)
    assert factories.fresh(account).owner is None


def test_changes_are_taken_and_blanks_leave_what_is_there(file: Path) -> None:
    file.write_text("external_id,name,industry,phone\n1,Acme,steel,123\n")
    bring("accounts", file)
    file.write_text("external_id,name,industry,phone\n1,Acme Corp,,456\n")
    assert counts(bring("accounts", file)) == (0, 1, 0, 0)
    account = Account.objects.get()
    assert (account.name, account.industry, account.phone) == ("Acme Corp", "steel", "456")


def test_one_account_may_come_from_two_systems(file: Path) -> None:
    file.write_text("external_id,name\n1,Acme\n")
    bring("accounts", file, source="salesforce")
    came = bring("accounts", file, source="hubspot")
    assert counts(came) == (1, 0, 0, 0)
    assert "Likely the same company; nothing was merged:" in came.said


def test_likely_duplicates_are_listed(file: Path) -> None:
    file.write_text(
        "external_id,name,domain\n1,Acme Inc.,\n2,ACME,\n3,Bolt,bolt.example\n"
        "4,B & Co,bolt.example\n5,Cast,\n"
    )
    came = bring("accounts", file)
    assert counts(came) == (5, 0, 0, 0)
    assert "Acme Inc. (no. " in came.said
    assert "Bolt (no. " in came.said
    assert "Cast (no. " not in came.said


def test_a_parent_may_come_later_and_two_levels_deep(file: Path) -> None:
    file.write_text("name,parent\nLeaf,Branch\nBranch,Root\nRoot,\n")
    assert counts(bring("accounts", file)) == (3, 0, 0, 0)
    leaf = Account.objects.get(name="Leaf")
    assert leaf.parent is not None
    assert leaf.parent.parent == Account.objects.get(name="Root")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",new,,,,", None),
        ("8,,,,,", "no name"),
        (",Twin,,,,", "2 accounts are called “Twin”"),
        (",new,nobody,,,", "owner: There is no person “nobody”."),
        (",new,finn,,,", "may not hold accounts"),
        (",new,alice,03/04/2017,,", "owner_since: “03/04/2017” may be day/month or month/day"),
        (",new,alice,2199-01-01,,", "is to come"),
        (",new,,,owned,", "owned and names no owner"),
        (",new,alice,,pooled,", "pooled and names an owner"),
        (",new,,,closed,", "close it in Steward"),
        (",new,,,sold,", "state: “sold” is none of owned, pooled, closed."),
        (",new,,,,none", "parent: There is no account “none”."),
        (",new,,,,Twin", "parent: 2 accounts are called “Twin”"),
        (f",{'x' * 100_000},,,,", "at most 200"),
        (",ne\x07w,,,,", "control characters"),
    ],
)
def test_bad_rows(file: Path, row: str, reason: str | None) -> None:
    factories.alice()
    factories.finn()
    factories.pooled("Twin")
    factories.pooled("Twin")
    file.write_text(f"external_id,name,owner,owner_since,state,parent\n{row}\n,good,,,,\n")
    came = bring("accounts", file)
    assert len(came.rejected) == came.code == (1 if reason else 0)
    assert reason is None or reason in came.reasons[0]
    assert Account.objects.filter(name="good").exists()
    assert Account.objects.filter(name="new").exists() is (reason is None)


def test_accounts_that_name_each_other_as_parents_are_refused(file: Path) -> None:
    file.write_text("name,parent\nA,B\nB,A\nC,\n")
    came = bring("accounts", file)
    assert counts(came) == (1, 0, 0, 2)
    assert came.reasons[0] == "parent: There is no account “B”."


def test_an_id_on_two_lines_is_refused_the_second_time(file: Path) -> None:
    file.write_text("external_id,name\n1,Acme\n1,Bolt\n")
    came = bring("accounts", file)
    assert came.reasons == ["“1” stands on line 2 already."]
    assert counts(bring("accounts", file)) == (0, 0, 1, 1)


def test_a_site_that_is_no_domain_is_left_out_and_said(file: Path) -> None:
    file.write_text("name,website\nAcme,n/a\n")
    came = bring("accounts", file)
    assert counts(came) == (1, 0, 0, 0)
    assert "What stands under website is no domain: left out." in came.said


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.example", "acme.example"),
        ("HTTP://www.acme.example:80/a?b#c", "acme.example"),
        ("https://user@acme.co.uk", "acme.co.uk"),
        ("acme", ""),
        ("not a domain.example", ""),
        ("-acme.example", ""),
        (f"{'x' * 300}.example", ""),
    ],
)
def test_domains(text: str, domain: str) -> None:
    assert domain_of(text) == domain


def test_likeness() -> None:
    assert likeness("Acme, Inc.") == likeness("ACME") == likeness("The Acme Company")
    assert likeness("S.A.") == "sa"
    assert likeness("Acme North") != likeness("Acme South")


def test_salesforce_writes_addresses_in_parts(file: Path) -> None:
    file.write_text(
        "Id,IsDeleted,Name,BillingStreet,BillingCity,BillingPostalCode,BillingState,BillingCountry\n"
        "001,0,Acme,757 William Pass,Katherinemouth,74929,ID,United States\n002,1,Gone,,,,,\n"
    )
    came = bring("accounts", file, source="salesforce")
    account = Account.objects.get()
    assert account.address == "757 William Pass\n74929 Katherinemouth\nID"
    assert account.country == "United States"
    assert came.reasons == ["The row is marked as deleted."]


def test_the_real_accounts(maven: Path, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_bytes((maven / "accounts.csv").read_bytes())
    assert counts(bring("accounts", file)) == (85, 0, 0, 0)
    assert Account.objects.exclude(parent=None).count() == 15
    assert PoolEntry.objects.open().count() == 85
    assert counts(bring("accounts", file)) == (0, 0, 85, 0)
