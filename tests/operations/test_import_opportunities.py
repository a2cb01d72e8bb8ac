"""Importing opportunities: stages, sales of the won ones, changed rows, and who holds accounts."""

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path

import pytest

from accounts_app.models import Account, BeganBy
from core.days import start_of
from core.models import Event, User
from handoffs.models import PoolEntry
from pipeline import products
from pipeline.models import Opportunity, Product, Sale, StageKind
from pipeline.sales_net import net_amount
from tests import factories
from tests.operations.importing import Came, bring, counts

pytestmark = pytest.mark.django_db

HEADER = (
    "external_id,account,name,owner,stage,amount,currency,created_on,moved_on,expected_close_on,"
    "closed_on,product,lead_source,loss_reason\n"
)
WON = "1,Acme,Rollout,alice,Won,1200.50,EUR,2024-01-10,,,2024-03-01,GTX Pro,fair,\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "opportunities.csv"


@pytest.fixture(autouse=True)
def acme() -> Account:
    products.add_product("GTX Pro", by=factories.steward(), at=factories.at(factories.LONG_AGO))
    factories.bob()
    return factories.owned(factories.alice(), since=dt.date(2024, 1, 1))


def rows(file: Path, *lines: str, header: str = HEADER) -> Path:
    file.write_text(header + "".join(lines))
    return file


def the_card() -> Opportunity:
    return Opportunity.objects.get()


def test_a_won_row_books_its_sale(file: Path, acme: Account) -> None:
    assert counts(bring("opportunities", rows(file, WON))) == (1, 0, 0, 0)
    card, sale = the_card(), Sale.objects.get()
    assert (card.name, card.opened_on, card.closed_on) == (
        "Rollout",
        dt.date(2024, 1, 10),
        dt.date(2024, 3, 1),
    )
    assert card.closed_holder == factories.alice()
    assert [change.to_stage.name for change in card.stage_changes.all()] == ["Prospecting", "Won"]
    assert (sale.booked_on, sale.amount, sale.credited_to) == (
        dt.date(2024, 3, 1),
        Decimal("1200.50"),
        factories.alice(),
    )
    assert sale.lines.get().product.name == "GTX Pro"
    assert factories.fresh(acme).sold_on == dt.date(2024, 3, 1)


def test_the_same_file_twice_changes_nothing(file: Path) -> None:
    rows(
        file,
        WON,
        "2,Acme,Lost one,bob,Lost,0,,2024-01-10,,,2024-03-01,,,too dear\n",
        "3,Acme,Open one,bob,Engaging,,,2024-01-10,2024-02-01,2030-01-01,,,,\n",
        ",Acme,Nameless,bob,Proposal,5,,,,,,,,\n",
        ",Acme,Gone,bob,Lost,5,,2024-01-10,,,2024-01-10,,,\n",
    )
    assert counts(bring("opportunities", file)) == (5, 0, 0, 0)
    events = Event.objects.count()
    assert counts(bring("opportunities", file)) == (0, 0, 5, 0)
    assert Event.objects.count() == events


def test_open_rows_stand_where_they_stood(file: Path) -> None:
    rows(file, "3,Acme,Open one,bob,Engaging,,,2024-01-10,2024-02-01,2030-01-01,,,web,\n")
    bring("opportunities", file)
    card = the_card()
    assert (card.stage.name, card.opened_on, card.moved_on, card.closed_on) == (
        "Engaging",
        dt.date(2024, 1, 10),
        dt.date(2024, 2, 1),
        None,
    )
    assert (card.expected_close_on, card.lead_source) == (dt.date(2030, 1, 1), "web")
    assert card.owner == factories.alice()  # the account's holder, whatever the row says


def test_without_a_day_it_is_opened_today_and_named_by_its_product(file: Path) -> None:
    rows(file, "4,Acme,,,Prospecting,,,,,,,GTXPro,,\n")
    came = bring("opportunities", file)
    assert the_card().name == "GTX Pro"
    assert the_card().opened_on == the_card().created_at.date()
    assert "“GTXPro” was taken for the product “GTX Pro”." in came.said


