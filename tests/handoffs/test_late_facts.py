"""What happened before a sweep and is recorded after it (domain §4, "Late facts")."""

import datetime as dt

import pytest

from accounts_app.models import AccountAccess, BeganBy
from core.models import Event, Notification, Verb
from handoffs import late_facts
from handoffs.models import Handoff, Outcome, Track, TransferState
from operations.verify import verify
from tests import factories
from tests.factories import TODAY, days_on, fresh
from tests.handoffs.moves import (
    POOLED,
    WARNED,
    again,
    claim,
    claimed,
    entry_of,
    night,
    released,
    sweep_on,
    swept,
)

pytestmark = pytest.mark.usefixtures("policy", "mara")

AFTER = POOLED + dt.timedelta(days=2)
BEFORE = POOLED - dt.timedelta(days=5)


def nothing_is_off() -> bool:
    return [finding.sentence for finding in verify()] == []


def test_a_call_from_before_the_sweep_restores_the_holder_with_the_old_clock() -> None:
    handoff = swept()
    factories.engage(handoff.account, by=factories.alice(), on=BEFORE, logged_on=AFTER)
    account = fresh(handoff.account)
    assert account.owner == factories.alice()
    assert (account.held_from, account.engaged_on) == (TODAY, BEFORE)
    assert account.dormant_on == BEFORE + dt.timedelta(days=90)
    assert account.warned_on is None
    entry = entry_of(account)
    assert (entry.outcome, entry.left_at) == (Outcome.WITHDRAWN, factories.at(AFTER))
    assert again(handoff).transfer == TransferState.CANCELLED
    assert not AccountAccess.objects.filter(account=account).exists()
    assert nothing_is_off()


def test_the_period_goes_on_without_a_gap() -> None:
    handoff = swept()
    factories.engage(handoff.account, by=factories.alice(), on=BEFORE, logged_on=AFTER)
    before, restored = handoff.account.periods.order_by("began_at")
    assert restored.began_by == BeganBy.RESTORED
    assert restored.began_at == before.ended_at == night(POOLED)
    assert restored.clock_from == before.clock_from


def test_holder_and_manager_are_told() -> None:
    handoff = swept()
    factories.engage(handoff.account, by=factories.alice(), on=BEFORE, logged_on=AFTER)
    event = Event.objects.get(verb=Verb.ACCOUNT_RESTORED)
    told = Notification.objects.filter(event=event).values_list("recipient__username", flat=True)
    assert set(told) == {"alice", "mara"}


def test_a_sign_with_which_it_would_have_been_due_all_the_same_changes_nothing() -> None:
    handoff = swept()
    early = TODAY - dt.timedelta(days=1)
    factories.engage(handoff.account, by=factories.alice(), on=early, logged_on=AFTER)
    assert fresh(handoff.account).state == "pooled"
    assert nothing_is_off()


@pytest.mark.parametrize(("days", "state"), [(0, "pooled"), (1, "owned")])
def test_one_day_decides(days: int, state: str) -> None:
    """Held since TODAY and due on day 90: a sign of day 1 moves that by the one day that counts."""
    handoff = swept()
    on = days_on(days)
    factories.engage(handoff.account, by=factories.alice(), on=on, logged_on=AFTER)
    assert fresh(handoff.account).state == state


def test_a_call_on_the_morning_of_a_late_sweep_counts() -> None:
    account = factories.owned()
    sweep_on(WARNED)
    handoff = swept(account)
    early = night(POOLED) - dt.timedelta(hours=1)
    factories.engage(account, by=factories.alice(), on=early, logged_on=AFTER)
    assert fresh(handoff.account).engaged_on == POOLED
    assert fresh(handoff.account).owner == factories.alice()
    assert nothing_is_off()


def test_what_happened_in_the_pool_changes_nothing() -> None:
    handoff = swept()
    late = night(POOLED) + dt.timedelta(hours=1)
    factories.engage(handoff.account, by=factories.alice(), on=late, logged_on=AFTER)
    assert fresh(handoff.account).state == "pooled"
    assert fresh(handoff.account).engaged_on is None
    assert nothing_is_off()


def test_after_the_claim_it_is_history() -> None:
    handoff = swept()
    claim(entry_of(handoff.account), on=POOLED)
    factories.engage(handoff.account, by=factories.ada(), on=BEFORE, logged_on=AFTER)
    assert fresh(handoff.account).owner == factories.bob()
    assert again(handoff).transfer == TransferState.TRANSFERRED
    assert nothing_is_off()


def test_a_released_account_is_not_given_back() -> None:
    handoff = released()
    on = WARNED - dt.timedelta(days=1)
    factories.engage(handoff.account, by=factories.alice(), on=on, logged_on=AFTER)
    assert fresh(handoff.account).state == "pooled"


def test_a_late_sale_and_a_late_contract_restore_as_well() -> None:
    sold, signed = factories.owned(name="Sold"), factories.owned(name="Signed")
    sweep_on(WARNED)
    sweep_on(POOLED)
    factories.sale(sold, on=BEFORE, booked_at=AFTER)
    factories.contract(signed, starts_on=BEFORE, ends_on=days_on(400), on=AFTER)
    assert fresh(sold).owner == fresh(signed).owner == factories.alice()
    assert nothing_is_off()


