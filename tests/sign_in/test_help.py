"""Somebody lost their phone: an administrator takes the second factor away."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from core import sign_ins
from core.errors import NotAllowed
from core.models import Event, User, Verb
from tests import factories
from tests.pages.scene import signed_in

pytestmark = pytest.mark.django_db

FORM = {
    "first_name": "Alice",
    "email": "alice@example.com",
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
}


@pytest.fixture
def phone(alice: User) -> Authenticator:
    return Authenticator.objects.create(user=alice, type="totp", data={"secret": "hush"})


def person_page(user: User) -> str:
    return reverse("admin:core_user_change", args=[user.pk])


def test_an_administrator_takes_it_away(phone: Authenticator, alice: User, ada: User) -> None:
    answer = signed_in(ada).post(person_page(alice), {**FORM, "lost": "on"})
    assert answer.status_code == 302
    assert not Authenticator.objects.exists()
    event = Event.objects.get(verb=Verb.SIGN_IN_REMOVED)
    assert (event.actor, event.subject_id) == (ada, alice.pk)
    assert "hush" not in str(event.changes)


def test_otherwise_it_stays(phone: Authenticator, alice: User, ada: User) -> None:
    signed_in(ada).post(person_page(alice), FORM)
    assert Authenticator.objects.get() == phone


@pytest.mark.parametrize("who", ["alice", "bob", "mara", "finn"])
def test_nobody_else_does(phone: Authenticator, alice: User, who: str) -> None:
    with pytest.raises(NotAllowed):
        sign_ins.take_second_factors(alice, by=getattr(factories, who)())
    assert Authenticator.objects.get() == phone


def test_nobody_reads_what_is_in_it(phone: Authenticator, alice: User, ada: User) -> None:
    client = signed_in(ada)
    assert client.get("/admin/mfa/authenticator/").status_code == 404
    assert b"hush" not in client.get(person_page(alice)).content
    assert Client().get("/admin/mfa/authenticator/").status_code == 302
