"""Coming in by the organisation's own sign-in: matched by a verified address, nobody is made."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from core.models import Event, User
from tests import factories
from tests.sign_in.codes import code
from tests.sign_in.provider import CLIENT, Provider, provider

pytestmark = pytest.mark.django_db

ALICE = {"sub": "a-1", "email": "Alice@Example.com", "email_verified": True}


@pytest.fixture
def there(settings: Settings) -> Iterator[Provider]:
    """A provider that knows Alice, and Steward set up for it."""
    with provider() as server:
        server.person = ALICE
        settings.SOCIALACCOUNT_PROVIDERS = configured(server.url)
        yield server


def configured(url: str) -> dict[str, object]:
    app = {
        "provider_id": "oidc",
        "name": "Acme",
        "client_id": CLIENT[0],
        "secret": CLIENT[1],
        "settings": {"server_url": url},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def come(client: Client, query: str = "") -> Any:
    """There and back, as a browser goes."""
    there = client.get(f"/sign-in/oidc/{query}")
    assert there.status_code == 302, there.content
    back = requests.get(there["Location"], allow_redirects=False, timeout=10)
    address = urlsplit(back.headers["Location"])
    assert address.path == "/sign-in/oidc/callback/"
    return client.get(f"{address.path}?{address.query}")


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_the_sign_in_offers_it_by_its_name(there: Provider) -> None:
    page = Client().get("/sign-in/?next=/pool/").content.decode()
    assert "Sign in with Acme" in page
    assert 'href="/sign-in/oidc/?next=%2Fpool%2F"' in page


def test_where_none_is_set_up_there_is_none(client: Client) -> None:
    assert b"/sign-in/oidc/" not in client.get("/sign-in/").content
    assert client.get("/sign-in/oidc/").status_code == 404
    assert client.get("/sign-in/oidc/callback/?code=x&state=y").status_code == 404


def test_whom_it_vouches_for_is_in(there: Provider, alice: User) -> None:
    client = Client()
    assert come(client)["Location"] == "/"
    assert client.get("/").context["user"] == alice


def test_the_page_one_wanted_comes_after_it(there: Provider, alice: User) -> None:
    assert come(Client(), "?next=/pool/")["Location"] == "/pool/"
    assert come(Client(), "?next=https://evil.example/")["Location"] == "/"


def test_what_is_asked_for_is_bound_to_the_browser(there: Provider) -> None:
    address = Client().get("/sign-in/oidc/")["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    assert {*asked["scope"][0].split()} == {"openid", "profile", "email"}
    assert len(asked["state"][0]) >= 16


@pytest.mark.parametrize(
    "person",
    [
        {**ALICE, "email": "nobody@example.com"},
        {**ALICE, "email_verified": False},
        {**ALICE, "email_verified": "false"},
        {**ALICE, "email_verified": None},
        {"sub": "a-1", "email": "alice@example.com"},
        {"sub": "a-1", "email_verified": True},
        {**ALICE, "email": "", "email_verified": True},
        {**ALICE, "email": "alıce@example.com"},
        {**ALICE, "email": "left@example.com"},
        {**ALICE, "email": "steward@localhost"},
    ],
    ids=str,
)
def test_nobody_else_is_and_nobody_is_made(
    there: Provider, alice: User, person: dict[str, object]
) -> None:
    factories.person("left", active=False)
    factories.person("bare", email="")
    before = User.objects.get_queryset().count()
    there.person = person
    client = Client()
    answer = come(client)
    assert answer.status_code == 403
    assert b"Not known here" in answer.content
    assert not is_in(client)
    assert User.objects.get_queryset().count() == before
    assert not SocialAccount.objects.exists()


def test_true_as_a_text_is_true(there: Provider, alice: User) -> None:
    there.person = {**ALICE, "email_verified": "true"}
    client = Client()
    come(client)
    assert is_in(client)


def test_the_address_decides_each_time_anew(there: Provider, alice: User, bob: User) -> None:
    come(Client())
    User.objects.filter(pk=alice.pk).update(email="alice@elsewhere.example")
    assert come(Client()).status_code == 403
    User.objects.filter(pk=bob.pk).update(email="alice@example.com")
    client = Client()
    come(client)
    assert client.get("/").context["user"] == bob


def test_it_changes_nothing_about_the_person(there: Provider, alice: User) -> None:
    there.person = {**ALICE, "name": "Mallory Root", "preferred_username": "root"}
    columns = ("username", "email", "first_name", "last_name", "role", "password")
    before = User.objects.get_queryset().filter(pk=alice.pk).values(*columns).get()
    come(Client())
    assert User.objects.get_queryset().filter(pk=alice.pk).values(*columns).get() == before
    assert not Event.objects.filter(actor=alice).exists()


def test_the_second_factor_is_asked_for_all_the_same(there: Provider, alice: User) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=alice, type="totp", data={"secret": secret})
    client = Client()
    assert come(client)["Location"] == "/sign-in/code/"
    assert not is_in(client)
    client.post("/sign-in/code/", {"code": code(secret)})
    assert is_in(client)


def test_somebody_who_is_in_already_becomes_whom_it_vouches_for(
    there: Provider, alice: User, bob: User
) -> None:
    client = Client()
    client.force_login(bob)
    come(client)
    assert client.get("/").context["user"] == alice


def test_nothing_can_be_connected(there: Provider, alice: User, bob: User) -> None:
    client = Client()
    client.force_login(bob)
    assert come(client, "?process=connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_answer_works_once_and_in_its_browser_only(there: Provider, alice: User) -> None:
    client = Client()
    back = requests.get(
        client.get("/sign-in/oidc/")["Location"], allow_redirects=False, timeout=10
    ).headers["Location"]
    stranger = Client()
    assert stranger.get(back).status_code == 401
    assert not is_in(stranger)
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_a_token_for_somebody_elses_program_is_refused(there: Provider, alice: User) -> None:
    there.audience = "another"
    client = Client()
    assert come(client).status_code == 401
    assert not is_in(client)


def test_a_provider_that_is_down_is_told(there: Provider, alice: User) -> None:
    there.broken = True
    answer = Client().get("/sign-in/oidc/")
    assert answer.status_code == 503
    assert b"did not answer as it should" in answer.content


def test_a_provider_that_falls_over_on_the_way_is_told(there: Provider, alice: User) -> None:
    client = Client()
    back = requests.get(
        client.get("/sign-in/oidc/")["Location"], allow_redirects=False, timeout=10
    ).headers["Location"]
    there.broken = True
    assert client.get(back).status_code == 503
    assert not is_in(client)


def test_a_provider_that_talks_nonsense_is_told(there: Provider, alice: User) -> None:
    there.nonsense = True
    client = Client()
    assert come(client).status_code == 503
    assert not is_in(client)


def test_leaving_on_the_way_is_told(there: Provider) -> None:
    client = Client()
    state = parse_qs(urlsplit(client.get("/sign-in/oidc/")["Location"]).query)["state"][0]
    answer = client.get(f"/sign-in/oidc/callback/?error=access_denied&state={state}", follow=True)
    assert b"before it was done" in answer.content


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=\0"])
def test_an_answer_that_nobody_asked_for_opens_nothing(there: Provider, query: str) -> None:
    client = Client()
    assert client.get(f"/sign-in/oidc/callback/{query}").status_code == 401
    assert not is_in(client)
