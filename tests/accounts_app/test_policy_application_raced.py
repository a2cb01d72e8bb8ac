"""Two workers bring one policy into force at the same moment: the work is done once."""

import pytest

from accounts_app import policies
from accounts_app.models import PolicyApplication
from core.models import Event, Verb
from tests import factories
from tests.factories import LONG_AGO, TODAY, at, days_on, fresh, steward
from tests.races import at_once, meet_in


@pytest.mark.usefixtures("real_connections")
def test_it_is_applied_once_and_every_deadline_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy(on=LONG_AGO)
    accounts = [factories.owned(name=f"Owned {n}", since=days_on(n)) for n in range(4)]
    policies.adopt(factories.proposal(dormant_after_days=60), by=factories.ada(), at=at(days_on(7)))
    monkeypatch.setattr(policies, "RANGE_SIZE", 1)
    meet_in(monkeypatch, policies, "_recompute_next_range")
    effective = days_on(28)

    def apply() -> int:
        return len(policies.apply_due(on=effective, at=at(effective), by=steward()))

    found = at_once(apply, apply)
    assert all(isinstance(one, int) for one in found), found
    assert [fresh(account).dormant_on for account in accounts] == [
        days_on(60 + n, TODAY) for n in range(4)
    ]
    assert PolicyApplication.objects.filter(finished_at__isnull=True).count() == 0
    assert PolicyApplication.objects.count() == 2
    assert Event.objects.filter(verb=Verb.POLICY_APPLIED).count() == 2
