"""A device sends the same activity on two lines at once: it is stored once."""

from typing import Any

import pytest
from django.db import IntegrityError

from core.models import Event, Verb
from pipeline import activities
from pipeline.models import Activity
from tests import factories
from tests.factories import once
from tests.races import at_once, meet_in, unlock


def send_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    alice = factories.alice()
    account = factories.owned(alice)
    meet_in(monkeypatch, activities, "_sent_before")

    def send() -> Activity:
        return factories.log(account, by=alice, outcome="connected", client_id=once(1))

    return at_once(send, send)


@pytest.mark.usefixtures("real_connections")
def test_both_get_the_one_that_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = send_twice(monkeypatch)
    assert one == other == Activity.objects.get()
    assert Event.objects.filter(verb=Verb.ACTIVITY_LOGGED).count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_one_of_them_would_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read that it is new."""
    unlock(monkeypatch)
    found = send_twice(monkeypatch)
    assert {type(one) for one in found} == {Activity, IntegrityError}
