"""Accounts, contacts and opportunities are found by what they are called, or nearly so."""

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts_app import contacts, registry
from accounts_app.models import Account
from core import searching
from core.models import User
from handoffs import closing
from operations.verify import verify
from pipeline.models import Opportunity
from tests import factories
from tests.factories import LONG_AGO, TODAY, at
from workspace.search import MOST, search

pytestmark = pytest.mark.django_db


def named(*names: str, **fields: Any) -> list[Account]:
    return [factories.owned(name=name, **fields) for name in names]


def accounts(words: str) -> list[str]:
    return [account.name for account in search(factories.alice(), words).accounts]


def listed(words: str) -> set[str]:
    return {account.name for account in Account.objects.search(words)}


# What is found


@pytest.mark.parametrize(
    "words",
    [
        "Glob",
        "glo",
        "g",
        "GLOBEX ind",
        "lobe",
        "indus",
        "industries globex",
        "globex.ex",
        "  globex ",
    ],
)
def test_by_any_part_of_the_name_and_the_domain(words: str) -> None:
    named("Initech")
    named("Globex Industries", domain="globex.example")
    assert accounts(words) == ["Globex Industries"]


@pytest.mark.parametrize(
    "words", ["Gobex", "Globax", "Golbex", "Globexx", "globex industrys", "glbex industries"]
)
def test_in_spite_of_typing_errors(words: str) -> None:
    named("Globex Industries", "Initech", "Umbrella Works")
    assert accounts(words) == ["Globex Industries"]


@pytest.mark.parametrize(
    "words", ["", "  ", "xq", "zzqx", "lo", "Volkswagen", "\0", "%", "_", "%%%"]
)
def test_what_is_not_meant_is_not_found(words: str) -> None:
    named("Globex Industries", "Initech")
    assert accounts(words) == []


def test_what_begins_so_comes_first_and_the_shortest_before_the_longer() -> None:
    named("New Acme Works", "Acme North", "Acme", "The Acme")
    assert accounts("acme") == ["Acme", "Acme North", "The Acme", "New Acme Works"]


def test_who_is_called_nearly_so_comes_only_if_nobody_is_called_so() -> None:
    named("Brandis", "Brandix")
    assert accounts("Brandis") == ["Brandis"]
    assert set(accounts("Brandiz")) == {"Brandis", "Brandix"}


def test_at_most_eight_of_each() -> None:
    named(*(f"Acme {number}" for number in range(12)))
    assert len(accounts("acme")) == MOST == 8


def test_closed_ones_are_found(alice: User) -> None:
    (acme,) = named("Acme", since=LONG_AGO)
    closing.close(acme, because="no_need", by=alice, at=at(TODAY))
    assert [account.state for account in search(alice, "acm").accounts] == ["closed"]


def test_contacts_by_name_title_and_address(alice: User) -> None:
    (acme,) = named("Acme")
    carla = factories.contact(acme, "Carla Cortez", title="Buyer", email="c.cortez@acme.example")
    for words in ("carl", "cortez", "Crtez", "buyer", "c.cortez@", "carla buyer"):
        assert search(alice, words).contacts == [carla]


def test_opportunities_by_name(alice: User) -> None:
    (acme,) = named("Acme")
    line = factories.card(acme, name="Second line")
    for words in ("second", "line", "Secnd line"):
        assert search(alice, words).opportunities == [line]


def test_whoever_may_not_come_in_finds_nothing(alice: User) -> None:
    named("Acme")
    alice.active = False
    assert not search(alice, "acme")


@pytest.mark.parametrize(
    "words", ["100%", "a_b", "back\\", 'say "hi"', "O'Hara", "(x)", "a*b", "ÄÖ-ß"]
)
def test_signs_are_taken_literally(words: str) -> None:
    named(f"{words} Ltd", "Anything else", "100 a b")
    assert accounts(words) == [f"{words} Ltd"]
    assert listed(words) == {f"{words} Ltd"}


# The lists


def test_a_list_holds_every_row_that_has_every_word() -> None:
    named("Globex Industries", "Globex Foods", "Foods and Globes", "Initech")
    assert listed("globe foods") == {"Globex Foods", "Foods and Globes"}
    assert listed("fo") == {"Globex Foods", "Foods and Globes"}
    assert listed("gobex") == set()
    assert len(listed("")) == 4


def test_opportunities_are_listed_by_their_account_too() -> None:
    acme, globex = named("Acme", "Globex")
    factories.card(acme, name="Second line")
    line = factories.card(globex, name="Second line")
    assert list(Opportunity.objects.search("globex line")) == [line]
    assert Opportunity.objects.search("second").count() == 2


# The index follows


def test_what_is_renamed_is_found_by_its_new_name_only(alice: User) -> None:
    (acme,) = named("Acme")
    registry.change_account(acme, name="Umbrella", by=alice, at=at(TODAY))
    assert accounts("umbrel") == ["Umbrella"]
    assert accounts("acme") == []
    carla = factories.contact(acme, "Carla")
    contacts.change_contact(carla, name="Dora", by=alice, at=at(TODAY))
    assert [person.name for person in search(alice, "dor").contacts] == ["Dora"]


def test_what_is_written_in_bulk_is_found() -> None:
    Account.objects.bulk_create([Account(name="Bulk One"), Account(name="Bulk Two")])
    Account.objects.filter(name="Bulk Two").update(domain="second.example")
    assert accounts("second.ex") == ["Bulk Two"]
    assert accounts("bulk") == ["Bulk One", "Bulk Two"]


def test_verify_finds_nothing() -> None:
    acme = named("Acme")[0]
    factories.contact(acme)
    factories.card(acme)
    assert searching.stale() == []


def test_verify_sees_what_is_not_found() -> None:
    factories.contact(named("Acme")[0])
    spoil()
    assert searching.stale() == ["accounts_app_account"]
    assert [each.code for each in verify() if each.code == "search_stale"] == ["search_stale"]


def spoil() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE search_accounts_app_account SET words = 'Something else'")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP INDEX search_accounts_app_account")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its indexes itself")
@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM search_accounts_app_account",
        "INSERT INTO search_accounts_app_account (rowid, words) VALUES (987654, 'Nobody')",
        "DROP TABLE search_accounts_app_account",
    ],
)
def test_a_migrate_mends_it(damage: str) -> None:
    named("Acme")
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert searching.stale() == ["accounts_app_account"]
    searching.before_migrate()
    searching.after_migrate()
    assert searching.stale() == []
    assert accounts("acm") == ["Acme"]


# Anything that is typed

TYPED = st.text(max_size=120) | st.text("aglobex %_\\\"'*()-", max_size=20)


class TestAnything(TestCase):
    @given(words=TYPED)
    def test_is_answered(self, words: str) -> None:
        named("Globex")
        search(factories.alice(), words)
        list(Account.objects.search(words))

    @given(name=st.text("abcAB cd", min_size=1, max_size=12), word=st.text("abcd", min_size=1))
    def test_a_list_is_what_a_plain_look_would_find(self, name: str, word: str) -> None:
        named(f"x{name}")
        expected = word.lower() in f"x{name}".lower()
        assert bool(listed(word)) == expected
