"""An app's codes and recovery codes: set up, asked for, used once, removed, on record."""

import datetime as dt
import json
import re
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Event, User, Verb
from tests.sign_in.codes import code
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HERE = "/settings/second-factor/"
APP = f"{HERE}app/"
# An answer with every part that one has, and nothing in them.
PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
EMPTY = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": dict.fromkeys(PARTS, "AAAA"),
}
BROKEN = json.dumps(EMPTY)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as stopped:
        yield stopped


def confirmed(client: Client) -> Client:
    """Has shown that it is her."""
    answer = client.post("/settings/confirm/", {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def set_up(client: Client) -> str:
    """The secret of the app that is now asked for."""
    page = client.get(APP).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret
    assert client.post(APP, {"code": code(secret[1])}).status_code == 302
    return secret[1]


@pytest.fixture
def secret(inside: Client, clock: time_machine.Traveller) -> str:
    made = set_up(confirmed(inside))
    clock.shift(dt.timedelta(minutes=1))
    return made


def recovery_codes(client: Client) -> list[str]:
    page = client.get(f"{HERE}codes/").content.decode()
    return re.findall(r"<code>(\d{8})</code>", page)


def begun() -> Client:
    """Got past the password."""
    client = Client()
    answer = client.post("/sign-in/", {"login": "alice", "password": PASSWORD})
    assert answer["Location"] == "/sign-in/code/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def noted(verb: Verb) -> list[tuple[str, User]]:
    return [
        (event.changes["kind"], event.actor)
        for event in Event.objects.filter(verb=verb).select_related("actor")
    ]


def test_the_password_alone_opens_nothing_then(alice: User, secret: str) -> None:
    client = begun()
    assert not is_in(client)
    assert client.get("/settings/second-factor/").status_code == 302
    answer = client.post("/sign-in/code/", {"code": code(secret)})
    assert answer["Location"] == "/"
    assert is_in(client)


def test_without_an_app_it_does(alice: User, inside: Client) -> None:
    """The control of the test above."""
    assert is_in(inside)


def test_the_page_one_wanted_comes_after_the_code(alice: User, secret: str) -> None:
    client = Client()
    form = {"login": "alice", "password": PASSWORD, "next": "/pool/"}
    client.post("/sign-in/", form)
    assert client.post("/sign-in/code/", {"code": code(secret)})["Location"] == "/pool/"


@pytest.mark.parametrize("wrong", ["000000", "", "x", "12345678", "٠٠٠٠٠٠"])
def test_a_wrong_code_is_refused(alice: User, secret: str, wrong: str) -> None:
    client = begun()
    answer = client.post("/sign-in/code/", {"code": wrong})
    assert b'role="alert"' in answer.content
    assert not is_in(client)


def test_a_code_works_once(alice: User, secret: str) -> None:
    assert begun().post("/sign-in/code/", {"code": code(secret)}).status_code == 302
    again = begun()
    again.post("/sign-in/code/", {"code": code(secret)})
    assert not is_in(again)


def test_a_code_of_before_is_refused(
    alice: User, secret: str, clock: time_machine.Traveller
) -> None:
    old = code(secret)
    clock.shift(dt.timedelta(seconds=31))
    client = begun()
    client.post("/sign-in/code/", {"code": old})
    assert not is_in(client)


def test_guessing_codes_is_slowed_down(alice: User, secret: str) -> None:
    client = begun()
    for number in range(5):
        client.post("/sign-in/code/", {"code": f"00000{number}"})
    answer = client.post("/sign-in/code/", {"code": code(secret)})
    assert b"Too many attempts" in answer.content
    assert not is_in(client)


def test_a_code_alone_opens_nothing(alice: User, secret: str) -> None:
    client = Client()
    answer = client.post("/sign-in/code/", {"code": code(secret)})
    assert answer["Location"] == "/sign-in/"
    assert not is_in(client)


def test_one_can_start_again(alice: User, secret: str) -> None:
    client = begun()
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    client.post("/sign-in/code/", {"code": code(secret)})
    assert not is_in(client)


def test_it_is_asked_for_on_the_way_to_the_administration(
    alice: User, secret: str, ada: User
) -> None:
    User.objects.filter(pk=alice.pk).update(role="admin", holds_accounts=False)
    client = Client()
    client.post("/sign-in/", {"login": "alice", "password": PASSWORD, "next": "/admin/"})
    assert client.get("/admin/").status_code == 302
    assert client.post("/sign-in/code/", {"code": code(secret)})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_session_is_confirmed_before_anything_changes(alice: User, inside: Client) -> None:
    for page in (APP, f"{HERE}passkeys/new/", f"{HERE}codes/new/"):
        assert inside.get(page)["Location"].startswith("/settings/confirm/?next=")
        assert inside.post(page, {"code": "1"})["Location"].startswith("/settings/confirm/")
    assert inside.post("/settings/confirm/", {"password": "guess"}).status_code == 200
    assert inside.get(APP).status_code == 302
    assert confirmed(inside).get(APP).status_code == 200


def test_that_holds_for_five_minutes(
    alice: User, inside: Client, clock: time_machine.Traveller
) -> None:
    confirmed(inside)
    clock.shift(dt.timedelta(minutes=5, seconds=1))
    assert inside.get(APP).status_code == 302


def test_with_an_app_its_code_confirms_too(
    alice: User, inside: Client, secret: str, clock: time_machine.Traveller
) -> None:
    clock.shift(dt.timedelta(minutes=6))
    assert inside.get(f"{HERE}app/remove/").status_code == 302
    answer = inside.post(f"/settings/confirm/code/?next={HERE}app/remove/", {"code": code(secret)})
    assert answer["Location"] == f"{HERE}app/remove/"
    assert inside.get(f"{HERE}app/remove/").status_code == 200


def test_the_first_code_must_be_right(alice: User, inside: Client) -> None:
    confirmed(inside).get(APP)
    assert b'role="alert"' in inside.post(APP, {"code": "000000"}).content
    assert not Authenticator.objects.exists()
    assert not noted(Verb.SIGN_IN_ADDED)


def test_it_is_on_record_without_the_secret(alice: User, secret: str) -> None:
    assert noted(Verb.SIGN_IN_ADDED) == [("authenticator app", alice), ("recovery codes", alice)]
    for event in Event.objects.filter(verb=Verb.SIGN_IN_ADDED):
        assert event.changes.keys() == {"kind", "name"}
        assert event.subject_id == alice.pk


def test_nobody_but_administrators_reads_who_has_what(alice: User, bob: User, secret: str) -> None:
    day = NOON.date()
    assert not Event.objects.visible_to(bob, on=day).filter(verb=Verb.SIGN_IN_ADDED).exists()


def test_what_is_not_recorded_does_not_happen(
    alice: User, inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **facts: object) -> None:
        raise RuntimeError("the record is full")

    monkeypatch.setattr("core.sign_ins.events.record", broken)
    confirmed(inside)
    with pytest.raises(RuntimeError):
        set_up(inside)
    assert not Authenticator.objects.exists()


def test_removed_it_is_no_longer_asked_for(alice: User, inside: Client, secret: str) -> None:
    assert inside.post(f"{HERE}app/remove/").status_code == 302
    assert not Authenticator.objects.exists()
    answer = Client().post("/sign-in/", {"login": "alice", "password": PASSWORD})
    assert answer["Location"] == "/"
    removed = noted(Verb.SIGN_IN_REMOVED)
    assert removed == [("authenticator app", alice), ("recovery codes", alice)]
    assert inside.post(f"{HERE}app/remove/").status_code == 404


def test_a_recovery_code_opens_once(alice: User, inside: Client, secret: str) -> None:
    first = recovery_codes(inside)[0]
    client = begun()
    client.post("/sign-in/code/", {"code": first})
    assert is_in(client)
    again = begun()
    again.post("/sign-in/code/", {"code": first})
    assert not is_in(again)
    assert first not in recovery_codes(inside)


def test_new_recovery_codes_end_the_old_ones(alice: User, inside: Client, secret: str) -> None:
    old = recovery_codes(inside)
    assert len(old) == 10
    assert inside.post(f"{HERE}codes/new/").status_code == 302
    assert not {*old} & {*recovery_codes(inside)}
    client = begun()
    client.post("/sign-in/code/", {"code": old[0]})
    assert not is_in(client)


def test_recovery_codes_can_be_saved(alice: User, inside: Client, secret: str) -> None:
    answer = inside.get(f"{HERE}codes/file/")
    assert answer["Content-Type"].startswith("text/plain")
    assert {*recovery_codes(inside)} <= {*answer.content.decode().split()}
    assert "no-store" in answer["Cache-Control"]


def test_without_a_factor_there_are_no_recovery_codes(alice: User, inside: Client) -> None:
    confirmed(inside)
    assert inside.get(f"{HERE}codes/").status_code == 404
    assert b'role="alert"' in inside.post(f"{HERE}codes/new/").content
    assert not Authenticator.objects.exists()


def test_the_api_is_as_before(alice: User, inside: Client, secret: str) -> None:
    assert inside.get("/api/v1/users/").status_code == 200
    assert begun().get("/api/v1/users/").status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        BROKEN,
        BROKEN.replace("AAAA", "oWNmbXRk"),
        BROKEN.replace('"AAAA"', "7"),
        "",
        "x",
        "[]",
        "5",
        "null",
        "{}",
        '{"id": "x"}',
        '{"response": {"userHandle": "MTA"}}',
        "[[]]",
    ],
)
@pytest.mark.parametrize("page", ["/sign-in/passkey/", f"{HERE}passkeys/new/", "/sign-in/code/"])
def test_what_is_no_passkey_opens_nothing(
    alice: User, inside: Client, secret: str, page: str, sent: str
) -> None:
    client = inside if page.startswith(HERE) else begun()
    client.get(page)
    answer = client.post(page, {"credential": sent, "name": "Key"})
    assert answer.status_code in (200, 302)
    assert client is inside or not is_in(client)
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_a_passkey_of_somebody_elses_is_not_touched(alice: User, bob: User, inside: Client) -> None:
    confirmed(inside)
    his = Authenticator.objects.create(user=bob, type="webauthn", data={"name": "Bob's"})
    for page in (f"{HERE}passkeys/{his.pk}/", f"{HERE}passkeys/{his.pk}/remove/"):
        assert inside.get(page).status_code == 404
        assert inside.post(page, {"name": "Mine"}).status_code == 404
    his.refresh_from_db()
    assert his.data["name"] == "Bob's"


def test_how_many_questions_the_page_asks(alice: User, inside: Client, secret: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        inside.get(HERE)
    assert len(asked) == 4