def test_somebody_who_may_not_hold_any_more_is_not_given_it_back() -> None:
    handoff = swept()
    alice = factories.alice()
    alice.holds_accounts = False
    alice.save()
    factories.engage(handoff.account, by=factories.ada(), on=BEFORE, logged_on=AFTER)
    assert fresh(handoff.account).state == "pooled"


def test_a_warning_that_was_in_its_time_stands() -> None:
    """Warned six days late; the sign moves the end by three: it was a warning day all the same."""
    warned = WARNED + dt.timedelta(days=6)
    account = factories.owned()
    sweep_on(warned)
    sweep_on(POOLED)
    factories.engage(account, by=factories.alice(), on=days_on(3), logged_on=POOLED)
    account = fresh(account)
    assert (account.warned_on, account.pool_on) == (warned, days_on(93))
    assert sweep_on(days_on(93)).pooled == 1
    assert nothing_is_off()


def test_voiding_the_late_call_brings_the_account_back_to_its_clock() -> None:
    handoff = swept()
    call = factories.engage(handoff.account, by=factories.alice(), on=BEFORE, logged_on=AFTER)
    factories.void(call, by=factories.alice(), on=AFTER)
    account = fresh(handoff.account)
    assert (account.owner, account.dormant_on) == (factories.alice(), POOLED)
    assert account.warned_on is None
    assert sweep_on(AFTER + dt.timedelta(days=1)).warned == 1
    assert nothing_is_off()


def test_reconsidering_twice_restores_once() -> None:
    handoff = swept()
    factories.engage(handoff.account, by=factories.alice(), on=BEFORE, logged_on=AFTER)
    assert late_facts.reconsider(handoff.account, at=factories.at(AFTER)) is None
    assert handoff.account.periods.count() == 2


# The transition of the handoff before, which the sweep superseded


SECOND = days_on(90, POOLED)
"""When the account is swept from Bob, who claimed it on ``POOLED``."""

RECORDED = SECOND + dt.timedelta(days=2)


def transition_of(handoff: Handoff) -> list[tuple[str, str, str]]:
    """Its steps: from, to, by whom."""
    found = handoff.steps.filter(track=Track.TRANSITION).order_by("id")
    return list(found.values_list("from_state", "to_state", "taken_by__username"))


def test_a_transition_that_was_superseded_for_nothing_goes_on() -> None:
    first = claimed(swept())
    factories.engage(first.account, by=factories.bob(), on=POOLED)
    sweep_on(SECOND - dt.timedelta(days=21))
    sweep_on(SECOND)
    assert again(first).transition == "superseded"
    late = SECOND - dt.timedelta(days=5)
    factories.engage(first.account, by=factories.bob(), on=late, logged_on=RECORDED)
    assert fresh(first.account).owner == factories.bob()
    assert again(first).transition == "introduced"
    assert transition_of(first)[1:] == [
        ("waiting", "introduced", "bob"),
        ("introduced", "superseded", "steward"),
        ("superseded", "introduced", "steward"),
    ]
    step = first.steps.latest("id")
    event = Event.objects.get(verb=Verb.HANDOFF_MOVED, subject_id=step.pk)
    assert event.changes == {"track": "transition", "from": "superseded", "to": "introduced"}
    assert step.taken_at == event.happened_at == factories.at(RECORDED)
    assert nothing_is_off()


def test_the_late_call_itself_introduces_whoever_was_waiting_to_be() -> None:
    first = claimed(swept())
    swept(first.account, on=SECOND)
    late = SECOND - dt.timedelta(days=5)
    factories.engage(first.account, by=factories.bob(), on=late, logged_on=RECORDED)
    assert transition_of(first)[1:] == [
        ("waiting", "superseded", "steward"),
        ("superseded", "waiting", "steward"),
        ("waiting", "introduced", "bob"),
    ]
    assert nothing_is_off()


def test_a_late_sale_leaves_them_waiting() -> None:
    first = claimed(swept())
    swept(first.account, on=SECOND)
    factories.sale(first.account, on=SECOND - dt.timedelta(days=5), booked_at=RECORDED)
    assert fresh(first.account).owner == factories.bob()
    assert again(first).transition == "waiting"
    factories.engage(first.account, by=factories.bob(), on=RECORDED)
    assert again(first).transition == "introduced"
    assert nothing_is_off()


def test_swept_again_it_is_superseded_again() -> None:
    first = claimed(swept())
    swept(first.account, on=SECOND)
    factories.sale(first.account, on=SECOND - dt.timedelta(days=5), booked_at=RECORDED)
    swept(first.account, on=SECOND + dt.timedelta(days=90))
    assert again(first).transition == "superseded"
    assert nothing_is_off()


def test_what_an_earlier_move_superseded_stays_so() -> None:
    """Bob let it go himself; Otto's sweep is undone, and that is all that is undone."""
    first = claimed(swept())
    second = claimed(
        released(first.account, on=days_on(10, POOLED)), by=factories.otto(), on=days_on(10, POOLED)
    )
    swept(first.account, on=days_on(100, POOLED))
    late = days_on(95, POOLED)
    factories.engage(first.account, by=factories.otto(), on=late, logged_on=days_on(101, POOLED))
    assert again(first).transition == "superseded"
    assert again(second).transition == "introduced"
    assert nothing_is_off()
