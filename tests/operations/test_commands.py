"""The commands, called as on a terminal: what works, and how nonsense is answered."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db.models import Model

from accounts_app import registry
from accounts_app.models import Account, DormancyPolicy, OwnershipPeriod
from core.models import Event, User
from handoffs import claims, evidence, releases, sweep
from handoffs.models import Brief, Handoff, PoolEntry, SetAside, SweepRun
from incentives import ledger, plans
from incentives.models import AcceleratorTier, CommissionPlan, IncentivePlan, LedgerEntry
from pipeline import products
from pipeline.models import Sale
from tests import factories
from tests.factories import TODAY, at, days_on, steward
from tests.incentives import earnings
from tests.operations.terminal import Said, Terminal

pytestmark = pytest.mark.django_db

NOW = at(TODAY, 10)


@pytest.fixture(autouse=True)
def _today(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def everything() -> dict[str, int]:
    """How many rows there are of what a command may write."""
    tables: tuple[type[Model], ...] = (
        Account,
        AcceleratorTier,
        Brief,
        CommissionPlan,
        DormancyPolicy,
        Event,
        Handoff,
        IncentivePlan,
        LedgerEntry,
        OwnershipPeriod,
        PoolEntry,
        SweepRun,
    )
    return {table.__name__: table._base_manager.count() for table in tables}


def quiet(name: str = "Acme") -> Account:
    """Alice has held it for a hundred days, and nothing happened."""
    return factories.owned(since=days_on(-100), name=name)


def two_nights(account: Account) -> Handoff:
    """Warned eight days ago, swept last night."""
    for days in (-8, 0):
        sweep.sweep(at=at(days_on(days), 2), by=steward(), today=days_on(days))
    return Handoff.objects.get(account=account)


# Nonsense, for each command: the words, how it ends, and what it says.

NONSENSE = [
    ("sweep --as-of yesterday", 2, "yesterday is not a day like 2018-04-02."),
    ("sweep --as-of 2026-02-30", 2, "2026-02-30 is not a day"),
    ("sweep --as-of 0001-01-01", 2, "0001-01-01 is out of reach"),
    ("sweep --as-of 9999-12-31 --dry-run", 2, "9999-12-31 is out of reach"),
    ("sweep --as-of 2026-03-03", 1, "2026-03-03 is to come; try it with --dry-run."),
    ("sweep --as-of 2019-12-31", 1, "Policy 1 is in force since 2020-01-01"),
    ("sweep --dry-run --as-of 2019-12-31", 1, "2019-12-31 lies before that."),
    ("sweep now", 2, "unrecognized arguments: now"),
    ("nightly --as-of 2026-13-01", 2, "2026-13-01 is not a day"),
    ("nightly --as-of 2026-03-03", 1, "2026-03-03 is to come"),
    ("nightly --as-of 1850-01-01", 2, "1850-01-01 is out of reach"),
    ("adopt_policy quiet_days=9", 1, "A policy has no figure called quiet_days. It has: brief_"),
    ("adopt_policy warn_days", 1, "warn_days is not of the form key=value."),
    ("adopt_policy warn_days=", 1, "warn_days= is not of the form key=value."),
    ("adopt_policy =9", 1, "=9 is not of the form key=value."),
    ("adopt_policy warn_days=ten", 1, "warn_days is a whole number of 0 or more; ten is not."),
    ("adopt_policy warn_days=-1", 1, "warn_days is a whole number of 0 or more; -1 is not."),
    ("adopt_policy warn_days=1.5", 1, "warn_days is a whole number of 0 or more; 1.5 is not."),
    ("adopt_policy warn_days=5 warn_days=6", 1, "warn_days is named twice."),
    ("adopt_policy dormant_after_days=0", 1, "dormant_after_days: "),
    ("adopt_policy dormant_after_days=3651", 1, "dormant_after_days: "),
    ("adopt_policy dormant_after_days=" + "9" * 18, 1, "dormant_after_days: "),
    ("adopt_policy dormant_after_days=" + "9" * 5000, 1, "dormant_after_days is too large."),
    ("adopt_policy dormant_after_days=10", 1, "A warning 21 days before cannot be given"),
    ("adopt_policy counts_sale=maybe", 1, "counts_sale is yes or no; maybe is not."),
    ("adopt_policy version=7", 1, "A policy has no figure called version."),
    ("adopt_policy --effective-on 2026-05-01", 1, "A later policy gets its day when it is adopted"),
    ("adopt_policy --effective-on soon", 2, "soon is not a day"),
    ("adopt_policy --version-number 9", 1, "There is no policy 9."),
    ("adopt_policy --version-number " + "9" * 30, 1, "There is no policy 999"),
    ("adopt_policy --version-number two", 2, "invalid int value: 'two'"),
    ("adopt_policy --version-number 1", 1, "Policy 1 has been adopted."),
    ("adopt_policy --version-number 1 warn_days=5", 1, "as it was talked over, without changes"),
    ("adopt_plan first_rate=0.05", 1, "An incentive plan has no figure called first_rate."),
    ("adopt_plan first_sale_rate=5%", 1, "first_sale_rate is a number like 0.05; 5% is not."),
    ("adopt_plan first_sale_rate=-0.05", 1, "first_sale_rate is 0 or more; -0.05 is less."),
    ("adopt_plan first_sale_rate=5", 1, "first_sale_rate"),
    ("adopt_plan first_sale_rate=0.00001", 1, "first_sale_rate"),
    ("adopt_plan first_sale_rate=NaN", 1, "first_sale_rate is a number like 0.05; NaN is not."),
    ("adopt_plan first_sale_rate=Infinity", 1, "first_sale_rate is a number like 0.05"),
    ("adopt_plan cap=1e400000", 1, "cap"),
    ("adopt_plan cap=-1", 1, "cap is 0 or more; -1 is less."),
    ("adopt_plan cap=some", 1, "cap is a number like 0.05; some is not."),
    ("adopt_plan eligible_days=" + "9" * 18, 1, "eligible_days"),
    ("adopt_plan eligible_days=a", 1, "eligible_days is a whole number of 0 or more; a is not."),
    ("adopt_plan pays_departed=1", 1, "pays_departed is yes or no; 1 is not."),
    ("adopt_plan tiers=60", 1, "Tiers are days and rates: tiers=60:0.03,120:0.015"),
    ("adopt_plan tiers=60:0.03,60:0.02", 1, "The tier of 60 days is named twice."),
    ("adopt_plan tiers=60:-0.03", 1, "The rate of a tier is 0 or more; -0.03 is less."),
    ("adopt_plan tiers=60:3", 1, "rate"),
    ("adopt_plan tiers=" + "9" * 18 + ":0.03", 1, "within_days"),
    ("adopt_plan --effective-on 2026", 2, "2026 is not a day"),
    ("adopt_plan --effective-on 2019-12-31", 1, "a later version cannot begin before."),
    ("adopt_commission_plan", 2, "the following arguments are required: RATE"),
    ("adopt_commission_plan much", 1, "The rate is a number like 0.05; much is not."),
    ("adopt_commission_plan 8", 1, "default_rate"),
    ("adopt_commission_plan 0.08 small", 1, "small is not of the form key=value."),
    ("adopt_commission_plan 0.08 small=2", 1, "rate"),
    ("adopt_commission_plan 0.08 small=0.1 small=0.2", 1, "small is named twice."),
    ("adopt_commission_plan 0.08 Rocket=0.1", 1, "Rocket is neither a segment nor a product."),
    ("adopt_commission_plan 0.08 --effective-on 2019-12-31", 1, "cannot begin before."),
    ("claim", 2, "the following arguments are required: account, --by"),
    ("claim Acme", 2, "the following arguments are required: --by"),
    ("claim Nowhere --by alice", 1, "There is no account Nowhere."),
    ("claim 999999 --by alice", 1, "There is no account 999999."),
    ("claim " + "9" * 5000 + " --by alice", 1, "There is no account 999"),
    ("claim Acme --by nobody", 1, "There is nobody called nobody."),
    ("claim Acme --by alice", 1, "Acme is not in the pool."),
    ("claim Acme --by alice --at tomorrow", 2, "tomorrow is neither a day nor a day and time."),
    ("claim Acme --by alice --at 2026-03-03", 1, "2026-03-03 12:00 UTC is to come."),
    ("claim Acme --by alice --at 0001-01-01", 2, "0001-01-01 is out of reach"),
    ("claim Twin --by alice", 1, "Several are called Twin: Twin ("),
    ("claim Shared --by alice", 1, "Several are called Shared: "),
    ("release Nowhere --by alice", 1, "There is no account Nowhere."),
    ("release Acme --by nobody", 1, "There is nobody called nobody."),
    ("release Acme --by bob", 1, "Acme can be let go by its holder or their manager."),
    ("release Acme --by finn", 1, "Acme can be let go by its holder or their manager."),
    ("release Acme --by alice --at 2026-03-03", 1, "is to come."),
    ("release Acme --by alice --at 2020-01-01", 1, "Alice has held Acme only since"),
    ("release Twin --by alice", 1, "Several are called Twin: Twin ("),
    ("brief burn Acme --by alice", 2, "invalid choice: 'burn'"),
    ("brief save Nowhere --by alice", 1, "There is no account Nowhere."),
    ("brief save Acme --by nobody", 1, "There is nobody called nobody."),
    ("brief save Acme --by alice", 1, "Acme was never handed on; there is no brief to write."),
    ("reconcile --account Nowhere", 1, "There is no account Nowhere."),
    ("reconcile --account=", 1, "There is no account ."),
    ("reconcile --account Twin", 1, "Several are called Twin: Twin ("),
    ("reconcile everything", 2, "unrecognized arguments: everything"),
    ("verify everything", 2, "unrecognized arguments: everything"),
]


@pytest.mark.parametrize(
    ("line", "code", "sentence"), NONSENSE, ids=[line[:60] for line, *_ in NONSENSE]
)
def test_nonsense_is_answered_with_a_sentence(
    run: Terminal, line: str, code: int, sentence: str
) -> None:
    rules_and_accounts()
    before = everything()
    said = run(*line.split())
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert everything() == before


def rules_and_accounts() -> None:
    """Policy and plans of 2020, Alice's Acme, and names that several accounts bear."""
    factories.cast()
    factories.policy()
    adopt_plans()
    quiet()
    for n in range(2):
        factories.pooled("Twin")
        other = factories.pooled(f"Other {n}")
        registry.name_it(other, source=f"system {n}", external_id="Shared")


