"""The sweep killed, hindered, run twice at once, and run with a hundred accounts (domain §4)."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts_app.models import Account, AccountAccess, DormancyPolicy, OwnershipPeriod
from core.models import Event, Notification
from handoffs import evidence, sweep
from handoffs.models import HandoffStep, PoolEntry, SetAside, SweepRun
from handoffs.sweep import _Pool, _Warn
from incentives.models import HandoffTerms
from tests import factories
from tests.factories import TODAY, days_on, fresh, owned
from tests.handoffs.moves import POOLED, WARNED, entry_of, handoff_of, night, sweep_on, undone
from tests.races import at_once, meet_in, unlock

NEXT = POOLED + dt.timedelta(days=1)


class Killed(BaseException):
    """The process is gone: nothing of ours gets to catch it."""


class Picture(NamedTuple):
    """All that a sweep leaves behind, without the numbers of the rows."""

    accounts: list[tuple[Any, ...]]
    periods: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]
    steps: list[tuple[Any, ...]]
    events: Counter[tuple[Any, ...]]
    told: Counter[tuple[Any, ...]]
    accesses: int
    terms: int
    runs: list[tuple[Any, ...]]


def picture() -> Picture:
    account = "handoff__account__name"
    return Picture(
        accounts=_rows(Account, "name", "state", "owner", "warned_on", "pool_on"),
        periods=_rows(OwnershipPeriod, "account__name", "ended_at", "ended_by"),
        entries=_rows(PoolEntry, "account__name", "reason", "entered_at", "left_at"),
        steps=_rows(HandoffStep, account, "track", "from_state", "to_state", "taken_at"),
        events=Counter(_rows(Event, "verb", "account_id", "happened_at")),
        told=Counter(_rows(Notification, "recipient", "account_id", "sentence")),
        accesses=AccountAccess.objects.count(),
        terms=HandoffTerms.objects.count(),
        runs=_rows(SweepRun, "night", "warned", "pooled", "finished_at"),
    )


def _rows(model: Any, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(model._default_manager.values_list(*columns), key=repr)


@contextmanager
def stopped_at(number: int, error: BaseException) -> Iterator[Callable[[], bool]]:
    """Raises at the so-manieth statement, once. Gives a function that tells whether it did."""
    left = number

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL")):
            left -= 1
            if left == 0:
                raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield lambda: left <= 0


@pytest.fixture
def due(policy: DormancyPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three accounts to pool and three to warn tonight, in batches of two."""
    monkeypatch.setattr(sweep, "BATCH", 2)
    for name in ("One", "Two", "Three"):
        owned(name=name)
    sweep_on(WARNED)
    for name in ("Four", "Five", "Six"):
        owned(factories.bob(), since=days_on(90 - 69), name=name)
    # The first night asks for a few things once and keeps them.
    with undone():
        sweep_on(POOLED)


@pytest.fixture
def whole(due: None) -> Picture:
    """What a night that nobody disturbs leaves behind."""
    with undone():
        sweep_on(POOLED)
        return picture()


# Killed, at every statement; between two batches too, since those are statements apart


def test_killed_anywhere_the_next_run_finishes_and_nothing_is_doubled(whole: Picture) -> None:
    for number in itertools.count(1):
        with undone():
            done = _stopped(number, Killed())
            assert done or not SweepRun.objects.filter(night=POOLED, finished_at__isnull=False)
            sweep_on(POOLED)
            assert picture() == whole, f"killed at statement {number}"
        if done:
            break
    assert number > 40


def test_killed_and_only_taken_up_the_night_after(whole: Picture) -> None:
    for number in itertools.count(1, 7):
        with undone():
            done = _stopped(number, Killed())
            sweep_on(NEXT)
            found = picture()
        assert _states(found) == _states(whole), f"killed at statement {number}"
        assert len(found.entries) == len(whole.entries)
        assert _verbs(found) == _verbs(whole)
        assert set(found.told.values()) == {1}
        if done:
            break
    assert number > 40


def _stopped(number: int, error: BaseException) -> bool:
    """Whether the run came to its end before that statement, or in spite of the error."""
    with stopped_at(number, error):
        try:
            sweep_on(POOLED)
        except type(error):
            return False
    return True


def _states(found: Picture) -> list[tuple[Any, ...]]:
    return [row[:3] for row in found.accounts]


def _verbs(found: Picture) -> Counter[str]:
    """How often each thing happened, whenever that was; runs are not counted."""
    verbs: Counter[str] = Counter()
    for (verb, _, _), times in found.events.items():
        verbs[verb] += times
    del verbs["sweep.ran"]
    return verbs


def test_a_passing_fault_in_a_batch_is_got_over_the_same_night(whole: Picture) -> None:
    """The batch is done once more, one by one."""
    got_over = 0
    for number in itertools.count(1, 3):
        with undone():
            with stopped_at(number, OperationalError("the disk was busy")) as happened:
                got_over += _sweeps_once()
            sweep_on(POOLED)
            assert picture() == whole, f"a fault at statement {number}"
        if not happened():
            break
    assert got_over > 10


def _sweeps_once() -> bool:
    try:
        sweep_on(POOLED)
    except OperationalError:
        return False
    return True


# A bad account


def _break(account: Account) -> None:
    """Owned, and without a period: such a row cannot be, so the sweep cannot treat it."""
    OwnershipPeriod.objects.filter(account=account).update(ended_at=night(TODAY), ended_by="swept")


