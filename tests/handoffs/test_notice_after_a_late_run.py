"""Runs for nights that have passed tell holders late; the first live night counts their notice from
the day on which they were told (domain §4)."""

import datetime as dt
from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_app import policies
from accounts_app.models import Account
from core.models import Event, Notification, User, Verb
from handoffs import evidence, notices, sweep
from handoffs.models import SetAside, SweepRun
from handoffs.sweep import _Redate
from operations.verify import verify
from tests import factories
from tests.factories import TODAY, days_on, fresh, owned
from tests.handoffs.moves import POOLED, WARNED, entry_of, sweep_on, undone
from tests.handoffs.test_sweep_survives import Killed, picture, stopped_at
from tests.races import at_once, meet_in, unlock

pytestmark = pytest.mark.usefixtures("policy")

TOLD = POOLED + dt.timedelta(days=10)
"""When the nights of the past are run."""

KEPT_UNTIL = TOLD + dt.timedelta(days=7)


def told_late(name: str = "Acme") -> Account:
    """Warned as of its night, of which Alice hears when the account has long been dormant."""
    account = owned(name=name)
    sweep_on(WARNED, today=TOLD)
    return fresh(account)


def warned(account: Account) -> tuple[dt.date | None, dt.date | None]:
    row = fresh(account)
    return row.warned_on, row.pool_on


# It works


def test_nobody_loses_an_account_on_the_very_day_of_being_told() -> None:
    account = told_late()
    run = sweep_on(TOLD)
    assert (run.redated, run.warned, run.pooled) == (1, 0, 0)
    assert warned(account) == (TOLD, KEPT_UNTIL)
    assert sweep_on(KEPT_UNTIL - dt.timedelta(days=1)).pooled == 0
    assert sweep_on(KEPT_UNTIL).pooled == 1
    assert entry_of(account).evidence["warned_on"] == TOLD.isoformat()
    assert [*verify()] == []


def test_what_the_warning_said_is_on_record_and_so_is_what_became_of_it(alice: User) -> None:
    account = told_late()
    sweep_on(TOLD)
    warning = Event.objects.get(verb=Verb.ACCOUNT_WARNED)
    dated_anew = Event.objects.get(verb=Verb.WARNING_REDATED)
    assert warning.changes["told_on"] == TOLD.isoformat()
    assert dated_anew.account_id == account.pk
    assert dated_anew.changes == {
        "holder": alice.pk,
        "warned_on": TOLD.isoformat(),
        "pool_on": KEPT_UNTIL.isoformat(),
    }
    told = Notification.objects.get(event=dated_anew)
    assert told.recipient == alice
    assert told.sentence == (
        f"Acme is yours until {KEPT_UNTIL}: the notice counts from {TOLD}, the day on which you"
        f" were told."
    )


def test_whose_day_does_not_move_is_not_told_twice() -> None:
    """The notice would be over before the account is dormant either way."""
    account, told = owned(), WARNED + dt.timedelta(days=2)
    sweep_on(WARNED, today=told)
    assert sweep_on(told).redated == 1
    assert warned(account) == (told, POOLED)
    assert Notification.objects.count() == 1


def test_each_counts_from_the_day_of_their_own_warning() -> None:
    first, second = owned(name="First"), owned(since=days_on(1), name="Second")
    third = owned(since=days_on(12), name="Third")
    sweep_on(WARNED, today=TOLD)
    next_day = TOLD + dt.timedelta(days=1)
    sweep_on(days_on(1, WARNED), today=next_day)
    sweep_on(next_day)
    assert [warned(each)[0] for each in (first, second, third)] == [TOLD, next_day, next_day]


def test_nights_that_are_told_one_after_another_go_on_as_they_would_have() -> None:
    account = told_late()
    run = sweep_on(POOLED, today=TOLD)
    assert (run.redated, run.pooled) == (0, 1)
    assert entry_of(account).evidence["warned_on"] == WARNED.isoformat()
    assert [*verify()] == []


def test_a_run_of_yesterday_is_late_by_a_day() -> None:
    account = owned()
    sweep_on(POOLED, today=days_on(1, POOLED))
    run = sweep_on(days_on(1, POOLED))
    assert run.redated == 1
    assert warned(account) == (days_on(1, POOLED), days_on(8, POOLED))


