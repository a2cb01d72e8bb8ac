"""Generated nights, some missed and some run late: nobody loses an account unwarned, or before the
notice is over, whatever moved the clock (domain §4). The plain clock foretells every night."""

import datetime as dt

import pytest
from django.conf import settings as django_settings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from accounts_app.models import BeganBy, OwnershipPeriod
from core.days import day_of, moment
from core.models import Event, Notification, User, Verb
from handoffs import claims, releases, sweep
from handoffs.models import EntryReason, PoolEntry
from tests import factories
from tests.pipeline import stories
from tests.pipeline.plain_clock import Held
from tests.pipeline.stories import from_facts, hours, pick, said_by, stored, which

pytestmark = pytest.mark.django_db


class Nights(stories.Activities, stories.Sales, stories.Contracts, stories.Policies, stories.Story):
    """Swept, claimed, released; and all that may happen in between and in the pool."""

    def __init__(self) -> None:
        super().__init__()
        first = factories.policy(
            on=self.today, dormant_after_days=40, reclaim_cooldown_days=0, claim_window_hours=0
        )
        self.life.figures = said_by(first)
        factories.hold(self.account, on=self.now)
        self.life.periods.append(Held(self.now, self.today))
        self.real_day = self.today
        self.told_late: dict[dt.date, dt.date] = {}
        self.live_nights: set[dt.date] = set()

    @rule(
        wish=st.sampled_from(["tomorrow", "warning", "pool"]),
        missed=st.integers(0, 40),
        late=st.just(0) | st.integers(1, 50),
    )
    def sweep(self, wish: str, missed: int, late: int) -> None:
        """The night in question, or one some nights later, with none in between; run when it comes,
        or ``late`` by so many days. What is run later leaves the real day ahead of the story."""
        days = {"warning": self.life.first_warning_day(), "pool": self.life.pool_on()}
        tomorrow = self.today + dt.timedelta(days=1)
        wished = days.get(wish) or tomorrow
        night = max(wished + dt.timedelta(days=missed), tomorrow)
        if not late:
            night = max(night, self.real_day)
        self.real_day = max(night + dt.timedelta(days=late), self.real_day)
        self.now = moment(night, django_settings.STEWARD_SWEEP_AT)
        run = sweep.sweep(at=self.now, by=self.steward, today=self.real_day)
        assert not run.set_aside.exists()
        self.note_policy()
        redated = self._count_notice_from_when_it_was_told()
        warned = self.life.warn_if_due(night)
        if warned and self.real_day > night:
            self.told_late[night] = self.real_day
        pooled = self.life.is_due_for_the_pool(night)
        assert (run.redated, run.warned, run.pooled) == (redated, int(warned), int(pooled))
        if pooled:
            self._let_go()

    @rule(wish=st.sampled_from(["warning", "pool"]), late=st.integers(1, 50))
    def catch_up(self, wish: str, late: int) -> None:
        """A night of the past is run by hand, and tonight's comes by itself."""
        self.sweep(wish, 0, late)
        self.sweep("tomorrow", 0, 0)

    def _count_notice_from_when_it_was_told(self) -> int:
        """On a live night, unless that was so long ago that the notice is over anyway."""
        if self.today < self.real_day:
            return 0
        self.live_nights.add(self.today)
        told = self.told_late.get(self.life.warned) if self.life.warned else None
        if told is None or self.life.figures is None:
            return 0
        if told + dt.timedelta(days=self.life.figures.notice) <= self.today:
            return 0
        self.life.warned = told
        return 1

    @precondition(lambda self: self.life.holder is not None)
    @rule(hours=hours)
    def release(self, hours: int) -> None:
        self.wait(hours)
        releases.release(self.account, by=self.steward, at=self.now)
        self._let_go()

    @precondition(lambda self: self.life.holder is None)
    @rule(hours=hours, which=which)
    def claim(self, hours: int, which: int) -> None:
        self.wait(hours)
        entry = PoolEntry.objects.open().get(account=self.account)
        who = pick(self.holders, which)
        if self._lost_it_today(who):
            return
        claims.claim(entry, by=who, at=self.now)
        self.life.periods.append(Held(self.now, self.today))

    def _lost_it_today(self, who: User) -> bool:
        ended = OwnershipPeriod.objects.filter(account=self.account, holder=who).exclude(
            ended_at=None
        )
        last = ended.order_by("ended_at").last()
        return last is not None and day_of(last.ended_at or self.now) == self.today

    def _let_go(self) -> None:
        assert self.life.holder
        self.life.holder.ended = self.now
        self.life.settle(self.today)

    def hear_of_a_late_fact(self) -> None:
        """A fact from before the sweep may have restored the holder; then the old clock goes on."""
        period = OwnershipPeriod.objects.open().filter(account=self.account).first()
        if period is None or self.life.holder is not None:
            return
        assert period.began_by == BeganBy.RESTORED
        self.life.periods.append(Held(period.began_at, period.clock_from))
        self.life.warned = factories.fresh(self.account).warned_on

    @invariant()
    def the_plain_clock_agrees(self) -> None:
        self.hear_of_a_late_fact()
        row = stored(self.account)
        assert row == self.life.columns()
        assert {name: row[name] for name in from_facts(self.account)} == from_facts(self.account)

    @invariant()
    def nobody_was_pooled_unwarned(self) -> None:
        for entry in PoolEntry.objects.filter(reason=EntryReason.SWEPT):
            self._check_warned(entry)

    def _check_warned(self, entry: PoolEntry) -> None:
        """By the record alone: the holder who lost it had been told, and the notice was over."""
        assert entry.policy is not None
        swept_on = day_of(entry.entered_at)
        told = Event.objects.filter(
            verb=Verb.ACCOUNT_WARNED,
            account_id=entry.account_id,
            happened_at__gte=self._first_moment(entry),
            happened_at__lte=entry.entered_at,
        ).last()
        assert told is not None
        if swept_on in self.live_nights:
            told_on = told.changes.get("told_on", day_of(told.happened_at).isoformat())
            since_told = swept_on - dt.date.fromisoformat(told_on)
            assert since_told.days >= entry.policy.notice_days
        assert told.changes["holder"] == entry.previous_holder_id
        assert (swept_on - day_of(told.happened_at)).days >= entry.policy.notice_days
        assert Notification.objects.filter(event=told, recipient=entry.previous_holder).exists()

    def _first_moment(self, entry: PoolEntry) -> dt.datetime:
        """When the holder who lost it took it over; one who was restored, at first."""
        periods = OwnershipPeriod.objects.filter(
            account=entry.account_id, began_at__lt=entry.entered_at
        )
        began = periods.exclude(began_by=BeganBy.RESTORED).order_by("began_at").last()
        assert began is not None
        return began.began_at


