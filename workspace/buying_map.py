"""The buying map: who is who at the customer, above whom, and who is missing (domain §2).

With many contacts the map shows those who matter: who has a role, and whoever stands above them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from accounts_app.models import Account, Contact, RoleKind, Status

MOST_SHOWN = 30


@dataclass(frozen=True)
class Badge:
    """A role: its name in code, which picks the icon, and in words."""

    kind: str
    words: str


@dataclass
class Person:
    """A contact, what they are to the account, and who reports to them."""

    contact: Contact
    badges: list[Badge] = field(default_factory=list)
    reports: list["Person"] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        return self.contact.status == Status.ACTIVE

    @property
    def decides(self) -> bool:
        return any(badge.kind == RoleKind.DECISION_MAKER for badge in self.badges)


@dataclass(frozen=True)
class BuyingMap:
    """``tops`` report to nobody who is shown. ``hole`` says what is missing, or is empty."""

    tops: list[Person]
    people: list[Person]
    hidden: int
    hole: str

    @property
    def deciders(self) -> list[Person]:
        return [person for person in self.people if person.decides and person.is_there]

    @property
    def reachable(self) -> list[Contact]:
        """Whom one may have talked to."""
        return [person.contact for person in self.people if person.is_there]


def buying_map(account: Account, *, everybody: bool = False) -> BuyingMap:
    """The map of an account, in one query."""
    people = _people(account)
    shown = people if everybody else _who_matters(people)
    return BuyingMap(
        tops=_tree(shown), people=people, hidden=len(people) - len(shown), hole=_hole(people)
    )


def _people(account: Account) -> list[Person]:
    """With their roles; who is still there and has a role comes first, then by name."""
    found: dict[int, Person] = {}
    for contact in account.contacts.annotate(role=F("roles__kind")).order_by("name", "id", "role"):
        person = found.setdefault(contact.pk, Person(contact))
        if contact.role:
            person.badges.append(Badge(contact.role, str(RoleKind(contact.role).label)))
    return sorted(
        found.values(), key=lambda each: (not each.decides, not each.is_there, not each.badges)
    )


def _who_matters(people: Sequence[Person]) -> list[Person]:
    """The first of them, and everybody above these."""
    by_id = {person.contact.pk: person for person in people}
    wanted: dict[int, Person] = {}
    for person in people[:MOST_SHOWN]:
        above: Person | None = person
        while above is not None and above.contact.pk not in wanted:
            wanted[above.contact.pk] = above
            above = by_id.get(above.contact.reports_to_id or 0)
    return [person for person in people if person.contact.pk in wanted]


def _tree(people: Iterable[Person]) -> list[Person]:
    by_id = {person.contact.pk: person for person in people}
    tops: list[Person] = []
    for person in by_id.values():
        above = by_id.get(person.contact.reports_to_id or 0)
        (above.reports if above else tops).append(person)
    return tops


def _hole(people: Sequence[Person]) -> str:
    """Nobody who decides is known: the first thing to find out."""
    if any(person.decides and person.is_there for person in people):
        return ""
    gone = next((person.contact for person in people if person.decides), None)
    if gone:
        return f"{gone} decided here: {gone.get_status_display().lower()}. Who decides now?"
    return "Nobody is known who decides. Who is it?" if people else ""
