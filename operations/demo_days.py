"""A year of the demo company, day by day, through the verbs that people use.

Most accounts are worked on and stay. Some fall quiet in somebody's name, are warned, swept,
claimed and worked on again; some are let go early; briefs are good, thin, late or never written.
"""

import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from accounts_app import contacts
from accounts_app.models import Account, Contact
from core.days import day_of, moment
from core.models import User
from handoffs import briefs, claims, closing, releases
from handoffs.models import BriefState, Handoff, PoolEntry
from operations import nightly
from operations.demo_files import DAYS
from pipeline import activities, opportunities, sales
from pipeline.models import Opportunity, Sale, Stage

GOOD_BRIEF = {
    "players": "The head of purchasing decides; the production manager is our champion.",
    "policies": "Two offers for anything above 5,000; the budget is set in October.",
    "politics": "Production and purchasing do not talk. Ask both, never the one about the other.",
    "promises": "A visit to the new line once it runs.",
    "regular_orders": "Service twice a year, spring and autumn.",
    "next_step": "Call the production manager about the spare pumps.",
}
THIN_BRIEF = {"players": "Talk to purchasing."}
TALKS = (
    # channel, outcome, what was said
    ("call", "connected", "Spoke about the current orders."),
    ("call", "connected", "They compare prices; sent the new list."),
    ("email", "replied", "Confirmed the delivery dates."),
    ("meeting", "held", "Went through the plans for next year."),
    ("visit", "held", "Looked at the line with the production manager."),
)
TRIES = (
    ("call", "no_answer", ""),
    ("call", "left_message", "Asked for a call back."),
    ("email", "sent", "Sent the new price list."),
)
QUIET_SHARE = 0.25
LIVELY_DAYS = (15, 30)
SETTLED_AFTER_DAYS = 60


