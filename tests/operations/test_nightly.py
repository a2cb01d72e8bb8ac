"""When the night's run is due, and what becomes of one that is late, cut off or run twice."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts_app import policies
from accounts_app.models import Account, BeganBy, DormancyPolicy, PolicyApplication
from core.days import day_of, moment
from core.models import Event, Verb
from handoffs import briefs, claims, releases, steps, sweep
from handoffs.models import BriefState, Handoff, PoolEntry, SweepRun
from incentives import ledger, plans
from incentives.models import LedgerEntry
from operations import nightly, tasks
from operations.verify import verify
from tests import factories
from tests.factories import LONG_AGO, TODAY, at, days_on, steward
from tests.incentives.earnings import commission_plan_cut_off

pytestmark = pytest.mark.django_db

SWEEP_AT = dt.time(2, 30)


def utc(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=dt.UTC)


def the_night(day: dt.date = TODAY) -> dt.datetime:
    return moment(day, SWEEP_AT)


def run(day: dt.date = TODAY, *, now: dt.datetime | None = None) -> nightly.Night:
    return nightly.run(day, now=now or the_night(day), by=steward())


def marks() -> list[Event]:
    return list(Event.objects.filter(verb=Verb.NIGHT_RAN).order_by("pk"))


# When it is due


def test_it_is_due_from_its_hour_on_until_it_has_run() -> None:
    factories.policy()
    assert not nightly.is_due(the_night() - dt.timedelta(seconds=1))
    assert nightly.is_due(the_night())
    assert nightly.is_due(at(TODAY, 23))
    run()
    assert not nightly.is_due(the_night())
    assert not nightly.is_due(at(TODAY, 23))
    assert nightly.is_due(the_night(days_on(1)))


def test_before_any_policy_it_is_not_due() -> None:
    assert not nightly.is_due(the_night())


def test_a_proposal_is_no_policy() -> None:
    factories.proposal()
    assert not nightly.is_due(the_night())


def test_a_policy_that_begins_later_makes_no_night_due_before() -> None:
    adopt_from(days_on(3))
    assert not nightly.is_due(the_night(days_on(2)))
    assert nightly.is_due(the_night(days_on(3)))
    run(days_on(3))
    assert PolicyApplication.objects.get().finished_at


def adopt_from(day: dt.date) -> DormancyPolicy:
    return policies.adopt(factories.proposal(), by=factories.ada(), at=at(TODAY), effective_on=day)


def test_another_hour_may_be_set(settings: LazySettings) -> None:
    settings.STEWARD_SWEEP_AT = dt.time(23, 15)
    factories.policy()
    assert not nightly.is_due(utc(TODAY, 23, 14))
    assert nightly.is_due(utc(TODAY, 23, 15))


def test_a_clock_that_was_set_back_starts_no_night() -> None:
    factories.policy()
    run(days_on(1))
    assert not nightly.is_due(at(TODAY))


def test_a_sweep_by_hand_leaves_the_other_steps_due() -> None:
    factories.policy()
    sweep.sweep(at=at(TODAY, 1), by=steward(), today=TODAY)
    assert nightly.is_due(the_night())
    run()
    assert not nightly.is_due(the_night())


# The organisation's time zone, and the two nights of the year that are not like others

FORWARD = dt.date(2026, 3, 29)
"""In Berlin 02:00 becomes 03:00: 02:30 does not exist."""

BACK = dt.date(2026, 10, 25)
"""In Berlin 03:00 becomes 02:00: 02:30 comes twice."""


@pytest.fixture
def in_berlin(settings: LazySettings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("night", "due_from"),
    [
        (dt.date(2026, 1, 15), utc(dt.date(2026, 1, 15), 1, 30)),
        (dt.date(2026, 7, 15), utc(dt.date(2026, 7, 15), 0, 30)),
        (FORWARD, utc(FORWARD, 1, 30)),
        (BACK, utc(BACK, 0, 30)),
    ],
    ids=["winter", "summer", "forward", "back"],
)
def test_the_hour_is_the_organisations(night: dt.date, due_from: dt.datetime) -> None:
    """On the night without that hour it is an hour later; of two such hours it is the first."""
    factories.policy()
    assert not nightly.is_due(due_from - dt.timedelta(seconds=1))
    assert nightly.is_due(due_from)


@pytest.mark.usefixtures("in_berlin")
def test_when_the_hour_comes_twice_the_night_runs_once() -> None:
    factories.policy()
    run(BACK, now=utc(BACK, 0, 30))
    assert not nightly.is_due(utc(BACK, 1, 30))
    assert nightly.is_due(utc(BACK + dt.timedelta(days=1), 1, 30))


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("night", [FORWARD, BACK])
def test_every_night_of_the_change_is_run(night: dt.date) -> None:
    """Beat asks every quarter of an hour for three days: three runs, one for each night."""
    factories.policy()
    now = moment(night - dt.timedelta(days=1), dt.time.min)
    nights = []
    for quarter in range(3 * 24 * 4):
        asked = now + dt.timedelta(minutes=15 * quarter)
        if nightly.is_due(asked):
            nights.append(run(day_of(asked), now=asked).run.night)
    assert nights == [night + dt.timedelta(days=days) for days in (-1, 0, 1)]


@pytest.mark.usefixtures("in_berlin")
def test_the_night_belongs_to_its_day_there() -> None:
    """Half past midnight in Berlin is still yesterday in Greenwich."""
    factories.policy()
    now = utc(dt.date(2026, 7, 14), 22, 45)
    assert day_of(now) == dt.date(2026, 7, 15)
    assert not nightly.is_due(now)


# What it does


def test_every_step_is_done_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy()
    factories.sale(factories.owned(since=days_on(-5)), on=TODAY)
    adopt_plans()
    done: list[str] = []
    for module, step in (
        (policies, "apply_due"),
        (sweep, "preview"),
        (briefs, "miss_overdue"),
        (briefs, "accept_silent"),
        (ledger, "reconcile"),
    ):
        keep_a_note(monkeypatch, module, step, done)
    run()
    assert done == ["apply_due", "miss_overdue", "accept_silent", "reconcile"]


def keep_a_note(
    monkeypatch: pytest.MonkeyPatch, module: object, step: str, done: list[str]
) -> None:
    real = getattr(module, step)

    def noted(*args: object, **kwargs: object) -> object:
        done.append(step)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, step, noted)


def adopt_plans() -> None:
    plans.adopt_incentive_plan(by=steward(), at=at(LONG_AGO), effective_on=LONG_AGO)
    plans.adopt_commission_plan(
        by=steward(), at=at(LONG_AGO), effective_on=LONG_AGO, default_rate=Decimal("0.08")
    )


def test_a_policy_that_is_due_is_applied_before_the_sweep() -> None:
    account = factories.owned(since=days_on(-100))
    adopt_from(days_on(3))
    run(days_on(3))
    assert factories.fresh(account).warned_on == days_on(3)


def test_missed_nights_are_caught_up_by_one_run() -> None:
    """Ten nights without a worker; somebody starts it at noon of the eleventh day."""
    factories.policy()
    account = factories.owned(since=days_on(-80))
    run(days_on(-1))
    assert factories.fresh(account).warned_on == days_on(-1)
    late = at(days_on(10), 12)
    assert nightly.is_due(late)
    assert run(days_on(10), now=late).run.pooled == 1
    entry = PoolEntry.objects.get(account=account)
    assert entry.entered_at == late
    assert not nightly.is_due(at(days_on(10), 13))
    assert SweepRun.objects.count() == 2


def test_twice_for_a_night_nothing_more_happens() -> None:
    factories.policy()
    adopt_plans()
    account = factories.owned(since=days_on(-80))
    factories.sale(account, on=TODAY, rep=factories.alice())
    first, before = run(), Event.objects.count()
    second = run(now=at(TODAY, 9))
    assert first.run == second.run
    assert (second.missed, second.accepted, second.posted, second.failed) == (0, 0, 0, [])
    assert Event.objects.count() == before
    assert [mark.subject_id for mark in marks()] == [first.run.pk]


def test_the_mark_says_what_the_night_did() -> None:
    factories.policy()
    releases.release(factories.owned(since=days_on(-30)), by=factories.alice(), at=at(days_on(-9)))
    run()
    assert marks()[0].changes == {
        "night": "2026-03-02",
        "missed": 1,
        "accepted": 0,
        "posted": 0,
        "failed": [],
    }


def test_a_night_of_the_past_happens_at_its_hour() -> None:
    factories.policy()
    factories.owned(since=days_on(-80))
    run(days_on(-3), now=at(TODAY))
    warning = Event.objects.get(verb=Verb.ACCOUNT_WARNED)
    assert warning.happened_at == the_night(days_on(-3))


@pytest.mark.parametrize("step", ["miss_overdue", "accept_silent"])
def test_cut_off_after_the_sweep_it_is_due_again(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Killed between two steps: beat's next question takes the night up again."""
    factories.policy()
    account = factories.owned(since=days_on(-80))
    with monkeypatch.context() as cut:
        cut.setattr(briefs, step, killed)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert factories.fresh(account).warned_on == TODAY
    assert nightly.is_due(at(TODAY, 3))
    run(now=at(TODAY, 3))
    assert not nightly.is_due(at(TODAY, 3))
    assert SweepRun.objects.get().warned == 1


