"""Import of people: users, their teams and who leads them."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from accounts_app.registry import name_it
from core import people
from core.models import Role, Strength, Team, User
from operations.imports.cells import Cells, longest
from operations.imports.job import Job, Result
from operations.imports.known_headings import PEOPLE
from operations.imports.matching import People, Unknown
from operations.imports.running import NotYet
from operations.imports.values import BadValue, choice, quoted

ROLES = {str(value): str(label) for value, label in Role.choices if value != Role.SYSTEM}
STRENGTHS = {str(value): str(label) for value, label in Strength.choices}
PLAIN_FIELDS = ("email", "first_name", "last_name", "region")
MOST_CAPACITY = 100_000
#: A file does not say since when people are in their team, so as far back as any figure goes.
ALWAYS = dt.date(1900, 1, 1)


class ImportPeople:
    """A person is known by external id, username, e-mail, or by a name that only they bear."""

    headings = PEOPLE
    required = (("username", "name", "last_name", "email"),)

    def __init__(self, job: Job) -> None:
        self.job = job

    def prepare(self, rows: Sequence[Cells]) -> None:
        self.people = People(self.job.source)

    def apply(self, cells: Cells, *, last_try: bool) -> Result:
        fields = self._fields(cells)
        manager = self._manager(cells, last_try=last_try)
        person = self._known(cells, fields)
        self._refuse_taken_address(person, fields)
        if person is None:
            person, result = self._add(cells, fields), Result.CREATED
        else:
            changed = self._change(person, cells, fields)
            result = Result.UPDATED if changed else Result.UNCHANGED
        placed = self._place(person, manager, cells)
        if self._remember(person, cells) or placed:
            result = Result.UPDATED if result is Result.UNCHANGED else result
        return result

    def finish(self) -> None:
        """Nothing is left to do."""

    def _fields(self, cells: Cells) -> dict[str, Any]:
        fields: dict[str, Any] = dict(cells.texts(User, *PLAIN_FIELDS))
        if "name" in cells and "first_name" not in fields and "last_name" not in fields:
            fields["first_name"], fields["last_name"] = split_name(cells.name("name"))
        if "role" in cells:
            fields["role"] = cells.choice("role", ROLES)
        if "strengths" in cells:
            fields["strengths"] = _strengths(cells)
        if "capacity" in cells:
            fields["capacity"] = cells.whole("capacity", least=0, most=MOST_CAPACITY)
        return fields

    # Who it is

    def _known(self, cells: Cells, fields: dict[str, Any]) -> User | None:
        if "external_id" in cells:
            person = self.people.with_id(cells.external_id)
            if person:
                _refuse_other_username(person, cells)
                return person
        if "username" in cells:
            return self.people.with_login(cells.name("username"))
        if "email" in fields:
            person = self.people.with_login(fields["email"])
            if person:
                return person
        return self._known_by_name(cells, fields)

    def _known_by_name(self, cells: Cells, fields: dict[str, Any]) -> User | None:
        """The one who bears the name, unless they are somebody else by e-mail or external id."""
        email = fields.get("email", "").casefold()
        alike = [
            person
            for person in self.people.with_name(full_name(fields))
            if not (email and person.email)
            and not ("external_id" in cells and self.people.has_id(person))
        ]
        if len(alike) > 1:
            name = full_name(fields)
            raise BadValue(
                f"{len(alike)} people are called {quoted(name)}; add a username.",
                group="Several people are called the same; add a username.",
            )
        return alike[0] if alike else None

    def _refuse_taken_address(self, person: User | None, fields: dict[str, Any]) -> None:
        holder = self.people.with_login(fields["email"]) if "email" in fields else None
        if holder and holder != person:
            raise BadValue(
                f"email: {holder} has this address.", group="email: Somebody has this address."
            )

    # Adding and changing

    def _add(self, cells: Cells, fields: dict[str, Any]) -> User:
        fields = {**fields, **_leaving(cells, self.job.today)}
        if fields.get("role") == Role.MANAGER:
            fields["holds_accounts"] = False
        given = cells.text("username", most=longest(User, "username"))
        username = given or self._free_username(fields)
        return people.add_user(username, by=self.job.by, at=self.job.at, **fields)

    def _change(self, person: User, cells: Cells, fields: dict[str, Any]) -> bool:
        leaving = _leaving(cells, self.job.today)
        if person.active and not leaving.get("active", True):
            raise BadValue(
                f"{person} is active here; a departure is run in Steward, not by an import.",
                group="The person is active here; a departure is run in Steward, not by an import.",
            )
        left = self._leave(person, leaving.get("left_on"))
        return people.change_user(person, by=self.job.by, at=self.job.at, **fields) or left

    def _leave(self, person: User, left_on: dt.date | None) -> bool:
        """Of somebody who is gone, the file may know the last day, or know it better."""
        if left_on is None:
            return False
        return people.record_leaving(person, left_on=left_on, by=self.job.by, at=self.job.at)

    def _free_username(self, fields: dict[str, Any]) -> str:
        """ "anna.snelling" of a name, or the first part of the e-mail address; made unique."""
        wanted = username_of(full_name(fields)) or username_of(
            fields.get("email", "").split("@")[0]
        )
        if not wanted:
            raise BadValue("The row has no username, and no name or e-mail to make one of.")
        username, number = wanted, 1
        while self.people.with_login(username):
            number += 1
            username = f"{wanted}{number}"
        return username

    # Teams

    def _manager(self, cells: Cells, *, last_try: bool) -> User | None:
        """Who the row names as manager. One who is nowhere is added once the whole file is read,
        because their own row may come later."""
        if "manager" not in cells:
            return None
        name = cells.name("manager")
        try:
            with cells.blaming("manager"):
                return self._as_manager(self.people.find(name), cells)
        except Unknown:
            if not last_try:
                raise NotYet(f"There is no person {quoted(name)} yet.") from None
            if not is_a_persons_name(name):
                raise
        return self._add_manager(name)

    def _add_manager(self, name: str) -> User:
        fields: dict[str, Any] = {"role": Role.MANAGER, "holds_accounts": False}
        fields["first_name"], fields["last_name"] = split_name(name)
        username = self._free_username(fields)
        manager = people.add_user(username, by=self.job.by, at=self.job.at, **fields)
        self.job.remark(f"{manager} was named as a manager and is added as {username}.")
        self.job.once_taken.append(lambda: self.people.learn(manager))
        return manager

    def _as_manager(self, person: User, cells: Cells) -> User:
        """A file without roles tells by this column who is a manager."""
        if person.role in (Role.MANAGER, Role.ADMIN):
            return person
        if cells.has_column("role") or person.role != Role.REP:
            raise BadValue(
                f"{person} is no manager but {person.get_role_display()}.",
                group="The person named is no manager.",
            )
        people.change_user(person, by=self.job.by, at=self.job.at, role=Role.MANAGER)
        self.job.remark(f"{person} leads people and becomes a manager who also holds accounts.")
        return person

    def _place(self, person: User, manager: User | None, cells: Cells) -> bool:
        """Into the team named, or the manager's; managers lead their team instead."""
        if manager == person:
            raise BadValue(f"{person} cannot be their own manager.")
        name = cells.text("team", most=longest(Team, "name"))
        if not name and manager:
            name = self._team_of(manager)
        if not name:
            return False
        team, made = people.ensure_team(name, by=self.job.by, at=self.job.at)
        led = manager is not None and self._lead(team, manager)
        if person.role == Role.MANAGER and manager is None:
            joined = self._lead(team, person)
        else:
            joined = self._join(person, team)
        return made or led or joined

    def _team_of(self, manager: User) -> str:
        """The one team that the manager leads already, or one that bears their name."""
        led = list(manager.leads.values_list("name", flat=True)[:2])
        return led[0] if len(led) == 1 else f"Team {manager.name}"

    def _lead(self, team: Team, manager: User) -> bool:
        return people.let_lead(team, manager, by=self.job.by, at=self.job.at)

    def _join(self, person: User, team: Team) -> bool:
        """A first membership is taken to have always been; a move is of today."""
        if not person.active:
            return False
        first = not person.memberships.exists()
        from_on = ALWAYS if first else self.job.today
        return people.join_team(person, team, from_on=from_on, by=self.job.by, at=self.job.at)

    def _remember(self, person: User, cells: Cells) -> bool:
        external_ids = [cells.external_id] if "external_id" in cells else []
        self.job.once_taken.append(lambda: self.people.learn(person, *external_ids))
        if not external_ids or self.people.with_id(external_ids[0]):
            return False
        name_it(person, source=self.job.source, external_id=external_ids[0])
        return True


