"""Who gets in: tokens with their scopes and ends, and the browser's session."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from core import tokens
from core.errors import NotAllowed, Refused
from core.models import ApiToken, Event, User
from tests import factories
from tests.api.asking import Asking, asks, nobody, token_of
from tests.factories import Cast

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def status_of(token: str) -> int:
    answer = Asking(token).get("/users/")
    return int(answer.status_code)


def test_a_token_opens(as_alice: Asking) -> None:
    assert as_alice.get("/users/").status_code == 200


def test_without_one_it_is_401_and_says_how(db: None) -> None:
    answer = nobody().get("/users/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("token", ["", "x", "stw_", "ä", "two words", "stw_" + "a" * 5000, "%00"])
def test_what_is_no_token_is_401(db: None, token: str) -> None:
    header = {"Authorization": f"Bearer {token}"}
    answer = Client().get("/api/v1/users/", headers=header)
    assert answer.status_code == 401


def test_who_left_is_401(alice: User) -> None:
    token = token_of(alice)
    User.objects.filter(pk=alice.pk).update(active=False)
    assert status_of(token) == 401


def test_a_revoked_token_is_401(alice: User) -> None:
    token = token_of(alice)
    tokens.revoke(ApiToken.objects.get(), by=alice, at=timezone.now())
    assert status_of(token) == 401


def test_an_expired_token_is_401(alice: User) -> None:
    long_ago = timezone.now() - dt.timedelta(days=91)
    _, text = tokens.issue(alice, name="old", scopes=["read"], by=alice, at=long_ago)
    assert status_of(text) == 401


def test_only_its_digest_is_kept(alice: User) -> None:
    text = token_of(alice)
    kept = ApiToken.objects.values().get()
    assert text not in str(kept)
    assert text not in str(list(Event.objects.values()))
    assert kept["digest"] == tokens.digest_of(text)


def test_its_use_is_noted_but_not_each_time(alice: User) -> None:
    _, text = tokens.issue(alice, name="mine", scopes=["read"], by=alice, at=NOW)
    token = ApiToken.objects.get()
    tokens.note_use(token, at=NOW)
    token.refresh_from_db()
    tokens.note_use(token, at=NOW + dt.timedelta(minutes=5))
    token.refresh_from_db()
    assert token.last_used_at == NOW
    tokens.note_use(token, at=NOW + dt.timedelta(minutes=15))
    token.refresh_from_db()
    assert token.last_used_at == NOW + dt.timedelta(minutes=15)
    assert text


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (["read"], True, False),
        (["write"], True, True),
        (["accounts:read"], True, False),
        (["accounts:write"], True, True),
        (["pool:write"], False, False),
    ],
)
def test_scopes(alice: User, scopes: list[str], reads: bool, writes: bool) -> None:
    token, _ = tokens.issue(alice, name="mine", scopes=scopes, by=alice, at=NOW)
    assert tokens.allows(token, "accounts", "read") is reads
    assert tokens.allows(token, "accounts", "write") is writes


def test_a_missing_scope_is_403(alice: User) -> None:
    answer = asks(alice, "accounts:read").get("/users/")
    assert answer.status_code == 403
    assert answer.json()["code"] == "scope_missing"


@pytest.mark.parametrize("scopes", [[], ["delete"], ["accounts"], ["users:admin"]])
def test_scopes_that_are_none_are_refused(alice: User, scopes: list[str]) -> None:
    with pytest.raises(Refused):
        tokens.issue(alice, name="mine", scopes=scopes, by=alice, at=NOW)


def test_one_issues_ones_own_and_an_admin_for_integrations(
    alice: User, bob: User, ada: User
) -> None:
    with pytest.raises(NotAllowed):
        tokens.issue(bob, name="his", scopes=["read"], by=alice, at=NOW)
    token, _ = tokens.issue(bob, name="import", scopes=["read"], by=ada, at=NOW)
    assert token.issued_by == ada
    with pytest.raises(NotAllowed):
        tokens.revoke(token, by=alice, at=NOW)
    assert tokens.revoke(token, by=bob, at=NOW).revoked_at == NOW


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_a_token_ends(alice: User, days: int) -> None:
    with pytest.raises(Refused):
        tokens.issue(alice, name="mine", scopes=["read"], by=alice, at=NOW, lasts_days=days)


def test_the_command_prints_it_once(alice: User) -> None:
    said, about = StringIO(), StringIO()
    call_command(
        "issue_token", "alice", "--name", "cli", "--scope", "read", stdout=said, stderr=about
    )
    assert status_of(said.getvalue().strip()) == 200
    assert "cli of Alice" in about.getvalue()


def test_the_command_refuses_in_a_sentence(alice: User) -> None:
    with pytest.raises(CommandError, match="is no scope"):
        call_command("issue_token", "alice", "--name", "cli", "--scope", "everything")


def test_the_session_opens_too(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/api/v1/users/").status_code == 200


@pytest.mark.parametrize("username", ["alice", "mara", "finn", "ada"])
def test_the_session_reads_what_happened(client: Client, cast: Cast, username: str) -> None:
    """A session's user is a lazy stand-in, not an instance of the class itself."""
    client.force_login(User.objects.get(username=username))
    assert client.get("/api/v1/events/").status_code == 200
    assert client.get("/api/v1/ledger/").status_code == 200


def test_a_session_needs_its_csrf_token_to_write(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    account = factories.owned()
    path = f"/api/v1/accounts/{account.pk}/"
    answer = strict.patch(path, {"phone": "1"}, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
