"""Who earns what, told plainly: domain §6 read over the rows of one account, sale by sale.

It shares nothing with the product's own rule: no query of it, no function, no frozen term. Where
the product looks ahead for the end of a window, this goes back from each sale to the transfer that
it belongs to.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts_app.models import Account, Contract, OwnershipPeriod
from core.models import Cover
from handoffs.models import BriefVersion, Handoff, PoolEntry
from incentives.models import CommissionPlan, IncentivePlan
from pipeline.models import Activity, Opportunity, Sale

Cause = tuple[str, int, str, int | None, int]
"""Ledger, person, kind, handoff, sale."""


def earned(account: Account) -> dict[Cause, Decimal]:
    """All that is due on an account, in euros and cents; what is nothing is left out."""
    told = Told(account)
    both = {**dict(told.incentives()), **dict(told.commissions())}
    return {cause: amount for cause, amount in both.items() if amount}


@dataclass
class Stay:
    """Somebody had the account, without a break."""

    who: int
    began: dt.datetime
    ended: dt.datetime | None
    by_transfer: bool


@dataclass
class Sold:
    sale: Sale
    left: Fraction

    @property
    def day(self) -> dt.date:
        return self.sale.booked_on


class Told:
    """One account, as it stands in the rows."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.stays = self._stays()
        self.sales = [Sold(sale, _left(sale)) for sale in Sale.objects.filter(account=account)]
        handoffs = Handoff.objects.filter(account=account, transfer="transferred")
        self.transfers = sorted(handoffs, key=lambda h: (h.transferred_at, h.pk))
        self.mere_claims = list(self._mere_claims())

    def _mere_claims(self) -> Iterator[tuple[dt.datetime, Stay]]:
        """When somebody claimed what nobody had left to the pool, and who had it before them; not
        if they had it themselves."""
        entries = PoolEntry.objects.filter(
            account=self.account, outcome="claimed", reason__in=["reopened", "unassigned"]
        )
        for entry in entries:
            assert entry.left_at
            earlier = [stay for stay in self.stays if stay.began < entry.left_at]
            if earlier and earlier[-1].who != entry.claimed_by_id:
                yield entry.left_at, earlier[-1]

    def _stays(self) -> list[Stay]:
        stays: list[Stay] = []
        rows = OwnershipPeriod.objects.filter(account=self.account)
        for row in sorted(rows, key=lambda row: row.began_at):
            if row.began_by == "restored":
                stays[-1].ended = row.ended_at
            else:
                by_transfer = row.began_by in {"claimed", "reassigned"}
                stays.append(Stay(row.holder_id, row.began_at, row.ended_at, by_transfer))
        return stays

    # Incentives

    def incentives(self) -> Iterator[tuple[Cause, Decimal]]:
        for handoff in self.transfers:
            if self._nothing_is_due_on(handoff):
                continue
            first = self._first_sale(handoff)
            if first and not self._left_before(handoff, first):
                yield from self._amounts(handoff, first)

    def _first_sale(self, handoff: Handoff) -> Sold | None:
        mine = [
            sold
            for sold in self.sales
            if sold.left > 0
            and sold.sale.credited_to_id != handoff.outgoing_id
            and self._belongs_to(sold) == handoff
            and _days(handoff, sold) <= _plan(handoff).eligible_days
        ]
        mine.sort(key=lambda sold: (sold.day, -sold.sale.amount, sold.sale.pk))
        return mine[0] if mine else None

    def _belongs_to(self, sold: Sold) -> Handoff | None:
        """Back from the sale to the latest transfer, past those whose giver never spoke to the
        customer; nowhere if it was made in the pool, or if that transfer is nobody's handoff."""
        if self._in_the_pool(sold.day):
            return None
        claims = [at for at, giver in self.mere_claims if not self._never_spoke(giver)]
        last_claim = max((at for at in claims if _day(at) <= sold.day), default=None)
        for handoff in reversed(self.transfers):
            before = handoff.transferred_on and handoff.transferred_on <= sold.day
            if before and not self._passed_over(handoff):
                assert handoff.transferred_at
                taken_up = last_claim is not None and last_claim > handoff.transferred_at
                return None if taken_up else handoff
        return None

    def _in_the_pool(self, day: dt.date) -> bool:
        midnight = dt.datetime.combine(
            day + dt.timedelta(days=1), dt.time.min, ZoneInfo(settings.TIME_ZONE)
        )
        begun = [stay for stay in self.stays if stay.began < midnight]
        held = any(stay.ended is None or stay.ended >= midnight for stay in begun)
        return bool(begun) and not held

    def _nothing_is_due_on(self, handoff: Handoff) -> bool:
        return (
            handoff.kind not in {"swept", "released"}
            or _plan_or_none(handoff) is None
            or not _brief_counts(handoff)
            or self._passed_over(handoff)
            or self._somebody_returned(handoff)
            or (handoff.kind == "released" and self._something_went_on(handoff))
        )

    def _own_stay(self, handoff: Handoff) -> Stay:
        own = [
            stay
            for stay in self.stays
            if stay.who == handoff.outgoing_id and stay.began < handoff.opened_at
        ]
        return own[-1]

    def _passed_over(self, handoff: Handoff) -> bool:
        return self._never_spoke(self._own_stay(handoff))

    def _never_spoke(self, stay: Stay) -> bool:
        return stay.by_transfer and not any(self._spoke(stay, act) for act in self._talks())

    def _talks(self) -> list[Activity]:
        return list(
            Activity.objects.filter(
                account=self.account, is_engagement=True, voided_at__isnull=True
            )
        )

    def _spoke(self, stay: Stay, talk: Activity) -> bool:
        in_time = stay.began <= talk.occurred_at and (
            stay.ended is None or talk.occurred_at < stay.ended
        )
        stood_in = any(
            cover.stand_in_id == talk.logged_by_id
            and cover.from_on <= _day(talk.occurred_at) <= cover.until_on
            for cover in Cover.objects.filter(absent=stay.who)
        )
        return in_time and (talk.logged_by_id == stay.who or stood_in)

    def _somebody_returned(self, handoff: Handoff) -> bool:
        assert handoff.transferred_at
        assert handoff.incoming_id
        own = self._own_stay(handoff)
        return self._returned(handoff, handoff.incoming_id, handoff.transferred_at) or (
            self._returned(handoff, own.who, own.began)
        )

    def _returned(self, handoff: Handoff, who: int, at: dt.datetime) -> bool:
        assert handoff.entry
        assert handoff.entry.policy
        cooldown = handoff.entry.policy.reclaim_cooldown_days
        return any(
            (_day(at) - _day(stay.ended)).days <= cooldown
            for stay in self.stays
            if stay.who == who and stay.ended and stay.ended <= at
        )

    def _something_went_on(self, handoff: Handoff) -> bool:
        day, quiet = handoff.opened_on, _plan(handoff).quiet_before_days
        contracts = Contract.objects.filter(account=self.account, voided_at__isnull=True)
        running = any(c.starts_on <= day and not (c.ends_on and c.ends_on < day) for c in contracts)
        sold = any(
            sold.left > 0 and dt.timedelta() <= day - sold.day <= dt.timedelta(days=quiet)
            for sold in self.sales
        )
        cards = Opportunity.objects.filter(account=self.account)
        return running or sold or any(_open_on(card, day) for card in cards)

    def _left_before(self, handoff: Handoff, sold: Sold) -> bool:
        left_on = handoff.outgoing.left_on
        if left_on is None or _plan(handoff).pays_departed:
            return False
        return sold.day > left_on

    def _amounts(self, handoff: Handoff, sold: Sold) -> Iterator[tuple[Cause, Decimal]]:
        plan, days = _plan(handoff), _days(handoff, sold)
        rate = Fraction(plan.first_sale_rate)
        if handoff.kind == "released":
            rate += Fraction(plan.early_release_bonus_rate)
        first = _cents(rate * sold.left)
        held = [tier for tier in plan.tiers.all() if days <= tier.within_days]
        tier = min(held, key=lambda tier: tier.within_days, default=None)
        second = _cents(Fraction(tier.rate) * sold.left) if tier else 0
        if plan.cap is not None:
            most = int(plan.cap * 100)
            first = min(first, most)
            second = min(second, most - first)
        for kind, cents in (("first_sale", first), ("accelerator", second)):
            cause = ("incentive", handoff.outgoing_id, kind, handoff.pk, sold.sale.pk)
            yield cause, Decimal(cents) / 100

    # Commission

    def commissions(self) -> Iterator[tuple[Cause, Decimal]]:
        for sold in self.sales:
            plans = CommissionPlan.objects.filter(effective_on__lte=sold.day)
            plan = max(plans, key=lambda plan: (plan.effective_on, plan.version), default=None)
            if plan is None or sold.sale.credited_to_id is None:
                continue
            rates = {rate.segment: rate.rate for rate in plan.rates.all()}
            rate = Fraction(rates.get(sold.sale.segment, plan.default_rate))
            cause = ("commission", sold.sale.credited_to_id, "commission", None, sold.sale.pk)
            yield cause, Decimal(_cents(rate * sold.left)) / 100


