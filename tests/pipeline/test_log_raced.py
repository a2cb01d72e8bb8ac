"""A device sends the same activity on two lines at once: it is stored once."""

from typing import Any

import pytest

from core.errors import Refused
from core.models import Event, Verb
from pipeline import activities
from pipeline.models import Activity
from tests import factories
from tests.factories import once
from tests.races import at_once, meet_in, unlock


def send_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    alice = factories.alice()
    account = factories.owned(alice)
    meet_in(monkeypatch, activities, "sent_before")

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
    """The control: both read that it is new, and the second hits the constraint."""
    unlock(monkeypatch)
    found = send_twice(monkeypatch)
    assert {type(one) for one in found} == {Activity, Refused}


@pytest.mark.usefixtures("real_locks")
def test_one_id_for_two_accounts_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds the lock of its own account."""
    alice = factories.alice()
    one, two = (factories.owned(alice, name=name) for name in ("One", "Two"))
    meet_in(monkeypatch, activities, "sent_before")
    found = at_once(
        lambda: factories.log(one, by=alice, client_id=once(1)),
        lambda: factories.log(two, by=alice, client_id=once(1)),
    )
    assert sorted(each.code if isinstance(each, Refused) else "stored" for each in found) == [
        "client_id_taken",
        "stored",
    ]