def adopt_plans() -> None:
    long_ago = factories.LONG_AGO
    plans.adopt_incentive_plan(by=steward(), at=at(long_ago), effective_on=long_ago)
    earnings.commission_plan_cut_off("0.08", on=long_ago)


# How an account is named


def test_a_number_is_the_accounts_own_before_anybody_elses(run: Terminal) -> None:
    factories.policy()
    first, second = quiet("First"), quiet("Second")
    registry.name_it(second, source="old system", external_id=str(first.pk))
    assert run("release", str(first.pk), "--by", "alice").out.startswith("First is in the pool")


def test_a_number_may_be_another_systems(run: Terminal) -> None:
    factories.policy()
    registry.name_it(quiet(), source="old system", external_id="100234")
    assert run("release", "100234", "--by", "alice").out.startswith("Acme is in the pool")


def test_a_number_may_be_a_name(run: Terminal) -> None:
    factories.policy()
    quiet("1492")
    assert run("release", "1492", "--by", "alice").out.startswith("1492 is in the pool")


def test_name_and_id_of_one_account_are_no_two_accounts(run: Terminal) -> None:
    factories.policy()
    registry.name_it(quiet(), source="old system", external_id="Acme")
    assert run("release", "Acme", "--by", "alice").code == 0


# sweep


