"""The rarer things of the demo's year, and what its last days leave open for those who sign in."""

import datetime as dt
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from accounts_app import contacts, policies
from accounts_app.models import Account, Contact, DormancyPolicy
from accounts_app.querysets import AccountQuerySet
from core.days import day_of
from core.models import User
from handoffs import closing
from handoffs.models import Handoff
from incentives.models import LedgerEntry
from operations.demo import words
from operations.demo.company import Company
from operations.demo.handing_on import (
    ACCEPTED,
    LATE,
    NEVER,
    SILENT,
    THIN,
    UNANSWERED,
    HandingOn,
    Manner,
)
from operations.demo.talks import Talks
from pipeline import sales
from pipeline.models import Opportunity, Sale

RELEASE_EVERY_DAYS = 17
LAST_DAYS = (
    # let go so many days before the end, by whom, claimed when and by whom, the brief
    (26, "bob", 23, "alice", ACCEPTED),
    (24, "carla", 21, "bob", THIN),
    (19, "alice", 16, "dev", LATE),
    (17, "elif", 14, "alice", NEVER),
    (12, "alice", 9, "elif", UNANSWERED),
    (11, "carla", 8, "bob", UNANSWERED),
    (9, "dev", 3, "alice", SILENT),
    (8, "alice", 3, "bob", SILENT),
    (8, "bob", 3, "carla", SILENT),
    (4, "alice", None, "", NEVER),
    (3, "bob", None, "", NEVER),
)
"""A weekend between may move each of them by two days, and all happen before the end."""