class Company:
    """The demo's people at work. ``plan`` holds, by day, which accounts are called."""

    def __init__(self, *, today: dt.date, now: dt.datetime, chance: random.Random) -> None:
        self.today, self.now, self.chance = today, now, chance
        self.first = today - dt.timedelta(days=DAYS)
        self.system = User.objects.system()
        self.finance = User.objects.get(username="finn")
        self.proposal = Stage.objects.get(name="Proposal")
        self.won, self.lost = Stage.objects.won(), Stage.objects.lost()
        self.plan: dict[dt.date, list[int]] = defaultdict(list)
        self.deals: dict[dt.date, list[int]] = defaultdict(list)

    def live(self) -> None:
        """Every day from a year ago until yesterday: the night first, then the day's work."""
        for account_id in Account.objects.order_by("pk").values_list("pk", flat=True):
            self._plan_work(account_id, self.first, quiet=self.chance.random() < QUIET_SHARE)
        for number in range(DAYS):
            day = self.first + dt.timedelta(days=number)
            nightly.run(day, now=self.now, by=self.system)
            self._work(day)
            self._hand_on(day)
            self._decide_deals(day)
            self._turns_of_fortune(day, number)

    def _plan_work(self, account_id: int, since: dt.date, *, quiet: bool) -> None:
        """A talk every few weeks; a quiet account is talked to for some months, then no more."""
        last = since + dt.timedelta(days=self.chance.randrange(20, 200)) if quiet else self.today
        day = since + dt.timedelta(days=self.chance.randrange(1, LIVELY_DAYS[1]))
        while day < min(last, self.today):
            self.plan[day].append(account_id)
            day += dt.timedelta(days=self.chance.randrange(*LIVELY_DAYS))

    def _work(self, day: dt.date) -> None:
        for account in self._planned(day):
            holder = account.owner
            if holder is None:
                continue
            talked = self.chance.random() < 0.8
            channel, outcome, summary = self.chance.choice(TALKS if talked else TRIES)
            activities.log(
                account,
                channel=channel,
                outcome=outcome,
                summary=summary,
                by=holder,
                at=moment(day, dt.time(9 + account.pk % 8)),
            )
            if talked and self.chance.random() < 0.12:
                self._open_deal(account, holder, day)

    def _planned(self, day: dt.date) -> list[Account]:
        planned = Account.objects.filter(pk__in=self.plan.pop(day, []))
        return list(planned.select_related("owner").order_by("pk"))

    def _open_deal(self, account: Account, holder: User, day: dt.date) -> None:
        card = opportunities.open_card(
            account,
            name=f"Spare pumps for {account.name}",
            stage=self.proposal,
            amount=Decimal(self.chance.randrange(8, 240) * 100),
            expected_close_on=day + dt.timedelta(days=40),
            by=holder,
            at=moment(day, dt.time(17)),
        )
        decided = day + dt.timedelta(days=self.chance.randrange(8, 60))
        self.deals[decided].append(card.pk)

    def _decide_deals(self, day: dt.date) -> None:
        decided = Opportunity.objects.filter(pk__in=self.deals.pop(day, []))
        for card in decided.select_related("account__owner"):
            holder = card.account.owner
            if holder is not None:
                won = self.chance.random() < 0.6
                reason = "" if won else "Price"
                opportunities.move(
                    card,
                    to=self.won if won else self.lost,
                    loss_reason=reason,
                    by=holder,
                    at=moment(day, dt.time(16)),
                )

    def _hand_on(self, day: dt.date) -> None:
        """What follows a handoff, each step on its day: claim, brief, verdict, talks, a deal."""
        for entry in PoolEntry.objects.open().select_related("account"):
            if (day - day_of(entry.entered_at)).days == 2 + entry.pk % 9 and entry.pk % 5:
                self._claim(entry, day)
        recent = Handoff.objects.filter(opened_on__gte=day - dt.timedelta(days=SETTLED_AFTER_DAYS))
        for handoff in recent.select_related("account", "outgoing", "incoming", "brief"):
            self._brief(handoff, day)
            if handoff.incoming and handoff.transferred_on == day:
                self._plan_work(handoff.account_id, day, quiet=self.chance.random() < 0.2)
                self.deals[day + dt.timedelta(days=20 + handoff.pk % 90)] += self._deal(
                    handoff.account, handoff.incoming, day
                )

    def _deal(self, account: Account, incoming: User, day: dt.date) -> list[int]:
        card = opportunities.open_card(
            account,
            name=f"A new start with {account.name}",
            stage=self.proposal,
            amount=Decimal(self.chance.randrange(20, 400) * 100),
            by=incoming,
            at=moment(day, dt.time(18)),
        )
        return [card.pk]

    def _claim(self, entry: PoolEntry, day: dt.date) -> None:
        """Whoever may, and holds the fewest accounts, takes it."""
        at = moment(day, dt.time(11))
        reps = User.objects.active().filter(role="rep")
        free = [rep for rep in reps if not any(claims.refusals(rep, entry.account, at=at))]
        if free:
            claimant = min(free, key=lambda rep: (rep.accounts.count(), rep.pk))
            claims.claim(entry, by=claimant, at=at)

    def _brief(self, handoff: Handoff, day: dt.date) -> None:
        """Two in three hand in within the week, some of it thin; one in six days late or never."""
        days, kind = (day - handoff.opened_on).days, handoff.pk % 6
        at = moment(day, dt.time(12))
        if days == 3 and kind < 4 and handoff.brief_state == BriefState.OWED:
            text = THIN_BRIEF if kind == 3 else GOOD_BRIEF
            briefs.hand_in(handoff, by=handoff.outgoing, at=at, **text)
        judged = handoff.brief_state == BriefState.HANDED_IN and handoff.incoming
        if judged and handoff.incoming and day == (handoff.transferred_on or day):
            return
        if judged and handoff.incoming and kind == 0:
            briefs.accept(handoff, by=handoff.incoming, at=at)
        if judged and handoff.incoming and kind == 3:
            briefs.reject(handoff, by=handoff.incoming, at=at)

    def _turns_of_fortune(self, day: dt.date, number: int) -> None:
        """The rarer things, a few times a year each."""
        if number % 50 == 20:
            self._release_one(day)
        if number == 150:
            self._a_buyer_retires(day)
        if number == 200:
            self._a_sale_is_taken_back(day)
        if number == 250:
            self._one_is_closed(day)

    def _release_one(self, day: dt.date) -> None:
        """The rep with the most accounts lets the quietest of them go before the clock does."""
        reps = User.objects.active().filter(role="rep")
        rep = max(reps, key=lambda each: (each.accounts.count(), each.pk))
        quietest = Account.objects.held_by(rep).order_by("dormant_on", "pk").first()
        if quietest and rep.username != "bob":
            releases.release(quietest, by=rep, at=moment(day, dt.time(19)))

    def _a_buyer_retires(self, day: dt.date) -> None:
        buyers = Contact.objects.filter(account__state="owned", roles__kind="decision_maker")
        buyer = buyers.select_related("account__owner").order_by("pk").first()
        if buyer and buyer.account.owner:
            contacts.change_contact(
                buyer, status="retired", by=buyer.account.owner, at=moment(day, dt.time(13))
            )

    def _a_sale_is_taken_back(self, day: dt.date) -> None:
        recent = Sale.objects.filter(booked_on__lt=day).order_by("-booked_on", "-pk").first()
        if recent:
            sales.reverse(
                recent,
                reversed_on=day,
                amount=recent.amount / 2,
                reason="Half of it came back",
                by=self.finance,
                at=moment(day, dt.time(13)),
            )

    def _one_is_closed(self, day: dt.date) -> None:
        account = Account.objects.owned().order_by("dormant_on", "pk").first()
        if account and account.owner:
            closing.close(
                account,
                because="out_of_business",
                by=account.owner,
                at=moment(day, dt.time(20)),
            )
