"""Nights when the clock is changed, nights without a policy, and nights that are only looked at."""

import datetime as dt

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts_app import policies
from core.days import day_of, moment
from core.errors import Refused
from core.models import Event, Notification
from handoffs import sweep
from handoffs.models import PoolEntry, SweepRun
from handoffs.sweep import Due
from tests import factories
from tests.factories import TODAY, days_on, fresh, owned
from tests.handoffs.moves import POOLED, WARNED, entry_of, sweep_on

SUMMER_BEGINS, SUMMER_ENDS = dt.date(2025, 3, 30), dt.date(2025, 10, 26)

# The clock


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        # 02:30 does not exist: an hour later by the wall clock.
        ("Europe/Berlin", SUMMER_BEGINS, "2025-03-30T01:30:00+00:00"),
        # 02:30 comes twice: the first one.
        ("Europe/Berlin", SUMMER_ENDS, "2025-10-26T00:30:00+00:00"),
        # There the hour that comes twice is the one before.
        ("America/New_York", dt.date(2025, 3, 9), "2025-03-09T07:30:00+00:00"),
        ("America/New_York", dt.date(2025, 11, 2), "2025-11-02T07:30:00+00:00"),
        ("Pacific/Kiritimati", dt.date(2025, 6, 1), "2025-05-31T12:30:00+00:00"),
        ("Pacific/Pago_Pago", dt.date(2025, 6, 1), "2025-06-01T13:30:00+00:00"),
    ],
)
def test_the_night_of_a_day_when_the_clock_is_changed(
    zone: str, day: dt.date, instant: str, settings: Settings
) -> None:
    settings.TIME_ZONE = zone
    at = moment(day, dt.time(2, 30))
    assert at.isoformat() == instant
    assert day_of(at) == day


