"""A tap that goes out twice at once: one activity, one step; one undo."""

from typing import Any

import pytest
from django.db import IntegrityError

from core.errors import Refused
from core.models import Event, Verb
from pipeline import activities, quick_log
from pipeline.models import Activity, NextStep
from pipeline.quick_log import Logged, Then
from tests import factories
from tests.factories import TODAY, at, days_on, once
from tests.races import at_once, meet_in, unlock


def log_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    alice = factories.alice()
    account = factories.owned(alice)
    meet_in(monkeypatch, activities, "sent_before")

    def send() -> Logged:
        return quick_log.log(
            account,
            by=alice,
            at=at(TODAY),
            channel="call",
            outcome="connected",
            client_id=once(1),
            then=Then("Call", days_on(7)),
        )

    return at_once(send, send)


def undo_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    alice = factories.alice()
    account = factories.owned(alice)
    logged = quick_log.log(account, by=alice, at=at(TODAY), channel="note", summary="Hm")
    meet_in(monkeypatch, quick_log, "locked")
    moment = Activity.objects.get().recorded_at

    def undo() -> Activity:
        return quick_log.undo(logged.activity, by=alice, at=moment)

    return at_once(undo, undo)


@pytest.mark.usefixtures("real_connections")
def test_logged_twice_at_once_is_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = log_twice(monkeypatch)
    assert one.activity == other.activity == Activity.objects.get()
    assert one.step == other.step == NextStep.objects.get()
    assert {one.is_new, other.is_new} == {True, False}


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_one_of_them_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read that it is new."""
    unlock(monkeypatch)
    kinds = {type(each) for each in log_twice(monkeypatch)}
    assert Logged in kinds
    assert kinds & {Refused, IntegrityError}


@pytest.mark.usefixtures("real_connections")
def test_undone_twice_at_once_is_undone_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert undo_twice(monkeypatch) == [Activity.objects.get()] * 2
    assert Event.objects.filter(verb=Verb.ACTIVITY_VOIDED).count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_it_would_be_voided_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read that it stands."""
    unlock(monkeypatch)
    undo_twice(monkeypatch)
    assert Event.objects.filter(verb=Verb.ACTIVITY_VOIDED).count() == 2