class Turns:
    def __init__(self, company: Company, talks: Talks, handing_on: HandingOn) -> None:
        self.company, self.talks, self.handing_on = company, talks, handing_on
        self.agenda = company.agenda

    def put_on_agenda(self) -> None:
        """All of them, each at its share of the time there is."""
        length = (self.company.today - self.company.first).days
        for number in range(max(0, length - 40) // RELEASE_EVERY_DAYS):
            rep = self.company.reps[number % len(self.company.reps)]
            day = self.company.first + dt.timedelta(days=20 + number * RELEASE_EVERY_DAYS)
            self.agenda.put(day, 19, self.release_one, rep)
        for share, hour, do, about in (
            (0.28, 10, self.propose_a_policy, ()),
            (0.31, 10, self.adopt_the_policy, ()),
            (0.40, 13, self.buyer_goes, ("gita", "retired")),
            (0.45, 19, self.close_one, ("hugo", "out_of_business")),
            (0.60, 13, self.take_back, ("carla",)),
            (0.62, 13, self.buyer_goes, ("bob", "left")),
            (0.70, 19, self.close_one, ("lena", "no_need")),
            (0.92, 13, self.take_back, ("alice",)),
            (0.95, 13, self.buyer_goes, ("alice", "retired")),
        ):
            self.agenda.put(
                self.company.first + dt.timedelta(days=int(length * share)), hour, do, *about
            )
        for before, outgoing, claimed, claimant, manner in LAST_DAYS:
            who = (self.company.people[outgoing], self.company.people.get(claimant))
            day = self.company.from_end(before)
            self.agenda.put(day, 18, self.release_at_the_end, *who, claimed, manner)
        self.agenda.put(self.company.from_end(6), 10, self.propose_a_policy)
        self.agenda.put(self.company.from_end(3), 17, self.leave_something_to_do)

    # Letting go

    def release_one(self, rep: User, *, at: dt.datetime) -> None:
        handoff = self._release(rep, at=at)
        if handoff:
            self.handing_on.opened(handoff)

    def release_at_the_end(
        self,
        rep: User,
        claimant: User | None,
        claimed: int | None,
        manner: Manner,
        *,
        at: dt.datetime,
    ) -> None:
        """Claimed on a day that is agreed, or still in the pool when the year is over."""
        handoff = self._release(rep, at=at, claimant=claimant)
        if handoff and claimed is not None:
            claim_on = self.company.from_end(claimed)
            self.handing_on.opened(handoff, manner=manner, claimant=claimant, claim_on=claim_on)

    def _release(
        self, rep: User, *, at: dt.datetime, claimant: User | None = None
    ) -> Handoff | None:
        """The quietest account of theirs that is new to the claimant; if there is one, such that
        letting it go early may earn them something."""
        theirs = Account.objects.held_by(rep).exclude(periods__holder=claimant)
        quietest = theirs.filter(warned_on__isnull=True).order_by("dormant_on", "pk")
        account = self._nothing_going_on(quietest, on=day_of(at)).first() or quietest.first()
        return self.handing_on.release(account, by=rep, at=at) if account else None

    def _nothing_going_on(self, rows: AccountQuerySet, *, on: dt.date) -> AccountQuerySet:
        """Neither a deal nor a contract nor a sale of late, and no silence to come."""
        lately = on - dt.timedelta(days=31)
        cards = Opportunity.objects.open().filter(account=OuterRef("pk"))
        without_sale = rows.filter(Q(sold_on__isnull=True) | Q(sold_on__lt=lately))
        without_deal = without_sale.filter(~Exists(cards), contract_until__isnull=True)
        return without_deal.exclude(pk__in=self.talks.fading())

    # Others

    def close_one(self, username: str, because: str, *, at: dt.datetime) -> None:
        rep = self.company.people[username]
        account = Account.objects.held_by(rep).order_by("dormant_on", "pk").first()
        if account:
            self.talks.drop(account.pk)
            closing.close(account, because=because, by=rep, at=at)

    def buyer_goes(self, username: str, status: str, *, at: dt.datetime) -> None:
        rep = self.company.people[username]
        buyers = Contact.objects.filter(
            account__owner=rep, roles__kind="decision_maker", status="active"
        )
        buyer = buyers.order_by("-account__sold_on", "pk").first()
        if buyer:
            contacts.change_contact(buyer, status=status, by=rep, at=at)

    def take_back(self, username: str, *, at: dt.datetime) -> None:
        """A third of a sale comes back that earned this person an incentive, or else anybody."""
        earned = LedgerEntry.objects.incentive()
        theirs = earned.filter(beneficiary__username=username)
        booked = Sale.objects.filter(booked_on__lt=day_of(at), reversals__isnull=True)
        latest = booked.order_by("-booked_on", "-pk")
        sale = (
            latest.filter(pk__in=theirs.values("sale")).first()
            or latest.filter(pk__in=earned.values("sale")).first()
            or latest.first()
        )
        if sale:
            third = (sale.amount / 3).quantize(Decimal(1))
            finn, reason = self.company.people["finn"], "A third of it came back"
            sales.reverse(sale, reversed_on=day_of(at), amount=third, reason=reason, by=finn, at=at)

    # The rule

    def propose_a_policy(self, *, at: dt.datetime) -> None:
        """The second time it stays open for comment."""
        mara = self.company.people["mara"]
        latest = DormancyPolicy.objects.adopted().order_by("-version")[0]
        policy = policies.propose(
            by=mara, at=at, brief_accept_days=5, longest_wait_days=latest.longest_wait_days - 65
        )
        for place, (username, text) in enumerate(words.COMMENTS):
            said_at = at + dt.timedelta(hours=1 + place)
            policies.comment(policy, by=self.company.people[username], text=text, at=said_at)

    def adopt_the_policy(self, *, at: dt.datetime) -> None:
        ada = self.company.people["ada"]
        proposed = DormancyPolicy.objects.filter(adopted_at__isnull=True).first()
        if proposed and (day_of(at) - day_of(proposed.proposed_at)).days >= policies.COMMENT_DAYS:
            policies.adopt(proposed, by=ada, at=at)

    # The last days

    def leave_something_to_do(self, *, at: dt.datetime) -> None:
        """For each rep a step that is due today and one that is not far off."""
        for rep in self.company.reps:
            held = Account.objects.held_by(rep).exclude(pk__in=self.talks.steps)
            for account, days in zip(held.order_by("-engaged_on", "pk")[:2], (0, 4), strict=False):
                due_on = self.company.today + dt.timedelta(days=days)
                self.talks.set_step(account, due_on=due_on, by=rep, at=at)
