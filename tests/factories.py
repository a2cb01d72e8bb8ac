"""The cast, and the facts that tests begin with, which are made through the real verbs.

Alice holds, Bob receives, Mara manages both, Finn is finance, Ada is admin. Otto is a rep of
another team, and Olga manages that one. A day is enough to date anything: it happens at noon.
"""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any, NamedTuple

from accounts_app import contacts, contracts, ownership, policies, registry
from accounts_app.models import (
    Account,
    BeganBy,
    Contact,
    Contract,
    DormancyPolicy,
    EndedBy,
    OwnershipPeriod,
)
from core.days import moment
from core.models import Team, TeamMembership, User
from pipeline import activities, opportunities, sales
from pipeline.models import Activity, Opportunity, Outcome, Sale, SaleReversal, Stage
from pipeline.sales import NewLine, NewSale

TODAY = dt.date(2026, 3, 2)
"""A Monday. Where a test names no day, it is this one."""

LONG_AGO = dt.date(2020, 1, 1)
"""Since when everybody is in their team."""

Day = dt.date | dt.datetime


class Cast(NamedTuple):
    """Everybody, for tests that go through all of them."""

    alice: User
    bob: User
    mara: User
    finn: User
    ada: User
    otto: User
    olga: User


def at(day: Day, hour: int = 12) -> dt.datetime:
    """Noon of a day, or the instant itself if it is one."""
    return day if isinstance(day, dt.datetime) else moment(day, dt.time(hour))


def days_on(days: int, since: dt.date = TODAY) -> dt.date:
    """So many days after ``since``; before it if negative."""
    return since + dt.timedelta(days=days)


# People: written straight into their tables, because nearly every test needs some


def person(username: str, **fields: Any) -> User:
    """The person of that username, made if there is none yet. Without a password."""
    known = User.objects.get_queryset().filter(username=username).first()
    if known:
        return known
    named = {"first_name": username.title(), "email": f"{username}@example.com", **fields}
    made = User(username=username, **named)
    made.set_unusable_password()
    made.save(force_insert=True)
    return made


def rep(username: str, *, team: str = "North", **fields: Any) -> User:
    """A rep who has been in ``team`` since long ago."""
    return _in_team(person(username, **fields), team)


def manager(username: str, *, team: str = "North", **fields: Any) -> User:
    """A manager who leads ``team`` and holds no accounts unless told otherwise."""
    leader = person(username, **{"role": "manager", "holds_accounts": False, **fields})
    the_team(team).leaders.add(leader)
    return leader


def the_team(name: str = "North") -> Team:
    return Team.objects.get_or_create(name=name)[0]


def _in_team(user: User, team: str) -> User:
    if not user.memberships.exists():
        TeamMembership.objects.create(user=user, team=the_team(team), from_on=LONG_AGO)
    return user


def steward() -> User:
    """The system actor."""
    return User.objects.system()


def alice() -> User:
    return rep("alice")


def bob() -> User:
    return rep("bob")


def mara() -> User:
    return manager("mara")


def finn() -> User:
    return person("finn", role="finance", holds_accounts=False)


def ada() -> User:
    return person("ada", role="admin", holds_accounts=False)


def otto() -> User:
    return rep("otto", team="South")


def olga() -> User:
    return manager("olga", team="South")


def cast() -> Cast:
    return Cast(alice(), bob(), mara(), finn(), ada(), otto(), olga())


# Accounts and who holds them


def pooled(name: str = "Acme", *, on: Day = LONG_AGO, **fields: Any) -> Account:
    """An account that nobody has held yet. It has no pool entry: that is handoffs' business."""
    return registry.add_account(name, by=steward(), at=at(on), **fields)


def owned(
    holder: User | None = None, *, since: Day = TODAY, name: str = "Acme", **fields: Any
) -> Account:
    """An account that ``holder`` (Alice) has held since that day."""
    account = pooled(name, on=since, **fields)
    hold(account, holder, on=since)
    return fresh(account)


def hold(
    account: Account,
    holder: User | None = None,
    *,
    on: Day = TODAY,
    clock_from: dt.date | None = None,
    why: BeganBy = BeganBy.CLAIMED,
) -> OwnershipPeriod:
    """A period of ``holder`` (Alice) begins."""
    return ownership.begin(
        account, holder=holder or alice(), why=why, by=steward(), at=at(on), clock_from=clock_from
    )


def let_go(account: Account, *, on: Day = TODAY, why: EndedBy = EndedBy.SWEPT) -> OwnershipPeriod:
    """The open period ends, and nobody holds the account."""
    return ownership.end(account, why=why, by=steward(), at=at(on))


def fresh(account: Account) -> Account:
    """The row as the database has it now."""
    return Account.objects.get(pk=account.pk)


def contact(account: Account, name: str = "Carla", *, on: Day = TODAY, **fields: Any) -> Contact:
    return contacts.add_contact(account, name=name, by=steward(), at=at(on), **fields)


