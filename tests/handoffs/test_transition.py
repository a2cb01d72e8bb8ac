"""The transition: the new holder is introduced, and the account may move again (domain §5)."""

import pytest

from accounts_app.models import OwnershipPeriod
from core.models import Cover, Event, User, Verb
from handoffs.models import Handoff, HandoffStep
from tests import factories
from tests.factories import at, days_on
from tests.handoffs.moves import POOLED, again, claimed, released, swept

pytestmark = pytest.mark.usefixtures("policy")

CLAIMED, LATER = days_on(5, POOLED), days_on(8, POOLED)


@pytest.fixture
def handoff(bob: User) -> Handoff:
    """From Alice to Bob, who claimed it on ``CLAIMED``."""
    return claimed(swept(), by=bob, on=CLAIMED)


def test_the_first_engagement_of_the_new_holder_introduces_them(
    handoff: Handoff, bob: User
) -> None:
    factories.engage(handoff.account, by=bob, on=LATER)
    assert again(handoff).transition == "introduced"
    step = HandoffStep.objects.get(handoff=handoff, to_state="introduced")
    assert (step.track, step.from_state, step.taken_by) == ("transition", "waiting", bob)
    assert step.taken_at == at(LATER)
    assert Event.objects.filter(verb=Verb.HANDOFF_MOVED, subject_id=step.pk).count() == 1


def test_a_second_engagement_does_nothing_more(handoff: Handoff) -> None:
    factories.engage(handoff.account, on=LATER)
    factories.engage(handoff.account, on=LATER)
    assert HandoffStep.objects.filter(handoff=handoff, to_state="introduced").count() == 1


def test_nobody_is_introduced_by_a_call_that_nobody_took(handoff: Handoff) -> None:
    factories.log(handoff.account, outcome="no_answer", on=LATER)
    factories.log(handoff.account, channel="note", on=LATER)
    assert again(handoff).transition == "waiting"


def test_nobody_is_introduced_by_the_outgoing_rep(handoff: Handoff, alice: User) -> None:
    """Who still may log on the account: that is not how Bob comes to know the customer."""
    factories.engage(handoff.account, by=alice, on=LATER)
    assert again(handoff).transition == "waiting"


def test_nobody_is_introduced_by_their_manager(handoff: Handoff, mara: User) -> None:
    factories.engage(handoff.account, by=mara, on=LATER)
    assert again(handoff).transition == "waiting"


def test_a_stand_in_introduces_them(handoff: Handoff, bob: User, otto: User) -> None:
    Cover.objects.create(absent=bob, stand_in=otto, from_on=LATER, until_on=LATER)
    factories.engage(handoff.account, by=otto, on=LATER)
    assert again(handoff).transition == "introduced"


def test_a_call_of_before_the_transfer_introduces_nobody(handoff: Handoff, bob: User) -> None:
    """Logged late; by Bob, while the account was in the pool."""
    factories.engage(handoff.account, by=bob, on=days_on(-1, CLAIMED), logged_on=LATER)
    assert again(handoff).transition == "waiting"
    factories.engage(handoff.account, by=bob, on=days_on(1, CLAIMED), logged_on=LATER)
    assert again(handoff).transition == "introduced"


def test_an_introduction_stands_when_its_call_is_voided(handoff: Handoff) -> None:
    call = factories.engage(handoff.account, on=LATER)
    factories.void(call, on=LATER)
    assert again(handoff).transition == "introduced"


def test_an_account_that_moves_again_supersedes_what_was_not_completed(handoff: Handoff) -> None:
    factories.engage(handoff.account, on=LATER)
    second = released(handoff.account, on=days_on(10, POOLED))
    assert again(handoff).transition == "superseded"
    assert (second.transfer, second.transition) == ("pooled", "waiting")


def test_a_late_call_introduces_nobody_to_what_has_moved_on(handoff: Handoff, bob: User) -> None:
    released(handoff.account, on=days_on(10, POOLED))
    factories.engage(handoff.account, by=bob, on=LATER, logged_on=days_on(11, POOLED))
    assert again(handoff).transition == "superseded"


def test_only_the_newest_holder_is_introduced(handoff: Handoff, otto: User) -> None:
    second = claimed(
        released(handoff.account, on=days_on(10, POOLED)), by=otto, on=days_on(11, POOLED)
    )
    factories.engage(handoff.account, by=otto, on=days_on(12, POOLED))
    assert again(handoff).transition == "superseded"
    assert again(second).transition == "introduced"
    assert OwnershipPeriod.objects.count() == 3