def test_a_changed_amount_reverses_the_sale_and_books_the_next_revision(file: Path) -> None:
    bring("opportunities", rows(file, WON))
    assert counts(bring("opportunities", rows(file, WON.replace("1200.50", "900")))) == (0, 1, 0, 0)
    old, new = Sale.objects.order_by("id")
    assert net_amount(old) == 0
    assert (new.revision, int(new.amount)) == (2, 900)
    assert the_card().amount == 900
    assert counts(bring("opportunities", file)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("before", "after", "day", "credited"),
    [
        ("2024-03-01", "2024-04-02", dt.date(2024, 4, 2), "alice"),
        (",alice,", ",bob,", dt.date(2024, 3, 1), "bob"),
    ],
)
def test_another_closing_day_or_owner_closes_it_anew(
    file: Path, before: str, after: str, day: dt.date, credited: str
) -> None:
    bring("opportunities", rows(file, WON))
    assert counts(bring("opportunities", rows(file, WON.replace(before, after)))) == (0, 1, 0, 0)
    old, new = Sale.objects.order_by("id")
    assert net_amount(old) == 0
    assert new.credited_to is not None
    assert (new.booked_on, new.credited_to.username) == (day, credited)
    assert the_card().closed_on == day
    assert counts(bring("opportunities", file)) == (0, 0, 1, 0)


def test_a_won_row_that_is_lost_now_takes_its_sale_back(file: Path, acme: Account) -> None:
    bring("opportunities", rows(file, WON))
    assert counts(bring("opportunities", rows(file, WON.replace("Won", "Lost")))) == (0, 1, 0, 0)
    assert net_amount(Sale.objects.get()) == 0
    assert the_card().stage.kind == StageKind.LOST
    assert factories.fresh(acme).sold_on is None


def test_a_sale_reversed_by_hand_stays_reversed(file: Path) -> None:
    bring("opportunities", rows(file, WON))
    factories.take_back(Sale.objects.get(), on=dt.date(2024, 5, 1))
    assert counts(bring("opportunities", file)) == (0, 0, 1, 0)
    assert Sale.objects.count() == 1


def test_an_open_row_moves_on_and_is_won(file: Path) -> None:
    bring("opportunities", rows(file, "1,Acme,R,alice,Engaging,5,,2024-01-10,,,,,,\n"))
    bring("opportunities", rows(file, "1,Acme,R,alice,Proposal,5,,2024-01-10,2024-01-20,,,,,\n"))
    bring("opportunities", rows(file, "1,Acme,R,alice,Won,5,,2024-01-10,,,2024-02-10,,,\n"))
    steps = [(s.to_stage.name, s.moved_on.day) for s in the_card().stage_changes.all()]
    assert steps == [("Engaging", 10), ("Proposal", 20), ("Won", 10)]
    assert Sale.objects.get().booked_on == dt.date(2024, 2, 10)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("9,,X,alice,Won,5,,,,,2024-03-01,,,", "The row names no account."),
        ("9,Acne,X,alice,Won,5,,,,,2024-03-01,,,", "account: There is no account “Acne”."),
        ("9,Acme,X,carol,Won,5,,,,,2024-03-01,,,", "owner: There is no person “carol”."),
        ("9,Acme,X,alice,Sold,5,,,,,2024-03-01,,,", "There are Prospecting, Engaging, Proposal"),
        ("9,Acme,X,alice,,5,,,,,,,,", "names no stage"),
        ("9,Acme,X,alice,Won,,,,,,2024-03-01,,,", "won without an amount"),
        ("9,Acme,X,alice,Won,0,,,,,2024-03-01,,,", "won without an amount"),
        ("9,Acme,X,alice,Won,-5,,,,,2024-03-01,,,", "amount: “-5” is negative."),
        ("9,Acme,X,alice,Won,1.234,,,,,2024-03-01,,,", "--decimal"),
        (f"9,Acme,X,alice,Won,{'9' * 40},,,,,2024-03-01,,,", "more than 13 digits"),
        ("9,Acme,X,alice,Won,nan,,,,,2024-03-01,,,", "no number"),
        ("9,Acme,X,alice,Won,5,,,,,,,,", "no day of closing"),
        ("9,Acme,X,alice,Won,5,,,,,03/04/2024,,,", "--dates dmy or mdy"),
        ("9,Acme,X,alice,Won,5,,,,,2199-03-01,,,", "is to come"),
        ("9,Acme,X,alice,Engaging,5,,,,,2024-03-01,,,", "open and tells a day of closing"),
        ("9,Acme,X,alice,Engaging,5,,2199-03-01,,,,,,", "to come"),
        ("9,Acme,X,alice,Won,5,ZZZ,,,,2024-03-01,,,", "currency: “ZZZ”"),
        ("9,Acme,X,alice,Won,5,CHF,,,,2024-03-01,,,", "no rate for CHF"),
        ("9,Acme,X,alice,Won,5,,,,,2024-03-01,Chai,,", "product: There is no product “Chai”."),
        (f"9,Acme,{'x' * 100_000},alice,Won,5,,,,,2024-03-01,,,", "at most 200"),
        ("9,Acme,X\x1b,alice,Won,5,,,,,2024-03-01,,,", "control characters"),
    ],
)
def test_bad_rows(file: Path, row: str, reason: str) -> None:
    came = bring("opportunities", rows(file, f"{row}\n", WON))
    assert counts(came) == (1, 0, 0, 1)
    assert reason in came.reasons[0]
    assert the_card().name == "Rollout"