def full_name(fields: dict[str, Any]) -> str:
    return f"{fields.get('first_name', '')} {fields.get('last_name', '')}".strip()


def split_name(name: str) -> tuple[str, str]:
    """First and last name: "Snelling, Anna" and "Anna Snelling"; the last word is the last name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


def is_a_persons_name(name: str) -> bool:
    """At least two words, and no digit in them: not somebody's id in another system."""
    return len(name.split()) > 1 and not any(c.isdigit() for c in name)


def username_of(name: str) -> str:
    """The name in lower-case ASCII with points between the words; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join(re.sub(r"[^a-z0-9-]+", " ", plain.casefold()).split())


def _refuse_other_username(person: User, cells: Cells) -> None:
    username = cells.name("username")
    if username and username.casefold() != person.username.casefold():
        raise BadValue(
            f"This person signs in as {person.username} here; an import changes no username.",
            group="The person has another username here; an import changes none.",
        )


def _strengths(cells: Cells) -> list[str]:
    with cells.blaming("strengths"):
        parts = re.split(r"[,;|/]", cells.text("strengths", most=200))
        return sorted({choice(part, STRENGTHS) for part in parts if part.strip()})


def _leaving(cells: Cells, today: dt.date) -> dict[str, Any]:
    """Nothing about somebody who is here; for somebody who left, that and from which day."""
    active, left_on = cells.boolean("active"), cells.day("left_on")
    if left_on and left_on > today:
        raise BadValue(f"{left_on} is to come.", group="The day of leaving is to come.")
    if left_on and active:
        raise BadValue("The row has somebody both active and gone.")
    return {"active": False, "left_on": left_on} if left_on or active is False else {}
