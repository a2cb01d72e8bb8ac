"""The buying map: who stands above whom, who matters most, and who is missing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts_app.models import Account, RoleKind, Status
from tests import factories
from workspace.buying_map import MOST_SHOWN, Person, buying_map

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Account:
    return factories.owned(factories.cast().alice, name="Acme")


def names(people: list[Person]) -> list[str]:
    return [person.contact.name for person in people]


def test_people_stand_below_whom_they_report_to(acme: Account) -> None:
    top = factories.contact(acme, "Dora")
    factories.contact(acme, "Sam", reports_to=top)
    factories.contact(acme, "Ira", reports_to=top)
    drawn = buying_map(acme)
    assert names(drawn.tops) == ["Dora"]
    assert names(drawn.tops[0].reports) == ["Ira", "Sam"]


def test_somebody_with_several_roles_is_one_person(acme: Account) -> None:
    factories.contact(acme, "Dora", roles=[RoleKind.USER, RoleKind.DECISION_MAKER])
    (dora,) = buying_map(acme).people
    assert [badge.words for badge in dora.badges] == ["Decision maker", "User"]


def test_who_decides_comes_first(acme: Account) -> None:
    factories.contact(acme, "Adam")
    factories.contact(acme, "Zoe", roles=[RoleKind.DECISION_MAKER])
    drawn = buying_map(acme)
    assert names(drawn.people) == ["Zoe", "Adam"]
    assert names(drawn.deciders) == ["Zoe"]
    assert drawn.hole == ""


@pytest.mark.parametrize("status", [Status.LEFT, Status.RETIRED, Status.DECEASED])
def test_a_decider_who_went_leaves_a_hole(acme: Account, status: Status) -> None:
    factories.contact(acme, "Zoe", roles=[RoleKind.DECISION_MAKER], status=status)
    factories.contact(acme, "Adam")
    drawn = buying_map(acme)
    assert drawn.deciders == []
    assert drawn.hole == f"Zoe decided here: {status.label.lower()}. Who decides now?"


def test_nobody_decides(acme: Account) -> None:
    assert buying_map(acme).hole == ""
    factories.contact(acme, "Adam")
    assert buying_map(acme).hole == "Nobody is known who decides. Who is it?"


def test_of_many_those_who_matter_are_shown_with_who_stands_above(acme: Account) -> None:
    boss = factories.contact(acme, "Zz boss")
    for number in range(MOST_SHOWN + 5):
        factories.contact(acme, f"Person {number:03}")
    factories.contact(acme, "Zoe", roles=[RoleKind.DECISION_MAKER], reports_to=boss)
    drawn = buying_map(acme)
    assert names([top for top in drawn.tops if top.reports]) == ["Zz boss"]
    assert drawn.hidden == len(drawn.people) - MOST_SHOWN - 1
    assert len(buying_map(acme, everybody=True).tops) == len(drawn.people) - 1


def test_the_map_asks_once(acme: Account) -> None:
    for number in range(40):
        factories.contact(acme, f"Person {number}", roles=[RoleKind.USER, RoleKind.CHAMPION])
    with CaptureQueriesContext(connection) as asked:
        buying_map(acme)
    assert len(asked) == 1