def test_a_record_made_after_the_deal_was_closed_counts_from_the_closing(file: Path) -> None:
    came = bring("opportunities", rows(file, WON.replace("2024-01-10", "2024-05-01")))
    assert the_card().opened_on == dt.date(2024, 3, 1)
    assert "created after they moved or closed" in came.said
    assert counts(bring("opportunities", file)) == (0, 0, 1, 0)


def test_two_accounts_of_one_name_need_an_id(file: Path) -> None:
    factories.pooled("Acme")
    assert "2 accounts are called “Acme”" in bring("opportunities", rows(file, WON)).reasons[0]


def test_a_row_does_not_move_to_another_account(file: Path) -> None:
    factories.pooled("Bolt")
    bring("opportunities", rows(file, WON))
    came = bring("opportunities", rows(file, WON.replace("Acme", "Bolt")))
    assert came.reasons == ["This opportunity is one of Acme here; an import moves none."]


def test_two_products_alike_but_for_blanks_are_not_guessed(file: Path) -> None:
    products.add_product("GT XPro", by=factories.steward(), at=factories.at(factories.LONG_AGO))
    came = bring("opportunities", rows(file, WON.replace("GTX Pro", "GTXPro")))
    assert "2 products are called “GTXPro”" in came.reasons[0]


def test_amounts_are_rounded_to_the_smallest_coin_and_said(file: Path) -> None:
    came = bring("opportunities", rows(file, WON.replace("1200.50", "9.80000019")))
    assert Sale.objects.get().amount == Decimal("9.80")
    assert "rounded to the smallest coin of EUR" in came.said


def test_salesforce(file: Path, acme: Account) -> None:
    header = "Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,IsWon,OwnerId,CreatedDate\n"
    rows(
        file,
        "006A,,Acme,A,Closed Won,1651993.36,2023-06-17,1,,2023-01-22T16:14:25.000+0000\n",
        "006B,,Acme,B,Closed Lost,5,2023-06-17,,,2023-01-22T16:14:25.000+0000\n",
        "006C,,Acme,C,Qualification,5,2030-06-17,,,2023-01-22T16:14:25.000+0000\n",
        "006D,1,Acme,D,Prospecting,5,2030-06-17,,,2023-01-22T16:14:25.000+0000\n",
        "006E,,Acme,E,Prospecting,5,2030-06-17,,,2023-01-22T16:14:25.000+0000\n",
        header=header,
    )
    came = bring("opportunities", file, source="salesforce")
    assert counts(came) == (3, 0, 0, 2)
    kinds = dict(Opportunity.objects.values_list("name", "stage__kind"))
    assert kinds == {"A": "won", "B": "lost", "E": "open"}
    assert Opportunity.objects.get(name="E").expected_close_on == dt.date(2030, 6, 17)
    assert "There is no stage “Qualification”" in came.reasons[0]


def test_pipedrive_keeps_the_last_stage_of_a_lost_deal(file: Path) -> None:
    rows(
        file,
        "1,A,Acme,Engaging,Won,100,2024-01-05 10:00:00,2024-02-01 10:00:00,\n",
        "2,B,Acme,Engaging,Lost,100,2024-01-05 10:00:00,,2024-02-02 10:00:00\n",
        "3,C,Acme,Engaging,Open,100,2024-01-05 10:00:00,,\n",
        header=(
            "Deal - ID,Deal - Title*,Organization*,Deal - Stage,Deal - Status,Deal - Value,"
            "Deal - Deal created,Deal - Won time,Deal - Lost time\n"
        ),
    )
    assert counts(bring("opportunities", file, source="pipedrive")) == (3, 0, 0, 0)
    closed = dict(Opportunity.objects.values_list("name", "closed_on"))
    assert closed == {"A": dt.date(2024, 2, 1), "B": dt.date(2024, 2, 2), "C": None}


# Who holds the accounts


def from_latest(file: Path) -> Came:
    return bring("opportunities", file, "--holder-from-latest")


