"""What the tests of the API share."""

import pytest

from accounts_app.models import DormancyPolicy
from tests import factories
from tests.api.asking import Asking, asks


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