@pytest.mark.parametrize("changes_on", [SUMMER_BEGINS, SUMMER_ENDS])
def test_nothing_is_warned_or_pooled_a_day_off_when_the_clock_is_changed(
    changes_on: dt.date, settings: Settings, db: None
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    factories.policy()
    due_then = owned(since=days_on(-90, changes_on), name="Due that night")
    due_after = owned(since=days_on(-89, changes_on), name="Due the night after")
    warned_then = owned(since=days_on(-69, changes_on), name="Warned that night")
    for day in (-21, -20, -1):
        sweep_on(days_on(day, changes_on))
    run = sweep_on(changes_on)
    assert (run.warned, run.pooled) == (1, 1)
    assert fresh(warned_then).warned_on == changes_on
    entry = entry_of(due_then)
    assert entry.entered_at == moment(changes_on, dt.time(2, 30))
    assert fresh(due_after).state == "owned"
    assert sweep_on(days_on(1, changes_on)).pooled == 1


@pytest.mark.parametrize("changes_on", [SUMMER_BEGINS, SUMMER_ENDS])
def test_twice_in_a_night_that_has_an_hour_more_or_less(
    changes_on: dt.date, settings: Settings, db: None
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    factories.policy()
    owned(since=days_on(-69, changes_on))
    for hour in (2, 3, 4, 23):
        at = moment(changes_on, dt.time(hour, 30))
        sweep.sweep(at=at, by=factories.steward(), today=changes_on)
    assert SweepRun.objects.get().night == changes_on
    assert Notification.objects.filter(event__verb="account.warned").count() == 1


def test_an_engagement_late_in_the_evening_counts_for_the_day_here(
    settings: Settings, db: None
) -> None:
    """23:30 in Berlin is the day before in London, and the next day nowhere."""
    settings.TIME_ZONE = "Europe/Berlin"
    factories.policy()
    account = owned()
    factories.engage(account, on=moment(days_on(1), dt.time(0, 30)))
    assert fresh(account).dormant_on == days_on(91)
    factories.engage(account, on=moment(days_on(1), dt.time(23, 30)))
    assert fresh(account).dormant_on == days_on(91)


# Policies


def test_without_a_policy_no_night_is_swept(db: None) -> None:
    owned()
    with pytest.raises(Refused) as refused:
        sweep_on(POOLED)
    assert refused.value.code == "no_policy"
    with pytest.raises(Refused):
        list(sweep.preview(POOLED, today=POOLED))
    assert not SweepRun.objects.exists()


def test_a_night_before_the_policy_is_refused(db: None) -> None:
    factories.policy(on=WARNED)
    owned(since=TODAY)
    with pytest.raises(Refused) as refused:
        sweep_on(days_on(-1, WARNED), today=POOLED)
    assert refused.value.code == "before_policy"
    assert not SweepRun.objects.exists()
    assert sweep_on(WARNED).warned == 1


def test_a_policy_that_is_to_come_is_none_yet(db: None) -> None:
    proposal = factories.proposal(on=TODAY)
    policies.adopt(proposal, by=factories.ada(), at=factories.at(TODAY), effective_on=days_on(5))
    account = owned()
    with pytest.raises(Refused) as refused:
        sweep_on(days_on(4))
    assert refused.value.code == "no_policy"
    assert sweep_on(days_on(5)).policy == proposal
    assert fresh(account).dormant_on == POOLED


def test_a_new_policy_holds_from_its_first_night_on_and_warns_whom_it_brings_forward(
    db: None,
) -> None:
    first = factories.policy()
    account = owned()
    second = factories.proposal(on=TODAY, dormant_after_days=30)
    policies.adopt(
        second, by=factories.ada(), at=factories.at(days_on(8)), effective_on=days_on(40)
    )
    assert sweep_on(days_on(39)).policy == first
    run = sweep_on(days_on(40))
    assert (run.policy, run.warned, run.pooled) == (second, 1, 0)
    assert fresh(account).pool_on == days_on(47)
    assert sweep_on(days_on(47)).pooled == 1
    assert entry_of(account).policy == second


# Only looked at


def _seen(night: dt.date) -> list[tuple[str, str]]:
    return [(due.action, due.account.name) for due in sweep.preview(night, today=TODAY)]


def test_a_look_ahead_names_who_would_be_warned_and_pooled(db: None) -> None:
    factories.policy()
    owned(name="Quiet")
    sweep_on(WARNED)
    owned(since=days_on(21), name="Going quiet")
    owned(since=days_on(60), name="Busy")
    assert _seen(POOLED) == [("warn", "Going quiet"), ("pool", "Quiet")]
    assert _seen(days_on(-1, POOLED)) == []


def test_a_look_ahead_gives_every_sign(db: None) -> None:
    factories.policy()
    account = owned()
    factories.engage(account, on=days_on(2))
    due: Due = next(sweep.preview(POOLED, today=TODAY))
    assert due.account == account
    assert [sign["sign"] for sign in due.signs["signs"]] == ["take-over", "engagement"]
    assert due.signs["counted"] == "engagement"
    assert due.signs["quiet_since"] == days_on(2)


def test_a_look_ahead_changes_nothing(db: None) -> None:
    factories.policy()
    account = owned()
    before = (Event.objects.count(), Notification.objects.count(), fresh(account).warned_on)
    assert _seen(WARNED)
    after = (Event.objects.count(), Notification.objects.count(), fresh(account).warned_on)
    assert after == before
    assert not PoolEntry.objects.exists()
    assert not SweepRun.objects.exists()


def test_a_look_ahead_sees_that_one_night_would_warn_and_pool(db: None) -> None:
    """With a notice of no days, as the sweep does."""
    factories.policy(notice_days=0)
    owned()
    assert _seen(WARNED) == [("warn", "Acme")]
    assert _seen(POOLED) == [("warn", "Acme"), ("pool", "Acme")]
    run = sweep_on(POOLED)
    assert (run.warned, run.pooled) == (1, 1)


def test_the_command_looks_ahead_into_the_future(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.policy()
    account = owned()
    night = "2999-01-01"
    call_command("sweep", "--as-of", night, "--dry-run")
    said = capsys.readouterr().out
    assert f"warn  Acme ({account.pk}), held by Alice" in said
    assert f"take-over {TODAY}" in said
    assert "nothing was changed" in said
    with pytest.raises(Exception, match="--dry-run"):
        call_command("sweep", "--as-of", night)
