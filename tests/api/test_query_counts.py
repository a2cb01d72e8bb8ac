"""Each list and detail costs the queries of the table, however many rows there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.api import router
from core.models import User
from tests import factories
from tests.api.asking import Asking, asks
from tests.api.company import Company
from tests.api.query_counts import QUERIES

pytestmark = pytest.mark.django_db

READING_THE_TOKEN = 1
MOST_OF_A_LIST = 3


def test_every_address_has_its_number() -> None:
    assert set(QUERIES) == {prefix for prefix, _, _ in router.registry}


@pytest.fixture
def asking(company: Company, finn: User) -> Asking:
    """Finance sees everything, and holds nothing that would be counted apart."""
    return reader_of_many(finn)


def reader_of_many(person: User) -> Asking:
    """Somebody's program, where there is more than one of each."""
    for number in range(3):
        account = factories.owned(name=f"Another {number}")
        factories.contact(account)
        factories.engage(account)
        factories.card(account)
        factories.sale(account, amount=number + 1, rep=factories.bob())
    reader = asks(person)
    reader.get("/stages/")
    return reader


def counted(asking: Asking, path: str, **query: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = asking.get(path, **query)
    assert answer.status_code == 200, answer.json()
    counting = [each["sql"] for each in queries.captured_queries if "COUNT(*)" in each["sql"]]
    assert counting == []
    return len(queries) - READING_THE_TOKEN


def test_each_costs_what_the_table_says(asking: Asking, company: Company) -> None:
    found: dict[str, dict[str, int]] = {}
    for prefix, kinds in QUERIES.items():
        numbers = found.setdefault(prefix, {})
        if "list" in kinds:
            numbers["list"] = counted(asking, f"/{prefix}/")
            assert counted(asking, f"/{prefix}/", page_size=1) == numbers["list"], prefix
        numbers["detail"] = counted(asking, f"/{prefix}/{company.ids[prefix]}/")
    assert found == QUERIES


@pytest.mark.parametrize("who", ["alice", "bob", "mara", "finn", "ada"])
def test_no_list_costs_more_than_three_to_anybody(company: Company, who: str) -> None:
    reader = reader_of_many(User.objects.get(username=who))
    costs = {prefix: counted(reader, f"/{prefix}/") for prefix in QUERIES if prefix != "briefs"}
    assert {prefix: cost for prefix, cost in costs.items() if cost > MOST_OF_A_LIST} == {}
