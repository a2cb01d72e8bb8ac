"""The demo company: a year through the verbs that people use."""

import datetime as dt
from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts_app.models import Account, Contract, RiskSignal, State
from core.days import start_of
from core.models import Event, User
from handoffs.models import BriefState, Handoff, PoolEntry, SweepRun
from incentives.models import LedgerEntry
from operations import demo
from operations.demo.company import Agenda, working_day, working_day_before
from pipeline.models import Activity, NextStep, Opportunity, Sale, SaleReversal
from tests import factories
from workspace.today_page import Today, today_page

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
TODAY = NOW.date()


def today_of(username: str) -> Today:
    return today_page(User.objects.get(username=username), at=NOW)


def test_a_small_company_lives_through_a_year_and_nothing_is_off() -> None:
    """``build`` itself refuses to end with a finding of ``verify``."""
    demo.build(now=NOW, seed=1, accounts=56)
    assert Account.objects.count() == 56
    assert SweepRun.objects.filter(finished_at__isnull=False).count() == 365
    assert SweepRun.objects.latest("night").night == dt.date(2026, 11, 21)
    _a_year_of_work()
    _accounts_that_went_from_hand_to_hand()
    _money_that_came_of_it()
    _something_to_see_for_everybody()
    assert User.objects.get(username="alice").check_password(demo.PASSWORD)
    assert demo.is_the_demo()


def _a_year_of_work() -> None:
    assert Activity.objects.count() > 700
    assert not Event.objects.filter(happened_at__gte=start_of(TODAY)).exists()
    days = Activity.objects.values_list("occurred_on", flat=True)
    assert max(day.weekday() for day in days) == 4
    steps = Counter(NextStep.objects.values_list("state", flat=True))
    assert min(steps[state] for state in ("open", "done", "dropped")) > 0
    stages = set(Opportunity.objects.values_list("stage__name", flat=True))
    assert {"Proposal", "Won", "Lost"} <= stages
    assert Contract.objects.exists()
    assert RiskSignal.objects.filter(kind="buyer_retired").exists()
    assert Account.objects.filter(state=State.CLOSED).exists()


def _accounts_that_went_from_hand_to_hand() -> None:
    assert {"swept", "released"} == set(PoolEntry.objects.values_list("reason", flat=True))
    assert PoolEntry.objects.filter(outcome="withdrawn").exists()
    waiting = PoolEntry.objects.open().count()
    assert 2 <= waiting < PoolEntry.objects.count() / 2
    assert set(Handoff.objects.values_list("brief_state", flat=True)) == set(BriefState.values)


def _money_that_came_of_it() -> None:
    incentives = LedgerEntry.objects.incentive()
    assert incentives.filter(kind="accelerator").values("beneficiary").distinct().count() > 3
    assert incentives.filter(handoff__kind="released").exists()
    assert LedgerEntry.objects.commission().count() > Sale.objects.count() / 2
    assert SaleReversal.objects.filter(sale__ledger_entries__in=incentives).exists()


def _something_to_see_for_everybody() -> None:
    for username in ("alice", "bob"):
        page = today_of(username)
        assert [step for step in page.steps if step.days == 0]
        assert [quiet for quiet in page.mine if quiet.is_warned]
        words = {turn.yours for _, turns in page.handoffs for turn in turns}
        assert {"write the brief", "read the brief"} <= words
        assert page.new_in_pool
    assert len(today_of("mara").my_teams) > 3
    assert today_of("ada").last_sweep is not None
    assert LedgerEntry.objects.visible_to(User.objects.get(username="finn"), on=TODAY).exists()


# The same, and another


def told(*, seed: int) -> list[tuple[Any, ...]]:
    """What a tiny company did in some weeks; nothing of it stays."""
    with transaction.atomic():
        demo.build(now=NOW, seed=seed, accounts=14, days=25)
        events = Event.objects.order_by("pk").select_related("actor")
        story = [(event.happened_at, event.verb, event.actor.username) for event in events]
        talks = Activity.objects.order_by("pk").values_list("account__name", "summary")
        whole = [*story, *talks]
        transaction.set_rollback(True)
    return whole


def test_one_seed_gives_one_company_and_another_seed_another() -> None:
    first = told(seed=1)
    assert told(seed=1) == first
    assert told(seed=2) != first


# Stopped, called again, thrown away


def tiny(**options: Any) -> None:
    demo.build(now=NOW, seed=1, accounts=14, days=10, **options)


def test_stopped_in_between_it_leaves_nothing_and_is_built_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    before = Event.objects.count()
    with monkeypatch.context() as in_between:
        in_between.setattr("operations.demo.verify", stop)
        with pytest.raises(KeyboardInterrupt):
            tiny()
    assert demo.is_empty()
    assert Event.objects.count() == before
    tiny()
    assert demo.is_the_demo()


def test_who_stops_the_command_is_told_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(**options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "build", stop)
    with pytest.raises(CommandError, match="Nothing was kept") as stopped:
        call_command("demo", stdout=StringIO())
    assert stopped.value.returncode == 130


def test_a_second_call_leaves_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny()
    monkeypatch.delattr(demo, "build")
    said = StringIO()
    call_command("demo", stdout=said)
    assert "alice" in said.getvalue()
    assert Account.objects.count() == 14


@pytest.mark.django_db(transaction=True)
def test_reset_throws_a_demo_away_and_builds_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny()
    Account.objects.update(name="Not as it was")
    monkeypatch.setattr(demo, "build", lambda **options: None)
    call_command("demo", reset=True, stdout=StringIO())
    assert demo.is_empty()
    monkeypatch.undo()
    tiny()
    assert not Account.objects.filter(name="Not as it was").exists()


def test_it_is_not_mixed_into_other_data_nor_are_those_thrown_away() -> None:
    account = factories.owned()
    for options in ({}, {"reset": True}):
        with pytest.raises(CommandError):
            call_command("demo", **options, stdout=StringIO())
    assert list(Account.objects.all()) == [account]


# Its days


def test_nobody_works_on_weekends() -> None:
    days = [dt.date(2026, 11, day) for day in range(19, 25)]
    assert [working_day(day).day for day in days] == [19, 20, 23, 23, 23, 24]
    assert [working_day_before(day).day for day in days] == [18, 19, 20, 20, 20, 23]


def test_what_is_due_comes_in_the_order_of_its_hours() -> None:
    agenda, done = Agenda(), []
    agenda.put(dt.date(2026, 11, 20), 15, lambda at: done.append(("late", at.day)))
    agenda.put(dt.date(2026, 11, 21), 9, lambda at: done.append(("on Monday", at.day)))
    agenda.put(
        dt.date(2026, 11, 20),
        9,
        lambda what, at: agenda.put(at.date(), 12, lambda at: done.append((what, at.day))),
        "at noon",
    )
    for day in range(19, 24):
        agenda.work_off(dt.date(2026, 11, day))
    assert done == [("at noon", 20), ("late", 20), ("on Monday", 23)]