def killed(*args: object, **kwargs: object) -> None:
    raise KeyboardInterrupt


def test_what_was_cut_off_is_reconciled_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The night looks at what turned since the last night that was run to its end."""
    factories.policy()
    factories.sale(factories.owned(since=days_on(-5)), on=TODAY, rep=factories.alice())
    with monkeypatch.context() as cut:
        cut.setattr(ledger, "reconcile", killed)
        for job in (adopt_plans, run):
            with pytest.raises(KeyboardInterrupt):
                job()
    assert run(now=at(TODAY, 3)).posted == 1


def test_ledgers_that_did_not_turn_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy()
    adopt_plans()
    factories.sale(factories.owned(since=days_on(-5)), on=TODAY, rep=factories.alice())
    run()
    monkeypatch.setattr(ledger, "reconcile", killed)
    assert run(days_on(1)).posted == 0


def test_what_the_ledgers_followed_at_once_is_not_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sale, a talk, a card, a sweep: the night has nothing to add."""
    factories.policy()
    adopt_plans()
    run(days_on(-91))
    account = factories.owned(since=days_on(-90))
    factories.sale(account, on=days_on(-90))
    for day in (-21, 0):
        run(days_on(day))
    quiet = factories.owned(since=days_on(1), name="Two")
    run(days_on(1))
    factories.engage(quiet, on=days_on(2))
    factories.win(factories.card(quiet, on=days_on(2)), on=days_on(2))
    monkeypatch.setattr(ledger, "reconcile", killed)
    assert run(days_on(2), now=at(days_on(2), 23)).failed == []


