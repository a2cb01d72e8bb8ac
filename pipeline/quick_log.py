"""Logging what was done and what comes next in one go, and taking both back within a minute."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.formats import date_format

from accounts_app.dormancy import Clock, clock_of
from accounts_app.models import Account
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import User
from pipeline import activities, next_steps
from pipeline.models import Activity, NextStep, StepState

UNDO_WITHIN = dt.timedelta(seconds=60)
UNDONE = "Undone within a minute"


@dataclass(frozen=True)
class Then:
    """The next step: what, and by which day."""

    what: str
    due_on: dt.date


@dataclass(frozen=True)
class Logged:
    """What is stored, and the clock before and after. Not ``is_new``: it was sent before."""

    activity: Activity
    step: NextStep | None
    before: Clock
    after: Clock
    is_new: bool


@transaction.atomic
def log(
    account: Account,
    *,
    by: User,
    at: dt.datetime,
    then: Then | None = None,
    client_id: uuid.UUID | None = None,
    **facts: Any,
) -> Logged:
    """An activity as in ``activities.log``, and the step that follows from it: both or neither.

    One ``client_id`` for both: sent twice, each is stored once.
    """
    row = locked(account)
    before = clock_of(row)
    stored = activities.sent_before(client_id, row)
    if stored:
        step = NextStep.objects.filter(came_with=stored).first()
        return Logged(stored, step, before, before, is_new=False)
    activity = activities.log(row, by=by, at=at, client_id=client_id, **facts)
    step = _set(then, activity, by=by, at=at) if then else None
    after = clock_of(Account.objects.get(pk=row.pk))
    return Logged(activity, step, before, after, is_new=True)


def _set(then: Then, activity: Activity, *, by: User, at: dt.datetime) -> NextStep:
    if then.due_on < day_of(at):
        day = date_format(then.due_on, "j F Y")
        raise Refused("step_in_past", f"{day} is over: name a day from today on for what is next.")
    return next_steps.set_step(
        activity.account, what=then.what, due_on=then.due_on, by=by, at=at, came_with=activity
    )


@transaction.atomic
def undo(activity: Activity, *, by: User, at: dt.datetime) -> Activity:
    """Takes back what was just logged, with its step: by who logged it, within a minute of the
    recording. Twice is once. It stays readable as voided, as everything does (domain §2)."""
    account = locked(activity.account)
    row = locked(activity)
    if by.pk != row.logged_by_id:
        raise NotAllowed("Only who logged it may undo it.")
    if row.voided_at is not None and row.void_reason == UNDONE:
        return row
    if at - row.recorded_at > UNDO_WITHIN:
        raise Refused(
            "too_late_to_undo",
            "The minute to undo it is over. Here it can still be voided, with a reason.",
            activity=row.pk,
        )
    undone = activities.void(row, reason=UNDONE, by=by, at=at)
    _drop_the_step(undone, account, by=by, at=at)
    return undone


def _drop_the_step(activity: Activity, account: Account, *, by: User, at: dt.datetime) -> None:
    """Unless it was settled, or the account went to somebody else, within that minute."""
    step = NextStep.objects.filter(came_with=activity, state=StepState.OPEN).first()
    if step is None:
        return
    step.account = account
    if next_steps.may_settle(by, step, at=at):
        next_steps.drop(step, by=by, at=at)