def _left(sale: Sale) -> Fraction:
    return Fraction(sale.amount) - sum(Fraction(back.amount) for back in sale.reversals.all())


def _cents(amount: Fraction) -> int:
    """Half a cent is a cent."""
    return int(amount * 100 + Fraction(1, 2))


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _days(handoff: Handoff, sold: Sold) -> int:
    assert handoff.transferred_on
    return (sold.day - handoff.transferred_on).days


def _plan(handoff: Handoff) -> IncentivePlan:
    plan = _plan_or_none(handoff)
    assert plan
    return plan


def _plan_or_none(handoff: Handoff) -> IncentivePlan | None:
    """What was adopted when it opened, of that the newest that had begun."""
    known = IncentivePlan.objects.filter(
        adopted_at__lte=handoff.opened_at, effective_on__lte=handoff.opened_on
    )
    return max(known, key=lambda plan: (plan.effective_on, plan.version), default=None)


def _brief_counts(handoff: Handoff) -> bool:
    """Handed in first by the one who let go, in time; and accepted in the end."""
    steps = handoff.steps.filter(track="brief").order_by("id").values_list("to_state", flat=True)
    given = BriefVersion.objects.filter(brief__handoff=handoff, handed_in=True).order_by("number")
    first = given.first()
    if list(steps)[-1] != "accepted" or first is None:
        return False
    assert handoff.entry
    assert handoff.entry.policy
    due = handoff.opened_on + dt.timedelta(days=handoff.entry.policy.brief_due_days)
    return first.author_id == handoff.outgoing_id and _day(first.saved_at) <= due


def _open_on(card: Opportunity, day: dt.date) -> bool:
    """Whether the card was open at some moment of the day, by the steps it took."""
    opened: dt.date | None = None
    for step in card.stage_changes.order_by("id"):
        if step.to_stage.kind == "open":
            opened = opened or step.moved_on
        elif opened:
            if opened <= day <= step.moved_on:
                return True
            opened = None
    return opened is not None and opened <= day