def test_a_contract_that_is_told_of_after_a_release_is_nothing_to_the_night(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It takes back at once what was posted."""
    factories.policy()
    adopt_plans()
    account = factories.pooled(on=days_on(-140))
    factories.hold(account, on=days_on(-140), why=BeganBy.IMPORTED)
    handoff = releases.release(account, by=factories.alice(), at=at(days_on(-40)))
    briefs.hand_in(handoff, by=factories.alice(), at=at(days_on(-39)), players="Eve decides.")
    claims.claim(PoolEntry.objects.get(), by=factories.bob(), at=at(days_on(-38)))
    briefs.accept(Handoff.objects.get(), by=factories.bob(), at=at(days_on(-37)))
    factories.sale(account, on=days_on(-20), rep=factories.bob())
    assert [str(entry.amount) for entry in incentives()] == ["60.000", "30.000"]
    run()
    factories.contract(account, starts_on=days_on(-50), ends_on=days_on(-30), on=days_on(1))
    assert sum(entry.amount for entry in incentives()) == 0
    monkeypatch.setattr(ledger, "reconcile", killed)
    assert run(days_on(2)).failed == []


def incentives() -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(ledger="incentive").order_by("id")


def test_a_plan_whose_adoption_was_cut_off_is_followed_by_the_next_night() -> None:
    factories.policy()
    account = factories.owned(since=days_on(-20))
    for day in (-9, -7):
        factories.sale(account, on=days_on(day), rep=factories.alice())
    run(days_on(-1))
    commission_plan_cut_off(on=days_on(-8))
    assert run().posted == 1
    assert LedgerEntry.objects.get().sale.booked_on == days_on(-7)


def test_one_bad_ledger_does_not_end_the_night(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy()
    accounts = [factories.owned(since=days_on(-5), name=name) for name in ("One", "Two")]
    for account in accounts:
        factories.sale(account, on=TODAY, rep=factories.alice())
    commission_plan_cut_off()
    real = ledger.reconcile

    def odd(account: Account, **kwargs: Any) -> list[LedgerEntry]:
        if account == accounts[0]:
            raise ValueError("Something is odd")
        return real(account, **kwargs)

    monkeypatch.setattr(ledger, "reconcile", odd)
    night = run()
    assert (night.posted, night.failed) == (1, [accounts[0].pk])
    assert not nightly.is_due(at(TODAY, 3))


def test_one_bad_brief_does_not_end_the_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is set aside, the others are settled, and the next night tries it again."""
    factories.policy()
    first, second = [
        releases.release(
            factories.owned(since=days_on(-30), name=name), by=factories.alice(), at=at(days_on(-9))
        )
        for name in ("One", "Two")
    ]
    real = steps.take

    def odd(handoff: Handoff, *args: Any, **kwargs: Any) -> Handoff:
        if handoff == first:
            raise ValueError("Something is odd")
        return real(handoff, *args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(steps, "take", odd)
        assert run().missed == 1
    assert Handoff.objects.get(pk=second.pk).brief_state == BriefState.MISSED
    assert run(days_on(1)).missed == 1
    assert Handoff.objects.get(pk=first.pk).brief_state == BriefState.MISSED


def test_silence_accepts_a_brief_and_the_ledger_follows() -> None:
    factories.policy()
    adopt_plans()
    account = factories.owned(since=days_on(-140))
    factories.engage(account, on=days_on(-139))
    run(days_on(-40))
    run(days_on(-33))
    handoff = Handoff.objects.get(account=account)
    alice, bob = factories.alice(), factories.bob()
    briefs.hand_in(handoff, by=alice, at=at(days_on(-32)), players="Eve decides.")
    claims.claim(PoolEntry.objects.get(), by=bob, at=at(days_on(-31)))
    factories.engage(account, by=bob, on=days_on(-30))
    factories.sale(account, on=days_on(-20), rep=bob)
    assert not LedgerEntry.objects.filter(ledger="incentive").exists()
    night = run()
    assert night.accepted == 1
    due = LedgerEntry.objects.filter(ledger="incentive", beneficiary=alice)
    assert sorted(str(entry.amount) for entry in due) == ["30.000", "50.000"]
    assert list(verify()) == []


# What it costs when nothing is due


def quiet_company() -> None:
    """An account that was sold to, one that was handed on, one that waits in the pool."""
    factories.policy()
    adopt_plans()
    for number in range(12):
        sold = factories.owned(since=days_on(-9), name=f"Sold to {number}")
        factories.sale(sold, on=days_on(-8))
    for name in ("Handed on", "In the pool"):
        account = factories.owned(since=days_on(-30), name=name)
        releases.release(account, by=factories.alice(), at=at(days_on(-3)))
    claims.claim(PoolEntry.objects.order_by("pk")[0], by=factories.bob(), at=at(days_on(-2)))
    run(days_on(-1))


def test_an_idle_night_asks_little_of_the_database() -> None:
    """Eleven questions and writes of the sweep, two of the briefs, three of the ledgers, two for
    the mark."""
    quiet_company()
    # On PostgreSQL the row is locked before the mark.
    assert len(asked_of_the_database()) == 18 + (connection.vendor == "postgresql")


def asked_of_the_database() -> list[str]:
    system = steward()
    with CaptureQueriesContext(connection) as queries:
        nightly.run(TODAY, now=the_night(), by=system)
    asked = [query["sql"] for query in queries]
    return [sql for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL"))]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans what is small")
def test_an_idle_night_walks_through_no_table() -> None:
    quiet_company()
    small = (
        "accounts_app_dormancypolicy",
        "accounts_app_policyapplication",
        "incentives_",
        # Those that wait for a verdict, and no other.
        "handoffs_handoff USING INDEX handoff_brief_handed_in",
        # Backwards until the last night's mark.
        "core_event",
    )
    walked = [step for sql in asked_of_the_database() for step in plan_of(sql)]
    assert [step for step in walked if not step.startswith(small)] == []


def plan_of(sql: str) -> list[str]:
    """The tables that SQLite goes through from end to end for this."""
    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")  # the product's own statement
        steps = [row[3] for row in cursor.fetchall()]
    return [step.removeprefix("SCAN ") for step in steps if step.startswith("SCAN ")]


# The task


def test_the_task_asks_and_runs(
    time_machine: TimeMachineFixture,
) -> None:
    factories.policy()
    time_machine.move_to(the_night() - dt.timedelta(minutes=1), tick=False)
    tasks.nightly_if_due()
    assert not SweepRun.objects.exists()
    time_machine.move_to(the_night() + dt.timedelta(minutes=4), tick=False)
    tasks.nightly_if_due()
    tasks.nightly_if_due()
    assert SweepRun.objects.get().night == TODAY
    assert [mark.origin for mark in marks()] == ["task nightly"]
