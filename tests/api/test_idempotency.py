"""The same key and body, the same answer, and it is done once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from accounts_app.models import Account, OwnershipPeriod
from core.api import idempotency
from core.models import IdempotencyRecord, User
from handoffs import claims, new_accounts
from tests import factories
from tests.api.asking import Asking, asks
from tests.handoffs import moves
from tests.races import at_once, meet_in

pytestmark = pytest.mark.django_db


def count() -> int:
    return Account.objects.count()


def test_the_same_again_is_done_once(as_alice: Asking) -> None:
    first = as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    again = as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert count() == 1


def test_another_key_is_another_request(as_alice: Asking) -> None:
    for key in ("a", "b"):
        assert as_alice.post("/accounts/", {"name": "Acme"}, key=key).status_code == 201
    assert count() == 2


def test_a_key_is_ones_own(as_alice: Asking, bob: User) -> None:
    as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    assert asks(bob).post("/accounts/", {"name": "Other"}, key="a").status_code == 201


@pytest.mark.parametrize(
    ("path", "body"), [("/accounts/", {"name": "Other"}), ("/contacts/", {"name": "Acme"})]
)
def test_a_key_is_of_one_request(as_alice: Asking, path: str, body: dict[str, Any]) -> None:
    as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    answer = as_alice.post(path, body, key="a")
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"


def test_a_refusal_is_remembered_too(as_alice: Asking) -> None:
    account = factories.owned(factories.bob())
    path, body = "/next-steps/", {"account": account.pk, "what": "Call", "due_on": "2026-04-01"}
    first = as_alice.post(path, body, key="a")
    assert first.status_code == 403
    Account.objects.filter(pk=account.pk).update(owner=factories.alice())
    again = as_alice.post(path, body, key="a")
    assert (again.status_code, again.content) == (403, first.content)
    assert again["Content-Type"] == "application/problem+json"


def test_nothing_of_a_refused_request_stays(
    as_alice: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_late(*args: Any, **kwargs: Any) -> Any:
        Account.objects.create(name="Half done")
        return claims.claim(moves.entry_of(pooled), by=factories.finn(), at=args[-1])

    pooled = moves.unassigned().account
    monkeypatch.setattr(new_accounts, "add", lambda *a, at, **k: fails_late(*a, at))
    answer = as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    assert answer.status_code == 403
    assert not Account.objects.filter(name="Half done").exists()
    assert IdempotencyRecord.objects.get().status == 403


def test_a_fault_of_ours_is_not_remembered(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("broken")

    asking = asks(alice)
    asking.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(new_accounts, "add", breaks)
        assert asking.post("/accounts/", {"name": "Acme"}, key="a").status_code == 500
    assert asking.post("/accounts/", {"name": "Acme"}, key="a").status_code == 201
    assert count() == 1


@pytest.mark.parametrize("key", [" ", "a b", "ä", "x" * 201, "a\tb"])
def test_a_key_is_short_and_printable(as_alice: Asking, key: str) -> None:
    answer = as_alice.post("/accounts/", {"name": "Acme"}, key=key)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_idempotency_key"


def test_what_moves_ownership_needs_a_key(as_alice: Asking, policy: Any) -> None:
    account = factories.owned()
    answer = as_alice.post(f"/accounts/{account.pk}/release/", key=None)
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"
    assert "Idempotency-Key" in answer.json()["detail"]
    account.refresh_from_db()
    assert account.owner is not None


def test_who_waits_too_long_is_told(as_alice: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError("database is locked")

    monkeypatch.setattr(IdempotencyRecord.objects, "get_or_create", locked)
    answer = as_alice.post("/accounts/", {"name": "Acme"}, key="a")
    assert answer.status_code == 409
    assert answer.json()["code"] == "in_progress"
    assert int(answer["Retry-After"]) > 0


def twice_at_once(path: str, body: Any) -> list[Any]:
    asking = asks(factories.alice())

    def ask() -> Any:
        other = Asking(None)
        other.headers = asking.headers
        return other.post(path, body, key="a")

    return at_once(ask, ask)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_connections")
def test_two_at_the_same_time_do_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    meet_in(monkeypatch, new_accounts, "add")
    first, second = twice_at_once("/accounts/", {"name": "Acme"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert sorted("Idempotent-Replayed" in each for each in (first, second)) == [False, True]
    assert count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_locks")
def test_without_the_claim_it_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above can fail."""

    def unclaimed(request: Any, *, work: Callable[[], Any], **kwargs: Any) -> Any:
        return work()

    monkeypatch.setattr(idempotency, "once", unclaimed)
    meet_in(monkeypatch, new_accounts, "add")
    twice_at_once("/accounts/", {"name": "Acme"})
    assert count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_connections")
def test_two_claims_with_one_key_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = moves.unassigned()
    meet_in(monkeypatch, claims, "may_claim")
    first, second = twice_at_once(f"/pool/{entry.pk}/claim/", {})
    assert (first.status_code, second.status_code) == (200, 200)
    assert OwnershipPeriod.objects.filter(account=entry.account).count() == 1
