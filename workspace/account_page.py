"""What stands on an account's page, in a fixed number of queries (domain §2 to §4)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from accounts_app.authority import may_write
from accounts_app.dormancy import rule_in_force
from accounts_app.models import Account, OwnershipPeriod, State
from core.days import day_of
from core.keyset import Page, page_of
from core.models import User
from handoffs.models import Handoff, PoolEntry
from handoffs.releases import may_release
from pipeline.activities import may_log_in_pool
from pipeline.models import Activity, NextStep, Opportunity, StepState
from workspace.buying_map import BuyingMap, Person, buying_map
from workspace.meter import Meter, meter
from workspace.ribbon import Ribbon, ribbon

PAGE_SIZE = 20


@dataclass(frozen=True)
class May:
    """What the reader may do here; it decides which buttons are drawn."""

    write: bool
    log: bool
    release: bool


@dataclass(frozen=True)
class AccountPage:
    account: Account
    meter: Meter
    may: May
    history: list[OwnershipPeriod]
    map: BuyingMap
    ribbon: Ribbon | None
    cards: list[Opportunity]
    steps: list[NextStep]

    @property
    def since(self) -> dt.datetime | None:
        """Since when the holder holds it."""
        return self.history[0].began_at if self.history and not self.history[0].ended_at else None

    @property
    def decider(self) -> Person | None:
        """The first of those who are known to decide and are still there."""
        return next(iter(self.map.deciders), None)

    @property
    def next_step(self) -> NextStep | None:
        """What comes next."""
        return self.steps[0] if self.steps else None


def accounts_for(user: User) -> "QuerySet[Account]":
    """Accounts with what their page needs at hand: two ids lead to the pool and the handoff."""
    in_pool = PoolEntry.objects.open().filter(account=OuterRef("pk"))
    handed = Handoff.objects.filter(account=OuterRef("pk")).order_by("-opened_at", "-id")
    return (
        Account.objects.visible_to(user)
        .select_related("owner", "parent", "merged_into")
        .annotate(
            entry_id=Subquery(in_pool.values("pk")[:1]),
            handoff_id=Subquery(handed.values("pk")[:1]),
        )
    )


def account_page(
    account: Account, reader: User, *, at: dt.datetime, everybody: bool = False
) -> AccountPage:
    """All but the timeline. ``account`` comes from ``accounts_for``; ``everybody`` on the map."""
    rule = rule_in_force() if account.state == State.OWNED else None
    periods = history(account)
    return AccountPage(
        account=account,
        meter=meter(account, rule, on=day_of(at), reader=reader),
        may=what_may_be_done(reader, account, at=at),
        history=periods,
        map=buying_map(account, everybody=everybody),
        ribbon=ribbon(account, periods, on=day_of(at)),
        cards=list(account.opportunities.open().select_related("stage")),
        steps=list(account.next_steps.filter(state=StepState.OPEN).select_related("assignee")),
    )


def what_may_be_done(reader: User, account: Account, *, at: dt.datetime) -> May:
    """Each rule is asked once. Whoever may release may write, so most need not be asked twice."""
    write = may_write(reader, account, at=at)
    return May(
        write=write,
        log=write or may_log_in_pool(reader, account),
        release=write and account.state == State.OWNED and may_release(reader, account, at=at),
    )


def history(account: Account) -> list[OwnershipPeriod]:
    """Who held it, the newest first, each with the handoff that ended it as ``handoff_id``."""
    ended_it = Handoff.objects.filter(
        account=OuterRef("account"),
        outgoing=OuterRef("holder"),
        opened_at=OuterRef("ended_at"),
    )
    periods = account.periods.select_related("holder").order_by("-began_at")
    return list(periods.annotate(handoff_id=Subquery(ended_it.values("pk")[:1])))


def timeline(
    account: Account, *, channel: str = "", steward: str = "", cursor: str = ""
) -> Page[Activity]:
    """Activities, the latest first, of every steward unless one is named."""
    first_contact = Activity.contacts.through.objects.filter(activity=OuterRef("pk"))
    rows = account.activities.select_related("logged_by", "opportunity").annotate(
        with_whom=Subquery(first_contact.order_by("id").values("contact__name")[:1])
    )
    if channel:
        rows = rows.filter(channel=channel)
    if steward:
        rows = rows.filter(logged_by=int(steward))
    return page_of(rows, by="-occurred_at", size=PAGE_SIZE, cursor=cursor)
