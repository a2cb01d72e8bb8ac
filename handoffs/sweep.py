"""The nightly sweep (domain §4): warn who is going quiet, pool what has been quiet too long.

Twice for a night, nothing more happens; killed anywhere, the next run finishes it; two at once do
the work once, because every batch locks its rows and asks again what is due.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts_app import dormancy_rule, ownership, policies
from accounts_app.models import Account, DormancyPolicy, EndedBy
from accounts_app.querysets import AccountQuerySet
from core import events
from core.days import day_of
from core.errors import Refused
from core.locking import bound_the_wait
from core.models import Event, User, Verb
from handoffs import evidence, notices, pool
from handoffs.models import EntryReason, SetAside, SweepRun
from handoffs.opening import open_for_entries
from handoffs.releases import cancel_untransferred

BATCH = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """What a sweep would do with one account, and why."""

    account: Account
    action: str
    signs: dict[str, Any]


def sweep(*, at: dt.datetime, by: User, today: dt.date) -> SweepRun:
    """Sweeps the night of ``at``, which may lie before ``today`` and never after it.

    Tonight's run, on ``today``, begins by dating anew what runs for earlier nights warned of, so
    that the notice runs from the day on which the holder was told.
    """
    night = day_of(at)
    if night > today:
        raise Refused("in_future", f"{night} is to come; try it with --dry-run.", night=night)
    runs = list(SweepRun.objects.filter(night__gte=night).order_by("night"))
    run = next((run for run in runs if run.night == night), None)
    if run and run.finished_at:
        return run
    _check_order(night, runs)
    policies.apply_due(on=night, at=at, by=by)
    policy = policy_for(night)
    run = _taken_up(run, today=today) or _begin(night, policy, at=at, today=today)
    if night == today:
        late = notices.may_be_told_late(policy, today=today)
        _work_off(run, late, _Redate(policy, by=by, at=at), "redated")
    _work_off(run, _to_warn(run, policy), _Warn(policy, by=by, at=at, today=today), "warned")
    _work_off(run, _to_pool(run), _Pool(policy, by=by, at=at), "pooled")
    return _finish(run, by=by, at=at)


def preview(night: dt.date, *, today: dt.date) -> Iterator[Due]:
    """What a sweep on ``night``, in the future too, would do as things stand now."""
    policy = policy_for(night)
    due = Account.objects.select_related("owner").order_by("id")
    to_warn = list(due.to_warn(on=night, warn_days=policy.warn_days))
    for account in to_warn:
        yield Due(account, "warn", evidence.of(account, policy.rule))
    kept = notices.held_back(policy, on=night, today=today) if night >= today else ()
    for account in [*_also_to_pool(to_warn, policy, night), *due.to_pool(on=night)]:
        if account.pk in kept:
            continue
        yield Due(account, "pool", evidence.of(account, policy.rule))


def _also_to_pool(
    to_warn: Sequence[Account], policy: DormancyPolicy, night: dt.date
) -> Iterator[Account]:
    """Those whose notice, of no days, is over on the night of their warning."""
    for account in to_warn:
        pool_on = dormancy_rule.pool_on(account.dormant_on, night, policy.rule)
        if pool_on is not None and pool_on <= night:
            yield account


def policy_for(night: dt.date) -> DormancyPolicy:
    """The policy in force. Refuses a night on which there was none."""
    policy = DormancyPolicy.objects.in_force()
    if policy is None:
        raise Refused("no_policy", "There is no dormancy policy in force; adopt one first.")
    if policy.effective_on is not None and night < policy.effective_on:
        raise Refused(
            "before_policy",
            f"{policy} is in force since {policy.effective_on}; {night} lies before that.",
        )
    return policy


def last_night() -> dt.date | None:
    """The night of the last completed sweep."""
    done = SweepRun.objects.filter(finished_at__isnull=False).order_by("-night").first()
    return done.night if done else None


def was_swept(night: dt.date) -> bool:
    """Whether the sweep of that night is completed."""
    return SweepRun.objects.filter(night=night, finished_at__isnull=False).exists()


def _check_order(night: dt.date, runs: Sequence[SweepRun]) -> None:
    """``runs`` are those of that night and later."""
    later = [run.night for run in runs if run.finished_at and run.night > night]
    if later:
        last = max(later)
        raise Refused(
            "before_last_run",
            f"A sweep has run for {last}; one for {night} cannot be run after it.",
            last=last,
        )


@transaction.atomic
def _begin(night: dt.date, policy: DormancyPolicy, *, at: dt.datetime, today: dt.date) -> SweepRun:
    """The run of a night that had none; of two at once both get the same one."""
    new = SweepRun(night=night, policy=policy, started_at=at, run_on=today)
    SweepRun.objects.bulk_create([new], ignore_conflicts=True)
    return SweepRun.objects.get(night=night)


def _taken_up(run: SweepRun | None, *, today: dt.date) -> SweepRun | None:
    """A run that was cut off goes on; if on a later day, that is when it tells the rest."""
    if run is not None and run.run_on != today:
        run.run_on = today
        run.save(update_fields=["run_on"])
    return run


class _Redate:
    """Of one batch that was warned as of earlier nights: the warning is of when it was told."""

    def __init__(self, policy: DormancyPolicy, *, by: User, at: dt.datetime) -> None:
        self.policy, self.by, self.at = policy, by, at

    def __call__(self, rows: Sequence[Account]) -> int:
        told = notices.told_late(notices.warned_days(rows))
        pooled_before = {row.pk: row.pool_on for row in rows}
        late = [row for row in rows if row.pk in told]
        for row in late:
            row.warned_on = told[row.pk]
            row.pool_on = dormancy_rule.pool_on(row.dormant_on, row.warned_on, self.policy.rule)
        Account.objects.bulk_update(late, ["warned_on", "pool_on"])
        written = events.record_many(self._event(row) for row in late)
        events.tell_many(
            (event, _longer(row), row.owner)
            for event, row in zip(written, late, strict=True)
            if row.owner is not None and row.pool_on != pooled_before[row.pk]
        )
        return len(late)

    def _event(self, row: Account) -> Event:
        return events.built(
            verb=Verb.WARNING_REDATED,
            subject=row,
            account_id=row.pk,
            actor=self.by,
            at=self.at,
            changes={
                "holder": row.owner_id,
                "warned_on": row.warned_on,
                "pool_on": row.pool_on,
            },
        )


class _Warn:
    """Warns the holders of one batch."""

    def __init__(
        self, policy: DormancyPolicy, *, by: User, at: dt.datetime, today: dt.date
    ) -> None:
        self.policy, self.by, self.at, self.today = policy, by, at, today

    def __call__(self, rows: Sequence[Account]) -> int:
        rule, night = self.policy.rule, day_of(self.at)
        for row in rows:
            row.warned_on = night
            row.pool_on = dormancy_rule.pool_on(row.dormant_on, night, rule)
        Account.objects.bulk_update(rows, ["warned_on", "pool_on"])
        written = events.record_many(self._event(row) for row in rows)
        events.tell_many(
            (event, _warning(row), row.owner)
            for event, row in zip(written, rows, strict=True)
            if row.owner is not None
        )
        return len(rows)

    def _event(self, row: Account) -> Event:
        late = {notices.TOLD_ON: self.today} if self.today != day_of(self.at) else {}
        return events.built(
            verb=Verb.ACCOUNT_WARNED,
            subject=row,
            account_id=row.pk,
            actor=self.by,
            at=self.at,
            changes={"holder": row.owner_id, **late, **evidence.of(row, self.policy.rule)},
        )


class _Pool:
    """Moves one batch into the pool and opens the handoffs."""

    def __init__(self, policy: DormancyPolicy, *, by: User, at: dt.datetime) -> None:
        self.policy, self.by, self.at = policy, by, at

    def __call__(self, rows: Sequence[Account]) -> int:
        holders = {row.pk: row.owner for row in rows if row.owner is not None}
        signs = {row.pk: evidence.of(row, self.policy.rule) for row in rows}
        cancel_untransferred([row.pk for row in rows], by=self.by, at=self.at)
        ownership.end_many(rows, why=EndedBy.SWEPT, by=self.by, at=self.at)
        entries = pool.enter_many(
            rows,
            reason=EntryReason.SWEPT,
            by=self.by,
            at=self.at,
            policy=self.policy,
            previous_holders=holders,
            evidence=signs,
        )
        open_for_entries(entries, policy=self.policy, by=self.by, at=self.at)
        return len(rows)


def _warning(row: Account) -> str:
    return f"{row} goes to the pool on {row.pool_on} unless a customer answers."


def _longer(row: Account) -> str:
    return (
        f"{row} is yours until {row.pool_on}: the notice counts from {row.warned_on}, the day on"
        f" which you were told."
    )


def _to_warn(run: SweepRun, policy: DormancyPolicy) -> AccountQuerySet:
    return Account.objects.to_warn(on=run.night, warn_days=policy.warn_days)


def _to_pool(run: SweepRun) -> AccountQuerySet:
    """One that was set aside this night waits: its warning may not be dated right yet."""
    aside = SetAside.objects.filter(run=run, account=OuterRef("pk"))
    return Account.objects.to_pool(on=run.night).exclude(Exists(aside))


def _work_off(
    run: SweepRun, due: AccountQuerySet, treat: Callable[[Sequence[Account]], int], count: str
) -> None:
    """Batch after batch, in the order of ids; a batch with a bad account is redone one by one.

    Whether anything is due is asked without that order: with it, SQLite walks through all accounts.
    """
    if not due.exists():
        return
    in_order, ids = due.order_by("pk").values_list("pk", flat=True), [0]
    while ids := list(in_order.filter(pk__gt=ids[-1])[:BATCH]):
        try:
            _treat(run, due, ids, treat, count)
        except Exception:
            log.warning("A batch of the sweep failed; redoing it one by one", exc_info=True)
            _one_by_one(run, due, ids, treat, count)


def _one_by_one(
    run: SweepRun,
    due: AccountQuerySet,
    ids: Sequence[int],
    treat: Callable[[Sequence[Account]], int],
    count: str,
) -> None:
    for account_id in ids:
        try:
            _treat(run, due, [account_id], treat, count)
        except Exception as error:
            log.exception("Account %s is set aside", account_id)
            SetAside.objects.get_or_create(
                run=run, account_id=account_id, defaults={"why": f"{type(error).__name__}: {error}"}
            )


@transaction.atomic
def _treat(
    run: SweepRun,
    due: AccountQuerySet,
    ids: Sequence[int],
    treat: Callable[[Sequence[Account]], int],
    count: str,
) -> None:
    """Locks what is still due of these, treats it, and counts it, all or nothing."""
    bound_the_wait()
    still_due = due.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    rows = list(still_due.select_related("owner").order_by("pk"))
    if not rows:
        return
    treated = treat(rows)
    SweepRun.objects.filter(pk=run.pk).update(**{count: F(count) + treated})


@transaction.atomic
def _finish(run: SweepRun, *, by: User, at: dt.datetime) -> SweepRun:
    row = SweepRun.objects.select_for_update().get(pk=run.pk)
    if row.finished_at is not None:
        return row
    row.finished_at = max(at, row.started_at)
    row.save(update_fields=["finished_at"])
    events.record(
        verb=Verb.SWEEP_RAN,
        subject=row,
        actor=by,
        at=at,
        changes={"night": row.night, "warned": row.warned, "pooled": row.pooled},
    )
    return row
