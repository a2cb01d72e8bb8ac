"""Importing people: users, teams, managers."""

import datetime as dt
from pathlib import Path

import pytest

from core.models import Event, Role, Team, User, Verb
from tests import factories
from tests.operations.importing import bring, counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


def test_a_full_row(file: Path) -> None:
    file.write_text(
        "username,email,first_name,last_name,role,team,manager,region,strengths,capacity\n"
        "mara,mara@example.com,Mara,Meier,manager,North,,,,\n"
        "anna,anna@example.com,Anna,Snelling,rep,North,mara,Central,acquisition;retention,40\n"
    )
    came = bring("people", file)
    assert counts(came) == (2, 0, 0, 0)
    anna, mara = User.objects.get(username="anna"), User.objects.get(username="mara")
    assert (anna.name, anna.region, anna.capacity) == ("Anna Snelling", "Central", 40)
    assert anna.strengths == ["acquisition", "retention"]
    assert not anna.has_usable_password()
    assert list(mara.leads.values_list("name", flat=True)) == ["North"]
    assert anna.memberships.get().team.name == "North"
    assert (mara.may_hold, anna.may_hold) == (False, True)
    assert Event.objects.filter(verb=Verb.USER_ADDED, origin="command import").count() == 2


def test_the_same_file_twice_changes_nothing(file: Path) -> None:
    file.write_text(
        "Id,Name,Manager\n7,Anna Snelling,Dustin Brinkmann\n8,Cecily Lampkin,Dustin Brinkmann\n"
    )
    bring("people", file)
    events = Event.objects.count()
    assert counts(bring("people", file)) == (0, 0, 2, 0)
    assert Event.objects.count() == events


def test_a_name_gives_username_and_manager_and_team(file: Path) -> None:
    file.write_text("sales_agent,manager,regional_office\nZoë Müller,Dustin Brinkmann,Central\n")
    came = bring("people", file)
    zoe = User.objects.get(username="zoe.muller")
    dustin = User.objects.get(username="dustin.brinkmann")
    assert (zoe.first_name, zoe.last_name, zoe.role) == ("Zoë", "Müller", Role.REP)
    assert (dustin.role, dustin.may_hold) == (Role.MANAGER, False)
    assert zoe.memberships.get().team == Team.objects.get(name="Team Dustin Brinkmann")
    assert list(dustin.leads.all()) == [zoe.memberships.get().team]
    assert "Dustin Brinkmann was named as a manager and is added as dustin.brinkmann" in came.said


def test_usernames_are_made_unique(file: Path) -> None:
    factories.person("anna.snelling", first_name="Somebody", email="else@example.com")
    file.write_text("Name,email\nAnna Snelling,a@example.com\nAnna Snelling,b@example.com\n")
    assert counts(bring("people", file)) == (2, 0, 0, 0)
    assert set(User.objects.filter(last_name="Snelling").values_list("username", flat=True)) == {
        "anna.snelling2",
        "anna.snelling3",
    }


def test_a_manager_may_come_later_in_the_file(file: Path) -> None:
    file.write_text(
        "username,name,role,manager\nanna,Anna Snelling,rep,dus\ndus,Dustin Brinkmann,manager,\n"
    )
    assert counts(bring("people", file)) == (2, 0, 0, 0)
    assert User.objects.count() == 2 + 1  # and the system itself


def test_a_file_without_roles_tells_managers_by_their_reports(file: Path) -> None:
    file.write_text(
        "employee_id,last_name,first_name,reports_to\n1,Davolio,Nancy,2\n2,Fuller,Ann,\n"
    )
    came = bring("people", file)
    assert counts(came) == (2, 0, 0, 0)
    assert User.objects.get(last_name="Fuller").role == Role.MANAGER
    assert "becomes a manager" in came.said


def test_what_somebody_was_called_before_is_changed(file: Path) -> None:
    file.write_text("username,region\nanna,North\n")
    bring("people", file)
    file.write_text("username,region\nANNA,South\n")
    assert counts(bring("people", file)) == (0, 1, 0, 0)
    assert User.objects.get(username="anna").region == "South"


def test_a_move_to_another_team_is_of_today(file: Path) -> None:
    alice = factories.alice()
    file.write_text("username,team\nalice,South\n")
    assert counts(bring("people", file)) == (0, 1, 0, 0)
    assert list(alice.memberships.values_list("team__name", flat=True)) == ["South", "North"]


def test_somebody_who_left_is_added_without_a_way_in(file: Path) -> None:
    file.write_text("username,active,left_on\nold,no,2019-05-31\nolder,,2018-05-31\n")
    assert counts(bring("people", file)) == (2, 0, 0, 0)
    old = User.objects.get(username="old")
    assert (old.active, old.left_on) == (False, dt.date(2019, 5, 31))


def test_a_file_may_know_the_last_day_better(file: Path) -> None:
    file.write_text("username,active,left_on\nold,no,\n")
    bring("people", file)
    for day in ("2019-05-31", "2019-06-30"):
        file.write_text(f"username,left_on\nold,{day}\n")
        assert counts(bring("people", file)) == (0, 1, 0, 0)
        assert str(User.objects.get(username="old").left_on) == day
    assert counts(bring("people", file)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("alice,,,,,no,,", "Alice is active here; a departure is run in Steward"),
        ("new,,king,,,,,", "role: “king” is none of rep, manager, finance, admin."),
        ("new,,system,,,,,", "role: “system” is none of"),
        ("new,no-address,,,,,,", "valid email"),
        ("new,alice@example.com,,,,,,", "email: Alice has this address."),
        ("a b,,,,,,,", "valid username"),
        ("new,,,nobody,,,,", "manager: There is no person “nobody”."),
        ("new,,,alice,,,,", "Alice is no manager but Sales rep."),
        ("new,,,,cheerful,,,", "strengths: “cheerful” is none of acquisition, retention."),
        ("new,,,,,yes,2019-01-01,", "both active and gone"),
        ("new,,,,,,2999-01-01,", "not between"),
        ("new,,,,,,2199-01-01,", "is to come"),
        ("new,,,,,,,-4", "no whole number"),
        (f"{'x' * 160},,,,,,,", "at most 150"),
        ("new\x07,,,,,,,", "control characters"),
        (",,,,,,,5", "no username, and no name or e-mail"),
    ],
)
def test_bad_rows(file: Path, row: str, reason: str) -> None:
    factories.alice()
    file.write_text(
        f"username,email,role,manager,strengths,active,left_on,capacity\n{row}\ngood,,,,,,,\n"
    )
    came = bring("people", file)
    assert came.code == 1
    assert [row["line"] for row in came.rejected] == ["2"]
    assert reason in came.reasons[0]
    assert User.objects.filter(username="good").exists()
    assert not User.objects.filter(username__startswith="new").exists()


def test_the_real_people(maven: Path, tmp_path: Path) -> None:
    file = tmp_path / "sales_teams.csv"
    file.write_bytes((maven / "sales_teams.csv").read_bytes())
    assert counts(bring("people", file)) == (35, 0, 0, 0)
    assert Team.objects.count() == User.objects.filter(role=Role.MANAGER).count() == 6
    assert counts(bring("people", file)) == (0, 0, 35, 0)
