"""Signing in and out, the two health addresses, and what every answer carries."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client

from core.models import User

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", PASSWORD, email="alice@example.com")


def test_the_right_password_leads_home(client: Client, alice: User) -> None:
    answer = client.post("/sign-in/", {"login": "alice", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert client.get("/").status_code == 200


def test_the_wrong_password_says_so_and_keeps_the_name(client: Client, alice: User) -> None:
    answer = client.post("/sign-in/", {"login": "alice", "password": "guess"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert 'value="alice"' in page


def test_who_left_cannot_sign_in(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(active=False)
    answer = client.post("/sign-in/", {"login": "alice", "password": PASSWORD})
    assert answer.status_code == 200


def test_who_left_is_signed_out_at_that_moment(client: Client, alice: User) -> None:
    client.force_login(alice)
    User.objects.filter(pk=alice.pk).update(active=False)
    assert client.get("/").status_code == 302


def test_the_system_cannot_sign_in(client: Client) -> None:
    system = User.objects.system()
    for password in ("", system.password):
        answer = client.post("/sign-in/", {"login": system.username, "password": password})
        assert answer.status_code == 200


def test_somebody_elses_address_is_not_followed_after_the_sign_in(
    client: Client, alice: User
) -> None:
    answer = client.post(
        "/sign-in/?next=https://elsewhere.example/", {"login": "alice", "password": PASSWORD}
    )
    assert answer["Location"] == "/"


def test_signing_out_needs_a_post(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_a_form_without_its_token_is_refused(alice: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"login": "alice", "password": PASSWORD})
    assert answer.status_code == 403


def test_health(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").content == b"ready\n"


def test_not_ready_names_what_is_missing(client: Client) -> None:
    with patch("config.health.connection.cursor", side_effect=OperationalError):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.startswith(b"no database")


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    answer = client.get("/sign-in/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