def test_accounts_that_nobody_holds_go_to_the_owner_of_their_latest(file: Path) -> None:
    (file.parent / "accounts.csv").write_text("name\nBolt\n")
    bring("accounts", file.parent / "accounts.csv")
    rows(
        file,
        "1,Bolt,A,bob,Won,5,,2024-01-10,,,2024-02-01,,,\n",
        "2,Bolt,B,alice,Lost,5,,2023-12-01,,,2024-03-01,,,\n",
        "3,Bolt,C,bob,Engaging,5,,2024-03-01,,,,,,\n",
        "4,Bolt,D,alice,Prospecting,5,,,,,,,,\n",
        "5,Acme,E,bob,Won,5,,,,,2024-03-01,,,\n",
    )
    came = from_latest(file)
    bolt, acme = Account.objects.get(name="Bolt"), Account.objects.get(name="Acme")
    assert (bolt.owner, acme.owner) == (factories.bob(), factories.alice())
    period = bolt.periods.get()
    assert (period.began_by, period.began_at) == (
        BeganBy.IMPORTED,
        start_of(dt.date(2024, 1, 10)),
    )
    assert not PoolEntry.objects.open().exists()
    assert "that got a holder: 1." in came.said
    assert "that got a holder: 0." in from_latest(file).said


def test_without_the_option_nobody_gets_an_account(file: Path) -> None:
    bolt = factories.pooled("Bolt")
    bring("opportunities", rows(file, "1,Bolt,A,bob,Won,5,,,,,2024-02-01,,,\n"))
    assert factories.fresh(bolt).owner is None


def test_somebody_who_may_not_hold_gets_none_and_it_is_said(file: Path) -> None:
    bolt = factories.pooled("Bolt")
    factories.mara()
    came = from_latest(rows(file, "1,Bolt,A,mara,Won,5,,,,,2024-02-01,,,\n"))
    assert factories.fresh(bolt).owner is None
    assert "Bolt got no holder: Mara may not hold accounts." in came.said


def test_what_somebody_held_before_stays_in_the_pool(file: Path, acme: Account) -> None:
    factories.let_go(acme, on=dt.date(2025, 1, 1))
    from_latest(rows(file, WON))
    assert factories.fresh(acme).owner is None


def test_a_dry_run_gives_no_account(file: Path) -> None:
    bolt = factories.pooled("Bolt")
    rows(file, "1,Bolt,A,bob,Won,5,,,,,2024-02-01,,,\n")
    came = bring("opportunities", file, "--holder-from-latest", "--dry-run")
    assert "that got a holder: 1." in came.said
    assert (factories.fresh(bolt).owner, Opportunity.objects.count()) == (None, 0)


def test_the_first_thousand_of_the_real_pipeline(maven: Path, tmp_path: Path) -> None:
    Product.objects.all().delete()
    for name in ("sales_teams", "accounts", "products"):
        (tmp_path / f"{name}.csv").write_bytes((maven / f"{name}.csv").read_bytes())
    pipeline = tmp_path / "sales_pipeline.csv"
    lines = (maven / "sales_pipeline.csv").read_text().splitlines(keepends=True)
    pipeline.write_text("".join(lines[:1001]))
    bring("people", tmp_path / "sales_teams.csv", source="maven")
    bring("accounts", tmp_path / "accounts.csv", source="maven")
    bring("products", tmp_path / "products.csv", source="maven")
    began = time.monotonic()
    came = bring("opportunities", pipeline, "--holder-from-latest", source="maven")
    assert time.monotonic() - began < 60
    told = [line.strip().split(",") for line in lines[1:1001]]
    accounts = {row[3] for row in told} - {""}
    homeless = sum(not row[3] for row in told)
    assert counts(came) == (1000 - homeless, 0, 0, homeless)
    assert f"rejected {homeless:,} × The row names no account." in came.said
    assert "“GTXPro” was taken for the product “GTX Pro”." in came.said
    assert f"that got a holder: {len(accounts)}." in came.said
    assert Sale.objects.count() == sum(row[4] == "Won" for row in told)
    for name in accounts:
        assert Account.objects.get(name=name).owner == latest_agent(told, name)


def latest_agent(told: list[list[str]], account: str) -> User:
    """Found the simple way, to compare with."""
    theirs = [(max(row[5], row[6]), n, row[1]) for n, row in enumerate(told) if row[3] == account]
    return next(u for u in User.objects.get_queryset() if u.name == max(theirs)[2])
