"""Today: what to do now, what falls quiet, what is new. A few of each, however much there is."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, QuerySet

from accounts_app.dormancy import rule_in_force
from accounts_app.models import Account
from core.days import day_of, start_of
from core.models import Role, TeamMembership, User
from handoffs.models import Handoff, PoolEntry, SweepRun
from handoffs.turns import Turn
from pipeline.models import NextStep
from workspace.handoff_page import my_turn
from workspace.meter import Meter, meter

MOST = 8
STEPS_AHEAD_DAYS = 7
NEW_IN_POOL_DAYS = 7


@dataclass(frozen=True)
class DueStep:
    """A next step, and how it stands to today."""

    step: NextStep
    days: int

    @property
    def when(self) -> str:
        if self.days < 0:
            return f"{-self.days} day{'s' if self.days < -1 else ''} ago"
        return {0: "today", 1: "tomorrow"}.get(self.days, f"in {self.days} days")

    @property
    def is_overdue(self) -> bool:
        return self.days < 0


@dataclass(frozen=True)
class Quiet:
    """An account that falls quiet, and the days that are left until it may be pooled."""

    account: Account
    meter: Meter
    days_left: int | None

    @property
    def is_warned(self) -> bool:
        return self.account.warned_on is not None


@dataclass(frozen=True)
class Today:
    """Each list ends at ``MOST``; its own page has the rest."""

    on: dt.date
    steps: list[DueStep]
    handoffs: list[tuple[Handoff, list[Turn]]]
    mine: list[Quiet]
    my_teams: list[Quiet]
    new_in_pool: list[PoolEntry]
    last_sweep: SweepRun | None

    @property
    def has_nothing_due(self) -> bool:
        return not self.steps and not self.handoffs


def today_page(reader: User, *, at: dt.datetime) -> Today:
    """What stands on the page of one person; the number of queries does not depend on how much."""
    on = day_of(at)
    is_admin = reader.role == Role.ADMIN
    return Today(
        on=on,
        steps=_steps(reader, on=on),
        handoffs=my_turn(reader, most=MOST),
        mine=_quietest(Account.objects.held_by(reader), reader, on=on),
        my_teams=_in_my_teams(reader, on=on) if reader.role == Role.MANAGER else [],
        new_in_pool=_new_in_pool(reader, on=on),
        last_sweep=SweepRun.objects.order_by("-night").first() if is_admin else None,
    )


def _steps(reader: User, *, on: dt.date) -> list[DueStep]:
    """Those named for the reader, and those of whoever holds the account, soonest first."""
    steps = NextStep.objects.due_for(reader, on=on + dt.timedelta(days=STEPS_AHEAD_DAYS))
    first = steps.select_related("account").order_by("due_on", "id")[:MOST]
    return [DueStep(step, (step.due_on - on).days) for step in first]


def _quietest(rows: "QuerySet[Account]", reader: User, *, on: dt.date) -> list[Quiet]:
    rule = rule_in_force()
    soonest = rows.select_related("owner").order_by(
        F("pool_on").asc(nulls_last=True), F("dormant_on").asc(nulls_last=True), "name", "id"
    )
    return [
        Quiet(account, meter(account, rule, on=on, reader=reader), _days_left(account, on=on))
        for account in soonest[:MOST]
    ]


def _days_left(account: Account, *, on: dt.date) -> int | None:
    """Until it may be pooled: exactly once it is warned, at the earliest before that."""
    day = account.pool_on or account.dormant_on
    return max((day - on).days, 0) if day else None


def _in_my_teams(reader: User, *, on: dt.date) -> list[Quiet]:
    members = TeamMembership.objects.running(on=on).filter(team__leaders=reader)
    warned = Account.objects.in_warning().filter(owner__in=members.values("user"))
    return _quietest(warned.exclude(owner=reader), reader, on=on)


def _new_in_pool(reader: User, *, on: dt.date) -> list[PoolEntry]:
    since = start_of(on - dt.timedelta(days=NEW_IN_POOL_DAYS))
    entries = PoolEntry.objects.visible_to(reader).open().filter(entered_at__gte=since)
    return list(
        entries.select_related("account", "previous_holder").order_by("-entered_at", "-id")[:MOST]
    )
