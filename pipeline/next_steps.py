"""What is to be done next, by when, and what became of it (domain §2)."""

import datetime as dt

from django.db import transaction

from accounts_app.authority import check_may_write, may_write
from accounts_app.models import Account
from core import events
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import User, Verb
from pipeline.models import Activity, NextStep, StepState

VERBS = {StepState.DONE: Verb.NEXT_STEP_DONE, StepState.DROPPED: Verb.NEXT_STEP_DROPPED}


@transaction.atomic
def set_step(
    account: Account,
    *,
    what: str,
    due_on: dt.date,
    by: User,
    at: dt.datetime,
    assignee: User | None = None,
    came_with: Activity | None = None,
) -> NextStep:
    """A step for ``assignee``; without one, for whoever holds the account when it is due.

    ``came_with`` is the activity that it was logged in one go with, see ``quick_log``.
    """
    row = locked(account)
    check_may_write(by, row, at=at)
    if assignee is not None and not assignee.is_active:
        raise Refused("not_active", f"{assignee} has left; name somebody else.")
    step = NextStep(
        account=row,
        what=what.strip(),
        due_on=due_on,
        assignee=assignee,
        set_by=by,
        set_at=at,
        came_with=came_with,
    )
    step.clean_fields(exclude=["account", "assignee", "set_by", "came_with"])
    step.save(force_insert=True)
    events.record(
        verb=Verb.NEXT_STEP_SET,
        subject=step,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"what": step.what, "due_on": due_on},
    )
    return step


def finish(step: NextStep, *, by: User, at: dt.datetime) -> NextStep:
    """It was done."""
    return _settle(step, StepState.DONE, by=by, at=at)


def drop(step: NextStep, *, by: User, at: dt.datetime) -> NextStep:
    """It is not wanted any more."""
    return _settle(step, StepState.DROPPED, by=by, at=at)


def may_settle(user: User, step: NextStep, *, at: dt.datetime) -> bool:
    """Whoever it was given to, and who may write on the account."""
    return (user.is_active and user.pk == step.assignee_id) or may_write(user, step.account, at=at)


@transaction.atomic
def _settle(step: NextStep, state: StepState, *, by: User, at: dt.datetime) -> NextStep:
    account = locked(step.account)
    step = locked(step)
    if not may_settle(by, step, at=at):
        raise NotAllowed(f"{by} may not settle next steps on {account}.", account=account.pk)
    if step.state == state:
        return step
    if step.state != StepState.OPEN:
        raise Refused("step_settled", f"This step is {step.get_state_display().lower()} already.")
    step.state, step.settled_at = state, at
    step.save(update_fields=["state", "settled_at"])
    events.record(verb=VERBS[state], subject=step, account_id=account.pk, actor=by, at=at)
    return step
