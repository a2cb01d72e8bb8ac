"""Accounts on their way from one to the next: nights, claims, briefs.

With the figures of the rule book an account that Alice has held since ``factories.TODAY`` is warned
of on ``WARNED``, dormant on ``POOLED`` and pooled that night, unless something happens.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts_app.models import Account, OwnershipPeriod
from core.days import moment
from core.models import User
from handoffs import briefs, claims, pool, releases, sweep
from handoffs.models import Brief, Handoff, PoolEntry, SweepRun
from tests import factories
from tests.factories import Day, days_on

WARNED = days_on(90 - 21)
POOLED = days_on(90)


def night(day: dt.date) -> dt.datetime:
    """When the sweep of that day runs."""
    return moment(day, settings.STEWARD_SWEEP_AT)


def sweep_on(day: dt.date, *, today: dt.date | None = None) -> SweepRun:
    """The sweep of that night, run on that day or on a later one."""
    return sweep.sweep(at=night(day), by=factories.steward(), today=today or day)


def swept(account: Account | None = None, *, on: dt.date = POOLED) -> Handoff:
    """The handoff of an account (Alice's) that was warned of in time and swept on the day ``on``.

    Every other account that is due goes with it.
    """
    account = account or factories.owned()
    sweep_on(on - dt.timedelta(days=21))
    sweep_on(on)
    return handoff_of(account)


def released(account: Account | None = None, *, on: Day = WARNED) -> Handoff:
    """The handoff of an account (Alice's) that its holder let go on that day."""
    account = factories.fresh(account or factories.owned())
    assert account.owner
    return releases.release(account, by=account.owner, at=factories.at(on))


def unassigned(name: str = "Acme", *, on: Day = factories.TODAY) -> PoolEntry:
    """An account that was imported without a holder."""
    account = factories.pooled(name, on=on)
    return pool.enter_unassigned(account, by=factories.steward(), at=factories.at(on))


def claimed(handoff: Handoff, *, by: User | None = None, on: Day = POOLED) -> Handoff:
    """Bob claims it on that day."""
    claim(entry_of(handoff.account), by=by, on=on)
    return again(handoff)


def claim(entry: PoolEntry, *, by: User | None = None, on: Day = POOLED) -> OwnershipPeriod:
    return claims.claim(entry, by=by or factories.bob(), at=factories.at(on))


def handed_in(
    handoff: Handoff, *, by: User | None = None, on: Day = POOLED, **texts: Any
) -> Handoff:
    """The outgoing rep hands a brief in on that day."""
    hand_in(handoff, by=by, on=on, **texts)
    return again(handoff)


def hand_in(handoff: Handoff, *, by: User | None = None, on: Day = POOLED, **texts: Any) -> Brief:
    what = texts or {"players": "Carla decides."}
    return briefs.hand_in(handoff, by=by or handoff.outgoing, at=factories.at(on), **what)


def accepted(handoff: Handoff, *, by: User | None = None, on: Day = POOLED) -> Handoff:
    """The incoming rep accepts the brief on that day."""
    judge = by or again(handoff).incoming
    assert judge
    return briefs.accept(handoff, by=judge, at=factories.at(on))


def again(handoff: Handoff) -> Handoff:
    """The row as the database has it now."""
    return Handoff.objects.select_related("account", "outgoing").get(pk=handoff.pk)


def handoff_of(account: Account) -> Handoff:
    """The newest handoff of the account."""
    return Handoff.objects.filter(account=account).latest("id")


def entry_of(account: Account) -> PoolEntry:
    """The newest stay in the pool."""
    return PoolEntry.objects.filter(account=account).latest("id")


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside is rolled back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
