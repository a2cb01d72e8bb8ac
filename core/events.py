"""Writing the record: one function, called inside the transaction that makes the change."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from core import origin
from core.models import Event, Notification, User, Verb


def built(
    *,
    verb: Verb,
    subject: Model,
    actor: User,
    at: dt.datetime,
    account_id: int | None = None,
    changes: dict[str, Any] | None = None,
) -> Event:
    """An event not yet saved, for writing many at once."""
    return Event(
        verb=Verb(verb),
        actor=actor,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        account_id=account_id,
        changes=plain(changes or {}),
        origin=origin.current(),
        happened_at=at,
    )


def record(
    *,
    verb: Verb,
    subject: Model,
    actor: User,
    at: dt.datetime,
    account_id: int | None = None,
    changes: dict[str, Any] | None = None,
) -> Event:
    """Writes that ``actor`` did ``verb`` to ``subject``. An unknown verb raises ValueError."""
    event = built(
        verb=verb, subject=subject, actor=actor, at=at, account_id=account_id, changes=changes
    )
    event.save(force_insert=True)
    return event


def record_many(made: Iterable[Event]) -> list[Event]:
    """Writes events from ``built`` at once, in their order."""
    return Event.objects.bulk_create(made)


def tell(event: Event, sentence: str, recipients: Iterable[User]) -> None:
    """Leaves each active recipient a notification of the event."""
    tell_many((event, sentence, person) for person in recipients)


def tell_many(told: Iterable[tuple[Event, str, User]]) -> None:
    """Leaves notifications at once: of which event, in which words, to whom if active."""
    Notification.objects.bulk_create(
        Notification(
            recipient=person,
            event=event,
            sentence=sentence,
            account_id=event.account_id,
            created_at=event.happened_at,
        )
        for event, sentence, person in told
        if person.is_active
    )


def plain(changes: dict[str, Any]) -> dict[str, Any]:
    """The same facts in JSON's own types: days and decimals as text."""
    result: dict[str, Any] = json.loads(json.dumps(changes, cls=DjangoJSONEncoder))
    return result
