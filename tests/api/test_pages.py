"""Lists: cursors that hold under inserts, sizes, orders, filters, and nothing that is let pass."""

import datetime as dt
from typing import Any

import pytest

from tests import factories
from tests.api.asking import Asking
from tests.factories import TODAY, days_on

pytestmark = pytest.mark.django_db


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["name"] for row in answer.json()["results"]]


def walk(asking: Asking, path: str, *, way: str = "next", **query: Any) -> list[str]:
    """Every name on the way to the end."""
    answer = asking.get(path, **query)
    found = names(answer)
    while address := answer.json()[way]:
        answer = asking.get(address)
        found += names(answer)
    return found


@pytest.fixture
def ten(as_alice: Asking) -> list[str]:
    """Ten accounts; two of a name, some owned and some not."""
    made = [f"Account {number % 9}" for number in range(10)]
    for number, name in enumerate(made):
        if number % 2:
            factories.owned(name=name, since=days_on(number % 4))
        else:
            factories.pooled(name)
    return sorted(made)


@pytest.mark.parametrize("size", [1, 2, 3, 9, 10, 11])
def test_pages_are_the_list(as_alice: Asking, ten: list[str], size: int) -> None:
    assert walk(as_alice, "/accounts/", page_size=size) == ten


@pytest.mark.parametrize(
    "ordering", ["name", "-name", "id", "-id", "dormant_on", "-dormant_on", "updated_at"]
)
def test_every_order_goes_there_and_back(
    as_alice: Asking, policy: Any, ten: list[str], ordering: str
) -> None:
    whole = as_alice.get("/accounts/", ordering=ordering).json()["results"]
    assert len(whole) == 10
    answer = as_alice.get("/accounts/", ordering=ordering, page_size=3)
    there = answer.json()["results"]
    while address := answer.json()["next"]:
        answer = as_alice.get(address)
        there += answer.json()["results"]
    assert [row["id"] for row in there] == [row["id"] for row in whole]
    back = answer.json()["results"]
    while address := answer.json()["previous"]:
        answer = as_alice.get(address)
        back = answer.json()["results"] + back
    assert [row["id"] for row in back] == [row["id"] for row in whole]


def test_what_has_no_value_comes_last_either_way(
    as_alice: Asking, policy: Any, ten: list[str]
) -> None:
    for ordering in ("dormant_on", "-dormant_on"):
        rows = as_alice.get("/accounts/", ordering=ordering).json()["results"]
        days = [row["dormant_on"] for row in rows]
        assert days[5:] == [None] * 5
        assert days[:5] == sorted(days[:5], reverse=ordering.startswith("-"))


def test_what_is_added_meanwhile_moves_nothing(as_alice: Asking, ten: list[str]) -> None:
    first = as_alice.get("/accounts/", page_size=4)
    factories.pooled("Account 0")
    factories.pooled("Aaa")
    seen = names(first) + walk(as_alice, first.json()["next"])
    assert seen == ten


def test_the_first_page_has_nothing_before_it(as_alice: Asking, ten: list[str]) -> None:
    answer = as_alice.get("/accounts/", page_size=4).json()
    assert answer["previous"] is None
    assert as_alice.get("/accounts/").json()["next"] is None


def test_filters_stay_on_the_next_page(as_alice: Asking, ten: list[str]) -> None:
    found = walk(as_alice, "/accounts/", state="pooled", page_size=2)
    assert len(found) == 5


def test_search_wants_every_word(as_alice: Asking) -> None:
    factories.pooled("Blue Water Pumps")
    factories.pooled("Blue Sky")
    assert walk(as_alice, "/accounts/", search="pumps blue") == ["Blue Water Pumps"]


def test_updated_since(as_alice: Asking) -> None:
    factories.pooled("Acme")
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    assert walk(as_alice, "/accounts/", updated_since=soon) == []
    assert walk(as_alice, "/accounts/", updated_since=str(TODAY.replace(year=2020))) == ["Acme"]


WRONG = [
    ("page_size", "0"),
    ("page_size", "201"),
    ("page_size", "ten"),
    ("page_size", "9" * 40),
    ("page_size", "-1"),
    ("page_size", "²"),
    ("ordering", "owner"),
    ("ordering", ""),
    ("ordering", "name,id"),
    ("cursor", ""),
    ("cursor", "x"),
    ("cursor", "bnVsbA"),
    ("cursor", "WyJuYW1lIiwib24iLCJhIiwxXQ:1:x"),
    ("cursor", "\0"),
    ("state", "lost"),
    ("owner", "alice"),
    ("owner", "9" * 40),
    ("owner", "-1"),
    ("owner", "1.5"),
    ("owner", "1e400"),
    ("owner", "\0"),
    ("warned", "perhaps"),
    ("warned", "2"),
    ("warned", "null"),
    ("warned", ""),
    ("state", ""),
    ("owner", ""),
    ("dormant_by", ""),
    ("updated_since", ""),
    ("dormant_by", "tomorrow"),
    ("dormant_by", "0001-01-01"),
    ("dormant_by", "99999-01-01"),
    ("updated_since", "now"),
    ("updated_since", "0001-01-01T00:00:00+14:00"),
    ("updated_since", "9999-12-31T23:59:59-14:00"),
    ("region", "\0"),
    ("region", "x" * 101),
    ("search", "\0"),
    ("search", "x" * 201),
    ("colour", "blue"),
    ("limit", "5"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_makes_no_sense_is_said(as_alice: Asking, name: str, value: str) -> None:
    answer = as_alice.get("/accounts/", **{name: value})
    assert answer.status_code == 400
    assert name in answer.json()["errors"]


def test_a_parameter_that_is_there_twice_is_said(as_alice: Asking) -> None:
    answer = as_alice.get("/accounts/?state=owned&state=pooled")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"state": ["This parameter is there twice."]}


@pytest.mark.parametrize(
    ("word", "found"), [("true", 0), ("True", 0), ("false", 10), ("FALSE", 10)]
)
def test_yes_and_no(as_alice: Asking, ten: list[str], word: str, found: int) -> None:
    assert len(walk(as_alice, "/accounts/", warned=word)) == found


def test_no_words_search_for_nothing(as_alice: Asking, ten: list[str]) -> None:
    assert len(walk(as_alice, "/accounts/", search="")) == 10


def test_a_cursor_belongs_to_its_order(as_alice: Asking, ten: list[str]) -> None:
    address = as_alice.get("/accounts/", page_size=2).json()["next"]
    answer = as_alice.get(address + "&ordering=-name")
    assert answer.status_code == 400


def test_an_id_that_is_not_there_finds_nothing(as_alice: Asking) -> None:
    assert walk(as_alice, "/accounts/", owner=2**63 - 1) == []
