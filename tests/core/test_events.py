"""The record: who did what to what, once and for all (domain §10)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import events, origin
from core.models import Event, Notification, User, Verb
from tests.factories import TODAY, at

NOON = at(TODAY)


def test_an_event_says_who_what_when_and_by_which_job(ada: User, bob: User) -> None:
    with origin.working_as("command sweep"):
        event = events.record(
            verb=Verb.USER_CHANGED, subject=bob, actor=ada, at=NOON, changes={"role": ["rep", "x"]}
        )
    found = Event.objects.get(pk=event.pk)
    assert (found.verb, found.actor, found.subject_id) == ("user.changed", ada, bob.pk)
    assert found.subject_type.model_class() is User
    assert (found.happened_at, found.origin, found.account_id) == (NOON, "command sweep", None)
    assert found.recorded_at > NOON
    assert origin.current() == ""


def test_changes_are_kept_as_json(ada: User) -> None:
    changes: dict[str, Any] = {"on": dt.date(2024, 2, 29), "amount": Decimal("1.50"), "at": NOON}
    event = events.record(
        verb=Verb.USER_CHANGED, subject=ada, actor=ada, at=NOON, changes={**changes, "old": None}
    )
    assert Event.objects.get(pk=event.pk).changes == {
        "on": "2024-02-29",
        "amount": "1.50",
        "at": "2026-03-02T12:00:00Z",
        "old": None,
    }


def test_an_unknown_verb_is_refused(ada: User) -> None:
    unknown: Any = "user.vanished"
    with pytest.raises(ValueError, match="vanished"):
        events.record(verb=unknown, subject=ada, actor=ada, at=NOON)


def test_the_database_refuses_an_unknown_verb_too(ada: User) -> None:
    event = events.built(verb=Verb.USER_CHANGED, subject=ada, actor=ada, at=NOON)
    event.verb = "user.vanished"
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()


def test_nobody_is_no_actor(ada: User) -> None:
    nobody: Any = None
    with pytest.raises(IntegrityError), transaction.atomic():
        events.record(verb=Verb.USER_CHANGED, subject=ada, actor=nobody, at=NOON)


def test_many_are_written_in_their_order(ada: User, bob: User) -> None:
    made = [
        events.built(verb=Verb.USER_CHANGED, subject=person, actor=ada, at=NOON)
        for person in (bob, ada, bob)
    ]
    written = events.record_many(made)
    assert [event.subject_id for event in written] == [bob.pk, ada.pk, bob.pk]
    assert [event.pk for event in written] == sorted(event.pk for event in written)


def test_who_is_told_finds_the_sentence(ada: User, alice: User, bob: User) -> None:
    event = events.record(verb=Verb.ACCOUNT_WARNED, subject=ada, actor=ada, at=NOON, account_id=7)
    bob.active = False
    events.tell(event, "Acme goes quiet.", [alice, bob])
    told = Notification.objects.get()
    assert (told.recipient, told.sentence, told.account_id) == (alice, "Acme goes quiet.", 7)
    assert (told.event, told.created_at, told.read_at) == (event, NOON, None)


def test_nobody_is_told_twice_of_one_event(ada: User, alice: User) -> None:
    event = events.record(verb=Verb.USER_CHANGED, subject=ada, actor=ada, at=NOON)
    events.tell(event, "Once.", [alice])
    with pytest.raises(IntegrityError), transaction.atomic():
        events.tell(event, "Twice.", [alice])
