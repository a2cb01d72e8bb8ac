"""Two who write or judge one brief at the same moment (domain §5)."""

from typing import Any

import pytest

from core.errors import Refused
from handoffs import briefs
from handoffs.models import BriefState, BriefVersion, Handoff, HandoffStep
from tests import factories
from tests.factories import at, days_on
from tests.handoffs.moves import POOLED, again, claimed, hand_in, handed_in, swept
from tests.races import at_once, meet_in, unlock


def _handed_in_twice(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """From the phone and from the desk."""
    factories.policy()
    handoff = swept()
    meet_in(monkeypatch, briefs, "may_write_brief")
    return at_once(
        lambda: hand_in(handoff, by=handoff.outgoing, players="Carla"),
        lambda: hand_in(handoff, by=handoff.outgoing, players="Dora"),
    )


@pytest.mark.usefixtures("real_connections")
def test_handed_in_twice_at_once_both_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _handed_in_twice(monkeypatch)
    assert first == second
    assert list(BriefVersion.objects.values_list("number", flat=True)) == [1, 2]
    assert HandoffStep.objects.filter(to_state=BriefState.HANDED_IN).count() == 1


@pytest.mark.usefixtures("real_locks")
def test_without_the_lock_one_would_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    unlock(monkeypatch)
    _handed_in_twice(monkeypatch)
    assert BriefVersion.objects.count() == 1


@pytest.mark.usefixtures("real_connections")
def test_judged_and_settled_at_once_one_verdict_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.policy()
    handoff, mara = claimed(handed_in(swept())), factories.mara()
    assert handoff.incoming
    bob, day = handoff.incoming, at(days_on(7, POOLED))
    meet_in(monkeypatch, briefs, "may_judge_brief")
    found: list[Any] = at_once(
        lambda: briefs.accept(handoff, by=bob, at=day),
        lambda: briefs.reject(handoff, by=mara, at=day),
    )
    refused = [one for one in found if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["step_not_allowed"]
    assert [one for one in found if isinstance(one, Handoff)] == [again(handoff)]
    assert HandoffStep.objects.filter(track="brief").count() == 3
