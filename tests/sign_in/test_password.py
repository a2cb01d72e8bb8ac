"""A username or an address, and a password; changing it."""

import pytest
from django.test import Client

from core.models import Event, User, Verb
from tests import factories
from tests.sign_in.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = {"password1": "plenty of pumps", "password2": "plenty of pumps"}


def attempt(login: str, password: str = PASSWORD, client: Client | None = None) -> bool:
    answer = (client or Client()).post("/sign-in/", {"login": login, "password": password})
    return answer.status_code == 302 and answer["Location"] == "/"


@pytest.mark.parametrize(
    "login", ["alice", "Alice", " alice ", "alice@example.com", "ALICE@example.com"]
)
def test_a_username_or_an_address_opens(alice: User, login: str) -> None:
    assert attempt(login)


@pytest.mark.parametrize("login", ["alicia", "alice@example.org", "@", "a" * 300, "%", "ALİCE"])
def test_nothing_else_does(alice: User, login: str) -> None:
    assert not attempt(login)


def test_without_an_address_nobody_is_called_by_the_empty_one(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email="")
    assert User.objects.called("") is None
    assert not list(User.objects.reached_at(""))


def test_a_username_goes_before_somebody_elses_address(alice: User) -> None:
    other = factories.person("alice@example.com", email="other@example.com")
    assert User.objects.called("alice@example.com") == other


def test_two_who_differ_in_capitals_are_told_apart(alice: User) -> None:
    factories.person("ALICE", email="")
    assert attempt("alice")
    assert not attempt("Alice")


def test_whoever_left_is_told_what_a_stranger_is_told(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(active=False)
    left = Client().post("/sign-in/", {"login": "alice", "password": PASSWORD}).content
    strange = Client().post("/sign-in/", {"login": "nobody", "password": PASSWORD}).content
    assert b"do not go together" in left
    assert b"do not go together" in strange


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/signup/").status_code == 404
    assert b"up" not in client.get("/sign-in/").content.split(b"<main")[1]


def test_the_page_one_wanted_comes_after_the_sign_in(alice: User) -> None:
    form = {"login": "alice", "password": PASSWORD, "next": "/pool/"}
    assert Client().post("/sign-in/", form)["Location"] == "/pool/"


def test_a_password_is_changed_and_ends_the_other_sessions(alice: User, inside: Client) -> None:
    elsewhere = Client()
    assert attempt("alice", client=elsewhere)
    answer = inside.post("/settings/password/", {"oldpassword": PASSWORD, **NEW})
    assert answer.status_code == 302
    assert inside.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert attempt("alice", "plenty of pumps")
    assert not attempt("alice")
    event = Event.objects.get(verb=Verb.PASSWORD_CHANGED)
    assert (event.actor, event.subject_id) == (alice, alice.pk)
    assert event.changes == {"how": "with the old one"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"oldpassword": "guess"},
        {"password2": "plenty of valves"},
        {"password1": "12345678", "password2": "12345678"},
        {"password1": "alice", "password2": "alice"},
        {"password1": "", "password2": ""},
    ],
    ids=str,
)
def test_a_password_that_cannot_be_is_refused(
    alice: User, inside: Client, wrong: dict[str, str]
) -> None:
    answer = inside.post("/settings/password/", {"oldpassword": PASSWORD, **NEW, **wrong})
    assert answer.status_code == 200
    assert b'role="alert"' in answer.content
    assert attempt("alice")
    assert not Event.objects.filter(verb=Verb.PASSWORD_CHANGED).exists()


def test_the_administration_has_no_way_in_of_its_own(ada: User, alice: User) -> None:
    client = Client()
    asked = client.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/sign-in/?next=%2Fadmin%2F")
    client.post("/admin/login/", {"username": "alice", "password": PASSWORD})
    assert client.get("/").status_code == 302
    client.force_login(alice)
    assert client.get("/admin/login/").status_code == 403
    client.force_login(ada)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/password_change/")["Location"] == "/settings/password/"
