"""Where somebody is signed in, and ending it."""

import datetime as dt

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from core.templatetags.steward import device
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit Version/18 Safari/604.1"


def another(user: User) -> Client:
    client = Client(headers={"User-Agent": PHONE})
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    return client


def test_each_is_listed_with_its_device(alice: User, inside: Client) -> None:
    another(alice)
    page = inside.get("/settings/sessions/").content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count("This one") == 1


def test_one_is_ended_and_no_other(alice: User, inside: Client) -> None:
    phone, tablet = another(alice), another(alice)
    key = phone.session.session_key
    wanted = UserSession.objects.get(session_key=key)
    assert inside.post("/settings/sessions/", {"end": wanted.pk}).status_code == 302
    assert phone.get("/").status_code == 302
    assert tablet.get("/").status_code == inside.get("/").status_code == 200


def test_all_others_are_ended(alice: User, inside: Client) -> None:
    phone, tablet = another(alice), another(alice)
    inside.post("/settings/sessions/", {"end": "others"})
    assert phone.get("/").status_code == tablet.get("/").status_code == 302
    assert inside.get("/").status_code == 200


@pytest.mark.parametrize("end", ["", "0", "x", "all"])
def test_nothing_else_ends_anything(alice: User, inside: Client, end: str) -> None:
    phone = another(alice)
    inside.post("/settings/sessions/", {"end": end})
    assert phone.get("/").status_code == 200


def test_nobody_ends_somebody_elses(alice: User, inside: Client, bob: User) -> None:
    bob.set_password(PASSWORD)
    bob.save()
    his = another(bob)
    key = UserSession.objects.get(user=bob).pk
    inside.post("/settings/sessions/", {"end": key})
    inside.post("/settings/sessions/", {"end": "others"})
    assert his.get("/").status_code == 200


def test_signing_out_takes_it_off_the_list(alice: User, inside: Client) -> None:
    another(alice).post("/sign-out/")
    assert inside.get("/settings/sessions/").content.count(b'Last seen">') == 1


def test_when_it_was_last_seen_is_kept_to_ten_minutes(alice: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        client = another(alice)
        clock.shift(dt.timedelta(minutes=9))
        client.get("/")
        assert UserSession.objects.get().last_seen_at == NOON
        clock.shift(dt.timedelta(minutes=2))
        client.get("/")
        assert UserSession.objects.get().last_seen_at == NOON + dt.timedelta(minutes=11)


def test_a_page_asks_nothing_more_for_it(alice: User, inside: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        inside.get("/policy/")
    assert not [query for query in asked if "usersession" in query["sql"]]


def test_whoever_left_is_out_everywhere_at_once(alice: User, inside: Client) -> None:
    phone = another(alice)
    User.objects.filter(pk=alice.pk).update(active=False)
    assert phone.get("/").status_code == inside.get("/").status_code == 302


def test_what_a_browser_says_of_itself() -> None:
    assert (
        device("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140") == "Edge on Windows"
    )
    assert device("curl/8.0") == "curl"
    assert device("") == "A browser"
