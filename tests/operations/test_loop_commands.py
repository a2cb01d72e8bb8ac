"""The loop by command: the clock, the pool, a logged call, sales and the ledgers."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts_app import registry
from accounts_app.models import Account
from core.models import Event, User
from handoffs import claims
from handoffs.models import PoolEntry
from incentives import ledger, plans
from incentives.models import LedgerEntry
from pipeline.models import Activity, Sale, SaleReversal
from tests import factories
from tests.factories import TODAY, at, days_on, steward
from tests.handoffs import moves
from tests.operations.terminal import Said, Terminal

pytestmark = pytest.mark.django_db

NOW = at(TODAY, 10)


@pytest.fixture(autouse=True)
def _today(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def scene() -> Account:
    """The cast, the rules, and Alice's Acme: a sale and a call lie behind it, it falls quiet."""
    factories.cast()
    factories.policy()
    long_ago = factories.LONG_AGO
    plans.adopt_incentive_plan(by=steward(), at=at(long_ago), effective_on=long_ago)
    plans.adopt_commission_plan(
        by=steward(), at=at(long_ago), effective_on=long_ago, default_rate=Decimal("0.08")
    )
    account = factories.owned(since=days_on(-200))
    factories.sale(account, amount=500, on=days_on(-150), rep=factories.alice())
    factories.engage(account, on=days_on(-85))
    return factories.fresh(account)


def swept() -> Account:
    """Acme was warned of in time, and pooled last night."""
    account = scene()
    moves.sweep_on(days_on(-16))
    moves.sweep_on(days_on(5), today=days_on(5))
    return factories.fresh(account)


def written() -> dict[str, int]:
    """How many rows there are of what these commands may write."""
    tables = (Activity, Event, LedgerEntry, PoolEntry, Sale, SaleReversal)
    return {table.__name__: table._base_manager.count() for table in tables}


# account


def test_the_clock_of_an_account(run: Terminal) -> None:
    account = scene()
    said = run("account", "Acme")
    assert said == Said(
        0,
        f"Acme ({account.pk}): Owned\n"
        "Held by Alice since 2025-08-14.\n"
        "Tonight Alice is warned, and it goes to the pool 7 days later at the earliest.\n"
        "Quiet since 2025-12-07.\n"
        "Dormant on 2026-03-07. Nobody was warned yet.\n"
        "  Taken over: 2025-08-14\n"
        "  Last engagement of the customer: 2025-12-07, which counts\n"
        "  Last sale: 2025-10-03\n",
        "",
    )


def test_a_warned_account_has_a_day_for_the_pool(run: Terminal) -> None:
    scene()
    moves.sweep_on(TODAY)
    said = run("account", "Acme")
    assert "Goes to the pool on 9 March 2026 unless a customer answers.\n" in said.out
    assert "Dormant on 2026-03-07. Warned on 2026-03-02. To the pool on 2026-03-09.\n" in said.out


def test_the_sentence_is_that_of_the_day_named(run: Terminal) -> None:
    scene()
    said = run("account", "Acme", "--as-of", "2026-02-01")
    assert (
        "Without a sign of life Alice is warned on 14 February 2026,"
        " and it goes to the pool on 7 March 2026.\n" in said.out
    )


def test_a_sign_that_the_policy_leaves_out_says_so(run: Terminal) -> None:
    factories.policy(counts_sale=False)
    account = factories.owned(since=days_on(-20))
    factories.sale(account, on=days_on(-10))
    said = run("account", "Acme")
    assert "  Last sale: 2026-02-20, which does not count\n" in said.out


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("pooled", "Nobody holds it: it waits in the pool.\n"),
        ("owned", "Stays with Alice: no dormancy policy is in force yet.\n"),
    ],
)
def test_an_account_without_a_clock(run: Terminal, state: str, sentence: str) -> None:
    if state == "pooled":
        moves.unassigned()
    else:
        factories.owned()
    said = run("account", "Acme")
    assert said.code == 0
    assert said.out.endswith(sentence)


def test_reading_changes_nothing(run: Terminal) -> None:
    swept()
    before = written()
    for words in (["account", "Acme"], ["pool"], ["pool", "--account", "Acme"], ["ledger"]):
        assert run(*words).code == 0
    assert written() == before


# pool


def test_the_pool_says_why_and_what_it_was_worth(run: Terminal) -> None:
    account = swept()
    free = moves.unassigned("Free", on=TODAY).account
    said = run("pool")
    assert said == Said(
        0,
        f"Acme ({account.pk}): Fell quiet, in the pool since 2026-03-07; quiet since 2025-12-07"
        " (last engagement of the customer); held last by Alice; 500.00 EUR in 1 sale, the last on"
        " 2025-10-03\n"
        f"Free ({free.pk}): Imported without a holder, in the pool since 2026-03-02;"
        " nobody held it yet; nothing was sold there\n"
        "In the pool: 2.\n",
        "",
    )


