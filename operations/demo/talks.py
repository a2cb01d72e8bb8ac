"""The daily work: talks, what is to be done next, and deals."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from accounts_app import contracts
from accounts_app.models import Account, Contact, State
from core.days import day_of
from core.models import User
from operations.demo import words
from operations.demo.company import Company, working_day
from pipeline import activities, next_steps, opportunities
from pipeline.models import Activity, NextStep, Opportunity

LIVELY, STEADY, SLOW = (7, 14), (13, 27), (24, 40)
PACES = (LIVELY, LIVELY, LIVELY, STEADY, STEADY, STEADY, STEADY, SLOW, SLOW, SLOW)
"""Days from one talk to the next, at the least and at the most."""
TALKED_SHARE = 0.8
WITH_A_NAME_SHARE = 0.6
LATER_SHARE = 0.015
STEP_SHARE = 0.16
DEAL_SHARE = 0.075
WON_SHARE = 0.58
CONTRACT_SHARE = 0.1
NO_DEAL_BEFORE_SILENCE_DAYS = 75
NO_STEP_BEFORE_SILENCE_DAYS = 30
"""An account that will fall quiet has no deal that would keep it alive, and no step for long."""


@dataclass(frozen=True)
class Plan:
    """When an account is talked to, until which day; ``fades`` says that it then falls quiet."""

    days: frozenset[dt.date]
    until: dt.date
    fades: bool


class Talks:
    """Who talks to whom when. A new holder makes a new plan, and the old one is forgotten."""

    def __init__(self, company: Company) -> None:
        self.company, self.chance = company, company.chance
        self.plans: dict[int, Plan] = {}
        self.by_day: dict[dt.date, list[int]] = defaultdict(list)
        self.steps: dict[int, NextStep] = {}
        self.cards: dict[int, Opportunity] = {}
        self.contacts: dict[int, list[Contact]] = defaultdict(list)
        for contact in Contact.objects.order_by("pk"):
            self.contacts[contact.account_id].append(contact)

    def plan(
        self,
        account_id: int,
        *,
        since: dt.date,
        until: dt.date | None = None,
        pace: tuple[int, int] | None = None,
    ) -> None:
        """Talks every so many days until that day, which is the last one; or to the end."""
        pace, last = pace or self.chance.choice(PACES), until or self.company.today
        day = since + self.company.some(1, min(pace[1], 9))
        days = set()
        while day < last:
            days.add(working_day(day))
            day += self.company.some(*pace)
        if until:
            days.add(working_day(until))
        self.plans[account_id] = Plan(frozenset(days), last, fades=until is not None)
        for day in sorted(days):
            self.by_day[day].append(account_id)

    def fading(self) -> list[int]:
        """The accounts that fall quiet, or have."""
        return [pk for pk, plan in self.plans.items() if plan.fades]

    def drop(self, account_id: int) -> None:
        """Nobody talks to them any more."""
        self.plans.pop(account_id, None)

    def put_on_agenda(self, day: dt.date) -> None:
        """The talks of that day with the accounts that somebody holds this morning."""
        due = [
            pk for pk in self.by_day.pop(day, []) if pk in self.plans and day in self.plans[pk].days
        ]
        held = Account.objects.owned().filter(pk__in=due).order_by("pk")
        for place, account in enumerate(held):
            account.owner = self.company.by_id.get(account.owner_id or 0)
            self.company.agenda.put(day, 9 + place % 8, self.talk, account)

    def talk(self, account: Account, *, at: dt.datetime) -> None:
        """Mostly they are reached; on the last day before an account falls quiet for sure."""
        holder, day, plan = account.owner, day_of(at), self.plans.get(account.pk)
        if plan is None or holder is None:
            return
        if not (
            self.company.happens(TALKED_SHARE) or (plan.fades and day == working_day(plan.until))
        ):
            self._log(account, *self.chance.choice(words.TRIES), by=holder, at=at)
            return
        if not plan.fades and self.company.happens(LATER_SHARE):
            self._ask_again_later(account, by=holder, at=at)
        else:
            self._log(account, *self.chance.choice(words.TALKS), by=holder, at=at)
        self._next_step(account, by=holder, at=at)
        may_last = not plan.fades or (plan.until - day).days > NO_DEAL_BEFORE_SILENCE_DAYS
        if may_last and account.pk not in self.cards and self.company.happens(DEAL_SHARE):
            self.open_deal(account, self.chance.choice(words.DEALS), by=holder, at=at)

    def _log(
        self,
        account: Account,
        channel: str,
        outcome: str,
        summary: str,
        *,
        by: User,
        at: dt.datetime,
    ) -> Activity:
        known = self.contacts[account.pk] if self.company.happens(WITH_A_NAME_SHARE) else []
        return activities.log(
            account,
            channel=channel,
            outcome=outcome,
            summary=summary,
            contacts=[self.chance.choice(known)] if known else [],
            opportunity=self.cards.get(account.pk),
            by=by,
            at=at,
        )

    def _ask_again_later(self, account: Account, *, by: User, at: dt.datetime) -> None:
        channel, outcome, summary = words.LATER
        activities.log(
            account,
            channel=channel,
            outcome=outcome,
            summary=summary,
            contacts=self.contacts[account.pk][:1],
            interested_until=day_of(at) + self.company.some(40, 150),
            by=by,
            at=at,
        )

    # What is to be done next

    def _next_step(self, account: Account, *, by: User, at: dt.datetime) -> None:
        """What was set at an earlier talk is done by this one."""
        step = self.steps.pop(account.pk, None)
        if step:
            settle = next_steps.finish if self.company.happens(0.9) else next_steps.drop
            settle(step, by=by, at=at)
        plan, day = self.plans[account.pk], day_of(at)
        soon_quiet = plan.fades and (plan.until - day).days < NO_STEP_BEFORE_SILENCE_DAYS
        if not soon_quiet and self.company.happens(STEP_SHARE):
            self.set_step(account, due_on=day + self.company.some(3, 21), by=by, at=at)

    def set_step(self, account: Account, *, due_on: dt.date, by: User, at: dt.datetime) -> None:
        what = self.chance.choice(words.STEPS)
        due_on = working_day(due_on) if due_on != self.company.today else due_on
        self.steps[account.pk] = next_steps.set_step(
            account, what=what, due_on=due_on, by=by, at=at
        )

    # Deals

    def open_deal(self, account: Account, name: str, *, by: User, at: dt.datetime) -> None:
        """It is decided after some weeks, and half of them move on the board before."""
        chance, agenda = self.chance, self.company.agenda
        begins_in = chance.choice(("Prospecting", "Engaging", "Proposal"))
        decided = day_of(at) + self.company.some(15, 70)
        card = opportunities.open_card(
            account,
            name=f"{name} for {account.name}",
            stage=self.company.stages[begins_in],
            amount=Decimal(chance.randrange(8, 240) * 100),
            expected_close_on=decided + self.company.some(-7, 14),
            products=[chance.choice(self.company.products)] if self.company.happens(0.5) else [],
            by=by,
            at=at,
        )
        self.cards[account.pk] = card
        if begins_in != "Proposal" and self.company.happens(0.6):
            agenda.put(day_of(at) + self.company.some(4, 14), 14, self.make_an_offer, card.pk)
        agenda.put(decided, 16, self.decide, card.pk)

    def make_an_offer(self, card_id: int, *, at: dt.datetime) -> None:
        card, holder = self._card(card_id)
        if holder and card.closed_on is None:
            opportunities.move(card, to=self.company.stages["Proposal"], by=holder, at=at)

    def decide(self, card_id: int, *, at: dt.datetime) -> None:
        """Won or lost; while nobody holds the account it waits."""
        card, holder = self._card(card_id)
        if holder is None:
            if card.account.state != State.CLOSED:
                self.company.agenda.put(
                    day_of(at) + self.company.some(7, 21), 16, self.decide, card_id
                )
            return
        won = self.company.happens(WON_SHARE)
        reason = "" if won else self.chance.choice(words.LOSSES)
        to = self.company.stages["Won" if won else "Lost"]
        opportunities.move(card, to=to, loss_reason=reason, by=holder, at=at)
        self.cards.pop(card.account_id, None)
        if won and not self._fades(card.account_id) and self.company.happens(CONTRACT_SHARE):
            self._sign(card.account, by=holder, at=at)

    def _fades(self, account_id: int) -> bool:
        plan = self.plans.get(account_id)
        return plan is not None and plan.fades

    def _card(self, card_id: int) -> tuple[Opportunity, User | None]:
        card = Opportunity.objects.select_related("account").get(pk=card_id)
        return card, self.company.by_id.get(card.account.owner_id or 0)

    def _sign(self, account: Account, *, by: User, at: dt.datetime) -> None:
        day = day_of(at)
        contracts.add_contract(
            account,
            name="Service",
            starts_on=day,
            ends_on=day + dt.timedelta(days=364),
            by=by,
            at=at,
        )
