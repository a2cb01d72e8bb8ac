"""One's own settings: what one is called, the zone that times are shown in, one's tokens."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import people, preferences, tokens
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.models import ApiToken, Event, User, Verb
from core.templatetags.steward import day
from pipeline.models import Activity
from tests import factories
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LATE = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
ME = {"first_name": "Alice", "last_name": "Adler", "time_zone": ""}
SYNC = {"name": "Sync", "may": "read", "lasts": "30"}


def kept(client: Client, **changes: str) -> int:
    return client.post("/settings/", {**ME, **changes}).status_code


def confirmed(client: Client) -> Client:
    client.post("/settings/confirm/", {"password": PASSWORD})
    return client


def issued(client: Client, **changes: object) -> str:
    """The text of a new token, as it stands on the page."""
    page = client.post("/settings/tokens/", {**SYNC, **changes}).content.decode()
    found = re.search(r"stw_[\w-]+", page)
    assert found, page
    return found[0]


def opens(text: str, path: str = "/api/v1/users/") -> int:
    return Client().get(path, headers={"Authorization": f"Bearer {text}"}).status_code


class TestTheName:
    def test_is_ones_own_to_say(self, alice: User, inside: Client) -> None:
        assert kept(inside, last_name="Ackermann") == 302
        assert "Alice Ackermann" in inside.get("/").content.decode()
        event = Event.objects.get(verb=Verb.USER_CHANGED)
        assert (event.actor, event.subject_id) == (alice, alice.pk)
        assert event.changes == {"last_name": ["", "Ackermann"]}

    def test_the_same_again_is_no_event(self, alice: User, inside: Client) -> None:
        kept(inside)
        kept(inside)
        assert Event.objects.filter(verb=Verb.USER_CHANGED).count() == 1

    def test_that_is_too_long_is_refused(self, alice: User, inside: Client) -> None:
        assert kept(inside, last_name="x" * 151) == 422
        alice.refresh_from_db()
        assert alice.last_name == ""

    def test_of_somebody_else_is_for_administrators(
        self, alice: User, bob: User, ada: User
    ) -> None:
        with pytest.raises(NotAllowed):
            people.rename(alice, first_name="A", last_name="B", by=bob, at=NOW)
        assert people.rename(alice, first_name="A", last_name="B", by=ada, at=NOW)

    def test_nothing_else_is_said_with_it(self, alice: User, inside: Client) -> None:
        forged = {"role": "admin", "email": "mine@example.com", "username": "root", "active": ""}
        kept(inside, **forged)
        alice.refresh_from_db()
        assert (alice.role, alice.email, alice.username, alice.active) == (
            "rep",
            "alice@example.com",
            "alice",
            True,
        )


class TestTheTimeZone:
    @pytest.fixture
    def call(self, alice: User) -> Activity:
        return factories.engage(factories.owned(alice, since=dt.date(2026, 3, 1)), on=LATE)

    def shown(self, client: Client, call: Activity) -> str:
        return client.get(reverse("activity", args=[call.pk])).content.decode()

    def test_is_that_of_the_times_shown(self, inside: Client, call: Activity) -> None:
        assert "2 March 2026, 23:30" in self.shown(inside, call)
        kept(inside, time_zone="Asia/Kolkata")
        assert "3 March 2026, 05:00" in self.shown(inside, call)
        kept(inside, time_zone="")
        assert "2 March 2026, 23:30" in self.shown(inside, call)

    def test_is_nobody_elses(self, inside: Client, call: Activity, bob: User) -> None:
        kept(inside, time_zone="Asia/Kolkata")
        client = Client()
        client.force_login(bob)
        assert "2 March 2026, 23:30" in self.shown(client, call)

    def test_moves_no_day(self, alice: User, inside: Client, call: Activity) -> None:
        kept(inside, time_zone="Asia/Kolkata")
        with time_machine.travel(LATE, tick=False):
            with timezone.override("Asia/Kolkata"):
                assert day_of(LATE) == dt.date(2026, 3, 2)
                assert day(LATE) == "2 March 2026"
            inside.get("/")
        call.refresh_from_db()
        assert call.occurred_on == dt.date(2026, 3, 2)

    def test_is_that_of_the_times_typed(self, alice: User, inside: Client) -> None:
        account = factories.owned(alice, since=dt.date(2026, 2, 1))
        kept(inside, time_zone="Asia/Kolkata")
        logged = {
            "channel": "call",
            "outcome": "connected",
            "client_id": str(factories.once(1)),
            "occurred_at": "2026-03-01T10:00",
        }
        assert inside.post(reverse("account_log", args=[account.pk]), logged).status_code == 302
        assert Activity.objects.get().occurred_at == dt.datetime(2026, 3, 1, 4, 30, tzinfo=dt.UTC)

    def test_programs_are_told_the_organisations(self, inside: Client, call: Activity) -> None:
        kept(inside, time_zone="Asia/Kolkata")
        answer = inside.get(f"/api/v1/activities/{call.pk}/").json()
        assert answer["occurred_at"].startswith("2026-03-02T23:30")

    @pytest.mark.parametrize("zone", ["Mars/Olympus", "europe/berlin", "localtime", "../UTC"])
    def test_must_be_one_of_the_list(self, alice: User, inside: Client, zone: str) -> None:
        assert kept(inside, time_zone=zone) == 422
        with pytest.raises(Refused):
            preferences.choose_time_zone(alice, time_zone=zone)

    def test_that_is_no_longer_known_does_no_harm(self, alice: User, inside: Client) -> None:
        User.objects.filter(pk=alice.pk).update(time_zone="Mars/Olympus")
        assert inside.get("/").status_code == 200


class TestTokens:
    def test_are_made_and_shown_once(self, alice: User, inside: Client) -> None:
        text = issued(confirmed(inside))
        assert opens(text) == 200
        assert text not in inside.get("/settings/tokens/").content.decode()
        token = ApiToken.objects.get()
        assert (token.user, token.issued_by, token.scopes) == (alice, alice, ["read"])
        assert token.expires_at - token.issued_at == dt.timedelta(days=30)

    def test_the_page_that_shows_one_is_kept_nowhere(self, alice: User, inside: Client) -> None:
        answer = confirmed(inside).post("/settings/tokens/", SYNC)
        assert "no-store" in answer["Cache-Control"]

    def test_do_no_more_than_is_said(self, alice: User, inside: Client) -> None:
        text = issued(confirmed(inside), of=["accounts"])
        assert opens(text, "/api/v1/accounts/") == 200
        assert opens(text) == 403

    def test_are_made_by_whoever_shows_that_it_is_them(self, alice: User, inside: Client) -> None:
        """What was sent before is done then."""
        answer = inside.post("/settings/tokens/", SYNC)
        assert answer["Location"] == "/settings/confirm/?next=%2Fsettings%2Ftokens%2F"
        assert not ApiToken.objects.exists()
        answer = inside.post("/settings/confirm/?next=/settings/tokens/", {"password": PASSWORD})
        assert "stw_" in answer.content.decode()
        assert ApiToken.objects.get().name == "Sync"

    def test_are_revoked(self, alice: User, inside: Client) -> None:
        text = issued(confirmed(inside))
        address = reverse("token_revoke", args=[ApiToken.objects.get().pk])
        assert inside.post(address).status_code == 302
        assert opens(text) == 401
        assert "Revoked on" in inside.get("/settings/tokens/").content.decode()
        assert inside.post(address).status_code == 302
        assert Event.objects.filter(verb=Verb.TOKEN_REVOKED).count() == 1

    def test_of_others_are_not_there(self, alice: User, bob: User, ada: User) -> None:
        tokens.issue(bob, name="Bob's own", scopes=["read"], by=bob, at=NOW)
        his = ApiToken.objects.get()
        client = Client()
        client.force_login(ada)
        assert "Bob" not in client.get("/settings/tokens/").content.decode().split("<main")[1]
        assert client.post(reverse("token_revoke", args=[his.pk])).status_code == 404
        his.refresh_from_db()
        assert his.revoked_at is None

    @pytest.mark.parametrize(
        "wrong",
        [{"name": " "}, {"may": "own"}, {"of": ["moon"]}, {"lasts": "9999"}, {"name": "x" * 101}],
        ids=str,
    )
    def test_that_cannot_be_are_refused(
        self, alice: User, inside: Client, wrong: dict[str, object]
    ) -> None:
        answer = confirmed(inside).post("/settings/tokens/", {**SYNC, **wrong})
        assert answer.status_code == 422
        assert not ApiToken.objects.exists()


def test_it_is_in_the_menu(alice: User, inside: Client) -> None:
    assert 'href="/settings/"' in inside.get("/").content.decode()


def test_from_the_theme_one_comes_back(alice: User, inside: Client) -> None:
    page = inside.get("/settings/").content.decode()
    assert 'name="back" value="/settings/"' in page
    answer = inside.post("/settings/theme/", {"theme": "dark", "back": "/settings/"})
    assert answer["Location"] == "/settings/"