def _mend(account: Account) -> None:
    OwnershipPeriod.objects.filter(account=account).update(ended_at=None, ended_by="")


@pytest.fixture
def bad(policy: DormancyPolicy) -> Account:
    """The second of three accounts that are due."""
    accounts = [owned(since=days_on(-1), name=name) for name in ("One", "Bad", "Three")]
    sweep_on(WARNED)
    OwnershipPeriod.objects.filter(account=accounts[1]).update(began_at=night(days_on(-5)))
    _break(accounts[1])
    return accounts[1]


def test_a_bad_account_is_set_aside_by_name_with_its_reason(bad: Account) -> None:
    run = sweep_on(POOLED)
    aside = run.set_aside.get()
    assert aside.account == bad
    assert aside.why == "Refused: Nobody holds Bad."
    assert (run.pooled, run.finished_at) == (2, night(POOLED))


def test_the_rest_of_its_batch_goes_through_and_nothing_of_the_bad_one(bad: Account) -> None:
    sweep_on(POOLED)
    assert set(PoolEntry.objects.values_list("account__name", flat=True)) == {"One", "Three"}
    assert fresh(bad).state == "owned"
    assert fresh(bad).warned_on == WARNED
    pooled = [account for account in Account.objects.all() if account.state == "pooled"]
    assert [handoff_of(account).steps.count() for account in pooled] == [3, 3]
    assert Event.objects.filter(verb="pool.entered").count() == 2


def test_a_bad_account_is_tried_again_the_next_night(bad: Account) -> None:
    sweep_on(POOLED)
    again = sweep_on(NEXT)
    assert again.set_aside.get().account == bad
    _mend(bad)
    third = sweep_on(NEXT + dt.timedelta(days=1))
    assert (third.pooled, third.set_aside.count()) == (1, 0)
    assert entry_of(bad).entered_at == night(NEXT + dt.timedelta(days=1))


def test_a_bad_account_is_set_aside_from_a_warning_too(
    policy: DormancyPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("One", "Bad", "Three"):
        owned(name=name)
    monkeypatch.setattr(evidence, "of", _no_signs_of("Bad", evidence.of))
    run = sweep_on(WARNED)
    assert run.warned == 2
    assert run.set_aside.get().why == "ValueError: no signs"
    assert Notification.objects.filter(event__verb="account.warned").count() == 2
    assert not Account.objects.get(name="Bad").warned_on
    monkeypatch.undo()
    late = sweep_on(WARNED + dt.timedelta(days=3))
    assert late.warned == 1
    assert Account.objects.get(name="Bad").pool_on == POOLED


def _no_signs_of(name: str, really: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def of(account: Account, rule: Any) -> dict[str, Any]:
        if account.name == name:
            raise ValueError("no signs")
        return really(account, rule)

    return of


def test_an_account_is_set_aside_once_a_night(bad: Account) -> None:
    """However often its run is cut off and taken up."""
    for number in itertools.count(5, 10):
        if _stopped(number, Killed()):
            break
    assert SetAside.objects.filter(account=bad).count() == 1


# Two at once


def _sweep_twice_at_once(on: dt.date) -> None:
    runs = at_once(lambda: sweep_on(on), lambda: sweep_on(on))
    assert [type(run) for run in runs] == [SweepRun, SweepRun]


def _four_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 2)
    factories.policy()
    for name in ("One", "Two", "Three", "Four"):
        owned(name=name)


@pytest.mark.usefixtures("real_connections")
def test_two_at_once_do_the_work_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _four_accounts(monkeypatch)
    meet_in(monkeypatch, _Warn, "__call__")
    meet_in(monkeypatch, _Pool, "__call__")
    _sweep_twice_at_once(WARNED)
    _sweep_twice_at_once(POOLED)
    assert Event.objects.filter(verb="account.warned").count() == 4
    assert Notification.objects.filter(event__verb="account.warned").count() == 4
    assert PoolEntry.objects.count() == HandoffTerms.objects.count() == 4
    assert Event.objects.filter(verb="sweep.ran").count() == 2
    assert not SetAside.objects.exists()
    runs = SweepRun.objects.order_by("night").values_list("warned", "pooled")
    assert list(runs) == [(4, 0), (0, 4)]


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_two_at_once_would_warn_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    _four_accounts(monkeypatch)
    unlock(monkeypatch)
    meet_in(monkeypatch, _Warn, "__call__")
    _sweep_twice_at_once(WARNED)
    assert Event.objects.filter(verb="account.warned").count() > 4


# What it costs


def test_the_cost_grows_with_batches_and_not_with_accounts(policy: DormancyPolicy) -> None:
    few, many = _statements(10, since=TODAY), _statements(100, since=days_on(200))
    # SQLite takes so many values in one statement, hence a few more.
    most = 0 if connection.vendor == "postgresql" else 12
    for before, after in zip(few, many, strict=True):
        assert before <= after <= before + most


def _statements(number: int, *, since: dt.date) -> tuple[int, int]:
    """How many the warning night and the pool night of so many accounts take."""
    for n in range(number):
        owned(since=since, name=f"{since} {n}")
    counted = []
    for on in (days_on(69, since), days_on(90, since)):
        with CaptureQueriesContext(connection) as queries:
            sweep_on(on)
        counted.append(len(queries))
    return counted[0], counted[1]
