"""The nightly sweep: who is warned, who is pooled, and what is written down (domain §4)."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts_app import policies
from accounts_app.models import Account, AccountAccess, DormancyPolicy, OwnershipPeriod
from core.days import day_of
from core.errors import Refused
from core.models import Event, Notification, User, Verb
from handoffs import sweep
from handoffs.models import (
    BriefState,
    EntryReason,
    Handoff,
    HandoffStep,
    Kind,
    PoolEntry,
    SweepRun,
    Track,
    TransferState,
    TransitionState,
)
from tests import factories
from tests.factories import TODAY, days_on, fresh, owned
from tests.handoffs.moves import (
    POOLED,
    WARNED,
    again,
    claimed,
    entry_of,
    handoff_of,
    night,
    sweep_on,
    swept,
)

pytestmark = pytest.mark.usefixtures("policy")


def deadlines(account: Account) -> tuple[str, dt.date | None, dt.date | None, dt.date | None]:
    row = fresh(account)
    return row.state, row.dormant_on, row.warned_on, row.pool_on


# The days


def test_nothing_happens_on_the_day_before_the_warning_days() -> None:
    account = owned()
    run = sweep_on(WARNED - dt.timedelta(days=1))
    assert (run.warned, run.pooled) == (0, 0)
    assert deadlines(account) == ("owned", POOLED, None, None)


def test_the_first_warning_day_is_21_days_before_the_account_is_dormant() -> None:
    account = owned()
    run = sweep_on(WARNED)
    assert (run.warned, run.pooled) == (1, 0)
    assert deadlines(account) == ("owned", POOLED, WARNED, POOLED)


def test_the_account_stays_until_the_night_before_its_day() -> None:
    account = owned()
    sweep_on(WARNED)
    run = sweep_on(POOLED - dt.timedelta(days=1))
    assert (run.warned, run.pooled) == (0, 0)
    assert fresh(account).state == "owned"


def test_the_account_is_pooled_on_its_day() -> None:
    account = owned()
    sweep_on(WARNED)
    run = sweep_on(POOLED)
    assert (run.warned, run.pooled) == (0, 1)
    assert deadlines(account) == ("pooled", None, None, None)
    assert fresh(account).owner is None


def test_missed_nights_are_caught_up_by_one_run_and_nobody_goes_unwarned() -> None:
    account, late = owned(), days_on(200)
    run = sweep_on(late)
    assert (run.warned, run.pooled) == (1, 0)
    assert deadlines(account) == ("owned", POOLED, late, late + dt.timedelta(days=7))
    assert sweep_on(late + dt.timedelta(days=6)).pooled == 0
    assert sweep_on(late + dt.timedelta(days=7)).pooled == 1


def test_missed_nights_pool_whoever_was_warned_in_time() -> None:
    account = owned()
    sweep_on(WARNED)
    assert sweep_on(POOLED + dt.timedelta(days=40)).pooled == 1
    assert day_of(entry_of(account).entered_at) == POOLED + dt.timedelta(days=40)


def test_an_engagement_after_the_warning_lets_the_account_stay() -> None:
    account = owned()
    sweep_on(WARNED)
    factories.engage(account, on=WARNED + dt.timedelta(days=1))
    run = sweep_on(POOLED)
    assert (run.warned, run.pooled) == (0, 0)
    assert deadlines(account)[2:] == (None, None)


def test_accounts_that_nobody_holds_are_left_alone() -> None:
    factories.pooled("Unheld", on=TODAY)
    run = sweep_on(days_on(400))
    assert (run.warned, run.pooled) == (0, 0)


def test_without_a_notice_one_night_warns_and_pools(db: None) -> None:
    factories.engage(owned(), on=TODAY)
    second = factories.proposal(on=TODAY, notice_days=0)
    _take_effect(second, on=days_on(40))
    run = sweep_on(days_on(300))
    assert (run.warned, run.pooled) == (1, 1)


def _take_effect(policy: DormancyPolicy, *, on: dt.date) -> None:
    adopted_at = factories.at(on - dt.timedelta(days=21))
    policies.adopt(policy, by=factories.ada(), at=adopted_at)
    sweep_on(on)


# Again


def test_a_second_run_on_the_same_night_does_nothing_more() -> None:
    handoff = swept()
    counts = _rows()
    again_that_night = sweep_on(POOLED)
    assert _rows() == counts
    assert (again_that_night.warned, again_that_night.pooled) == (0, 1)
    assert again(handoff).transfer == TransferState.POOLED


def test_what_falls_due_after_the_run_of_a_night_waits_for_the_next() -> None:
    sweep_on(POOLED)
    account = owned()
    sweep_on(POOLED)
    assert fresh(account).warned_on is None
    assert sweep_on(POOLED + dt.timedelta(days=1)).warned == 1


def _rows() -> dict[str, int]:
    models = (Event, Notification, PoolEntry, Handoff, HandoffStep, AccountAccess, SweepRun)
    return {model.__name__: model._default_manager.count() for model in models}


# Refused


def test_a_night_to_come_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        sweep_on(days_on(1), today=TODAY)
    assert refused.value.code == "in_future"
    assert not SweepRun.objects.exists()


def test_a_night_before_the_last_completed_run_is_refused() -> None:
    account = owned()
    sweep_on(WARNED)
    with pytest.raises(Refused) as refused:
        sweep_on(WARNED - dt.timedelta(days=1), today=WARNED)
    assert refused.value.code == "before_last_run"
    assert refused.value.facts == {"last": WARNED}
    assert SweepRun.objects.count() == 1
    assert fresh(account).warned_on == WARNED


def test_a_night_before_a_run_that_was_cut_off_may_be_run() -> None:
    """Only a completed run says that nothing before it is missing."""
    SweepRun.objects.create(night=WARNED, policy=sweep.policy_for(WARNED), started_at=night(WARNED))
    before = WARNED - dt.timedelta(days=1)
    assert sweep_on(before, today=WARNED).finished_at is not None


# Back-dated


def test_a_back_dated_run_happens_that_night_and_is_recorded_now() -> None:
    account = owned()
    began = timezone.now()
    sweep_on(WARNED, today=days_on(400))
    sweep_on(POOLED, today=days_on(400))
    entry, handoff = entry_of(account), handoff_of(account)
    period = OwnershipPeriod.objects.get(account=account)
    steps = HandoffStep.objects.filter(handoff=handoff)
    events = Event.objects.filter(account_id=account.pk, actor=factories.steward())
    of_the_night = [event for event in events if event.happened_at == night(POOLED)]
    assert entry.entered_at == handoff.opened_at == period.ended_at == night(POOLED)
    assert handoff.opened_on == POOLED
    assert {step.taken_at for step in steps} == {night(POOLED)}
    assert len(of_the_night) == 4  # the period ended, the entry, the handoff, its terms
    recorded = [entry.recorded_at, *(step.recorded_at for step in steps)]
    recorded += [event.recorded_at for event in of_the_night]
    assert all(began <= moment <= timezone.now() for moment in recorded)


def test_a_back_dated_run_leaves_alone_whoever_took_over_since() -> None:
    """A restored holder has an old clock, and holds only since the afternoon."""
    account = factories.pooled(on=TODAY)
    factories.hold(account, on=factories.at(POOLED, 15), clock_from=TODAY)
    Account.objects.filter(pk=account.pk).update(warned_on=WARNED, pool_on=POOLED)
    run = sweep_on(POOLED)
    assert run.pooled == 0
    assert run.set_aside.get().account == account
    assert sweep_on(POOLED + dt.timedelta(days=1)).pooled == 1


# What is written down


def test_a_warning_tells_the_holder_when_it_will_go(alice: User) -> None:
    account = owned()
    sweep_on(WARNED)
    told = Notification.objects.get(recipient=alice)
    event = Event.objects.get(verb=Verb.ACCOUNT_WARNED)
    assert told.event == event
    assert told.account_id == event.account_id == account.pk
    assert told.sentence == f"Acme goes to the pool on {POOLED} unless a customer answers."
    assert told.created_at == event.happened_at == night(WARNED)
    assert event.changes["holder"] == alice.pk
    assert event.changes["pool_on"] == POOLED.isoformat()


def test_a_holder_who_cannot_sign_in_is_not_told(alice: User) -> None:
    owned()
    User.objects.get_queryset().filter(pk=alice.pk).update(active=False)
    sweep_on(WARNED)
    assert sweep_on(POOLED).pooled == 1
    assert not Notification.objects.filter(recipient=alice).exists()


def test_the_entry_keeps_every_sign_and_the_one_that_counted(policy: DormancyPolicy) -> None:
    account = owned()
    factories.sale(account, on=days_on(3))
    factories.engage(account, on=days_on(5))
    sweep_on(days_on(5 + 69))
    sweep_on(days_on(5 + 90))
    entry = entry_of(account)
    assert entry.reason == EntryReason.SWEPT
    assert entry.policy == policy
    assert entry.previous_holder == factories.alice()
    assert entry.evidence == {
        "signs": [
            {"sign": "take-over", "alive_until": TODAY.isoformat(), "counts": True},
            {"sign": "engagement", "alive_until": days_on(5).isoformat(), "counts": True},
            {"sign": "sale", "alive_until": days_on(3).isoformat(), "counts": True},
        ],
        "counted": "engagement",
        "quiet_since": days_on(5).isoformat(),
        "dormant_on": days_on(95).isoformat(),
        "warned_on": days_on(74).isoformat(),
        "pool_on": days_on(95).isoformat(),
    }


def test_the_former_holder_gets_a_handoff_the_way_in_and_a_word(alice: User) -> None:
    account = owned()
    handoff = swept(account)
    assert (handoff.kind, handoff.outgoing, handoff.incoming) == (Kind.SWEPT, alice, None)
    assert handoff.entry == entry_of(account)
    assert handoff.pays_incentive
    assert handoff.brief_due_on == POOLED + dt.timedelta(days=7)
    assert handoff.brief_accept_days == 7
    assert (handoff.transfer, handoff.brief_state, handoff.transition) == (
        TransferState.POOLED,
        BriefState.OWED,
        TransitionState.WAITING,
    )
    access = AccountAccess.objects.get(account=account)
    assert (access.user, access.reason, access.until) == (alice, f"handoff {handoff.pk}", None)
    told = Notification.objects.get(recipient=alice, event__verb=Verb.TERMS_FROZEN)
    assert f"Please leave a brief by {handoff.brief_due_on}." in told.sentence


def test_each_track_has_its_first_step_from_nowhere() -> None:
    handoff = swept()
    steps = handoff.steps.values_list("track", "from_state", "to_state", "taken_by__username")
    assert set(steps) == {
        (Track.TRANSFER, "", "pooled", "steward"),
        (Track.BRIEF, "", "owed", "steward"),
        (Track.TRANSITION, "", "waiting", "steward"),
    }


def test_the_night_is_on_record(policy: DormancyPolicy) -> None:
    swept()
    run = SweepRun.objects.get(night=POOLED)
    event = Event.objects.filter(verb=Verb.SWEEP_RAN).latest("id")
    assert (run.policy, run.started_at, run.finished_at) == (policy, night(POOLED), night(POOLED))
    assert event.subject_id == run.pk
    assert event.changes == {"night": POOLED.isoformat(), "warned": 0, "pooled": 1}


def test_a_new_sweep_supersedes_the_transition_before() -> None:
    handoff = claimed(swept())
    swept(handoff.account, on=days_on(90, POOLED))
    assert again(handoff).transition == TransitionState.SUPERSEDED
    assert again(handoff).transfer == TransferState.TRANSFERRED
    assert handoff.steps.filter(track=Track.TRANSITION, to_state="superseded").count() == 1


def test_a_completed_transition_stays_completed() -> None:
    handoff = claimed(swept())
    Handoff.objects.filter(pk=handoff.pk).update(transition=TransitionState.COMPLETED)
    swept(handoff.account, on=days_on(90, POOLED))
    assert again(handoff).transition == TransitionState.COMPLETED


def test_a_proposal_does_not_stop_the_clock_and_is_cancelled(alice: User, bob: User) -> None:
    account = owned()
    proposal = _proposed(account, alice, bob)
    handoff = swept(account)
    assert handoff != proposal
    assert again(proposal).transfer == TransferState.CANCELLED
    assert not AccountAccess.objects.filter(reason=f"handoff {proposal.pk}").exists()
    step = proposal.steps.get(to_state="cancelled")
    assert (step.from_state, step.taken_by, step.taken_at) == (
        "proposed",
        factories.steward(),
        night(POOLED),
    )
    assert Event.objects.filter(verb=Verb.HANDOFF_MOVED, subject_id=step.pk).count() == 1


def _proposed(account: Account, outgoing: User, incoming: User) -> Handoff:
    """As the verb of a later room will leave it: a proposal, and the way in for who is to go."""
    proposal = Handoff.objects.create(
        account=account,
        outgoing=outgoing,
        incoming=incoming,
        kind=Kind.REASSIGNED,
        opened_at=factories.at(days_on(60)),
        opened_on=days_on(60),
        brief_due_on=days_on(67),
        brief_accept_days=7,
        transfer=TransferState.PROPOSED,
        pays_incentive=False,
    )
    AccountAccess.objects.create(account=account, user=incoming, reason=f"handoff {proposal.pk}")
    return proposal
