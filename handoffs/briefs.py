"""The brief: saved as typed, handed in, judged (domain §5).

The first hand-in counts. A late one, or a manager's, helps the account and earns nothing; that is
for ``incentives`` to say, from the facts kept here.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction

from accounts_app.models import Account
from core import events
from core.days import day_of
from core.errors import NotAllowed, Refused
from core.locking import hold, locked
from core.models import Role, User, Verb
from core.roles import leads, runs_it
from handoffs import steps
from handoffs.models import (
    BRIEF_FIELDS,
    Brief,
    BriefQuestion,
    BriefState,
    BriefVersion,
    Handoff,
    Track,
    TransferState,
)
from handoffs.opening import close_access

log = logging.getLogger(__name__)
THREE_PS = ("players", "policies", "politics")
WRITABLE = frozenset(
    {BriefState.OWED, BriefState.HANDED_IN, BriefState.MORE_NEEDED, BriefState.MISSED}
)
GONE = frozenset({TransferState.DECLINED, TransferState.CANCELLED})


class BriefTexts(TypedDict, total=False):
    """What a brief may say; a part that is not named stays as it was."""

    players: str
    policies: str
    politics: str
    promises: str
    complaints: str
    regular_orders: str
    key_dates: str
    next_step: str


def may_write_brief(user: User, handoff: Handoff, *, at: dt.datetime) -> bool:
    """The outgoing rep; for somebody who left, their manager or an administrator (domain §1)."""
    if handoff.outgoing.is_active:
        return user.pk == handoff.outgoing_id and user.is_active
    return runs_it(user) or leads(user, handoff.outgoing, on=_last_team_day(handoff, at))


def may_judge_brief(user: User, handoff: Handoff, *, at: dt.datetime) -> bool:
    """The incoming rep, or who leads them and settles."""
    if not user.is_active or handoff.incoming is None:
        return False
    return user.pk == handoff.incoming_id or leads(user, handoff.incoming, on=day_of(at))


def may_read_politics(user: User, handoff: Handoff, *, at: dt.datetime) -> bool:
    """Both reps, later holders, their managers, administrators (domain §1)."""
    if runs_it(user) or user.pk in (handoff.outgoing_id, handoff.incoming_id):
        return True
    if user.role == Role.FINANCE or not user.is_active:
        return False
    later = handoff.account.periods.filter(began_at__gte=handoff.opened_at)
    holders = User.objects.get_queryset().filter(periods__in=later).distinct()
    if user in holders or leads(user, handoff.outgoing, on=_last_team_day(handoff, at)):
        return True
    on = day_of(at)
    return any(leads(user, rep, on=on) for rep in (handoff.incoming, *holders))


@transaction.atomic
def save(handoff: Handoff, *, by: User, at: dt.datetime, **texts: Unpack[BriefTexts]) -> Brief:
    """Keeps what is typed as a new version, without handing it in.

    What was handed in once cannot be emptied afterwards: silence might accept it.
    """
    row = _writable(handoff, by=by, at=at)
    return _keep(row, texts, by=by, at=at, handed_in=False)


@transaction.atomic
def hand_in(handoff: Handoff, *, by: User, at: dt.datetime, **texts: Unpack[BriefTexts]) -> Brief:
    """Hands the brief in. It says something on players, policies or politics, at the least."""
    row = _writable(handoff, by=by, at=at)
    brief = _keep(row, texts, by=by, at=at, handed_in=True)
    brief.last_handed_in_on = day_of(at)
    if brief.first_handed_in_at is None:
        brief.first_handed_in_at, brief.first_handed_in_on = at, day_of(at)
        brief.first_handed_in_by = by
    brief.save()
    if BriefState.HANDED_IN in steps.possible(row, Track.BRIEF):
        steps.take(row, Track.BRIEF, BriefState.HANDED_IN, by=by, at=at)
    return brief


@transaction.atomic
def ask(handoff: Handoff, *, question: str, by: User, at: dt.datetime) -> BriefQuestion:
    """The incoming rep needs to know more; the outgoing one hands in again."""
    row = _to_judge(handoff, by=by, at=at)
    if not question.strip():
        raise Refused("empty_question", "Say what you still need to know.")
    if row.brief_state != BriefState.MORE_NEEDED:
        steps.take(row, Track.BRIEF, BriefState.MORE_NEEDED, by=by, at=at)
    asked = BriefQuestion.objects.create(
        brief=row.brief, asked_by=by, asked_at=at, question=question.strip()
    )
    events.record(verb=Verb.BRIEF_ASKED, subject=asked, account_id=row.account_id, actor=by, at=at)
    return asked


def accept(handoff: Handoff, *, by: User, at: dt.datetime) -> Handoff:
    """The brief was of use."""
    return _judge(handoff, BriefState.ACCEPTED, by=by, at=at)


def reject(handoff: Handoff, *, by: User, at: dt.datetime) -> Handoff:
    """The brief was of no use, and nothing more is expected."""
    return _judge(handoff, BriefState.NOT_USABLE, by=by, at=at)


def miss_overdue(*, at: dt.datetime, by: User) -> int:
    """Every brief still owed after its day is missed. Returns how many."""
    overdue = Handoff.objects.brief_overdue(on=day_of(at))
    return _settle_each(overdue, BriefState.MISSED, by=by, at=at)


def accept_silent(*, at: dt.datetime, by: User) -> int:
    """Silence accepts a brief some days after the later of hand-in and transfer."""
    waiting = Handoff.objects.brief_unanswered()
    silent = (handoff for handoff in waiting if day_of(at) >= silence_accepts_on(handoff))
    return _settle_each(silent, BriefState.ACCEPTED, by=by, at=at)


def _settle_each(
    handoffs: Iterable[Handoff], verdict: BriefState, *, by: User, at: dt.datetime
) -> int:
    """Each in its own transaction; one that fails is left for the next night."""
    settled = 0
    for handoff in handoffs:
        try:
            settled += _settle(handoff, verdict, by=by, at=at)
        except Exception:
            log.exception("The brief of handoff %s is set aside", handoff.pk)
    return settled


def silence_accepts_on(handoff: Handoff) -> dt.date:
    """The day on which a brief that nobody judged counts as accepted."""
    handed_in, transferred = handoff.brief.last_handed_in_on, handoff.transferred_on
    days = [day for day in (handed_in, transferred) if day is not None]
    return max(days) + dt.timedelta(days=handoff.brief_accept_days)


@transaction.atomic
def _judge(handoff: Handoff, verdict: BriefState, *, by: User, at: dt.datetime) -> Handoff:
    row = _to_judge(handoff, by=by, at=at)
    steps.take(row, Track.BRIEF, verdict, by=by, at=at)
    close_access(row)
    return row


@transaction.atomic
def _settle(handoff: Handoff, verdict: BriefState, *, by: User, at: dt.datetime) -> bool:
    """Takes the step unless somebody has moved the brief since it was read."""
    hold(Account, handoff.account_id)
    row = locked(handoff)
    if row.brief_state != handoff.brief_state:
        return False
    steps.take(row, Track.BRIEF, verdict, by=by, at=at)
    if verdict != BriefState.MISSED:
        close_access(row)
    return True


def _writable(handoff: Handoff, *, by: User, at: dt.datetime) -> Handoff:
    hold(Account, handoff.account_id)
    row = locked(handoff)
    if not may_write_brief(by, row, at=at):
        raise NotAllowed("The outgoing rep writes the brief, or the manager of one who left.")
    if row.transfer in GONE:
        raise Refused("handoff_over", "This handoff did not take place; it needs no brief.")
    if row.brief_state not in WRITABLE:
        raise Refused("brief_settled", f"The brief is {row.get_brief_state_display().lower()}.")
    return row


def _to_judge(handoff: Handoff, *, by: User, at: dt.datetime) -> Handoff:
    hold(Account, handoff.account_id)
    row = locked(handoff)
    if not may_judge_brief(by, row, at=at):
        raise NotAllowed("The brief is judged by the incoming rep, or settled by their manager.")
    return row


def _check_says_something(brief: Brief) -> None:
    if not any(getattr(brief, name).strip() for name in THREE_PS):
        raise Refused(
            "empty_brief", "A brief says something on the players, the policies or the politics."
        )


def _keep(
    handoff: Handoff, texts: BriefTexts, *, by: User, at: dt.datetime, handed_in: bool
) -> Brief:
    brief = Brief.objects.filter(handoff=handoff).first() or Brief(handoff=handoff)
    brief.author = by
    for name, text in texts.items():
        setattr(brief, name, text)
    if handed_in or brief.first_handed_in_at is not None:
        _check_says_something(brief)
    brief.save()
    version = BriefVersion.objects.create(
        brief=brief,
        number=brief.versions.count() + 1,
        author=by,
        saved_at=at,
        handed_in=handed_in,
        **{name: getattr(brief, name) for name in BRIEF_FIELDS},
    )
    events.record(
        verb=Verb.BRIEF_SAVED,
        subject=version,
        account_id=handoff.account_id,
        actor=by,
        at=at,
        changes={"version": version.number, "handed_in": handed_in},
    )
    return brief


def _last_team_day(handoff: Handoff, at: dt.datetime) -> dt.date:
    """Somebody who left stays with the team of their last day."""
    left_on = handoff.outgoing.left_on
    return min(day_of(at), left_on) if left_on else day_of(at)