def test_sweep_warns_and_pools(run: Terminal) -> None:
    factories.policy()
    account = quiet()
    with time_machine.travel(at(days_on(-8), 3), tick=False):
        assert run("sweep") == Said(0, "Night of 2026-02-22: 1 warned, 0 pooled.\n", "")
    assert run("sweep").out == "Night of 2026-03-02: 0 warned, 1 pooled.\n"
    assert factories.fresh(account).state == "pooled"
    entry = PoolEntry.objects.get()
    assert entry.entered_at == NOW


def test_whoever_a_past_night_warned_keeps_the_account_for_the_notice(run: Terminal) -> None:
    factories.policy()
    quiet()
    run("sweep", "--as-of", "2026-02-22")
    assert run("sweep", "--dry-run").out == "Dry run, nothing was changed: 0 accounts.\n"
    assert run("sweep").out == (
        "Night of 2026-03-02: 0 warned, 0 pooled.\n"
        "Warnings of nights that were run late and count from when they were told: 1.\n"
    )


def test_a_sweep_of_another_night_happens_at_its_hour(run: Terminal) -> None:
    factories.policy()
    quiet()
    run("sweep", "--as-of", "2026-02-22")
    warning = Event.objects.get(verb="account.warned")
    assert (warning.happened_at, warning.recorded_at) == (
        dt.datetime(2026, 2, 22, 2, 30, tzinfo=dt.UTC),
        NOW,
    )
    assert warning.origin == "command sweep"


