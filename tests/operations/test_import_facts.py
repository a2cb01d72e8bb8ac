"""Importing what happened at accounts: contacts, activities, sales, reversals, and rates."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from accounts_app.models import Account, Contact
from core.days import start_of
from core.models import Event, ExchangeRate
from operations.verify import verify
from pipeline import products
from pipeline.models import Activity, Sale, SaleReversal
from pipeline.sales_net import net_amount
from tests import factories
from tests.operations.importing import bring, counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


@pytest.fixture(autouse=True)
def acme() -> Account:
    products.add_product("GTX Pro", by=factories.steward(), at=factories.at(factories.LONG_AGO))
    factories.bob()
    return factories.owned(factories.alice(), since=dt.date(2024, 1, 1))


def twice(kind: str, file: Path) -> tuple[int, int, int, int]:
    """Import a file, and see that a second time changes nothing."""
    first = counts(bring(kind, file))
    events = Event.objects.count()
    again = counts(bring(kind, file))
    assert again == (0, 0, first[0] + first[1] + first[2], first[3])
    assert Event.objects.count() == events
    return first


# Contracts


def test_contracts(file: Path, acme: Account) -> None:
    file.write_text(
        "external_id,account,starts_on,ends_on,name\n"
        "1,Acme,2026-01-01,2027-06-30,Service\n"
        ",Acme,2026-01-01,2026-12-31,Parts\n"
        "3,Nobody,2026-01-01,,\n"
        "4,Acme,2026-01-01,2025-01-01,Backwards\n"
    )
    assert twice("contracts", file) == (2, 0, 0, 2)
    assert factories.fresh(acme).contract_until == dt.date(2027, 6, 30)


def test_a_contract_that_changed_is_voided_and_entered_anew(file: Path, acme: Account) -> None:
    file.write_text("external_id,account,starts_on,ends_on\n1,Acme,2026-01-01,2027-06-30\n")
    bring("contracts", file)
    file.write_text("external_id,account,starts_on,ends_on\n1,Acme,2026-01-01,2026-06-30\n")
    assert counts(bring("contracts", file)) == (0, 1, 0, 0)
    assert twice("contracts", file) == (0, 0, 1, 0)
    assert factories.fresh(acme).contract_until == dt.date(2026, 6, 30)
    assert acme.contracts.count() == 2


# Contacts


def test_contacts(file: Path) -> None:
    file.write_text(
        "external_id,account,name,title,email,phone,roles,stance,status,reports_to\n"
        "1,Acme,Carla,Buyer,carla@acme.example,123,decision maker;champion,supporter,,2\n"
        "2,Acme,Dora,,,,,,retired,\n"
        ",Acme,Ed,,,,,,,Dora\n"
    )
    assert twice("contacts", file) == (3, 0, 0, 0)
    carla, dora = Contact.objects.get(name="Carla"), Contact.objects.get(name="Dora")
    assert carla.reports_to == dora
    assert sorted(carla.roles.values_list("kind", flat=True)) == ["champion", "decision_maker"]
    assert (carla.stance, dora.status) == ("supporter", "retired")


def test_a_contact_changes(file: Path) -> None:
    file.write_text("account,first_name,last_name,email\nAcme,Carla,Bruni,c@acme.example\n")
    bring("contacts", file)
    file.write_text("account,name,email,title\nAcme,Carla Bruni-S,C@acme.example,Buyer\n")
    assert counts(bring("contacts", file)) == (0, 1, 0, 0)
    assert Contact.objects.get().name == "Carla Bruni-S"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Carla,,,", "names no account"),
        ("Acne,Carla,,,", "There is no account"),
        ("Acme,,,,", "no name"),
        ("Acme,Carla,king,,", "roles: “king” is none of"),
        ("Acme,Carla,,at ease,", "status: “at ease” is none of"),
        ("Acme,Carla,,,nobody", "reports_to: There is no contact “nobody”."),
        ("Acme,Twin,,,", "2 contacts are called “Twin”"),
    ],
)
def test_bad_contacts(file: Path, acme: Account, row: str, reason: str) -> None:
    factories.contact(acme, "Twin")
    factories.contact(acme, "Twin")
    file.write_text(f"account,name,roles,status,reports_to\n{row}\n")
    assert reason in bring("contacts", file).reasons[0]
    assert Contact.objects.count() == 2


# Activities


def test_activities(file: Path, acme: Account) -> None:
    factories.contact(acme, "Carla")
    file.write_text(
        "external_id,account,contact,channel,direction,outcome,occurred_at,logged_by,summary,"
        "interested_until\n"
        "1,Acme,Carla,call,,connected,2024-02-01 10:00,bob,Spoke,\n"
        "2,Acme,Carla,call,,interested later,2024-02-02 10:00,bob,Later,2024-09-01\n"
        ",Acme,,E-mail,incoming,,2024-02-03T10:00:00Z,,Asked,\n"
    )
    assert twice("activities", file) == (3, 0, 0, 0)
    call = Activity.objects.get(summary="Spoke")
    assert (call.logged_by, call.is_engagement) == (factories.bob(), True)
    assert [c.name for c in call.contacts.all()] == ["Carla"]
    account = factories.fresh(acme)
    assert account.engaged_on == dt.date(2024, 2, 3)
    assert account.interest_until == dt.date(2024, 9, 1)


def test_salesforce_tasks_may_name_the_opportunity_or_only_the_contact(
    file: Path, acme: Account
) -> None:
    cards = file.with_name("cards.csv")
    cards.write_text("Id,AccountId,StageName,OwnerId\n006A,Acme,Engaging,alice\n")
    bring("opportunities", cards)
    people = file.with_name("people.csv")
    people.write_text("Id,AccountId,Name\n003A,Acme,Carla\n")
    bring("contacts", people)
    file.write_text(
        "Id,WhatId,WhoId,Subject,Description,Status,ActivityDate,TaskSubtype,CallDisposition\n"
        "1,006A,003A,Intro,Long talk,Completed,2024-02-01,Call,Connected\n"
        "2,,003A,Mail,,Completed,2024-02-02,Email,\n"
        "3,006A,,Plan,,Not Started,2024-02-03,Call,\n"
        "4,006A,,Chore,,Completed,2024-02-03,Task,\n"
    )
    came = bring("activities", file)
    assert counts(came) == (2, 0, 0, 2)
    assert "next step" in came.reasons[0]
    assert "TaskSubtype: “Task” is none of call" in came.reasons[1]
    first = Activity.objects.get(summary="Intro\nLong talk")
    assert first.opportunity is not None
    assert first.is_engagement


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("7,,call,connected,2024-02-01,bob,", "names no account"),
        ("7,Acme,fax,connected,2024-02-01,bob,", "channel: “fax” is none of"),
        ("7,Acme,call,fine,2024-02-01,bob,", "outcome: “fine” is none of"),
        ("7,Acme,call,connected,,bob,", "lacks the channel or when"),
        ("7,Acme,call,connected,02/01/2024,bob,", "--dates"),
        ("7,Acme,call,connected,2024-02-01,carol,", "logged_by: There is no person “carol”."),
        ("7,Acme,call,interested_later,2024-02-01,bob,", "Say who is interested later"),
        ("1,Acme,call,connected,2024-02-02,bob,", "logged otherwise"),
    ],
)
def test_bad_activities(file: Path, row: str, reason: str) -> None:
    header = "external_id,account,channel,outcome,occurred_at,logged_by,interested_until\n"
    file.write_text(f"{header}1,Acme,call,connected,2024-02-01,bob,\n")
    bring("activities", file)
    file.write_text(f"{header}{row}\n")
    assert reason in bring("activities", file).reasons[0]
    assert Activity.objects.count() == 1


# Sales and reversals


def test_sales(file: Path, acme: Account) -> None:
    file.write_text(
        "external_id,account,booked_on,amount,currency,rep,opportunity,product,quantity\n"
        "1,Acme,2024-02-01,1200,EUR,bob,,GTXPro,3\n,Acme,2024-02-02,5,,,,,\n"
    )
    assert twice("sales", file) == (2, 0, 0, 0)
    sale = Sale.objects.get(external_id="1")
    line = sale.lines.get()
    assert sale.credited_to == factories.bob()
    assert (int(line.quantity), int(line.amount)) == (3, 1200)
    assert factories.fresh(acme).sold_on == dt.date(2024, 2, 2)


def test_a_changed_sale_is_the_next_revision(file: Path) -> None:
    file.write_text("external_id,account,booked_on,amount,rep\n1,Acme,2024-02-01,1200,bob\n")
    bring("sales", file)
    file.write_text("external_id,account,booked_on,amount\n1,Acme,2024-02-01,900\n")
    assert twice("sales", file) == (0, 1, 0, 0)
    old, new = Sale.objects.order_by("id")
    assert net_amount(old) == 0
    assert (new.revision, new.credited_to) == (2, factories.bob())


def test_reversals(file: Path) -> None:
    sold = file.with_name("sales.csv")
    sold.write_text(
        "external_id,account,booked_on,amount\n1,Acme,2024-02-01,100\n2,Acme,2024-02-01,100\n"
    )
    bring("sales", sold)
    file.write_text(
        "external_id,sale,reversed_on,amount\nr1,1,2024-03-01,40\n,2,2024-03-01,\n"
        "r3,9,2024-03-01,5\nr4,1,2024-03-01,90\nr5,1,,5\n"
    )
    assert twice("reversals", file) == (2, 0, 0, 3)
    left = {sale.external_id: net_amount(sale) for sale in Sale.objects.all()}
    assert left == {"1": Decimal(60), "2": Decimal(0)}
    file.write_text("external_id,sale,reversed_on,amount\nr1,1,2024-03-02,40\n")
    assert "never edited" in bring("reversals", file).reasons[0]
    assert SaleReversal.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("8,,2024-02-01,5,,", "names no account"),
        ("8,Acme,,5,,", "no day of booking"),
        ("8,Acme,2024-02-01,0,,", "no amount above zero"),
        ("8,Acme,2024-02-01,-5,,", "negative"),
        ("8,Acme,2199-02-01,5,,", "to come"),
        ("8,Acme,2024-02-01,5,carol,", "rep: There is no person"),
        ("8,Acme,2024-02-01,5,,o9", "opportunity: There is no opportunity “o9”."),
        ("1,Bolt,2024-02-01,100,,", "an import moves none"),
    ],
)
def test_bad_sales(file: Path, row: str, reason: str) -> None:
    factories.pooled("Bolt")
    header = "external_id,account,booked_on,amount,rep,opportunity\n"
    file.write_text(f"{header}1,Acme,2024-02-01,100,,\n")
    bring("sales", file)
    file.write_text(f"{header}{row}\n")
    assert reason in bring("sales", file).reasons[0]
    assert Sale.objects.count() == 1


def test_accounts_that_nobody_held_go_to_the_rep_of_their_latest_sale(file: Path) -> None:
    bolt, carp = factories.pooled("Bolt"), factories.pooled("Carp")
    file.write_text(
        "external_id,account,booked_on,amount,rep\n"
        "1,Bolt,2024-02-01,5,bob\n"
        "2,Bolt,2024-03-01,5,alice\n"
        "3,Bolt,2024-03-01,5,bob\n"
        "4,Carp,2024-03-01,5,\n"
        "5,Acme,2024-03-01,5,bob\n"
        "6,Bolt,2024-04-01,0,alice\n"
    )
    came = bring("sales", file, "--holder-from-latest")
    assert factories.fresh(bolt).owner == factories.bob()
    assert bolt.periods.get().began_at == start_of(dt.date(2024, 2, 1))
    assert factories.fresh(carp).owner is None
    assert Account.objects.get(name="Acme").owner == factories.alice()
    assert "that got a holder: 1." in came.said
    again = bring("sales", file, "--holder-from-latest")
    assert "that got a holder: 0." in again.said


# Rates


def test_rates(file: Path) -> None:
    file.write_text("currency;on;rate\nUSD;2024-02-01;0,9251\nCHF;2024-02-01;1.0656000004\n")
    assert twice("rates", file) == (2, 0, 0, 0)
    assert ExchangeRate.objects.get(currency="USD").rate == Decimal("0.9251")
    file.write_text("currency;on;rate\nUSD;2024-02-01;0,93\n")
    assert counts(bring("rates", file)) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("EUR;2024-02-01;1", "EUR is the base currency"),
        ("USD;2199-02-01;1", "to come"),
        ("USD;2024-02-01;0", "not above zero"),
        ("USD;2024-02-01;", "lacks"),
        ("USD;2024-02-01;0.00000000001", "smaller than nine decimals"),
        ("USD;2024-02-01;1234567890", "nine digits"),
        ("XXX;2024-02-01;1", "no currency code"),
    ],
)
def test_bad_rates(file: Path, row: str, reason: str) -> None:
    file.write_text(f"currency;on;rate\n{row}\n")
    assert reason in bring("rates", file).reasons[0]
    assert not ExchangeRate.objects.exists()


# Since when an imported holder holds an account


def test_an_earlier_fact_moves_an_assumed_start_back(tmp_path: Path) -> None:
    accounts, sold = tmp_path / "accounts.csv", tmp_path / "sales.csv"
    accounts.write_text(
        "name,owner,owner_since\nAssumed,alice,\nSaid,alice,2025-06-01\nAnothers,alice,\n"
    )
    sold.write_text(
        "external_id,account,booked_on,amount,rep\n"
        "1,Assumed,2025-03-04,100,alice\n"
        "2,Assumed,2025-02-03,100,bob\n"
        "3,Said,2025-03-04,100,alice\n"
        "4,Anothers,2025-03-04,100,bob\n"
    )
    bring("accounts", accounts)
    bring("sales", sold)
    held = {account.name: account.held_from for account in Account.objects.all()}
    assert held["Assumed"] == dt.date(2025, 3, 4)
    assert held["Said"] == dt.date(2025, 6, 1)
    assert held["Anothers"] not in (dt.date(2025, 3, 4), None)
    assert [finding.sentence for finding in verify()] == []
    assert counts(bring("sales", sold)) == (0, 0, 4, 0)
