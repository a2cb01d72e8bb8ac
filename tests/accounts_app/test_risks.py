"""Reasons to fear for an account are written down by who may write on it (domain §1, §2)."""

import pytest
from django.db import IntegrityError, transaction

from accounts_app import risks
from accounts_app.models import Account, RiskKind, RiskSignal
from core.errors import NotAllowed
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, Cast, at

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    return factories.owned(alice)


def test_a_risk_is_open_with_its_evidence(acme: Account, alice: User) -> None:
    risk = risks.see(
        acme, kind=RiskKind.COMPETITOR_ACTIVE, by=alice, at=NOON, evidence="An offer on the desk."
    )
    kept = RiskSignal.objects.get()
    assert kept == risk
    assert (kept.seen_by, kept.seen_at, kept.evidence) == (alice, NOON, "An offer on the desk.")
    assert (kept.settled_at, kept.contact) == (None, None)
    event = Event.objects.get(verb=Verb.RISK_SEEN)
    assert event.changes == {"kind": "competitor_active", "contact": None}


def test_there_are_the_seven_kinds_of_the_rule_book() -> None:
    assert set(RiskKind.values) == {
        "competitor_active",
        "buyer_retired",
        "buyer_died",
        "buyer_left",
        "direction_changed",
        "conflict_of_interest",
        "relationship_strained",
    }


def test_about_one_contact_it_is_open_once(acme: Account, alice: User) -> None:
    carla = factories.contact(acme)
    first, again = (
        risks.see(acme, kind=RiskKind.BUYER_LEFT, contact=carla, by=alice, at=NOON)
        for _ in range(2)
    )
    assert first == again
    assert Event.objects.filter(verb=Verb.RISK_SEEN).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskSignal.objects.create(
            account=acme, kind=RiskKind.BUYER_LEFT, contact=carla, seen_by=alice, seen_at=NOON
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskSignal.objects.update(settled_at=NOON)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", True),
        ("mara", True),
        ("ada", True),
        ("bob", False),
        ("olga", False),
        ("finn", False),
    ],
)
def test_who_may(cast: Cast, who: str, may: bool) -> None:
    acme, person = factories.owned(cast.alice), getattr(cast, who)
    if may:
        assert risks.see(acme, kind=RiskKind.DIRECTION_CHANGED, by=person, at=NOON).pk
        return
    with pytest.raises(NotAllowed):
        risks.see(acme, kind=RiskKind.DIRECTION_CHANGED, by=person, at=NOON)
