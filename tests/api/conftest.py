"""What the tests of the API share."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from accounts_app.models import DormancyPolicy
from tests import factories
from tests.api.asking import Asking, asks
from tests.api.company import Company, build

NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _one_summer() -> Iterator[None]:
    """The clock goes on from a day after all that the tests tell of."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def policy(db: None) -> DormancyPolicy:
    """The first policy, with the figures of the rule book, in force since long ago."""
    return factories.policy()


@pytest.fixture
def as_alice(db: None) -> Asking:
    return asks(factories.alice())


@pytest.fixture
def as_ada(db: None) -> Asking:
    return asks(factories.ada())


@pytest.fixture
def company(db: None) -> Company:
    return build()
