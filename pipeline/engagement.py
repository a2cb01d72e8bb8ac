"""When an activity is an engagement: when the customer took part (domain §2)."""

from pipeline.models import Channel, Direction, Outcome

NEVER = frozenset(
    {
        Outcome.NO_ANSWER,
        Outcome.LEFT_MESSAGE,
        Outcome.SENT,
        Outcome.AUTO_REPLY,
        Outcome.OPTED_OUT,
        Outcome.NOT_VIABLE,
    }
)
WRITTEN = frozenset({Channel.EMAIL, Channel.SOCIAL})
IN_PERSON = frozenset({Channel.MEETING, Channel.VISIT})


def is_engagement(*, channel: str, direction: str, outcome: str, in_future: bool) -> bool:
    """The table of domain §2. What is dated in the future never counts, a note neither."""
    if in_future or channel == Channel.NOTE or outcome in NEVER:
        return False
    if outcome == Outcome.INTERESTED_LATER:
        return True
    if channel == Channel.CALL:
        return outcome == Outcome.CONNECTED
    if channel in IN_PERSON:
        return outcome == Outcome.HELD
    return direction == Direction.INBOUND or outcome == Outcome.REPLIED