def test_one_account_in_the_pool_comes_with_every_sign(run: Terminal) -> None:
    swept()
    said = run("pool", "--account", "Acme")
    first, *signs = said.out.splitlines()
    assert "Fell quiet, in the pool since 2026-03-07" in first
    assert signs == [
        "  Taken over: 2025-08-14",
        "  Last engagement of the customer: 2025-12-07, which counts",
        "  Last sale: 2025-10-03",
    ]


def test_what_is_taken_back_was_worth_nothing(run: Terminal) -> None:
    account = swept()
    factories.sale(account, amount=70, on=days_on(-140))
    factories.take_back(Sale.objects.get(amount=500))
    assert "; 70.00 EUR in 1 sale, the last on 2025-10-13\n" in run("pool").out


def test_an_empty_pool(run: Terminal) -> None:
    factories.owned()
    assert run("pool").out == "In the pool: 0.\n"


def test_the_whole_pool_costs_the_same_queries(
    run: Terminal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        moves.unassigned(f"Free {number}")
    with django_assert_num_queries(2):
        run("pool")


# log


def test_a_call_moves_the_clock(run: Terminal) -> None:
    account = scene()
    factories.contact(account, "Carla", on=days_on(-100))
    said = run(
        *("log", "Acme", "--channel", "call", "--outcome", "connected", "--by", "alice"),
        *("--at", "2026-03-01 15:00", "--contact", "Carla", "--summary", "They want pumps."),
    )
    assert said == Said(
        0,
        "Call on 2026-03-01 with Acme is logged, an engagement.\n"
        "Alice holds Acme: dormant on 2026-05-30, not on 2026-03-07 any more.\n",
        "",
    )
    call = Activity.objects.latest("id")
    assert (call.logged_by, call.summary, call.direction) == (
        factories.alice(),
        "They want pumps.",
        "outbound",
    )
    assert [str(each) for each in call.contacts.all()] == ["Carla"]
    assert call.occurred_at == dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC)
    event = Event.objects.get(verb="activity.logged", subject_id=call.pk)
    assert (event.origin, event.actor, event.happened_at) == ("command log", call.logged_by, NOW)


def test_nobody_was_reached_and_the_clock_stays(run: Terminal) -> None:
    scene()
    said = run(
        *("log", "Acme", "--channel", "call", "--outcome", "no_answer", "--by", "alice"),
    )
    assert said.out == (
        "Call on 2026-03-02 with Acme is logged.\nAlice holds Acme: dormant on 2026-03-07.\n"
    )


def test_what_the_customer_sent_counts(run: Terminal) -> None:
    scene()
    said = run("log", "Acme", "--channel", "email", "--inbound", "--by", "alice")
    assert "E-mail on 2026-03-02 with Acme is logged, an engagement.\n" in said.out


def test_a_stated_interest(run: Terminal) -> None:
    account = scene()
    carla = factories.contact(account, "Carla", email="carla@example.com")
    words = ("log", "Acme", "--channel", "call", "--outcome", "interested_later", "--by", "alice")
    said = run(*words, "--contact", "Carla@example.com")
    assert (said.code, said.out) == (1, "")
    assert "Say who is interested later, and from which day." in said.err
    said = run(*words, "--contact", str(carla.pk), "--interested-until", "2026-09-01")
    assert "dormant on 2026-11-30, not on 2026-03-07 any more." in said.out


def test_told_of_the_past_the_warning_ends_as_it_did_then(run: Terminal) -> None:
    account = scene()
    moves.sweep_on(days_on(-10))
    words = ("log", "Acme", "--channel", "call", "--outcome", "connected", "--by", "alice")
    run(*words, "--logged-at", "2026-02-21")
    row = factories.fresh(account)
    assert (row.engaged_on, row.warned_on) == (dt.date(2026, 2, 21), None)
    assert Event.objects.filter(verb="activity.logged").latest("id").happened_at == at(days_on(-9))


def test_a_call_logged_too_late_brings_the_account_back(
    run: Terminal, time_machine: time_machine.TimeMachineFixture
) -> None:
    swept()
    time_machine.move_to(at(days_on(5)), tick=False)
    words = ("log", "Acme", "--channel", "call", "--outcome", "connected", "--by", "alice")
    said = run(*words, "--at", "2026-03-06 16:00")
    assert said.out == (
        "Call on 2026-03-06 with Acme is logged, an engagement.\n"
        "Alice holds Acme: dormant on 2026-06-04.\n"
    )


