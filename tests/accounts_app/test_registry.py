"""Accounts are added, changed, and named by other systems (domain §2)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts_app import registry
from accounts_app.models import Account, ExternalRef
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, Cast, at

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    return factories.owned(alice)


def test_a_new_account_has_no_holder_yet(alice: User) -> None:
    account = registry.add_account("Acme", by=alice, at=NOON, segment="small", country="Peru")
    assert (account.state, account.owner, account.country) == ("pooled", None, "Peru")
    event = Event.objects.get(verb=Verb.ACCOUNT_ADDED)
    assert (event.subject_id, event.account_id) == (account.pk, account.pk)
    assert event.changes == {"name": "Acme"}


def test_two_accounts_may_bear_one_name(alice: User) -> None:
    one, two = (registry.add_account("Acme", by=alice, at=NOON) for _ in range(2))
    assert one != two


@pytest.mark.parametrize("fields", [{"name": ""}, {"segment": "giant"}, {"name": "A" * 201}])
def test_nonsense_is_refused(acme: Account, alice: User, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        registry.change_account(acme, by=alice, at=NOON, **fields)
    with pytest.raises(ValidationError):
        registry.add_account(**{"name": "Other", **fields}, by=alice, at=NOON)


def test_changing_tells_before_and_after(acme: Account, alice: User) -> None:
    group = factories.pooled("Group")
    assert registry.change_account(acme, by=alice, at=NOON, region="West", parent=group)
    changes = Event.objects.get(verb=Verb.ACCOUNT_CHANGED).changes
    assert changes == {"region": ["", "West"], "parent": [None, group.pk]}
    assert not registry.change_account(acme, by=alice, at=NOON, region="West", parent=group)
    assert Event.objects.filter(verb=Verb.ACCOUNT_CHANGED).count() == 1


def test_holder_state_and_clock_are_not_changed_here(acme: Account, alice: User, bob: User) -> None:
    others: dict[str, Any] = {"owner": bob, "state": "closed", "dormant_on": TODAY}
    assert not registry.change_account(acme, by=alice, at=NOON, **others)
    assert factories.fresh(acme).owner == alice


def test_no_account_stands_above_itself(ada: User) -> None:
    top, middle, low = (factories.pooled(name) for name in ("Top", "Middle", "Low"))
    registry.change_account(middle, by=ada, at=NOON, parent=top)
    registry.change_account(low, by=ada, at=NOON, parent=middle)
    for parent in (low, middle, top):
        with pytest.raises(Refused) as refusal:
            registry.change_account(top, by=ada, at=NOON, parent=parent)
        assert refusal.value.code == "own_ancestor"


def test_a_stale_parent_hides_no_circle(ada: User) -> None:
    top, low = factories.pooled("Top"), factories.pooled("Low")
    stale = Account.objects.get(pk=low.pk)
    registry.change_account(low, by=ada, at=NOON, parent=top)
    with pytest.raises(Refused):
        registry.change_account(top, by=ada, at=NOON, parent=stale)


def test_several_systems_name_one_account(acme: Account) -> None:
    for source, external_id in (("crm", "17"), ("books", "17"), ("crm", "A-17")):
        registry.name_it(acme, source=source, external_id=external_id)
    assert registry.name_it(acme, source="crm", external_id="17").subject_id == acme.pk
    assert ExternalRef.objects.of(acme).count() == 3
    assert ExternalRef.objects.ids_of(Account, source="crm") == {"17": acme.pk, "A-17": acme.pk}
    assert ExternalRef.objects.ids_of(User, source="crm") == {}


def test_a_name_means_one_thing(acme: Account, alice: User) -> None:
    registry.name_it(acme, source="crm", external_id="17")
    with pytest.raises(Refused) as refusal:
        registry.name_it(factories.pooled("Other"), source="crm", external_id="17")
    assert refusal.value.code == "named_otherwise"
    assert registry.name_it(alice, source="crm", external_id="17").subject_id == alice.pk
    for empty in ({"source": ""}, {"external_id": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExternalRef.objects.filter(subject_id=acme.pk).update(**empty)


@pytest.mark.parametrize(
    ("who", "adds", "changes"),
    [
        ("alice", True, True),
        ("mara", True, True),
        ("ada", True, True),
        ("bob", True, False),
        ("olga", True, False),
        ("finn", False, False),
    ],
)
def test_who_may(cast: Cast, who: str, adds: bool, changes: bool) -> None:
    acme, person = factories.owned(cast.alice), getattr(cast, who)
    if adds:
        registry.add_account("New", by=person, at=NOON)
    else:
        with pytest.raises(NotAllowed):
            registry.add_account("New", by=person, at=NOON)
    if changes:
        assert registry.change_account(acme, by=person, at=NOON, region="West")
    else:
        with pytest.raises(NotAllowed):
            registry.change_account(acme, by=person, at=NOON, region="West")


def test_who_left_adds_nothing(alice: User) -> None:
    alice.active = False
    with pytest.raises(NotAllowed):
        registry.add_account("New", by=alice, at=NOON)