def test_generated_nights() -> None:
    factories.cast()
    examples = settings().max_examples // 2
    run_state_machine_as_test(
        Nights, settings=settings(max_examples=examples, stateful_step_count=20)
    )


def test_the_stories_do_sweep_claim_restore_and_release() -> None:
    """So that what is shown above is not shown of nothing."""
    factories.cast()
    story = Nights()
    story.sweep(wish="warning", missed=3, late=0)
    story.sweep(wish="pool", missed=0, late=0)
    assert said(story) == "pooled"
    story.engage(hours=1, back=20)
    assert said(story) == "owned"
    story.sweep(wish="warning", missed=0, late=0)
    story.sweep(wish="pool", missed=9, late=0)
    assert said(story) == "pooled"
    story.claim(hours=2, which=1)
    assert said(story) == "owned"
    story.release(hours=24)
    assert said(story) == "pooled"
    assert [entry.reason for entry in PoolEntry.objects.order_by("id")] == [
        "swept",
        "swept",
        "released",
    ]
    story.teardown()


def test_the_stories_do_tell_late() -> None:
    factories.cast()
    story = Nights()
    story.sweep(wish="warning", missed=3, late=30)
    told = story.real_day
    story.sweep(wish="pool", missed=0, late=0)
    assert (said(story), story.life.warned, story.today) == ("owned", told, told)
    story.sweep(wish="pool", missed=0, late=0)
    assert said(story) == "pooled"
    assert (story.today - told).days == 7
    story.teardown()


def said(story: Nights) -> str:
    """The state of the account, on which all agree."""
    story.the_plain_clock_agrees()
    story.nobody_was_pooled_unwarned()
    return factories.fresh(story.account).state
