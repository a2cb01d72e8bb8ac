"""Logging what was done, and taking back what was logged by mistake (domain §2, §4)."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction

from accounts_app import dormancy, ownership
from accounts_app.authority import answers_for, check_may_write
from accounts_app.dormancy import SignDays
from accounts_app.models import Account, Contact, State
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import Role, User, Verb
from core.roles import leads, runs_it
from pipeline import signs
from pipeline.engagement import is_engagement
from pipeline.models import Activity, Direction, Opportunity, Outcome
from pipeline.pipeline_rule import pipeline_days
from pipeline.signals import engaged


@transaction.atomic
def log(
    account: Account,
    *,
    channel: str,
    by: User,
    at: dt.datetime,
    occurred_at: dt.datetime | None = None,
    direction: str = Direction.OUTBOUND,
    outcome: str = "",
    contacts: Sequence[Contact] = (),
    opportunity: Opportunity | None = None,
    summary: str = "",
    interested_until: dt.date | None = None,
    client_id: uuid.UUID | None = None,
    logged_by: User | None = None,
) -> Activity:
    """Writes one activity down and moves the clock if the customer took part.

    ``occurred_at`` is ``at`` unless named. The same ``client_id`` gives the stored one again.
    ``logged_by`` is for imports, which tell what somebody else did: an administrator's, or a
    manager's of their team.
    """
    row = locked(account)
    stored = sent_before(client_id, row)
    if stored:
        return stored
    check_may_log(by, row, at=at)
    _check_may_tell_of(logged_by, by=by, at=at)
    occurred = occurred_at or at
    _check_interest(outcome, contacts, interested_until, occurred)
    _check_belongs(row, contacts, opportunity)
    activity = Activity(
        account=row,
        channel=channel,
        direction=direction,
        outcome=outcome,
        occurred_at=occurred,
        occurred_on=day_of(occurred),
        logged_by=logged_by or by,
        opportunity=opportunity,
        summary=summary,
        interested_until=interested_until,
        client_id=client_id,
        is_engagement=is_engagement(
            channel=channel, direction=direction, outcome=outcome, in_future=occurred > at
        ),
    )
    activity.clean_fields(exclude=["account", "logged_by", "opportunity"])
    _insert(activity)
    if contacts:
        activity.contacts.add(*contacts)
    events.record(
        verb=Verb.ACTIVITY_LOGGED,
        subject=activity,
        account_id=row.pk,
        actor=by,
        at=at,
        changes={"channel": channel, "outcome": outcome, "occurred_at": occurred},
    )
    if activity.is_engagement:
        _note_engagement(row, activity, at=at)
        engaged.send(sender=Activity, activity=activity, at=at)
    return activity


def _insert(activity: Activity) -> None:
    """Two accounts' locks do not keep the same id from being sent for both at once."""
    if activity.client_id is None:
        activity.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            activity.save(force_insert=True)
    except IntegrityError as error:
        if not Activity.objects.filter(client_id=activity.client_id).exists():
            raise
        raise _taken() from error


def _taken() -> Refused:
    return Refused("client_id_taken", "This id belongs to an activity on another account.")


@transaction.atomic
def void(activity: Activity, *, reason: str, by: User, at: dt.datetime) -> Activity:
    """Takes an activity back, with a reason; it stays readable. The clock follows the rest."""
    account = locked(activity.account)
    activity = locked(activity)
    if activity.voided_at is not None:
        raise Refused("already_voided", f"This was voided on {day_of(activity.voided_at)}.")
    if not may_void(by, activity, at=at):
        raise NotAllowed("Only who logged it, their manager or an administrator may void it.")
    if not reason.strip():
        raise Refused("no_reason", "Say why it is voided.")
    activity.voided_at, activity.voided_by, activity.void_reason = at, by, reason.strip()
    activity.save(update_fields=["voided_at", "voided_by", "void_reason"])
    events.record(
        verb=Verb.ACTIVITY_VOIDED,
        subject=activity,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={"reason": activity.void_reason},
    )
    if activity.is_engagement:
        signs.correct_engagement(account, at=at)
        engaged.send(sender=Activity, activity=activity, at=at)
    return activity


def check_may_log(user: User, account: Account, *, at: dt.datetime) -> None:
    """On a pooled account every rep and manager may log; else who may write (domain §1)."""
    if not may_log_in_pool(user, account):
        check_may_write(user, account, at=at)


def may_log_in_pool(user: User, account: Account) -> bool:
    """Whether the account is pooled, and this is somebody who sells."""
    sells = user.is_active and user.role in (Role.REP, Role.MANAGER)
    return sells and account.state == State.POOLED


def may_void(user: User, activity: Activity, *, at: dt.datetime) -> bool:
    """Who logged it; the manager of that person or of the account; administrators (domain §1)."""
    if runs_it(user):
        return True
    if not user.is_active or user.role not in (Role.REP, Role.MANAGER):
        return False
    if user.pk == activity.logged_by_id:
        return True
    on = day_of(at)
    members = (activity.logged_by, answers_for(activity.account))
    return any(leads(user, member, on=on) for member in members)


def _check_may_tell_of(other: User | None, *, by: User, at: dt.datetime) -> None:
    if other is None or other == by or runs_it(by) or leads(by, other, on=day_of(at)):
        return
    raise NotAllowed(f"{by} may not log what {other} did.")


def sent_before(client_id: uuid.UUID | None, account: Account) -> Activity | None:
    """What is stored under this id; refused if that is another account's. Read it locked."""
    if client_id is None:
        return None
    stored = Activity.objects.filter(client_id=client_id).first()
    if stored and stored.account_id != account.pk:
        raise _taken()
    return stored


def _check_interest(
    outcome: str,
    contacts: Sequence[Contact],
    interested_until: dt.date | None,
    occurred_at: dt.datetime,
) -> None:
    if outcome != Outcome.INTERESTED_LATER:
        if interested_until is not None:
            raise Refused("no_interest", "Only a stated later interest has a date.")
        return
    if interested_until is None or not contacts:
        raise Refused("interest_incomplete", "Say who is interested later, and from which day.")
    if interested_until < day_of(occurred_at):
        raise Refused("interest_in_past", "The day named lies before the conversation.")


def _check_belongs(
    account: Account, contacts: Sequence[Contact], opportunity: Opportunity | None
) -> None:
    strangers = [contact for contact in contacts if contact.account_id != account.pk]
    if strangers:
        raise Refused("other_account", f"{strangers[0]} is a contact of another account.")
    if opportunity is not None and opportunity.account_id != account.pk:
        raise Refused("other_account", f"{opportunity} is an opportunity of another account.")


def _note_engagement(account: Account, activity: Activity, *, at: dt.datetime) -> None:
    """Moves the columns of the locked row forward from this one activity, without reading the
    others."""
    day = activity.occurred_on
    if ownership.was_unheld(account, day, on=day_of(at)):
        return
    days = SignDays()
    if dormancy.is_later(day, than=account.engaged_on):
        days["engaged_on"] = day
    if account.pipeline_engaged_on is None or day >= account.pipeline_engaged_on:
        days.update(_pipeline_from(account, day))
    if activity.outcome == Outcome.INTERESTED_LATER:
        days.update(signs.interest(account))
    dormancy.correct_locked(account, on=day_of(at), **days)


def _pipeline_from(account: Account, day: dt.date) -> SignDays:
    found = pipeline_days(signs.stretches_of(account), [day])
    if found.engaged_on is None:
        return SignDays()
    return SignDays(pipeline_engaged_on=found.engaged_on, pipeline_closed_on=found.closed_on)
