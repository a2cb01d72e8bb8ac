"""Gathers from the record what ``entitlement`` and ``commission`` are asked about (domain §6).

All of an account is read at once. The number of statements grows with its handoffs, not with what
was sold or logged.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.conf import settings

from accounts_app.models import Account, BeganBy, OwnershipPeriod
from core.days import day_of
from core.models import Cover
from handoffs.models import BriefState, Handoff, Kind
from incentives.commission import Split, split_until
from incentives.entitlement import HandoffFacts, SaleFact, Terms, Tier
from incentives.models import HandoffTerms, IncentivePlan
from pipeline.models import Activity, Sale, StageChange, StageKind
from pipeline.sales_net import net_base


@dataclass(frozen=True)
class Holding:
    """An unbroken time in one hand: a restored period continues the one before it."""

    holder_id: int
    began_at: dt.datetime
    ended_at: dt.datetime | None
    took_over: bool

    @property
    def began_on(self) -> dt.date:
        return day_of(self.began_at)

    @property
    def ended_on(self) -> dt.date | None:
        return day_of(self.ended_at) if self.ended_at else None

    def covers_end_of(self, day: dt.date) -> bool:
        """Whether this was the holder of that day: the one at its end."""
        return self.began_on <= day and (self.ended_on is None or day < self.ended_on)


def holdings(periods: Sequence[OwnershipPeriod]) -> list[Holding]:
    """The periods of one account in order, restored ones joined to what they continue."""
    joined: list[Holding] = []
    for period in periods:
        before = joined[-1] if joined else None
        if before and period.began_by == BeganBy.RESTORED:
            joined[-1] = Holding(
                before.holder_id, before.began_at, period.ended_at, before.took_over
            )
            continue
        took_over = period.began_by in (BeganBy.CLAIMED, BeganBy.REASSIGNED)
        joined.append(Holding(period.holder_id, period.began_at, period.ended_at, took_over))
    return joined


@dataclass(frozen=True)
class Transfer:
    """The account came into other hands. ``handoff`` is None for a claim of what was reopened or
    came without a holder: nobody handed it over, and it is a transfer all the same."""

    at: dt.datetime
    handoff: Handoff | None
    from_passed_over: bool

    @property
    def on(self) -> dt.date:
        return day_of(self.at)


class AccountRecord:
    """What the record says of one account: each part is read once, and when it is asked for."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.sales = list(
            Sale.objects.of(account)
            .with_taken_back()
            .prefetch_related("lines__product")
            .order_by("booked_on", "id")
        )

    @cached_property
    def holdings(self) -> list[Holding]:
        periods = OwnershipPeriod.objects.filter(account=self.account)
        return holdings(list(periods.order_by("began_at", "id")))

    @cached_property
    def handoffs(self) -> list[Handoff]:
        return list(
            Handoff.objects.filter(account=self.account)
            .select_related("outgoing", "brief", "terms__plan", "terms__policy")
            .prefetch_related("terms__plan__tiers")
            .order_by("opened_at", "id")
        )

    @cached_property
    def transfers(self) -> list[Transfer]:
        """What took place, in order: handoffs, and claims that no handoff belongs to."""
        handed_on = [
            Transfer(handoff.transferred_at, handoff, self.passed_over[handoff.pk])
            for handoff in self.handoffs
            if handoff.transferred_at is not None
        ]
        mere_claims = self._take_overs_but({transfer.at for transfer in handed_on})
        return sorted([*handed_on, *mere_claims], key=lambda transfer: transfer.at)

    def _take_overs_but(self, handed_on: set[dt.datetime]) -> Iterator[Transfer]:
        """Those that no handoff led to, unless the account went back to whoever had it last."""
        for before, now in pairwise(self.holdings):
            goes_back = before.holder_id == now.holder_id
            if now.took_over and now.began_at not in handed_on and not goes_back:
                yield Transfer(now.began_at, None, self._says_nothing(before))

    @cached_property
    def sale_facts(self) -> tuple[SaleFact, ...]:
        return tuple(
            SaleFact(
                sale_id=sale.pk,
                booked_on=sale.booked_on,
                original_base=sale.base_amount,
                net_base=net_base(sale),
                credited_to=sale.credited_to_id,
                while_pooled=self.was_unheld(sale.booked_on),
            )
            for sale in self.sales
        )

    def was_unheld(self, day: dt.date) -> bool:
        """In the pool at the end of the day, after somebody had held it."""
        held_before = any(h.began_on <= day for h in self.holdings)
        return held_before and not any(h.covers_end_of(day) for h in self.holdings)

    def holding_that_ends(self, handoff: Handoff) -> Holding | None:
        """The outgoing rep's own time, which this handoff ends."""
        own = [
            h
            for h in self.holdings
            if h.holder_id == handoff.outgoing_id and h.began_at < handoff.opened_at
        ]
        return own[-1] if own else None

    @cached_property
    def passed_over(self) -> dict[int, bool]:
        """By handoff: whether the outgoing rep came by a transfer and logged no engagement."""
        return {handoff.pk: self._is_passed_over(handoff) for handoff in self.handoffs}

    def _is_passed_over(self, handoff: Handoff) -> bool:
        holding = self.holding_that_ends(handoff)
        return holding is not None and self._says_nothing(holding)

    def _says_nothing(self, holding: Holding) -> bool:
        return holding.took_over and not self._engaged(holding)

    def _engaged(self, holding: Holding) -> bool:
        """Whether the holder, or a stand-in for them, logged an engagement in that time."""
        engagements = Activity.objects.engagements().filter(
            account=self.account, occurred_at__gte=holding.began_at
        )
        if holding.ended_at is not None:
            engagements = engagements.filter(occurred_at__lt=holding.ended_at)
        logged = list(engagements.values_list("logged_by_id", "occurred_on"))
        if any(who == holding.holder_id for who, _ in logged):
            return True
        covers = list(Cover.objects.filter(absent=holding.holder_id)) if logged else []
        return any(
            cover.stand_in_id == who and cover.from_on <= day <= cover.until_on
            for who, day in logged
            for cover in covers
        )

    def window_ends_on(self, handoff: Handoff) -> dt.date | None:
        """The day of the next transfer away from a holder who was not passed over."""
        return next((t.on for t in self._after(handoff) if not t.from_passed_over), None)

    def transfer_before(self, day: dt.date) -> Transfer | None:
        """The latest transfer on or before the day."""
        done = [transfer for transfer in self.transfers if transfer.on <= day]
        return done[-1] if done else None

    def next_transfer_on(self, handoff: Handoff) -> dt.date | None:
        return next((transfer.on for transfer in self._after(handoff)), None)

    def _after(self, handoff: Handoff) -> list[Transfer]:
        numbers = [n for n, transfer in enumerate(self.transfers) if transfer.handoff == handoff]
        return self.transfers[numbers[0] + 1 :]


