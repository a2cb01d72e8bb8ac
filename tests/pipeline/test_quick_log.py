"""What was done and what comes next, in one go, and back within a minute."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts_app.models import Account, State
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from pipeline import activities, next_steps, quick_log
from pipeline.models import Activity, NextStep, StepState
from pipeline.quick_log import UNDONE, Logged, Then
from tests import factories
from tests.factories import TODAY, at, days_on, once
from tests.handoffs import moves

pytestmark = pytest.mark.django_db
SOON = Then("Send the offer", days_on(4))


@pytest.fixture
def account(alice: User) -> Account:
    factories.policy()
    return factories.owned(alice, since=days_on(-30))


def log(account: Account, *, by: User | None = None, **fields: Any) -> Logged:
    facts = {"channel": "call", "outcome": "connected", "then": SOON, **fields}
    return quick_log.log(account, by=by or factories.alice(), at=at(TODAY), **facts)


def seconds_later(logged: Logged, seconds: float) -> dt.datetime:
    recorded: dt.datetime = Activity.objects.get(pk=logged.activity.pk).recorded_at
    return recorded + dt.timedelta(seconds=seconds)


def undo(logged: Logged, *, by: User | None = None, after: float = 59) -> Activity:
    return quick_log.undo(
        logged.activity, by=by or factories.alice(), at=seconds_later(logged, after)
    )


# Logging


def test_both_are_kept_and_the_clock_is_told_before_and_after(account: Account) -> None:
    logged = log(account)
    step = NextStep.objects.get()
    assert (logged.step, step.what, step.due_on) == (step, "Send the offer", days_on(4))
    assert step.came_with == logged.activity
    assert logged.before.dormant_on == days_on(60)
    assert logged.after.dormant_on == factories.fresh(account).dormant_on == days_on(90)
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {Verb.ACTIVITY_LOGGED, Verb.NEXT_STEP_SET} <= verbs


def test_without_a_step_there_is_none(account: Account) -> None:
    assert log(account, then=None).step is None
    assert not NextStep.objects.exists()


def test_sent_twice_each_is_stored_once(account: Account) -> None:
    first = log(account, client_id=once(1))
    again = log(account, client_id=once(1), then=Then("Something else", days_on(9)))
    assert (again.activity, again.step) == (first.activity, first.step)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.before == again.after
    assert NextStep.objects.get().what == "Send the offer"


def test_a_day_that_is_over_is_refused_and_nothing_is_logged(account: Account) -> None:
    with pytest.raises(Refused, match="1 March 2026 is over") as refused:
        log(account, then=Then("Call", days_on(-1)))
    assert refused.value.code == "step_in_past"
    assert not Activity.objects.exists()
    assert log(account, then=Then("Call", TODAY)).step


def test_a_step_that_says_nothing_takes_the_log_with_it(account: Account) -> None:
    with pytest.raises(ValidationError):
        log(account, then=Then("  ", days_on(1)))
    assert not Activity.objects.exists()


def test_others_log_nothing(account: Account, bob: User) -> None:
    with pytest.raises(NotAllowed):
        log(account, by=bob)


def test_in_the_pool_every_rep_logs_and_plans_nothing(account: Account, bob: User) -> None:
    factories.let_go(account)
    logged = log(account, by=bob, then=None)
    assert logged.before == logged.after
    assert logged.after.state == State.POOLED
    with pytest.raises(NotAllowed):
        log(account, by=bob)
    assert Activity.objects.count() == 1


def test_a_late_fact_shows_in_the_clock(alice: User) -> None:
    factories.policy()
    account = factories.owned(alice, since=days_on(-100))
    moves.swept(account, on=TODAY)
    logged = log(account, then=None, occurred_at=at(days_on(-2)))
    assert (logged.before.state, logged.after.state) == (State.POOLED, State.OWNED)


# Undoing


def test_undone_within_a_minute_both_are_gone_and_the_clock_is_back(account: Account) -> None:
    undone = undo(log(account))
    assert (undone.void_reason, undone.voided_by) == (UNDONE, factories.alice())
    assert NextStep.objects.get().state == StepState.DROPPED
    assert factories.fresh(account).dormant_on == days_on(60)


def test_undone_twice_is_undone_once(account: Account) -> None:
    logged = log(account)
    undo(logged, after=10)
    undo(logged, after=500)
    assert Event.objects.filter(verb=Verb.ACTIVITY_VOIDED).count() == 1
    assert Event.objects.filter(verb=Verb.NEXT_STEP_DROPPED).count() == 1


@pytest.mark.parametrize(("after", "done"), [(60, True), (60.001, False), (86400, False)])
def test_the_minute_is_sixty_seconds(account: Account, after: float, done: bool) -> None:
    logged = log(account)
    if done:
        assert undo(logged, after=after).voided_at
        return
    with pytest.raises(Refused, match="with a reason") as refused:
        undo(logged, after=after)
    assert refused.value.code == "too_late_to_undo"
    assert NextStep.objects.get().state == StepState.OPEN


def test_only_who_logged_it_undoes_it(account: Account, mara: User, ada: User) -> None:
    logged = log(account)
    for other in (mara, ada, factories.bob()):
        with pytest.raises(NotAllowed):
            undo(logged, by=other)


def test_what_was_voided_is_not_undone(account: Account) -> None:
    logged = log(account)
    activities.void(logged.activity, reason="Wrong", by=factories.alice(), at=at(TODAY))
    with pytest.raises(Refused, match="was voided"):
        undo(logged)


def test_a_step_that_was_done_meanwhile_stays_done(account: Account, alice: User) -> None:
    logged = log(account)
    assert logged.step
    next_steps.finish(logged.step, by=alice, at=at(TODAY))
    undo(logged)
    assert NextStep.objects.get().state == StepState.DONE


def test_a_step_that_somebody_else_holds_by_now_stays(account: Account) -> None:
    logged = log(account)
    factories.let_go(account)
    undo(logged)
    assert NextStep.objects.get().state == StepState.OPEN


def test_other_steps_stay(account: Account, alice: User) -> None:
    kept = next_steps.set_step(account, what="Stay", due_on=days_on(1), by=alice, at=at(TODAY))
    undo(log(account))
    assert NextStep.objects.get(pk=kept.pk).state == StepState.OPEN