@pytest.mark.parametrize("night", [[], ["--as-of", "2026-02-22"]])
def test_a_second_sweep_of_a_night_says_so_and_does_nothing(
    run: Terminal, night: list[str]
) -> None:
    factories.policy()
    quiet()
    first = run("sweep", *night)
    quiet("Later")
    before = everything()
    second = run("sweep", *night)
    assert second.out == first.out[:-1] + " It was swept before; nothing was done again.\n"
    assert everything() == before


def test_a_sweep_before_the_last_one_is_refused(run: Terminal) -> None:
    factories.policy()
    run("sweep")
    said = run("sweep", "--as-of", "2026-02-28")
    assert said.code == 1
    assert "A sweep has run for 2026-03-02; one for 2026-02-28 cannot" in said.err


def test_without_a_policy_nothing_is_swept(run: Terminal) -> None:
    for line in (["sweep"], ["sweep", "--dry-run"], ["nightly"]):
        said = run(*line)
        assert said.code == 1
        assert "There is no dormancy policy in force; adopt one first." in said.err
    assert not SweepRun.objects.exists()


def test_a_dry_run_names_each_account_and_changes_nothing(run: Terminal) -> None:
    factories.policy()
    account = quiet()
    before = everything()
    said = run("sweep", "--dry-run", "--as-of", "2026-12-24")
    assert said.out == (
        f"warn  Acme ({account.pk}), held by Alice: quiet since 2025-11-22"
        " (take-over 2025-11-22); dormant on 2026-02-20\n"
        "Dry run, nothing was changed: 1 accounts.\n"
    )
    assert everything() == before
    assert factories.fresh(account).warned_on is None


