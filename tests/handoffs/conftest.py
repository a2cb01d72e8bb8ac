"""What the tests of handoffs share."""

import pytest

from accounts_app.models import DormancyPolicy
from tests import factories


@pytest.fixture
def policy(db: None) -> DormancyPolicy:
    """The first policy, with the figures of the rule book, in force since long ago."""
    return factories.policy()