def handoff_facts(record: AccountRecord, handoff: Handoff) -> HandoffFacts | None:
    """All that the incentive of one handoff depends on; None where no plan was promised."""
    frozen = getattr(handoff, "terms", None)
    if frozen is None or frozen.plan is None:
        return None
    cooldown = frozen.policy.reclaim_cooldown_days if frozen.policy else 0
    brief = getattr(handoff, "brief", None)
    took_place = handoff.transferred_on is not None
    return HandoffFacts(
        handoff_id=handoff.pk,
        kind=handoff.kind,
        outgoing_id=handoff.outgoing_id,
        incoming_id=handoff.incoming_id,
        outgoing_name=handoff.outgoing.name,
        opened_on=handoff.opened_on,
        transferred_on=handoff.transferred_on,
        incentive_agreed=handoff.pays_incentive,
        brief_on_time=_on_time(handoff, frozen),
        brief_accepted=brief is not None and handoff.brief_state == BriefState.ACCEPTED,
        incoming_returned=took_place and incoming_returned(record, handoff, cooldown),
        outgoing_returned=outgoing_returned(record, handoff, cooldown),
        passed_over=record.passed_over[handoff.pk],
        outgoing_left_on=handoff.outgoing.left_on,
        window_ends_on=record.window_ends_on(handoff) if took_place else None,
        terms=terms(frozen, frozen.plan),
        sales=record.sale_facts,
        **_on_opening_day(record, handoff, frozen.plan),
    )


