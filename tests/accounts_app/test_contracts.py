"""Contracts are added and voided, by who may write on the account (domain §1, §2)."""

import pytest
from django.db import IntegrityError, transaction

from accounts_app import contracts
from accounts_app.models import Account, Contract
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, Cast, at, days_on

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    return factories.owned(alice)


def test_adding_is_on_record(acme: Account, alice: User) -> None:
    contract = contracts.add_contract(
        acme, starts_on=TODAY, ends_on=days_on(365), name="Frame", by=alice, at=NOON
    )
    assert (str(contract), contract.account) == ("Frame", acme)
    event = Event.objects.get(verb=Verb.CONTRACT_ADDED)
    assert (event.subject_id, event.account_id, event.actor) == (contract.pk, acme.pk, alice)
    assert event.changes == {"starts_on": "2026-03-02", "ends_on": "2027-03-02"}


def test_a_contract_may_last_one_day_and_not_less(acme: Account, alice: User) -> None:
    contracts.add_contract(acme, starts_on=TODAY, ends_on=TODAY, by=alice, at=NOON)
    with pytest.raises(Refused) as refusal:
        contracts.add_contract(acme, starts_on=TODAY, ends_on=days_on(-1), by=alice, at=NOON)
    assert refusal.value.code == "ends_before_start"
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.update(ends_on=days_on(-1))


def test_voiding_needs_a_reason_and_happens_once(acme: Account, alice: User) -> None:
    contract = factories.contract(acme, ends_on=days_on(9))
    with pytest.raises(Refused) as refusal:
        contracts.void_contract(contract, reason="  ", by=alice, at=NOON)
    assert refusal.value.code == "no_reason"
    voided = contracts.void_contract(contract, reason=" Mistaken ", by=alice, at=NOON)
    assert (voided.voided_at, voided.void_reason) == (NOON, "Mistaken")
    assert Event.objects.get(verb=Verb.CONTRACT_VOIDED).changes == {"reason": "Mistaken"}
    for again in (contract, Contract.objects.get()):
        with pytest.raises(Refused) as refusal:
            contracts.void_contract(again, reason="Again", by=alice, at=NOON)
        assert refusal.value.code == "already_voided"
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.update(void_reason="")


def test_what_somebody_else_voided_meanwhile_is_refused(acme: Account, alice: User) -> None:
    contract = factories.contract(acme, ends_on=days_on(9))
    stale = Contract.objects.get()
    contracts.void_contract(contract, reason="Mistaken", by=alice, at=NOON)
    with pytest.raises(Refused) as refusal:
        contracts.void_contract(stale, reason="Again", by=alice, at=NOON)
    assert refusal.value.code == "already_voided"


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("alice", True),
        ("mara", True),
        ("ada", True),
        ("bob", False),
        ("otto", False),
        ("olga", False),
        ("finn", False),
    ],
)
def test_who_may(cast: Cast, who: str, may: bool) -> None:
    acme, person = factories.owned(cast.alice), getattr(cast, who)
    contract = factories.contract(acme, ends_on=days_on(9))
    if may:
        contracts.add_contract(acme, starts_on=TODAY, ends_on=None, by=person, at=NOON)
        assert contracts.void_contract(contract, reason="Mistaken", by=person, at=NOON).voided_at
        return
    with pytest.raises(NotAllowed):
        contracts.add_contract(acme, starts_on=TODAY, ends_on=None, by=person, at=NOON)
    with pytest.raises(NotAllowed):
        contracts.void_contract(contract, reason="Mistaken", by=person, at=NOON)
    assert Contract.objects.get().voided_at is None
