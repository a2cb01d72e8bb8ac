"""Accounts that nobody holds go to who worked on them last, as far as the imported rows tell."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Min

from accounts_app import ownership
from accounts_app.models import Account, BeganBy, OwnershipPeriod, State
from core.days import day_of, start_of
from core.errors import Refused
from core.models import User
from handoffs import pool
from handoffs.models import PoolEntry
from operations.imports.job import Job
from pipeline.models import Activity, Opportunity, Sale


@dataclass(slots=True)
class _Worked:
    """Who worked on one account: the last of them, and since when each."""

    latest: tuple[dt.date, int]
    owner_id: int
    since: dict[int, dt.date] = field(default_factory=dict)


class LatestHolders:
    """Watches the rows go by, then gives the accounts their holders."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._worked: dict[int, _Worked] = {}

    def note(self, account: Account, owner: User, days: Sequence[dt.date], line: int) -> None:
        """`owner` worked on `account` on these days; of two rows of a day the later one counts."""
        latest = (max(days, default=dt.date.min), line)
        worked = self._worked.get(account.pk)
        if worked is None:
            worked = self._worked[account.pk] = _Worked(latest, owner.pk)
        if latest >= worked.latest:
            worked.latest, worked.owner_id = latest, owner.pk
        if days:
            first = worked.since.get(owner.pk, dt.date.max)
            worked.since[owner.pk] = min(first, *days)

    def give_all(self) -> None:
        """Let the last owner hold each account that came without a holder and that nobody has
        held since, and tell how many got one. What was swept or released stays in the pool."""
        given = 0
        for pk in sorted(self._worked):
            account = Account.objects.get(pk=pk)
            if may_be_given(account):
                given += self._give(account, self._worked[pk])
        self.job.remark(f"Accounts that nobody held and that got a holder: {given:,}.")

    def _give(self, account: Account, worked: _Worked) -> bool:
        holder = User.objects.get(pk=worked.owner_id)
        since = self._since(account, holder, worked)
        try:
            with transaction.atomic():
                begin_imported(account, holder=holder, since=since, by=self.job.by, at=self.job.at)
        except Refused as refused:
            self.job.remark(f"{account} got no holder: {refused.sentence}")
            return False
        return True

    def _since(self, account: Account, holder: User, worked: _Worked) -> dt.date:
        """The earliest dated fact of the holder there, in the file or in Steward (domain §4)."""
        told = [worked.since.get(holder.pk), earliest_fact(account, holder)]
        return min((day for day in told if day), default=self.job.today)


def may_be_given(account: Account) -> bool:
    """Whether it came without a holder, and nobody ever held it."""
    return account.state == State.POOLED and not account.periods.exists()


def earliest_fact(account: Account, holder: User) -> dt.date | None:
    """The first sale, closed opportunity or activity of this person on the account."""
    sales = Sale.objects.filter(account=account, credited_to=holder)
    closed = Opportunity.objects.filter(account=account, closed_holder=holder)
    logged = Activity.objects.standing().filter(account=account, logged_by=holder)
    days: list[dt.date | None] = [
        sales.aggregate(day=Min("booked_on"))["day"],
        closed.aggregate(day=Min("opened_on"))["day"],
        logged.aggregate(day=Min("occurred_on"))["day"],
    ]
    return min((day for day in days if day), default=None)


@transaction.atomic
def begin_imported(
    account: Account,
    *,
    holder: User,
    since: dt.date | None,
    by: User,
    at: dt.datetime,
    assumed: bool = False,
) -> None:
    """`holder` holds the account since the start of that day, or from now on. It leaves the pool,
    if it was there for want of a holder."""
    entry = PoolEntry.objects.open().filter(account=account).first()
    if entry:
        pool.withdraw(entry, why="Its holder was imported.", by=by, at=at)
    ownership.begin(
        account,
        holder=holder,
        why=BeganBy.IMPORTED,
        by=by,
        at=start_of(since) if since else at,
        on=day_of(at),
        start_assumed=assumed,
    )


def date_back(touched: Iterable[int], job: Job) -> None:
    """Whoever holds one of these accounts since nobody knows when has held it since the earliest
    fact of theirs there (domain §4)."""
    assumed = OwnershipPeriod.objects.open().filter(account__in=list(touched), start_assumed=True)
    moved = 0
    for period in assumed.select_related("account", "holder").order_by("pk"):
        first = earliest_fact(period.account, period.holder)
        if first is not None:
            moved += ownership.date_back(period, to=first, by=job.by, at=job.at)
    if moved:
        job.remark(f"Accounts held since an earlier fact of their holder: {moved:,}.")
