"""The page after the sign-in: what I hold, and when it would leave me."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts_app import ownership, policies
from accounts_app.models import Account, BeganBy
from core.models import Role, User

pytestmark = pytest.mark.django_db

FIRST_OF_JUNE = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", first_name="Alice", email="alice@example.com")


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", role=Role.ADMIN, email="ada@example.com")


def give(holder: User, name: str, *, at: dt.datetime = FIRST_OF_JUNE) -> Account:
    account = Account.objects.create(name=name)
    ownership.begin(account, holder=holder, why=BeganBy.ADDED, by=holder, at=at)
    return account


def adopt_policy(by: User, *, at: dt.datetime = FIRST_OF_JUNE) -> None:
    policies.adopt(policies.propose(by=by, at=at), by=by, at=at)
    policies.apply_due(on=at.date(), at=at, by=by)


def page(client: Client, user: User) -> str:
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_stranger_is_sent_to_the_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/"


def test_it_reads_only(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post("/").status_code == 405


def test_without_an_account_it_says_what_will_be_here(client: Client, alice: User) -> None:
    assert "You hold no account. What you claim or are handed" in page(client, alice)


def test_without_a_policy_an_account_stays(client: Client, alice: User) -> None:
    give(alice, "Acme")
    text = page(client, alice)
    assert "Acme" in text
    assert "no dormancy policy is in force yet" in text


@time_machine.travel(FIRST_OF_JUNE + dt.timedelta(days=30), tick=False)
def test_it_says_when_the_warning_and_the_pool_come(client: Client, alice: User, ada: User) -> None:
    adopt_policy(ada)
    give(alice, "Acme")
    # 90 days after 1 June is 30 August; the warning comes 21 days before.
    text = page(client, alice)
    assert "you are warned on 9 August 2026, and it goes to the pool on 30 August 2026" in text


@time_machine.travel(FIRST_OF_JUNE + dt.timedelta(days=100), tick=False)
def test_an_overdue_warning_comes_tonight(client: Client, alice: User, ada: User) -> None:
    adopt_policy(ada)
    give(alice, "Acme")
    text = page(client, alice)
    assert "Tonight you are warned, and it goes to the pool 7 days later" in text


@time_machine.travel(FIRST_OF_JUNE + dt.timedelta(days=80), tick=False)
def test_a_warned_account_names_its_day(client: Client, alice: User, ada: User) -> None:
    adopt_policy(ada)
    account = give(alice, "Acme")
    day = dt.date(2026, 8, 30)
    Account.objects.filter(pk=account.pk).update(warned_on=dt.date(2026, 8, 9), pool_on=day)
    assert "Goes to the pool on 30 August 2026" in page(client, alice)


def test_only_mine_are_listed_the_quietest_first(client: Client, alice: User, ada: User) -> None:
    adopt_policy(ada)
    bob = User.objects.create_user("bob", email="bob@example.com")
    give(bob, "Bobs")
    give(alice, "Later", at=FIRST_OF_JUNE + dt.timedelta(days=5))
    give(alice, "Sooner")
    Account.objects.create(name="Pooled")
    text = page(client, alice)
    assert "Bobs" not in text
    assert "Pooled" not in text
    assert text.index("Sooner") < text.index("Later")


def test_a_name_cannot_smuggle_markup(client: Client, alice: User) -> None:
    give(alice, "<script>alert(1)</script>")
    assert "<script>" not in page(client, alice)


@pytest.mark.parametrize("accounts", [1, 12])
def test_the_number_of_queries_does_not_grow(
    client: Client,
    alice: User,
    accounts: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(accounts):
        give(alice, f"Account {number}")
    client.force_login(alice)
    # session, user, steps, handoffs, accounts, policy in force, the pool
    with django_assert_num_queries(7):
        client.get("/")


def test_only_administrators_are_shown_the_administration(
    client: Client, alice: User, ada: User
) -> None:
    assert "/admin/" not in page(client, alice)
    assert "/admin/" in page(client, ada)
