"""When the customer took part: the whole table of domain §2."""

import itertools

import pytest

from pipeline.engagement import is_engagement
from pipeline.models import Channel, Direction, Outcome

EVERYTHING = list(itertools.product(Channel.values, Direction.values, ["", *Outcome.values]))

ENGAGEMENTS = {
    ("call", "outbound", "connected"),
    ("call", "inbound", "connected"),
    ("meeting", "outbound", "held"),
    ("meeting", "inbound", "held"),
    ("visit", "outbound", "held"),
    ("visit", "inbound", "held"),
    ("email", "outbound", "replied"),
    ("social", "outbound", "replied"),
    # Inbound in writing, whatever the outcome, unless it is one that never counts.
    ("email", "inbound", ""),
    ("email", "inbound", "connected"),
    ("email", "inbound", "held"),
    ("email", "inbound", "replied"),
    ("social", "inbound", ""),
    ("social", "inbound", "connected"),
    ("social", "inbound", "held"),
    ("social", "inbound", "replied"),
    # A stated interest, on every channel but a note.
    *itertools.product(
        ["call", "email", "social", "meeting", "visit"],
        ["outbound", "inbound"],
        ["interested_later"],
    ),
}


@pytest.mark.parametrize(("channel", "direction", "outcome"), EVERYTHING)
def test_the_whole_table(channel: str, direction: str, outcome: str) -> None:
    found = is_engagement(channel=channel, direction=direction, outcome=outcome, in_future=False)
    assert found is ((channel, direction, outcome) in ENGAGEMENTS)


@pytest.mark.parametrize(("channel", "direction", "outcome"), sorted(ENGAGEMENTS))
def test_what_is_to_come_never_counts(channel: str, direction: str, outcome: str) -> None:
    assert not is_engagement(channel=channel, direction=direction, outcome=outcome, in_future=True)


def test_every_outcome_is_in_the_table() -> None:
    """A new channel or outcome needs a decision here."""
    assert len(EVERYTHING) == 6 * 2 * 11
    assert len(ENGAGEMENTS) == 26