def test_a_bad_account_is_named(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy()
    account = quiet()

    def fail(*args: object) -> None:
        raise ValueError("Something is odd")

    monkeypatch.setattr(evidence, "of", fail)
    said = run("sweep")
    assert said.code == 0
    assert said.out == "Night of 2026-03-02: 0 warned, 0 pooled.\n"
    assert f"Set aside: Acme ({account.pk}): ValueError: Something is odd" in said.err
    assert SetAside.objects.count() == 1


# nightly


def test_nightly_runs_every_step(run: Terminal) -> None:
    factories.policy()
    adopt_plans()
    handed_on = quiet("Handed on")
    releases.release(handed_on, by=factories.alice(), at=at(days_on(-20)))
    quiet()
    with time_machine.travel(at(days_on(-8), 3), tick=False):
        run("nightly")
    said = run("nightly")
    assert said == Said(
        0,
        "Night of 2026-03-02: 0 warned, 1 pooled, 0 briefs missed, 0 accepted by silence,"
        " 0 ledger entries posted.\n",
        "",
    )


def test_nightly_says_whom_it_keeps_for_the_notice(run: Terminal) -> None:
    factories.policy()
    quiet()
    run("nightly", "--as-of", str(days_on(-8)))
    said = run("nightly").out
    assert said.startswith("Night of 2026-03-02: 0 warned, 0 pooled,")
    assert said.endswith(" were told: 1.\n")


def test_nightly_says_what_the_briefs_and_the_ledgers_got(run: Terminal) -> None:
    factories.policy()
    late = releases.release(quiet("Late"), by=factories.alice(), at=at(days_on(-20)))
    assert late.brief_state == "owed"
    sold = factories.owned(name="Sold", since=days_on(-30))
    factories.sale(sold, rep=factories.alice(), on=days_on(-1))
    adopt_plans()
    said = run("nightly")
    assert "1 briefs missed, 0 accepted by silence, 1 ledger entries posted.\n" in said.out


def test_a_second_nightly_says_so(run: Terminal) -> None:
    factories.policy()
    quiet()
    run("nightly")
    before = everything()
    said = run("nightly")
    assert said.out.endswith("It was swept before; nothing was swept again.\n")
    assert everything() == before


def test_nightly_names_the_ledgers_that_it_could_not_bring_in_line(
    run: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.policy()
    account = factories.owned()
    factories.sale(account, rep=factories.alice())
    adopt_plans()

    def fail(*args: object, **kwargs: object) -> None:
        raise ValueError("Something is odd")

    monkeypatch.setattr(ledger, "reconcile", fail)
    said = run("nightly")
    assert said.code == 0
    assert f"Set aside: the ledgers of account {account.pk}; see the log." in said.err


# adopt_policy


def test_the_first_policy_is_adopted_at_once(run: Terminal) -> None:
    account = quiet()
    said = run("adopt_policy", "dormant_after_days=60", "counts_sale=no")
    assert said.out.startswith("Policy 1 is adopted; it takes effect on 2026-03-02.\n")
    assert "After 60 quiet days it is dormant." in said.out
    policy = DormancyPolicy.objects.in_force()
    assert policy
    assert (policy.dormant_after_days, policy.counts_sale, policy.warn_days) == (60, False, 21)
    assert factories.fresh(account).dormant_on == days_on(-40)


def test_the_first_policy_may_begin_in_the_past_or_later(run: Terminal) -> None:
    said = run("adopt_policy", "--effective-on", "2018-01-01")
    assert "it takes effect on 2018-01-01." in said.out
    assert run("sweep", "--as-of", "2018-01-01").code == 0


def test_a_policy_that_begins_later_is_not_in_force(run: Terminal) -> None:
    said = run("adopt_policy", "--effective-on", "2026-04-01")
    assert "it takes effect on 2026-04-01." in said.out
    assert DormancyPolicy.objects.in_force() is None


def test_a_later_policy_is_proposed_and_adopted_a_week_after(
    run: Terminal, time_machine: time_machine.TimeMachineFixture
) -> None:
    run("adopt_policy", "--effective-on", "2020-01-01")
    said = run("adopt_policy", "warn_days=30")
    assert said.out.startswith(
        "Policy 2 is proposed. It is open for comment for 7 days;"
        " then: adopt_policy --version-number 2\n"
    )
    said = run("adopt_policy", "--version-number", "2")
    assert said.code == 1
    assert "Policy 2 is open for comment until 2026-03-09; adopt it then." in said.err
    time_machine.move_to(at(days_on(7)), tick=False)
    said = run("adopt_policy", "--version-number", "2", "--effective-on", "2026-03-20")
    assert said.code == 1
    assert "at least 30 days after its adoption: on 2026-04-08 or later." in said.err
    said = run("adopt_policy", "--version-number", "2")
    assert said.out.startswith("Policy 2 is adopted; it takes effect on 2026-04-08.\n")


def test_a_first_policy_that_cannot_be_adopted_leaves_no_proposal(
    run: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "last_night", lambda: TODAY)
    said = run("adopt_policy", "--effective-on", "2020-01-01")
    assert said.code == 1
    assert "A sweep has run on 2026-03-02" in said.err
    assert not DormancyPolicy.objects.exists()


# adopt_plan and adopt_commission_plan


def test_a_plan_is_adopted_with_its_figures(run: Terminal) -> None:
    said = run(
        "adopt_plan",
        "first_sale_rate=0.04",
        "cap=5000",
        "pays_departed=yes",
        "tiers=30:0.05, 90:0.01",
        "--effective-on",
        "2026-01-01",
    )
    assert said.out == "Incentive plan 1 is adopted; it takes effect on 2026-01-01.\n"
    plan = IncentivePlan.objects.get()
    assert (plan.first_sale_rate, plan.cap) == (Decimal("0.04"), Decimal(5000))
    assert plan.pays_departed
    assert [(t.within_days, t.rate) for t in plan.tiers.all()] == [
        (30, Decimal("0.05")),
        (90, Decimal("0.01")),
    ]


def test_a_plan_keeps_what_is_not_named_and_gives_up_its_limits(run: Terminal) -> None:
    run("adopt_plan", "cap=5000", "budget=100000", "quiet_before_days=10")
    run("adopt_plan", "cap=none", "budget=none", "tiers=none")
    plan = IncentivePlan.objects.get(version=2)
    assert (plan.cap, plan.budget, plan.quiet_before_days) == (None, None, 10)
    assert not plan.tiers.exists()


def test_a_commission_plan_is_adopted_by_segment_and_product(run: Terminal) -> None:
    from_scratch = run("adopt_commission_plan", "0.08", "small=0.06")
    assert from_scratch.out == "Commission plan 1 is adopted; it takes effect on 2026-03-02.\n"
    factories.ada()
    product("GTX Pro")
    run("adopt_commission_plan", "0.1", "GTX Pro=0.12", "enterprise=0.05")
    rates = CommissionPlan.objects.get(version=2).rates.order_by("id")
    assert [(str(r.product or r.segment), r.rate) for r in rates] == [
        ("enterprise", Decimal("0.05")),
        ("GTX Pro", Decimal("0.12")),
    ]


def product(name: str) -> None:
    products.add_product(name, by=steward(), at=NOW)


# release, claim, brief


def test_an_account_goes_from_hand_to_hand(run: Terminal) -> None:
    """Release, claim, and every step of the brief, told of the past."""
    factories.policy()
    factories.cast()
    account = quiet()
    said = run("release", "Acme", "--by", "alice", "--at", "2026-02-20")
    assert said.out == "Acme is in the pool; the brief is due by 2026-02-27.\n"
    said = run("claim", str(account.pk), "--by", "bob", "--at", "2026-02-21 09:30")
    assert said.out == "Bob holds Acme from 2026-02-21.\n"
    period = OwnershipPeriod.objects.get(account=account, holder=factories.bob())
    assert period.began_at == dt.datetime(2026, 2, 21, 9, 30, tzinfo=dt.UTC)
    steps = [
        (("save", "--players", "Eve decides."), "alice", "2026-02-22", "Owed"),
        (("hand_in", "--next-step", "Call Eve."), "alice", "2026-02-23", "Handed in"),
        (("ask", "--question", "Who is Eve?"), "bob", "2026-02-24", "More is needed"),
        (("hand_in", "--politics", "None."), "alice", "2026-02-25", "Handed in"),
        (("accept",), "bob", "2026-02-26", "Accepted"),
    ]
    for (step, *words), by, when, state in steps:
        said = run("brief", step, "Acme", "--by", by, "--at", when, *words)
        assert said == Said(0, f"The brief on Acme: {state}.\n", "")
    brief = Brief.objects.get()
    assert (brief.players, brief.politics, brief.next_step) == (
        "Eve decides.",
        "None.",
        "Call Eve.",
    )
    assert brief.first_handed_in_on == dt.date(2026, 2, 23)
    assert Event.objects.filter(verb="brief.saved").latest("id").origin == "command brief"


def test_a_brief_may_be_of_no_use(run: Terminal) -> None:
    handed_over()
    run("brief", "hand_in", "Acme", "--by", "alice", "--players", "Nobody")
    assert run("brief", "reject", "Acme", "--by", "bob").out == "The brief on Acme: Not usable.\n"


def handed_over() -> Handoff:
    """Alice's Acme was swept last night, and Bob has claimed it."""
    factories.policy()
    factories.cast()
    handoff = two_nights(quiet())
    claims.claim(PoolEntry.objects.get(handoff=handoff), by=factories.bob(), at=at(TODAY, 9))
    return handoff


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("claim Acme --by otto", "Bob claimed Acme on 2026-03-02."),
        ("claim Acme --by bob", "Bob claimed Acme on 2026-03-02."),
        ("release Acme --by alice", "Acme can be let go by its holder or their manager."),
        ("brief hand_in Acme --by bob", "The outgoing rep writes the brief"),
        ("brief hand_in Acme --by alice", "A brief says something on the players"),
        ("brief ask Acme --by bob", "Say what you still need to know."),
        ("brief ask Acme --by bob --question Who?", "The brief of this handoff is owed"),
        ("brief accept Acme --by bob", "it cannot become accepted."),
        ("brief accept Acme --by alice", "The brief is judged by the incoming rep"),
        (
            "brief hand_in Acme --by alice --players Eve --at 2026-03-01",
            "is owed since 2026-03-02; the next step cannot lie before that.",
        ),
    ],
)
def test_what_the_rules_refuse(run: Terminal, line: str, sentence: str) -> None:
    handed_over()
    before = everything()
    said = run(*line.split())
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("alice", "Alice held Acme until 2026-03-02 and may claim it again from"),
        ("finn", "Only reps, and managers who hold accounts, claim from the pool."),
        ("mara", "Only reps, and managers who hold accounts, claim from the pool."),
        ("steward", "Only reps, and managers who hold accounts, claim from the pool."),
    ],
)
def test_who_may_not_claim(run: Terminal, who: str, sentence: str) -> None:
    factories.policy()
    factories.cast()
    two_nights(quiet())
    said = run("claim", "Acme", "--by", who)
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err