def test_who_was_warned_that_night_and_who_was_told_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was cut off and is finished the day after tells each half on its own day."""
    monkeypatch.setattr(sweep, "BATCH", 1)
    first, second = owned(name="First"), owned(name="Second")
    for number in range(1, 200):
        with stopped_at(number, Killed()), suppress(Killed):
            sweep_on(POOLED)
        if fresh(first).warned_on:
            break
    assert fresh(second).warned_on is None
    sweep_on(POOLED, today=days_on(1, POOLED))
    assert SweepRun.objects.get().run_on == days_on(1, POOLED)
    assert sweep_on(days_on(1, POOLED)).redated == 1
    assert warned(first)[0] == POOLED
    assert warned(second)[0] == days_on(1, POOLED)


def test_a_restored_holder_too_was_told_when_they_were_told() -> None:
    """The warning of that night stands with what is known now, and the account was not due."""
    account, night = owned(), days_on(10, WARNED)
    sweep_on(night, today=TOLD)
    sweep_on(POOLED, today=TOLD)
    factories.engage(account, on=days_on(5), logged_on=TOLD)
    assert warned(account) == (night, days_on(95))
    assert sweep_on(TOLD).pooled == 0
    assert warned(account) == (TOLD, KEPT_UNTIL)


def test_a_longer_notice_counts_from_then_too(db: None) -> None:
    """Told ten days before a policy of 30 days of notice comes into force."""
    account = told_late()
    longer = factories.proposal(on=days_on(2), notice_days=30)
    policies.adopt(
        longer, by=factories.ada(), at=factories.at(days_on(10)), effective_on=days_on(10, TOLD)
    )
    assert sweep_on(days_on(10, TOLD)).redated == 1
    assert warned(account) == (TOLD, days_on(30, TOLD))


# Nothing to do


def test_after_the_notice_there_is_nothing_to_date_anew() -> None:
    account = told_late()
    run = sweep_on(KEPT_UNTIL)
    assert (run.redated, run.pooled) == (0, 1)
    assert entry_of(account).evidence["warned_on"] == WARNED.isoformat()
    assert [*verify()] == []


def test_a_live_night_leaves_live_warnings_alone() -> None:
    account = owned()
    sweep_on(WARNED)
    assert sweep_on(days_on(1, WARNED)).redated == 0
    assert warned(account) == (WARNED, POOLED)


def test_whoever_was_warned_anew_since_is_left_alone() -> None:
    """The old warning ended with an engagement; the new one was told in time."""
    account = told_late()
    factories.engage(account, on=TOLD)
    assert warned(account) == (None, None)
    sweep_on(days_on(90, TOLD), today=days_on(90, TOLD))
    assert warned(account)[0] == days_on(90, TOLD)
    assert sweep_on(days_on(91, TOLD)).redated == 0


def test_where_no_night_was_told_late_it_costs_one_question() -> None:
    owned()
    sweep_on(WARNED)
    policy = sweep.policy_for(WARNED)
    with CaptureQueriesContext(connection) as asked:
        assert [*notices.may_be_told_late(policy, today=POOLED)] == []
    assert len(asked) == 1


# Again, twice at once, killed, hindered


def test_once_dated_anew_it_stays() -> None:
    account = told_late()
    sweep_on(TOLD)
    before = warned(account)
    sweep_on(TOLD)
    assert sweep_on(days_on(1, TOLD)).redated == 0
    assert warned(account) == before
    assert Event.objects.filter(verb=Verb.WARNING_REDATED).count() == 1


def test_killed_anywhere_the_next_run_dates_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    for name in ("One", "Two", "Three"):
        owned(name=name)
    sweep_on(WARNED, today=TOLD)
    with undone():
        sweep_on(TOLD)
        whole = picture()
    for number in range(1, 500):
        with undone():
            done = _killed_at(number)
            sweep_on(TOLD)
            assert picture() == whole, f"killed at statement {number}"
        if done:
            break
    assert number > 20


def _killed_at(number: int) -> bool:
    """Whether the run came to its end before that statement."""
    with stopped_at(number, Killed()):
        try:
            sweep_on(TOLD)
        except Killed:
            return False
    return True


def test_an_account_that_cannot_be_dated_anew_is_not_pooled_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = told_late()
    monkeypatch.setattr(sweep, "_longer", _fails)
    run = sweep_on(TOLD)
    assert (run.redated, run.pooled) == (0, 0)
    assert run.set_aside.get().account == account
    monkeypatch.undo()
    assert sweep_on(days_on(1, TOLD)).redated == 1
    assert warned(account) == (TOLD, KEPT_UNTIL)


def _fails(row: Account) -> str:
    raise ValueError("no words")


def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("One", "Two"):
        owned(name=name)
    sweep_on(WARNED, today=TOLD)
    meet_in(monkeypatch, _Redate, "__call__")
    runs = at_once(lambda: sweep_on(TOLD), lambda: sweep_on(TOLD))
    assert [type(run) for run in runs] == [SweepRun, SweepRun]


@pytest.mark.usefixtures("real_connections")
def test_two_at_once_date_each_anew_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_at_once(monkeypatch)
    assert Event.objects.filter(verb=Verb.WARNING_REDATED).count() == 2
    assert SweepRun.objects.get(night=TOLD).redated == 2
    assert {warned(each) for each in Account.objects.all()} == {(TOLD, KEPT_UNTIL)}
    assert not SetAside.objects.exists()


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_each_would_be_dated_anew_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    unlock(monkeypatch)
    _two_at_once(monkeypatch)
    assert Event.objects.filter(verb=Verb.WARNING_REDATED).count() > 2


# Looked at before, and checked after


def test_a_look_ahead_knows_who_will_be_kept() -> None:
    account = told_late()
    assert [*sweep.preview(TOLD, today=TOLD)] == []
    assert [*sweep.preview(KEPT_UNTIL - dt.timedelta(days=1), today=TOLD)] == []
    assert [due.account for due in sweep.preview(KEPT_UNTIL, today=TOLD)] == [account]
    assert [due.account for due in sweep.preview(POOLED, today=TOLD)] == [account]


def test_verify_finds_whoever_lost_an_account_before_the_notice_was_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_late()
    monkeypatch.setattr(notices, "told_late", lambda warned: {})
    assert sweep_on(TOLD).pooled == 1
    monkeypatch.undo()
    found = [finding for finding in verify() if finding.code == "swept_too_soon"]
    assert [finding.sentence.partition("; ")[2] for finding in found] == [
        f"its holder was told only on {TOLD}."
    ]


def test_the_evidence_of_a_late_warning_has_every_sign() -> None:
    account = told_late()
    event = Event.objects.get(verb=Verb.ACCOUNT_WARNED)
    rule = sweep.policy_for(WARNED).rule
    assert event.changes["quiet_since"] == TODAY.isoformat()
    assert set(evidence.of(account, rule)) <= set(event.changes)