def terms(frozen: HandoffTerms, plan: IncentivePlan) -> Terms:
    return Terms(
        plan_version=plan.version,
        policy_version=frozen.policy.version if frozen.policy else None,
        first_sale_rate=plan.first_sale_rate,
        early_release_bonus_rate=plan.early_release_bonus_rate,
        tiers=tuple(Tier(tier.within_days, tier.rate) for tier in plan.tiers.all()),
        eligible_days=plan.eligible_days,
        quiet_before_days=plan.quiet_before_days,
        cap=plan.cap,
        pays_departed=plan.pays_departed,
        currency=settings.BASE_CURRENCY,
    )


def incoming_returned(record: AccountRecord, handoff: Handoff, cooldown_days: int) -> bool:
    """Whether the incoming rep had held the account within the cooldown before the transfer."""
    if handoff.incoming_id is None or handoff.transferred_at is None:
        return False
    return _came_back(record, handoff.incoming_id, handoff.transferred_at, cooldown_days)


def outgoing_returned(record: AccountRecord, handoff: Handoff, cooldown_days: int) -> bool:
    """Whether the outgoing rep's own time on the account began as such a return."""
    holding = record.holding_that_ends(handoff)
    if holding is None:
        return False
    return _came_back(record, holding.holder_id, holding.began_at, cooldown_days)


def _came_back(
    record: AccountRecord, holder_id: int, began_at: dt.datetime, cooldown_days: int
) -> bool:
    began_on = day_of(began_at)
    return any(
        h.holder_id == holder_id
        and h.ended_at is not None
        and h.ended_at <= began_at
        and (began_on - day_of(h.ended_at)).days <= cooldown_days
        for h in record.holdings
    )


def _on_time(handoff: Handoff, frozen: HandoffTerms) -> bool:
    """The first hand-in by the outgoing rep, not later than the day that was promised."""
    brief = getattr(handoff, "brief", None)
    if brief is None or brief.first_handed_in_on is None:
        return False
    by_the_rep = brief.first_handed_in_by_id == handoff.outgoing_id
    return bool(by_the_rep and brief.first_handed_in_on <= frozen.brief_due_on)


def _on_opening_day(
    record: AccountRecord, handoff: Handoff, plan: IncentivePlan
) -> dict[str, bool]:
    """The three facts that void an early release, as of the day it was opened."""
    if handoff.kind != Kind.RELEASED:
        return {
            "had_live_opportunity": False,
            "had_running_contract": False,
            "had_recent_sale": False,
        }
    day, account = handoff.opened_on, record.account
    running = account.contracts.filter(voided_at__isnull=True, starts_on__lte=day)
    return {
        "had_live_opportunity": had_live_opportunity(account, day),
        "had_running_contract": any(c.ends_on is None or c.ends_on >= day for c in running),
        "had_recent_sale": any(
            0 <= (day - sale.booked_on).days <= plan.quiet_before_days and net_base(sale) > 0
            for sale in record.sales
        ),
    }


def had_live_opportunity(account: Account, day: dt.date) -> bool:
    """Whether a card of the account stood in an open stage at any moment of that day.

    Read from what was kept of each step: a card that is opened again later was closed then.
    """
    steps = StageChange.objects.filter(opportunity__account=account, moved_on__lte=day)
    stood: dict[int, StageChange] = {}
    for step in steps.select_related("from_stage", "to_stage").order_by("moved_on", "id"):
        if step.moved_on == day and step.from_stage and step.from_stage.kind == StageKind.OPEN:
            return True
        stood[step.opportunity_id] = step
    return any(step.to_stage.kind == StageKind.OPEN for step in stood.values())


def split_of(record: AccountRecord, sale: Sale) -> Split | None:
    """The agreed split under which a sale falls: that of the latest transfer before it."""
    transfer = record.transfer_before(sale.booked_on)
    last = transfer.handoff if transfer else None
    if last is None or last.split_share is None or last.split_months is None:
        return None
    if last.transferred_on is None or last.incoming_id is None:
        return None
    return Split(
        handoff_id=last.pk,
        outgoing_id=last.outgoing_id,
        incoming_id=last.incoming_id,
        share=last.split_share,
        from_on=last.transferred_on,
        until_on=split_until(
            last.transferred_on,
            months=last.split_months,
            next_transfer_on=record.next_transfer_on(last),
            outgoing_left_on=last.outgoing.left_on,
        ),
    )
