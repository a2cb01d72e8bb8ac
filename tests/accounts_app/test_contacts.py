"""The people at the customer: added, changed, and gone (domain §2)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts_app import contacts
from accounts_app.models import Account, Contact, RiskKind, RiskSignal, RoleKind, Stance, Status
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from tests import factories
from tests.factories import TODAY, Cast, at

NOON = at(TODAY)


@pytest.fixture
def acme(alice: User) -> Account:
    return factories.owned(alice)


@pytest.fixture
def carla(acme: Account) -> Contact:
    """The decision maker of Acme."""
    return factories.contact(acme, "Carla", roles=[RoleKind.DECISION_MAKER])


def risks(account: Account) -> list[tuple[str, str]]:
    found = RiskSignal.objects.filter(account=account).order_by("id")
    return [(risk.kind, str(risk.contact)) for risk in found]


def test_adding_keeps_who_they_are_and_leaves_an_event(acme: Account, alice: User) -> None:
    dora = contacts.add_contact(
        acme,
        name="Dora",
        by=alice,
        at=NOON,
        title="Head of purchasing",
        stance=Stance.SUPPORTER,
        roles=[RoleKind.CHAMPION, RoleKind.USER],
    )
    assert contacts.roles_of(dora) == {"champion", "user"}
    assert (dora.account, dora.status, dora.stance) == (acme, "active", "supporter")
    event = Event.objects.get(verb=Verb.CONTACT_ADDED)
    assert (event.actor, event.account_id, event.subject_id) == (alice, acme.pk, dora.pk)
    assert event.changes == {"name": "Dora", "roles": ["champion", "user"]}


def test_changing_tells_before_and_after(acme: Account, carla: Contact, alice: User) -> None:
    boss = factories.contact(acme, "Boss")
    assert contacts.change_contact(
        carla,
        by=alice,
        at=NOON,
        stance=Stance.OPPONENT,
        reports_to=boss,
        no_calls=True,
        roles=[RoleKind.INFLUENCER],
    )
    carla.refresh_from_db()
    assert (carla.stance, carla.reports_to, carla.no_calls) == ("opponent", boss, True)
    assert contacts.roles_of(carla) == {"influencer"}
    assert Event.objects.get(verb=Verb.CONTACT_CHANGED).changes == {
        "stance": ["", "opponent"],
        "reports_to": [None, boss.pk],
        "no_calls": [False, True],
        "roles": [["decision_maker"], ["influencer"]],
    }


def test_what_is_the_same_already_changes_nothing(carla: Contact, alice: User) -> None:
    assert not contacts.change_contact(
        carla,
        by=alice,
        at=NOON,
        name="Carla",
        status=Status.ACTIVE,
        roles=[RoleKind.DECISION_MAKER],
    )
    assert not Event.objects.filter(verb=Verb.CONTACT_CHANGED).exists()


def test_nonsense_is_refused(acme: Account, carla: Contact, alice: User) -> None:
    nonsense: list[dict[str, Any]] = [
        {"email": "carla@"},
        {"status": "asleep"},
        {"stance": "hostile"},
        {"name": ""},
    ]
    for fields in nonsense:
        with pytest.raises(ValidationError):
            contacts.change_contact(carla, by=alice, at=NOON, **fields)
    with pytest.raises(ValidationError):
        contacts.add_contact(acme, name="", by=alice, at=NOON)
    with pytest.raises(Refused) as refusal:
        factories.contact(acme, "Egon", roles=["king"])
    assert refusal.value.code == "unknown_role"
    assert not Contact.objects.filter(name="Egon").exists()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.RETIRED, RiskKind.BUYER_RETIRED),
        (Status.DECEASED, RiskKind.BUYER_DIED),
        (Status.LEFT, RiskKind.BUYER_LEFT),
        (Status.MOVED_ROLE, RiskKind.BUYER_LEFT),
    ],
)
def test_a_decision_maker_who_goes_raises_a_risk(
    acme: Account, carla: Contact, alice: User, status: Status, kind: RiskKind
) -> None:
    factories.contact(acme, "Dora")
    contacts.change_contact(carla, by=alice, at=NOON, status=status)
    risk = RiskSignal.objects.get()
    assert (risk.account, risk.kind, risk.contact) == (acme, kind, carla)
    assert (risk.seen_by, risk.seen_at, risk.settled_at) == (alice, NOON, None)
    assert risk.evidence.startswith("Carla, a decision maker: ")
    assert Event.objects.get(verb=Verb.RISK_SEEN).changes == {"kind": kind, "contact": carla.pk}


def test_the_only_active_contact_who_goes_raises_a_risk(acme: Account, alice: User) -> None:
    gone, last = factories.contact(acme, "Gone"), factories.contact(acme, "Last")
    contacts.change_contact(gone, by=alice, at=NOON, status=Status.LEFT)
    assert risks(acme) == []
    contacts.change_contact(last, by=alice, at=NOON, status=Status.RETIRED)
    assert risks(acme) == [("buyer_retired", "Last")]


def test_one_of_several_who_decides_nothing_raises_none(
    acme: Account, carla: Contact, alice: User
) -> None:
    dora = factories.contact(acme, "Dora", roles=[RoleKind.CHAMPION])
    contacts.change_contact(dora, by=alice, at=NOON, status=Status.LEFT)
    assert risks(acme) == []


def test_the_contacts_of_another_account_are_no_others(
    acme: Account, alice: User, bob: User
) -> None:
    factories.contact(factories.owned(bob, name="Other"), "Elsewhere")
    only = factories.contact(acme, "Only")
    contacts.change_contact(only, by=alice, at=NOON, status=Status.LEFT)
    assert risks(acme) == [("buyer_left", "Only")]


def test_taking_the_role_away_while_they_go_hides_nothing(
    acme: Account, carla: Contact, alice: User
) -> None:
    factories.contact(acme, "Dora")
    contacts.change_contact(carla, by=alice, at=NOON, status=Status.LEFT, roles=[])
    assert risks(acme) == [("buyer_left", "Carla")]


def test_an_open_risk_about_them_is_not_doubled(acme: Account, carla: Contact, alice: User) -> None:
    for status in (Status.MOVED_ROLE, Status.LEFT, Status.ACTIVE, Status.LEFT):
        contacts.change_contact(carla, by=alice, at=NOON, status=status)
    assert risks(acme) == [("buyer_left", "Carla")]
    contacts.change_contact(carla, by=alice, at=NOON, status=Status.DECEASED)
    assert risks(acme) == [("buyer_left", "Carla"), ("buyer_died", "Carla")]


def test_a_settled_risk_can_come_again(acme: Account, carla: Contact, alice: User) -> None:
    contacts.change_contact(carla, by=alice, at=NOON, status=Status.LEFT)
    RiskSignal.objects.update(settled_at=NOON, settled_by=alice)
    contacts.change_contact(carla, by=alice, at=NOON, status=Status.ACTIVE)
    contacts.change_contact(carla, by=alice, at=NOON, status=Status.LEFT)
    assert risks(acme) == [("buyer_left", "Carla")] * 2


def test_coming_back_raises_none(acme: Account, alice: User) -> None:
    back = factories.contact(acme, "Back", status=Status.LEFT)
    contacts.change_contact(back, by=alice, at=NOON, status=Status.ACTIVE)
    assert risks(acme) == []


def test_nobody_stands_above_themselves(acme: Account, alice: User) -> None:
    top, middle, low = (factories.contact(acme, name) for name in ("Top", "Middle", "Low"))
    contacts.change_contact(middle, by=alice, at=NOON, reports_to=top)
    contacts.change_contact(low, by=alice, at=NOON, reports_to=middle)
    for superior in (low, middle, top):
        with pytest.raises(Refused) as refusal:
            contacts.change_contact(top, by=alice, at=NOON, reports_to=superior)
        assert refusal.value.code == "own_superior"
    assert contacts.change_contact(middle, by=alice, at=NOON, reports_to=None)
    assert contacts.change_contact(top, by=alice, at=NOON, reports_to=low)


def test_the_superior_is_of_the_same_account(acme: Account, carla: Contact, bob: User) -> None:
    stranger = factories.contact(factories.owned(bob, name="Other"), "Stranger")
    with pytest.raises(Refused) as refusal:
        contacts.change_contact(carla, by=factories.steward(), at=NOON, reports_to=stranger)
    assert refusal.value.code == "other_account"


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
    acme = factories.owned(cast.alice)
    carla = factories.contact(acme)
    person: User = getattr(cast, who)
    if may:
        contacts.add_contact(acme, name="Dora", by=person, at=NOON)
        assert contacts.change_contact(carla, by=person, at=NOON, title="Director")
        return
    with pytest.raises(NotAllowed):
        contacts.add_contact(acme, name="Dora", by=person, at=NOON)
    with pytest.raises(NotAllowed):
        contacts.change_contact(carla, by=person, at=NOON, title="Director")
    assert acme.contacts.get().title == ""