def contract(
    account: Account, *, ends_on: dt.date | None, starts_on: dt.date = LONG_AGO, on: Day = TODAY
) -> Contract:
    """A contract that is entered on the day ``on``."""
    return contracts.add_contract(
        account, starts_on=starts_on, ends_on=ends_on, by=steward(), at=at(on)
    )


# What is done with them


def engage(
    account: Account, *, by: User | None = None, on: Day = TODAY, logged_on: Day | None = None
) -> Activity:
    """A call that came through on the day ``on``, logged at once unless a later day is named."""
    return log(account, by=by, on=on, logged_on=logged_on, channel="call", outcome="connected")


def state_interest(
    account: Account,
    *,
    until: dt.date,
    by: User | None = None,
    on: Day = TODAY,
    logged_on: Day | None = None,
) -> Activity:
    """Somebody at the customer says on the day ``on`` that they are interested later."""
    who = account.contacts.first() or contact(account, on=logged_on or on)
    return log(
        account,
        by=by,
        on=on,
        logged_on=logged_on,
        channel="call",
        outcome=Outcome.INTERESTED_LATER,
        contacts=[who],
        interested_until=until,
    )


def log(
    account: Account,
    *,
    by: User | None = None,
    on: Day = TODAY,
    logged_on: Day | None = None,
    **fields: Any,
) -> Activity:
    """Any activity of the day ``on``, by the holder unless somebody is named."""
    return activities.log(
        account,
        by=by or fresh(account).owner or steward(),
        occurred_at=at(on),
        at=at(logged_on or on),
        **{"channel": "call", **fields},
    )


def void(activity: Activity, *, by: User | None = None, on: Day = TODAY) -> Activity:
    return activities.void(activity, reason="Logged by mistake", by=by or steward(), at=at(on))


def once(number: int) -> uuid.UUID:
    """An id as a device makes it, the same for the same number."""
    return uuid.UUID(int=number)


# Pipeline


def stage(name: str = "Prospecting") -> Stage:
    """Prospecting, Engaging and Proposal are open; the others are Won and Lost."""
    return Stage.objects.get(name=name)


def card(
    account: Account,
    *,
    by: User | None = None,
    on: Day = TODAY,
    opened_on: dt.date | None = None,
    amount: Decimal | int | str | None = 1000,
    **fields: Any,
) -> Opportunity:
    """An opportunity in the first stage, entered on the day ``on``."""
    return opportunities.open_card(
        account,
        by=by or steward(),
        at=at(on),
        opened_on=opened_on,
        amount=None if amount is None else Decimal(amount),
        **{"name": "Big deal", "stage": stage(), **fields},
    )


def win(opportunity: Opportunity, *, by: User | None = None, on: Day = TODAY) -> Sale:
    """Wins the card and gives back the sale that this booked."""
    move(opportunity, to="Won", by=by, on=on)
    return Sale.objects.filter(opportunity=opportunity).latest("id")


def lose(opportunity: Opportunity, *, by: User | None = None, on: Day = TODAY) -> Opportunity:
    return move(opportunity, to="Lost", by=by, on=on)


def move(
    opportunity: Opportunity, *, to: str, by: User | None = None, on: Day = TODAY, **fields: Any
) -> Opportunity:
    return opportunities.move(opportunity, to=stage(to), by=by or steward(), at=at(on), **fields)


def sale(
    account: Account,
    *,
    amount: Decimal | int | str = 1000,
    on: dt.date = TODAY,
    rep: User | None = None,
    booked_at: Day | None = None,
    currency: str = "EUR",
    lines: tuple[NewLine, ...] = (),
) -> Sale:
    """A sale of the day ``on``, booked by finance then or on a later day."""
    new = NewSale(
        booked_on=on, amount=Decimal(amount), currency=currency, credited_to=rep, lines=lines
    )
    return sales.book(account, new, by=finn(), at=at(booked_at or on))


def take_back(
    booked: Sale, *, amount: Decimal | int | str | None = None, on: dt.date = TODAY
) -> SaleReversal:
    """Reverses a part of a sale, or all that is left of it."""
    part = None if amount is None else Decimal(amount)
    return sales.reverse(booked, reversed_on=on, amount=part, by=finn(), at=at(on))


# The policy


def policy(*, on: dt.date = LONG_AGO, **figures: Any) -> DormancyPolicy:
    """The first policy, in force from the day ``on``; the figures of the rule book unless named."""
    proposal = policies.propose(by=ada(), at=at(on), **figures)
    adopted = policies.adopt(proposal, by=ada(), at=at(on))
    policies.apply_due(on=on, at=at(on), by=steward())
    return adopted


def proposal(*, on: Day = TODAY, by: User | None = None, **figures: Any) -> DormancyPolicy:
    return policies.propose(by=by or ada(), at=at(on), **figures)