def test_a_claim_before_the_pool_is_refused(run: Terminal) -> None:
    factories.policy()
    factories.cast()
    two_nights(quiet())
    said = run("claim", "Acme", "--by", "bob", "--at", "2026-03-01")
    assert said.code == 1
    assert "Acme has been in the pool only since 2026-03-02." in said.err
    assert PoolEntry.objects.get().left_at is None


def test_without_a_policy_nothing_is_released(run: Terminal) -> None:
    account = factories.owned(since=days_on(-10))
    said = run("release", "Acme", "--by", "alice")
    assert said.code == 1
    assert "There is no dormancy policy yet; adopt one first." in said.err
    assert factories.fresh(account).state == "owned"


# reconcile


def test_reconcile_posts_once_and_says_what(run: Terminal) -> None:
    account = factories.owned(since=days_on(-10))
    factories.sale(account, rep=factories.alice(), on=days_on(-1))
    adopt_plans()
    said = run("reconcile")
    assert said.out == (
        "commission: 80.00 EUR to Alice: 8 % (default rate) of 1,000.00 EUR = 80.00 EUR\n"
    )
    assert run("reconcile").out == "Nothing to post: the ledgers agree with the facts.\n"
    assert LedgerEntry.objects.count() == 1


def test_reconcile_of_one_account_leaves_the_others(run: Terminal) -> None:
    for name in ("One", "Two"):
        account = factories.owned(since=days_on(-10), name=name)
        factories.sale(account, rep=factories.alice(), on=days_on(-1))
    adopt_plans()
    assert run("reconcile", "--account", "Two").out.startswith("commission: 80.00 EUR to Alice")
    assert LedgerEntry.objects.get().sale == Sale.objects.get(account__name="Two")


def test_without_a_plan_there_is_nothing_to_reconcile(run: Terminal) -> None:
    account = factories.owned(since=days_on(-10))
    factories.sale(account, rep=factories.alice(), on=days_on(-1))
    for line in (["reconcile"], ["reconcile", "--account", "Acme"]):
        assert run(*line).out == "Nothing to post: the ledgers agree with the facts.\n"


# Who acts


def test_somebody_who_left_acts_no_more(run: Terminal) -> None:
    factories.policy()
    factories.cast()
    two_nights(quiet())
    User.objects.get_queryset().filter(username="bob").update(active=False, left_on=TODAY)
    said = run("claim", "Acme", "--by", "bob")
    assert said.code == 1
    assert "Only reps" in said.err
