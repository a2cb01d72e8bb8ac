"""What follows when an account leaves its holder: a brief, a claim, a verdict, a new start."""

import datetime as dt
from dataclasses import dataclass, replace
from itertools import chain, cycle

from django.db.models import Count

from accounts_app.models import Account
from core.days import day_of, moment
from core.models import User
from handoffs import briefs, claims, releases
from handoffs.briefs import BriefTexts
from handoffs.models import BriefState, Handoff, PoolEntry
from operations.demo import words
from operations.demo.company import Company, working_day_before
from operations.demo.talks import Talks
from pipeline import activities

FADES_AGAIN_SHARE = 0.25
LONG_WAIT_SHARE = 0.15
LATE_CALLS = frozenset({6, 50, 110})
"""After these sweeps, counted from the first."""
NEW_START_SHARE = 0.85


@dataclass(frozen=True)
class Manner:
    """How the outgoing rep goes about the brief, and how it is taken."""

    after_days: int | None
    text: BriefTexts
    verdict: str = ""
    answers: bool = True


GOOD, SECOND, THIRD = words.GOOD_BRIEFS
ACCEPTED = Manner(2, GOOD, "accept")
SILENT = Manner(4, SECOND)
ASKED = Manner(3, {"players": THIRD["players"], "politics": THIRD["politics"]}, "ask")
UNANSWERED = replace(ASKED, answers=False)
THIN = Manner(5, words.THIN_BRIEF, "reject")
LATE = Manner(10, SECOND)
NEVER = Manner(None, {})
MANNERS = (
    *(ACCEPTED, SILENT, Manner(3, THIRD, "accept"), NEVER, ACCEPTED, ASKED, SILENT),
    *(Manner(5, SECOND, "accept"), THIN, ACCEPTED, SILENT, LATE, ACCEPTED),
)
"""In turn; of two in three of them the outgoing rep may earn something."""


class HandingOn:
    """Each handoff that was opened, and each step of it on its day."""

    def __init__(self, company: Company, talks: Talks) -> None:
        self.company, self.talks, self.agenda = company, talks, company.agenda
        self.manners = cycle(MANNERS)
        self.sweeps = 0

    def swept(self, day: dt.date) -> None:
        """What the night took into the pool."""
        opened = Handoff.objects.filter(kind="swept", opened_on=day).order_by("pk")
        for handoff in opened:
            self.opened(handoff)
            self.sweeps += 1
            if self.sweeps in LATE_CALLS:
                self.agenda.put(day + dt.timedelta(days=1), 9, self.tell_a_call_late, handoff.pk)

    def release(self, account: Account, *, by: User, at: dt.datetime) -> Handoff:
        """The holder lets it go, and what they had planned goes with it."""
        self.talks.drop(account.pk)
        return releases.release(account, by=by, at=at)

    def opened(
        self,
        handoff: Handoff,
        *,
        manner: Manner | None = None,
        claimant: User | None = None,
        claim_on: dt.date | None = None,
    ) -> None:
        """In this manner or that by turns, and claimed after some days, unless it is named how."""
        manner, day = manner or next(self.manners), handoff.opened_on
        if manner.after_days is not None:
            hands_in = day + dt.timedelta(days=manner.after_days)
            self.agenda.put(hands_in, 12, self.hand_in, handoff.pk, manner.text)
        wait = self.company.some(2, 16)
        if self.company.happens(LONG_WAIT_SHARE):
            wait += self.company.some(20, 50)
        self.agenda.put(claim_on or day + wait, 11, self.claim, handoff.pk, manner, claimant)

    def hand_in(self, handoff_id: int, text: BriefTexts, *, at: dt.datetime) -> None:
        handoff = _again(handoff_id)
        if handoff.transfer not in briefs.GONE and handoff.brief_state in briefs.WRITABLE:
            briefs.hand_in(handoff, by=handoff.outgoing, at=at, **text)

    def tell_a_call_late(self, handoff_id: int, *, at: dt.datetime) -> None:
        """A call from before the sweep, told of before anybody claims: the account goes back."""
        handoff = _again(handoff_id)
        channel, outcome, summary = words.LATE_CALL
        activities.log(
            handoff.account,
            channel=channel,
            outcome=outcome,
            summary=summary,
            by=handoff.outgoing,
            at=at,
            occurred_at=moment(working_day_before(handoff.opened_on), dt.time(15)),
        )
        self.talks.plan(handoff.account_id, since=day_of(at))

    def claim(
        self, handoff_id: int, manner: Manner, claimant: User | None, *, at: dt.datetime
    ) -> None:
        """The one named, or of those who may whoever holds the fewest accounts."""
        entry = PoolEntry.objects.select_related("account").get(handoff=handoff_id)
        if entry.left_at is not None:
            return
        rep = self._whoever_may(entry.account, first=claimant, at=at)
        if rep is None:
            self.agenda.put(
                day_of(at) + self.company.some(3, 9), 11, self.claim, handoff_id, manner, None
            )
            return
        claims.claim(entry, by=rep, at=at)
        self._begin(entry.account_id, day_of(at))
        if manner.verdict:
            judged = day_of(at) + self.company.some(1, 4)
            self.agenda.put(judged, 13, self.judge, handoff_id, manner)

    def _whoever_may(self, account: Account, *, first: User | None, at: dt.datetime) -> User | None:
        reps = User.objects.active().filter(role="rep").annotate(held=Count("accounts"))
        asked = chain([first] if first else [], reps.order_by("held", "pk"))
        free = (rep for rep in asked if not any(claims.refusals(rep, account, at=at)))
        return next(free, None)

    def _begin(self, account_id: int, day: dt.date) -> None:
        """The new holder talks to them soon, and mostly there is something to sell."""
        fades = self.company.happens(FADES_AGAIN_SHARE)
        until = day + self.company.some(20, 200)
        self.talks.plan(
            account_id, since=day, until=until if fades and until < self.company.today else None
        )
        if self.company.happens(NEW_START_SHARE):
            self.agenda.put(day + self.company.some(3, 25), 15, self.offer_a_new_start, account_id)

    def offer_a_new_start(self, account_id: int, *, at: dt.datetime) -> None:
        account = Account.objects.select_related("owner").get(pk=account_id)
        if account.owner and account.pk not in self.talks.cards:
            self.talks.open_deal(account, "A new start", by=account.owner, at=at)

    def judge(self, handoff_id: int, manner: Manner, *, at: dt.datetime) -> None:
        """Once there is something to judge; what was never handed in is missed by itself."""
        handoff, some = _again(handoff_id), self.company.some
        if handoff.brief_state == BriefState.OWED:
            self.agenda.put(day_of(at) + some(1, 3), 13, self.judge, handoff_id, manner)
        if handoff.brief_state != BriefState.HANDED_IN or handoff.incoming is None:
            return
        if manner.verdict == "ask":
            briefs.ask(handoff, question=words.QUESTION, by=handoff.incoming, at=at)
            if manner.answers:
                answered, last = day_of(at) + some(2, 4), replace(manner, verdict="accept")
                self.agenda.put(answered, 12, self.hand_in, handoff_id, words.ANSWER)
                self.agenda.put(answered + some(1, 3), 13, self.judge, handoff_id, last)
        elif manner.verdict == "reject":
            briefs.reject(handoff, by=handoff.incoming, at=at)
        else:
            briefs.accept(handoff, by=handoff.incoming, at=at)


def _again(handoff_id: int) -> Handoff:
    return Handoff.objects.select_related("account", "outgoing", "incoming").get(pk=handoff_id)
