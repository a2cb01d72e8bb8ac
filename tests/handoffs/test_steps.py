"""The three tracks of a handoff: which steps there are, and no other (domain §5)."""

from itertools import product
from typing import Any

import pytest

from core.errors import Refused
from core.models import Event, User, Verb
from handoffs import steps
from handoffs.models import (
    BriefState,
    Handoff,
    HandoffStep,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.steps import COLUMNS, STEPS
from tests.factories import at, days_on, owned
from tests.handoffs.moves import POOLED, again, swept, undone

STATES: dict[Track, list[str]] = {
    Track.TRANSFER: list(TransferState),
    Track.BRIEF: list(BriefState),
    Track.TRANSITION: list(TransitionState),
}

# The table of the rule book once more, as it is written there.
ALLOWED = {
    (Track.TRANSFER, "pooled", "transferred"),
    (Track.TRANSFER, "pooled", "cancelled"),
    (Track.TRANSFER, "proposed", "agreed"),
    (Track.TRANSFER, "proposed", "declined"),
    (Track.TRANSFER, "proposed", "cancelled"),
    (Track.TRANSFER, "agreed", "transferred"),
    (Track.TRANSFER, "agreed", "cancelled"),
    (Track.BRIEF, "owed", "handed_in"),
    (Track.BRIEF, "owed", "missed"),
    (Track.BRIEF, "handed_in", "more_needed"),
    (Track.BRIEF, "more_needed", "handed_in"),
    (Track.BRIEF, "handed_in", "accepted"),
    (Track.BRIEF, "handed_in", "not_usable"),
    (Track.BRIEF, "more_needed", "accepted"),
    (Track.BRIEF, "more_needed", "not_usable"),
    (Track.TRANSITION, "waiting", "introduced"),
    (Track.TRANSITION, "waiting", "superseded"),
    (Track.TRANSITION, "introduced", "completed"),
    (Track.TRANSITION, "introduced", "superseded"),
    (Track.TRANSITION, "superseded", "waiting"),
    (Track.TRANSITION, "superseded", "introduced"),
}


@pytest.fixture
def handoff(policy: Any) -> Handoff:
    """Swept, and nothing done yet."""
    return swept(owned())


def _standing(handoff: Handoff, track: Track, state: str) -> Handoff:
    """The handoff as if that track had come to this state."""
    columns: dict[str, Any] = {COLUMNS[track]: state}
    if state == TransferState.TRANSFERRED:
        columns |= _transferred()
    Handoff.objects.filter(pk=handoff.pk).update(**columns)
    return again(handoff)


def _transferred() -> dict[str, Any]:
    bob = User.objects.get(username="bob")
    return {"incoming": bob, "transferred_at": at(POOLED), "transferred_on": POOLED}


@pytest.mark.usefixtures("bob")
@pytest.mark.parametrize("track", list(Track))
def test_exactly_the_steps_of_the_rule_book_are_taken(
    track: Track, handoff: Handoff, alice: User
) -> None:
    for before, after in product(STATES[track], STATES[track]):
        with undone():
            standing = _standing(handoff, track, before)
            if (track, before, after) in ALLOWED:
                _is_taken(standing, track, after, by=alice)
            else:
                _is_refused(standing, track, after, by=alice)


def _is_taken(standing: Handoff, track: Track, to: str, *, by: User) -> None:
    assert to in steps.possible(standing, track)
    rows = HandoffStep.objects.count()
    columns = _transferred() if to == TransferState.TRANSFERRED else {}
    steps.take(standing, track, to, by=by, at=at(POOLED), **columns)
    assert getattr(again(standing), COLUMNS[track]) == to
    assert HandoffStep.objects.count() == rows + 1


def _is_refused(standing: Handoff, track: Track, to: str, *, by: User) -> None:
    assert to not in steps.possible(standing, track)
    rows, before = HandoffStep.objects.count(), getattr(standing, COLUMNS[track])
    with pytest.raises(Refused) as refused:
        steps.take(standing, track, to, by=by, at=at(POOLED))
    assert refused.value.code == "step_not_allowed"
    assert refused.value.facts == {"track": track, "state": before}
    assert getattr(again(standing), COLUMNS[track]) == before
    assert HandoffStep.objects.count() == rows


def test_the_tables_name_every_state_of_every_track() -> None:
    for track, states in STATES.items():
        assert set(STEPS[track]) == set(states)


def test_what_is_superseded_is_over_although_a_late_fact_may_take_it_up(handoff: Handoff) -> None:
    assert not steps.is_over(handoff, Track.TRANSITION)
    for state in ("superseded", "completed"):
        assert steps.is_over(_standing(handoff, Track.TRANSITION, state), Track.TRANSITION)


def test_a_step_has_its_row_and_its_event(handoff: Handoff, alice: User) -> None:
    steps.take(handoff, Track.BRIEF, "handed_in", by=alice, at=at(POOLED))
    step = HandoffStep.objects.filter(handoff=handoff).latest("id")
    assert (step.track, step.from_state, step.to_state) == ("brief", "owed", "handed_in")
    assert (step.taken_by, step.taken_at) == (alice, at(POOLED))
    event = Event.objects.get(verb=Verb.HANDOFF_MOVED, subject_id=step.pk)
    assert (event.actor, event.happened_at) == (alice, at(POOLED))
    assert event.account_id == handoff.account_id
    assert event.changes == {"track": "brief", "from": "owed", "to": "handed_in"}


def test_the_tracks_run_side_by_side(handoff: Handoff, alice: User) -> None:
    steps.take(handoff, Track.BRIEF, "handed_in", by=alice, at=at(POOLED))
    steps.take(handoff, Track.TRANSITION, "superseded", by=alice, at=at(POOLED))
    row = again(handoff)
    assert (row.transfer, row.brief_state, row.transition) == ("pooled", "handed_in", "superseded")


def test_who_read_it_before_somebody_else_moved_it_is_told(handoff: Handoff, alice: User) -> None:
    read_before = again(handoff)
    steps.take(handoff, Track.BRIEF, "missed", by=alice, at=at(POOLED))
    with pytest.raises(Refused) as refused:
        steps.take(read_before, Track.BRIEF, "handed_in", by=alice, at=at(days_on(1, POOLED)))
    assert refused.value.code == "moved_meanwhile"
    assert again(handoff).brief_state == "missed"
    assert HandoffStep.objects.filter(handoff=handoff, track="brief").count() == 2
