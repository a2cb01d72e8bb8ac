"""Logging an activity: what is kept, what is refused, what moves the clock (domain §2, §4)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts_app import ownership
from accounts_app.models import Account, AccountAccess, Contact, EndedBy, State
from core.errors import NotAllowed, Refused
from core.models import Cover, Event, User, Verb
from pipeline import activities
from pipeline.models import Activity
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, fresh, once, steward

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    factories.policy()
    return factories.owned(alice, since=days_on(-10))


@pytest.fixture
def carla(acme: Account) -> Contact:
    return factories.contact(acme)


def log(account: Account, by: User, **fields: Any) -> Activity:
    """A call that came through just now."""
    return activities.log(
        account, by=by, **{"channel": "call", "outcome": "connected", "at": NOON, **fields}
    )


# What is kept


def test_what_is_logged_is_kept_and_on_record(acme: Account, carla: Contact, alice: User) -> None:
    card = factories.card(acme, on=days_on(-1))
    happened = NOON - dt.timedelta(hours=3)
    activity = log(
        acme,
        alice,
        channel="email",
        direction="inbound",
        outcome="",
        occurred_at=happened,
        contacts=[carla],
        opportunity=card,
        summary="Wants an offer.",
    )
    kept = Activity.objects.get()
    assert kept == activity
    assert (kept.logged_by, kept.occurred_at, kept.occurred_on) == (alice, happened, TODAY)
    assert (kept.opportunity, kept.summary, list(kept.contacts.all())) == (
        card,
        "Wants an offer.",
        [carla],
    )
    assert kept.is_engagement
    event = Event.objects.get(verb=Verb.ACTIVITY_LOGGED)
    assert (event.actor, event.account_id, event.happened_at) == (alice, acme.pk, NOON)
    assert event.changes == {
        "channel": "email",
        "outcome": "",
        "occurred_at": "2026-03-02T09:00:00Z",
    }


def test_the_least_is_a_channel(acme: Account, alice: User) -> None:
    activity = activities.log(acme, channel="note", by=alice, at=NOON)
    assert (activity.occurred_at, activity.direction, activity.outcome) == (NOON, "outbound", "")


def test_the_day_is_the_organisations(acme: Account, alice: User, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    late = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)
    assert log(acme, alice, occurred_at=late).occurred_on == TODAY
    assert fresh(acme).engaged_on == TODAY


@pytest.mark.parametrize(
    "fields",
    [{"channel": "pigeon"}, {"channel": ""}, {"direction": "sideways"}, {"outcome": "great"}],
)
def test_nonsense_is_refused(acme: Account, alice: User, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        log(acme, alice, **fields)
    assert not Activity.objects.exists()


def test_contacts_and_opportunity_are_of_the_account(acme: Account, alice: User) -> None:
    other = factories.owned(alice, name="Other")
    for fields in (
        {"contacts": [factories.contact(other)]},
        {"opportunity": factories.card(other)},
    ):
        with pytest.raises(Refused) as refusal:
            log(acme, alice, **fields)
        assert refusal.value.code == "other_account"


# Sent twice


def test_what_a_device_sends_twice_is_stored_once(acme: Account, alice: User) -> None:
    first = log(acme, alice, client_id=once(1))
    again = log(acme, alice, client_id=once(1), summary="Changed on the way?")
    assert (again, again.summary) == (first, "")
    assert Activity.objects.count() == Event.objects.filter(verb=Verb.ACTIVITY_LOGGED).count() == 1
    assert log(acme, alice, client_id=once(2)) != first
    assert log(acme, alice) != log(acme, alice)


def test_sent_again_after_the_account_went_to_somebody_else(
    acme: Account, alice: User, bob: User
) -> None:
    """The device does not know that it arrived."""
    first = log(acme, alice, client_id=once(1))
    factories.let_go(acme, on=days_on(1))
    factories.hold(acme, bob, on=days_on(2))
    assert log(acme, alice, client_id=once(1), at=at(days_on(3))) == first


def test_an_id_belongs_to_one_account(acme: Account, alice: User) -> None:
    log(acme, alice, client_id=once(1))
    with pytest.raises(Refused) as refusal:
        log(factories.owned(alice, name="Other"), alice, client_id=once(1))
    assert refusal.value.code == "client_id_taken"


# The clock


def test_an_engagement_moves_the_clock(acme: Account, alice: User) -> None:
    assert fresh(acme).dormant_on == days_on(80)
    log(acme, alice)
    assert (fresh(acme).engaged_on, fresh(acme).dormant_on) == (TODAY, days_on(90))


def test_an_attempt_does_not(acme: Account, alice: User) -> None:
    log(acme, alice, outcome="no_answer")
    log(acme, alice, channel="note", outcome="")
    assert (fresh(acme).engaged_on, fresh(acme).dormant_on) == (None, days_on(80))


def test_one_that_is_to_come_does_not_even_when_its_day_has_come(
    acme: Account, alice: User
) -> None:
    log(acme, alice, channel="meeting", outcome="held", occurred_at=at(days_on(5)))
    assert fresh(acme).engaged_on is None
    log(acme, alice, outcome="no_answer", at=at(days_on(6)))
    assert fresh(acme).engaged_on is None


def test_a_late_one_counts_on_its_own_day(acme: Account, alice: User) -> None:
    log(acme, alice, occurred_at=at(days_on(-4)))
    assert fresh(acme).dormant_on == days_on(86)
    log(acme, alice, occurred_at=at(days_on(-7)))
    assert fresh(acme).dormant_on == days_on(86)


def test_in_the_pool_it_is_logged_and_changes_nothing_now_or_later(
    acme: Account, alice: User, bob: User
) -> None:
    factories.let_go(acme, on=days_on(1))
    log(acme, bob, at=at(days_on(5)))
    factories.state_interest(acme, until=days_on(300), by=bob, on=days_on(6))
    assert (fresh(acme).engaged_on, fresh(acme).interest_until) == (None, None)
    factories.hold(acme, bob, on=days_on(10))
    assert fresh(acme).dormant_on == days_on(100)
    factories.void(log(acme, bob, at=at(days_on(11))), on=days_on(12))
    assert (fresh(acme).engaged_on, fresh(acme).dormant_on) == (None, days_on(100))


def test_the_morning_of_a_release_does_not_count_for_the_next(acme: Account, bob: User) -> None:
    """The holder of a day is the one at its end."""
    factories.card(acme, on=days_on(-5))
    factories.engage(acme, on=at(TODAY, 9))
    factories.let_go(acme, on=at(TODAY, 15))
    assert (fresh(acme).engaged_on, fresh(acme).pipeline_engaged_on) == (None, None)
    factories.hold(acme, bob, on=days_on(3))
    assert fresh(acme).dormant_on == days_on(93)


def test_the_morning_of_a_claim_counts(acme: Account, bob: User) -> None:
    factories.card(acme, on=days_on(-5))
    factories.let_go(acme, on=days_on(-1))
    log(acme, bob, at=at(TODAY, 9))
    assert fresh(acme).engaged_on is None
    factories.hold(acme, bob, on=at(TODAY, 15))
    assert (fresh(acme).engaged_on, fresh(acme).pipeline_engaged_on) == (TODAY, TODAY)
    assert fresh(acme).dormant_on == days_on(45 + 90)


def test_before_the_first_holder_it_counts(alice: User) -> None:
    """An import brings history with it."""
    factories.policy()
    account = factories.pooled()
    factories.log(account, by=steward(), on=days_on(-3), outcome="connected")
    factories.card(account, on=days_on(-3))
    factories.hold(account, alice, on=TODAY)
    assert (fresh(account).engaged_on, fresh(account).dormant_on) == (days_on(-3), days_on(42 + 90))


# What it costs


@pytest.mark.parametrize(
    ("outcome", "statements"),
    [
        # the savepoint around it (2), the account, the activity, its event
        ("no_answer", 5),
        # the opportunities, the policy, the account's new days; whom it introduces, who was
        # passed over
        ("connected", 10),
    ],
)
@pytest.mark.parametrize("calls_before", [1, 12])
def test_it_asks_little_of_the_database_whatever_was_before(
    acme: Account,
    alice: User,
    calls_before: int,
    outcome: str,
    statements: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    factories.card(acme, on=days_on(-40))
    for number in range(calls_before):
        factories.engage(acme, by=alice, on=days_on(-1 - number))
    # On PostgreSQL the lock is told how long to wait.
    with django_assert_num_queries(statements + (connection.vendor == "postgresql")):
        log(acme, alice, outcome=outcome)
    assert fresh(acme).engaged_on == (TODAY if outcome == "connected" else days_on(-1))


# A stated interest


def test_the_latest_statement_holds_also_when_it_names_an_earlier_day(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(200), on=days_on(-5))
    assert fresh(acme).dormant_on == days_on(290)
    factories.state_interest(acme, until=days_on(100), on=TODAY)
    assert fresh(acme).dormant_on == days_on(190)


def test_a_statement_that_is_told_late_does_not_replace_a_later_one(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(100), on=TODAY)
    factories.state_interest(acme, until=days_on(300), on=days_on(-5), logged_on=days_on(1))
    assert (fresh(acme).interest_said_on, fresh(acme).interest_until) == (TODAY, days_on(100))


def test_of_two_at_one_moment_the_one_logged_last_holds(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(100), on=NOON)
    factories.state_interest(acme, until=days_on(50), on=NOON)
    assert fresh(acme).interest_until == days_on(50)


def test_nobody_is_interested_for_longer_than_the_longest_wait(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(3000))
    assert (fresh(acme).interest_until, fresh(acme).dormant_on) == (days_on(3000), days_on(455))


def test_a_later_engagement_leaves_the_statement(acme: Account) -> None:
    factories.state_interest(acme, until=days_on(200), on=days_on(-5))
    factories.engage(acme)
    assert fresh(acme).dormant_on == days_on(290)


def test_a_statement_has_a_contact_and_a_day(acme: Account, carla: Contact, alice: User) -> None:
    whole: dict[str, Any] = {
        "outcome": "interested_later",
        "contacts": [carla],
        "interested_until": days_on(30),
    }
    lacking: list[dict[str, Any]] = [{"contacts": []}, {"interested_until": None}]
    for missing in lacking:
        with pytest.raises(Refused) as refusal:
            log(acme, alice, **{**whole, **missing})
        assert refusal.value.code == "interest_incomplete"
    with pytest.raises(Refused) as refusal:
        log(acme, alice, **{**whole, "interested_until": days_on(-1)})
    assert refusal.value.code == "interest_in_past"
    with pytest.raises(Refused) as refusal:
        log(acme, alice, **{**whole, "outcome": "connected"})
    assert refusal.value.code == "no_interest"
    assert log(acme, alice, **{**whole, "interested_until": TODAY}).is_engagement
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.update(interested_until=None)


# Who may


def loggers(cast: Cast, account: Account, on: dt.datetime = NOON) -> set[str]:
    found = set()
    for person in cast:
        try:
            activities.log(account, channel="note", by=person, at=on)
        except NotAllowed:
            continue
        found.add(person.username)
    return found


def test_on_an_owned_account_who_may_write(cast: Cast, acme: Account) -> None:
    assert loggers(cast, acme) == {"alice", "mara", "ada"}


def test_stand_ins_and_who_was_given_access(cast: Cast, acme: Account) -> None:
    Cover.objects.create(absent=cast.alice, stand_in=cast.otto, from_on=TODAY, until_on=TODAY)
    AccountAccess.objects.create(account=acme, user=cast.bob, reason="handoff 1")
    assert loggers(cast, acme) == {"alice", "bob", "otto", "mara", "ada"}
    factories.engage(acme, by=cast.otto)
    assert fresh(acme).engaged_on == TODAY


def test_on_a_pooled_account_every_rep_and_manager(cast: Cast, acme: Account) -> None:
    factories.let_go(acme, on=days_on(-1))
    assert loggers(cast, acme) == {"alice", "bob", "otto", "mara", "olga", "ada"}
    cast.bob.active = cast.olga.active = False
    assert loggers(cast, acme) == {"alice", "otto", "mara", "ada"}


def test_on_a_closed_account_the_manager(cast: Cast, acme: Account) -> None:
    ownership.end(acme, why=EndedBy.CLOSED, by=steward(), at=at(days_on(-1)), state=State.CLOSED)
    assert loggers(cast, acme) == {"mara", "ada"}


@pytest.mark.parametrize(("who", "may"), [("ada", True), ("mara", True), ("alice", False)])
def test_who_tells_what_somebody_else_did(cast: Cast, acme: Account, who: str, may: bool) -> None:
    person: User = getattr(cast, who)
    if may:
        assert log(acme, person, logged_by=cast.bob).logged_by == cast.bob
        return
    with pytest.raises(NotAllowed):
        log(acme, person, logged_by=cast.bob)
    assert log(acme, person, logged_by=person).logged_by == person
