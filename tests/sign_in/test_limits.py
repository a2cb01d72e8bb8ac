"""Guessing is slowed down: by the name that is tried, and by where it comes from."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from core.models import User
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ENOUGH = 5
SENTENCE = b"Too many attempts"


def attempt(password: str, *, login: str = "alice", address: str = "192.0.2.1") -> bytes:
    answer = Client().post("/sign-in/", {"login": login, "password": password}, REMOTE_ADDR=address)
    return b"in" if answer.status_code == 302 else answer.content


def test_after_five_wrong_ones_the_right_one_waits_too(alice: User) -> None:
    for number in range(ENOUGH):
        assert b"do not go together" in attempt(f"guess {number}", address=f"192.0.2.{number}")
    assert SENTENCE in attempt(PASSWORD, address="192.0.2.200")


def test_without_limits_it_would_not(alice: User, settings: Settings) -> None:
    """The control of the test above."""
    settings.ACCOUNT_RATE_LIMITS = False
    for number in range(ENOUGH):
        attempt(f"guess {number}", address=f"192.0.2.{number}")
    assert attempt(PASSWORD, address="192.0.2.200") == b"in"


def test_it_is_over_after_five_minutes(alice: User) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC), tick=False) as clock:
        for number in range(ENOUGH):
            attempt(f"guess {number}")
        assert SENTENCE in attempt(PASSWORD)
        clock.shift(dt.timedelta(minutes=5, seconds=1))
        assert attempt(PASSWORD) == b"in"


def test_others_are_not_kept_out(alice: User, bob: User) -> None:
    for number in range(ENOUGH):
        attempt(f"guess {number}", address="192.0.2.7")
    bob.set_password(PASSWORD)
    bob.save()
    assert attempt(PASSWORD, login="bob") == b"in"


def test_right_ones_do_not_count(alice: User) -> None:
    for _ in range(ENOUGH + 2):
        assert attempt(PASSWORD) == b"in"


def test_one_place_cannot_try_many_names(alice: User) -> None:
    for number in range(10):
        attempt("guess", login=f"name{number}")
    assert SENTENCE in attempt(PASSWORD)
    assert attempt(PASSWORD, address="192.0.2.2") == b"in"


def test_a_flood_is_answered_with_429(alice: User) -> None:
    client = Client()
    answers = [client.post("/sign-in/", {}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    assert SENTENCE in client.post("/sign-in/", {}).content


def test_the_sender_of_a_header_is_not_believed_without_a_proxy(alice: User) -> None:
    for number in range(10):
        Client().post(
            "/sign-in/",
            {"login": f"name{number}", "password": "guess"},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
    assert SENTENCE in attempt(PASSWORD, address="127.0.0.1")


def test_behind_a_proxy_it_says_who_asks(alice: User, settings: Settings) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(12):
        answer = Client().post(
            "/sign-in/",
            {"login": f"name{number}", "password": "guess"},
            headers={"X-Forwarded-For": f"forged, 198.51.100.{number}"},
        )
        assert b"do not go together" in answer.content
