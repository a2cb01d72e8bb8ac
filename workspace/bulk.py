"""The same step for several accounts, each by the ordinary verb: one that is refused stops none."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from accounts_app.models import Account
from core.errors import Refused
from core.models import User
from handoffs import releases
from pipeline import next_steps


@dataclass(frozen=True)
class Outcome:
    """What became of one account: done, or why not."""

    account: Account
    is_done: bool
    sentence: str


def set_steps(
    accounts: Iterable[Account], *, what: str, due_on: dt.date, by: User, at: dt.datetime
) -> list[Outcome]:
    """The same next step on each."""

    def set_one(account: Account) -> str:
        next_steps.set_step(account, what=what, due_on=due_on, by=by, at=at)
        return "The step is set."

    return [_tried(account, set_one) for account in accounts]


def release_all(accounts: Iterable[Account], *, by: User, at: dt.datetime) -> list[Outcome]:
    """Each is let go of, with a handoff of its own."""

    def release_one(account: Account) -> str:
        handoff = releases.release(account, by=by, at=at)
        return f"In the pool. {handoff.outgoing} owes a brief by {handoff.brief_due_on}."

    return [_tried(account, release_one) for account in accounts]


def _tried(account: Account, verb: Callable[[Account], str]) -> Outcome:
    try:
        return Outcome(account, True, verb(account))
    except Refused as refusal:
        return Outcome(account, False, refusal.sentence)
