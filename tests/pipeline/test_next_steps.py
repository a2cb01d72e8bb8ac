"""Next steps: who sets them, who settles them, and only once."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts_app.models import Account
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from pipeline import next_steps
from pipeline.models import NextStep, StepState
from tests import factories
from tests.factories import TODAY, at, days_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(alice: User) -> Account:
    return factories.owned(alice)


def a_step(account: Account, *, by: User, **fields: Any) -> NextStep:
    return next_steps.set_step(
        account, by=by, at=at(TODAY), **{"what": "Call", "due_on": days_on(7), **fields}
    )


def test_the_holder_sets_and_finishes_one(account: Account, alice: User) -> None:
    step = a_step(account, by=alice)
    done = next_steps.finish(step, by=alice, at=at(days_on(7)))
    assert (done.state, done.settled_at) == (StepState.DONE, at(days_on(7)))
    verbs = list(Event.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == [Verb.NEXT_STEP_SET, Verb.NEXT_STEP_DONE]


def test_finished_twice_is_finished_once(account: Account, alice: User) -> None:
    step = next_steps.finish(a_step(account, by=alice), by=alice, at=at(TODAY))
    assert next_steps.finish(step, by=alice, at=at(days_on(1))).settled_at == at(TODAY)


def test_what_is_done_is_not_dropped(account: Account, alice: User) -> None:
    step = next_steps.finish(a_step(account, by=alice), by=alice, at=at(TODAY))
    with pytest.raises(Refused, match="is done already"):
        next_steps.drop(step, by=alice, at=at(TODAY))


def test_others_set_and_settle_nothing(account: Account, alice: User, bob: User) -> None:
    with pytest.raises(NotAllowed):
        a_step(account, by=bob)
    with pytest.raises(NotAllowed):
        next_steps.drop(a_step(account, by=alice), by=bob, at=at(TODAY))


def test_whom_it_is_given_to_may_settle_it(account: Account, alice: User, bob: User) -> None:
    step = a_step(account, by=alice, assignee=bob)
    assert next_steps.finish(step, by=bob, at=at(TODAY)).state == StepState.DONE


def test_nobody_who_left_is_given_one(account: Account, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(active=False)
    bob.refresh_from_db()
    with pytest.raises(Refused, match="name somebody else"):
        a_step(account, by=alice, assignee=bob)


@pytest.mark.parametrize("what", ["", "   ", "x" * 201])
def test_it_says_what_in_a_line(account: Account, alice: User, what: str) -> None:
    with pytest.raises(ValidationError):
        a_step(account, by=alice, what=what)
    assert not NextStep.objects.exists()


def test_it_may_be_due_in_the_past(account: Account, alice: User) -> None:
    """Written down late is better than not at all."""
    assert a_step(account, by=alice, due_on=dt.date(2020, 2, 29)).state == StepState.OPEN