def test_on_a_pooled_account_no_clock_runs(
    run: Terminal, time_machine: time_machine.TimeMachineFixture
) -> None:
    swept()
    time_machine.move_to(at(days_on(6)), tick=False)
    words = ("log", "Acme", "--channel", "call", "--outcome", "connected", "--by", "bob")
    said = run(*words)
    assert said.out.endswith("Acme is held by nobody, and no clock runs.\n")


def test_without_a_policy_nothing_is_dormant(run: Terminal) -> None:
    factories.owned()
    said = run("log", "Acme", "--channel", "note", "--by", "alice")
    assert said.out.endswith("Alice holds Acme; there is no dormancy policy in force.\n")


# sale and reverse


def test_a_sale_is_booked_and_taken_back(run: Terminal) -> None:
    scene()
    said = run(
        *("sale", "Acme", "--amount", "1000", "--on", "2026-02-27", "--rep", "alice"),
        *("--by", "finn"),
    )
    sold = Sale.objects.latest("id")
    assert said == Said(
        0,
        f"Sale {sold.pk} of 1,000.00 EUR to Acme is booked on 2026-02-27, credited to Alice.\n",
        "",
    )
    assert Event.objects.get(verb="sale.booked", subject_id=sold.pk).origin == "command sale"
    said = run(
        *("reverse", str(sold.pk), "--on", "2026-03-01", "--amount", "250.50", "--by", "finn"),
        *("--reason", "A pump came back"),
    )
    assert said.out == (
        f"250.50 EUR of sale {sold.pk} to Acme is taken back; 749.50 EUR is left.\n"
    )
    said = run("reverse", str(sold.pk), "--on", "2026-03-02", "--by", "ada")
    assert said.out == f"749.50 EUR of sale {sold.pk} to Acme is taken back; 0.00 EUR is left.\n"
    said = run("reverse", str(sold.pk), "--on", "2026-03-02", "--by", "ada")
    assert said.code == 1
    assert "is fully reversed." in said.err
    reason = SaleReversal.objects.order_by("id").values_list("reason", flat=True)[0]
    assert reason == "A pump came back"


def test_an_imported_sale_is_named_by_source_and_id(run: Terminal) -> None:
    account = scene()
    imported(account, "10248", amount=100)
    newest = imported(account, "10248", amount=120, revision=2)
    said = run("reverse", "northwind:10248", "--on", "2026-03-02", "--by", "finn")
    assert f"120.00 EUR of sale {newest.pk} to Acme is taken back" in said.out


def imported(account: Account, external_id: str, *, amount: int, revision: int = 1) -> Sale:
    return Sale.objects.create(
        account=account,
        booked_on=days_on(-30),
        amount=amount,
        currency="EUR",
        rate=1,
        base_amount=amount,
        booked_by=steward(),
        source="northwind",
        external_id=external_id,
        revision=revision,
    )


def test_a_sale_is_credited_to_nobody_unless_named(run: Terminal) -> None:
    scene()
    said = run("sale", "Acme", "--amount", "5", "--on", "2026-03-02", "--by", "ada")
    assert said.out.endswith("credited to nobody.\n")
    assert Sale.objects.latest("id").credited_to is None


# ledger


def test_the_ledgers_of_a_handoff(run: Terminal) -> None:
    """From the warning to the payout, by command only."""
    scene()
    moves.sweep_on(days_on(-16))
    for words in (
        ("release", "Acme", "--by", "alice", "--at", "2026-02-16"),
        ("claim", "Acme", "--by", "bob", "--at", "2026-02-17"),
        ("brief", "hand_in", "Acme", "--by", "alice", "--at", "2026-02-18", "--players", "Eve"),
        ("brief", "accept", "Acme", "--by", "bob", "--at", "2026-02-19"),
        ("log", "Acme", "--channel", "visit", "--outcome", "held", "--by", "bob"),
        ("sale", "Acme", "--amount", "1000", "--on", "2026-03-02", "--rep", "bob", "--by", "finn"),
    ):
        assert run(*words).code == 0, words
    sold = Sale.objects.latest("id")
    said = run("ledger", "--account", "Acme", "--ledger", "incentive")
    assert said.out == (
        f"Acme, sale {sold.pk} of 2026-03-02, incentive: 60.00 EUR to Alice:"
        " 5 % first sale + 1 % for letting go early = 6 % of 1,000.00 EUR = 60.00 EUR\n"
        f"Acme, sale {sold.pk} of 2026-03-02, incentive: 30.00 EUR to Alice:"
        " 3 % accelerator (sold on day 13 of 60) of 1,000.00 EUR = 30.00 EUR\n"
        "In all, incentive: 90.00 EUR\n"
    )
    said = run("ledger", "--beneficiary", "bob")
    assert said.out == (
        f"Acme, sale {sold.pk} of 2026-03-02, commission: 80.00 EUR to Bob:"
        " 8 % (default rate) of 1,000.00 EUR = 80.00 EUR\n"
        "In all, commission: 80.00 EUR\n"
    )
    whole = run("ledger").out.splitlines()
    assert whole[-2:] == ["In all, commission: 120.00 EUR", "In all, incentive: 90.00 EUR"]
    assert len(whole) == LedgerEntry.objects.count() + 2


