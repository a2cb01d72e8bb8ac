"""A password by mail: for whoever forgot it, and for whoever has none yet."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client

from core.models import Event, User, Verb
from tests import factories
from tests.sign_in.conftest import PASSWORD, Posted
from tests.sign_in.test_password import NEW, attempt

pytestmark = pytest.mark.django_db


def ask(address: str, client: Client | None = None) -> tuple[int, bytes]:
    answer = (client or Client()).post("/password/", {"email": address}, follow=True)
    page: bytes = answer.content.split(b"<main")[1]
    return answer.status_code, page


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://testserver(/password/\S+)", str(message.body))
    assert found
    return found[1]


def use(link: str) -> Client:
    """Follows the link as a browser does, and sets the new password."""
    client = Client()
    shown = client.get(link, follow=True)
    if shown.redirect_chain:
        client.post(shown.redirect_chain[-1][0], NEW)
    return client


def test_a_link_is_sent_and_sets_a_password(alice: User, inside: Client, posted: Posted) -> None:
    assert ask("Alice@Example.com")[0] == 200
    (message,) = posted()
    assert message.to == ["alice@example.com"]
    use(link_in(message))
    assert attempt("alice", "plenty of pumps")
    assert not attempt("alice")
    assert inside.get("/").status_code == 302
    event = Event.objects.get(verb=Verb.PASSWORD_CHANGED)
    assert event.changes == {"how": "by a link sent by mail"}
    assert event.actor == alice


def test_whoever_has_no_password_yet_gets_one(bob: User, posted: Posted) -> None:
    assert not bob.has_usable_password()
    ask("bob@example.com")
    use(link_in(posted()[0]))
    assert attempt("bob", "plenty of pumps")


@pytest.mark.parametrize("address", ["nobody@example.com", "alıce@example.com", "left@example.com"])
def test_it_is_not_said_whether_an_address_is_known(
    alice: User, posted: Posted, address: str
) -> None:
    factories.person("left", active=False)
    assert ask(address) == ask("alice@example.com")
    assert [message.to for message in posted()] == [["alice@example.com"]]


def test_a_link_works_once(alice: User, posted: Posted) -> None:
    ask("alice@example.com")
    link = link_in(posted()[0])
    use(link)
    assert b"no longer works" in Client().get(link).content


def test_a_link_is_of_no_use_after_a_sign_in(alice: User, posted: Posted) -> None:
    ask("alice@example.com")
    attempt("alice")
    assert b"no longer works" in Client().get(link_in(posted()[0])).content


def test_a_link_expires_after_an_hour(alice: User, posted: Posted) -> None:
    with time_machine.travel(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC), tick=False) as clock:
        ask("alice@example.com")
        link = link_in(posted()[0])
        clock.shift(dt.timedelta(minutes=59))
        assert b"no longer works" not in Client().get(link, follow=True).content
        clock.shift(dt.timedelta(minutes=2))
        assert b"no longer works" in Client().get(link).content
        assert attempt("alice")


@pytest.mark.parametrize(
    "link", ["/password/1-abc-def/", "/password/zz-x/", "/password/1-set-password/"]
)
def test_a_link_that_is_made_up_opens_nothing(alice: User, link: str) -> None:
    assert b"no longer works" in Client().get(link).content


def test_a_weak_password_is_refused(alice: User, posted: Posted) -> None:
    ask("alice@example.com")
    client = Client()
    shown = client.get(link_in(posted()[0]), follow=True)
    weak = {"password1": "12345678", "password2": "12345678"}
    assert b'role="alert"' in client.post(shown.redirect_chain[-1][0], weak).content
    assert attempt("alice")


def test_asking_again_and_again_sends_no_flood(alice: User, posted: Posted) -> None:
    answers = [Client().post("/password/", {"email": "alice@example.com"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert len(posted()) == 5


def test_a_mail_that_cannot_leave_is_not_told(
    alice: User, posted: Posted, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: EmailMessage, fail_silently: bool = False) -> int:
        raise OSError("no mail server")

    monkeypatch.setattr(EmailMessage, "send", broken)
    assert ask("alice@example.com") == ask("nobody@example.com")
    posted()
    assert "could not be sent" in caplog.text


def test_it_is_the_old_password_that_signs_in_until_then(alice: User, posted: Posted) -> None:
    ask("alice@example.com")
    posted()
    assert attempt("alice", PASSWORD)