def test_a_reversal_is_a_line_of_its_own(run: Terminal) -> None:
    scene()
    sold = Sale.objects.get()
    ledger.reconcile(sold.account, by=steward(), at=NOW)
    run("reverse", str(sold.pk), "--on", "2026-03-02", "--by", "finn")
    lines = run("ledger").out.splitlines()
    assert "-40.00 EUR is posted now" in lines[1]
    assert lines[2] == "In all, commission: 0.00 EUR"


def test_an_empty_ledger(run: Terminal) -> None:
    factories.cast()
    assert run("ledger", "--beneficiary", "bob").out == "There is no such line.\n"


# Who may, and nonsense

CALL = "--channel call --outcome connected"
SALE = "--amount 10 --on 2026-03-02"

REFUSED = [
    (f"log Acme {CALL} --by bob", "Bob may not write on Acme."),
    (f"log Acme {CALL} --by finn", "Finn may not write on Acme."),
    (f"log Acme {CALL} --by olga", "Olga may not write on Acme."),
    (f"log Acme {CALL} --by left", "Left may not write on Acme."),
    (f"sale Acme {SALE} --by alice", "Finance books sales; a rep books one by winning"),
    (f"sale Acme {SALE} --by mara", "Finance books sales;"),
    ("reverse SALE --on 2026-03-02 --by alice", "Finance reverses sales."),
    ("reverse SALE --on 2026-03-02 --by mara", "Finance reverses sales."),
    ("reverse SALE --on 2020-01-01 --by finn", "is taken back between that day and today."),
    ("reverse SALE --on 2026-03-03 --by finn", "is taken back between that day and today."),
    ("reverse SALE --on 2026-03-02 --amount 501 --by finn", "Only 500.00 EUR of this sale are"),
    ("reverse SALE --on 2026-03-02 --amount 0 --by finn", "is an amount above zero."),
    ("reverse SALE --on 2026-03-02 --amount=-5 --by finn", "is an amount above zero."),
    ("reverse SALE --on 2026-03-02 --amount 0.001 --by finn", "has more than 2 decimals."),
    ("sale Acme --amount 0 --on 2026-03-02 --by finn", "A sale has an amount above zero."),
    ("sale Acme --amount=-1 --on 2026-03-02 --by finn", "A sale has an amount above zero."),
    ("sale Acme --amount 0.005 --on 2026-03-02 --by finn", "has more than 2 decimals."),
    ("sale Acme --amount 10 --on 2026-03-03 --by finn", "that day is to come."),
    (f"sale Acme {SALE} --currency eur --by finn", "eur is not an ISO 4217 currency."),
    (f"sale Acme {SALE} --currency USD --by finn", "rate"),
    (f"sale Acme {SALE} --rep nobody --by finn", "There is nobody called nobody."),
    (f"sale Nowhere {SALE} --by finn", "There is no account Nowhere."),
    (f"log Nowhere {CALL} --by alice", "There is no account Nowhere."),
    (f"log Acme {CALL} --by nobody", "There is nobody called nobody."),
    (f"log Acme {CALL} --contact Eve --by alice", "Acme has no contact Eve."),
    (f"log Acme {CALL} --contact Twin --by alice", "Several are called Twin: Twin ("),
    (f"log Acme {CALL} --contact Stranger --by alice", "Acme has no contact Stranger."),
    (f"log Acme {CALL} --logged-at 2026-03-03 --by alice", "2026-03-03 12:00 UTC is to come."),
    (f"log Acme {CALL} --interested-until 2026-04-01 --by alice", "Only a stated later interest"),
    ("account Nowhere", "There is no account Nowhere."),
    ("pool --account Nowhere", "There is no account Nowhere."),
    ("pool --account Acme", "Acme is not in the pool."),
    ("pool --account Shared", "Several are called Shared: "),
    ("ledger --account Nowhere", "There is no account Nowhere."),
    ("ledger --beneficiary nobody", "There is nobody called nobody."),
    ("reverse 999999 --on 2026-03-02 --by finn", "There is no sale 999999; name it by number or"),
    ("reverse northwind:1 --on 2026-03-02 --by finn", "There is no sale northwind:1; name it"),
    ("reverse : --on 2026-03-02 --by finn", "There is no sale :; name it"),
    ("reverse " + "9" * 500 + " --on 2026-03-02 --by finn", "There is no sale 999"),
]

UNREADABLE = [
    ("log Acme --by alice", "the following arguments are required: --channel"),
    ("log Acme --channel telex --by alice", "invalid choice: 'telex'"),
    ("log Acme --channel call --outcome fine --by alice", "invalid choice: 'fine'"),
    (f"log Acme {CALL} --at soon --by alice", "soon is neither a day nor a day and time."),
    (f"log Acme {CALL} --interested-until soon --by alice", "soon is not a day like 2018-04-02."),
    (f"log Acme {CALL} --summary \udcff --by alice", "? is not written in UTF-8."),
    ("account", "the following arguments are required: account"),
    ("account \udcff", "? is not written in UTF-8."),
    ("account Acme --as-of soon", "soon is not a day like 2018-04-02."),
    ("pool now", "unrecognized arguments: now"),
    ("ledger --ledger main", "invalid choice: 'main'"),
    ("sale Acme --amount much --on 2026-03-02 --by finn", "much: “much” value must be a decimal"),
    ("sale Acme --amount NaN --on 2026-03-02 --by finn", "NaN: "),
    ("sale Acme --amount 1e40 --on 2026-03-02 --by finn", "1e40: Ensure that there are no more"),
    ("sale Acme --amount 0.0001 --on 2026-03-02 --by finn", "no more than 3 decimal places."),
    ("sale Acme --amount 10 --on soon --by finn", "soon is not a day like 2018-04-02."),
    ("sale Acme --amount 10 --by finn", "the following arguments are required: --on"),
    ("reverse SALE --by finn", "the following arguments are required: --on"),
    ("reverse SALE --on 2026-03-02 --by finn --reason " + "x" * 201, "at most 200 characters"),
]


@pytest.mark.parametrize(("line", "sentence"), REFUSED, ids=[line[:60] for line, _ in REFUSED])
def test_what_a_rule_refuses_is_a_sentence(run: Terminal, line: str, sentence: str) -> None:
    ends_with(run, line, 1, sentence)


@pytest.mark.parametrize(
    ("line", "sentence"), UNREADABLE, ids=[ascii(line)[:60] for line, _ in UNREADABLE]
)
def test_what_cannot_be_read_is_a_sentence(run: Terminal, line: str, sentence: str) -> None:
    ends_with(run, line, 2, sentence)


def ends_with(run: Terminal, line: str, code: int, sentence: str) -> None:
    crowd()
    before = written()
    said = run(*line.replace("SALE", str(Sale.objects.get().pk)).split())
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert written() == before


def crowd() -> None:
    """Names that several bear, somebody who left, and a contact of another account."""
    account = scene()
    factories.rep("left", active=False, left_on=days_on(-1))
    for number in range(2):
        other = factories.pooled(f"Other {number}")
        registry.name_it(other, source=f"system {number}", external_id="Shared")
        factories.contact(account, "Twin", on=days_on(-100))
    factories.contact(other, "Stranger", on=days_on(-100))


def test_a_contact_may_be_named_as_another_system_does(run: Terminal) -> None:
    account = scene()
    carla = factories.contact(account, "Carla")
    registry.name_it(carla, source="old system", external_id="C-1")
    said = run("log", "Acme", *CALL.split(), "--contact", "C-1", "--by", "alice")
    assert said.code == 0
    assert list(Activity.objects.latest("id").contacts.all()) == [carla]


@pytest.mark.parametrize("who", ["alice", "mara", "ada"])
def test_who_may_log(run: Terminal, who: str) -> None:
    scene()
    assert run("log", "Acme", *CALL.split(), "--by", who).code == 0
    assert Activity.objects.latest("id").logged_by == User.objects.get(username=who)


def test_the_new_holder_is_shown(run: Terminal) -> None:
    account = swept()
    entry = PoolEntry.objects.get(account=account)
    claims.claim(entry, by=factories.bob(), at=at(days_on(6)))
    assert "Held by Bob since 2026-03-08.\n" in run("account", "Acme").out
