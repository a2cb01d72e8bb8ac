"""The demo company's files, made from a seed and a day: the same two give the same rows.

They are read by the same import as anybody's files, and tell of what was before the first night.
What happens afterwards is in ``year``.
"""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.demo.company import working_day

SOURCE = "demo"
DAYS = 365
KINDS = (
    "people",
    "products",
    "accounts",
    "contacts",
    "contracts",
    "opportunities",
    "activities",
)
"""In the order in which they are read: each speaks of those before it."""

PEOPLE = (
    # username, first name, last name, role, team, strengths
    ("ada", "Ada", "Ackermann", "admin", "", ""),
    ("finn", "Finn", "Falk", "finance", "", ""),
    ("mara", "Mara", "Mertens", "manager", "North", ""),
    ("nils", "Nils", "Nowak", "manager", "South", ""),
    ("olga", "Olga", "Okafor", "manager", "West", ""),
    ("alice", "Alice", "Adler", "rep", "North", "retention"),
    ("bob", "Bob", "Brandt", "rep", "North", "acquisition"),
    ("carla", "Carla", "Conti", "rep", "North", "acquisition, retention"),
    ("dev", "Dev", "Desai", "rep", "North", "acquisition"),
    ("elif", "Elif", "Erdem", "rep", "North", "retention"),
    ("felix", "Felix", "Fuchs", "rep", "South", "acquisition"),
    ("gita", "Gita", "Gupta", "rep", "South", "retention"),
    ("hugo", "Hugo", "Hansen", "rep", "South", "acquisition"),
    ("ines", "Ines", "Iglesias", "rep", "South", "acquisition, retention"),
    ("jan", "Jan", "Jensen", "rep", "South", "retention"),
    ("kofi", "Kofi", "Kumi", "rep", "West", "acquisition"),
    ("lena", "Lena", "Lang", "rep", "West", "retention"),
    ("mei", "Mei", "Ma", "rep", "West", "acquisition"),
    ("noah", "Noah", "Novak", "rep", "West", "retention"),
)
MANAGERS = {"North": "mara", "South": "nils", "West": "olga"}
TEAMS = {person[0]: person[4] for person in PEOPLE}
REPS = tuple(person[0] for person in PEOPLE if person[3] == "rep")
PRODUCTS = (("Pump P1", "950"), ("Pump P4", "4800"), ("Control unit", "2400"), ("Service", "600"))
FIRST_WORDS = (
    *("Amber", "Birch", "Cedar", "Delta", "Elm", "Fjord", "Granite", "Harbour", "Iris", "Juniper"),
    *("Kestrel", "Linden", "Meadow", "North", "Oak", "Pine", "Quarry", "River", "Stone", "Tidal"),
)
LAST_WORDS = (
    *("Foods", "Logistics", "Paper", "Textiles", "Glass"),
    *("Brewing", "Chemicals", "Metals", "Dairy", "Plastics"),
    *("Bakeries", "Ceramics", "Furniture", "Hotels", "Marine"),
    *("Mills", "Nurseries", "Optics", "Packaging", "Tools"),
)
NAMES = [f"{first} {last}" for last in LAST_WORDS for first in FIRST_WORDS]
SEGMENTS = ("enterprise", "mid_market", "mid_market", "small", "small", "small")
FIRST_NAMES = (
    *("Jo", "Sam", "Kim", "Alex", "Robin", "Toni", "Chris", "Maxi", "Luca", "Nico"),
    *("Andrea", "Bente", "Dana", "Eike", "Gabi", "Helge", "Jona", "Kaya", "Marin", "Sascha"),
)
LAST_NAMES = (
    *("Berg", "Ruiz", "Ito", "Weber", "Rossi", "Dubois", "Novotny", "Silva", "Khan", "Lind"),
    *(
        "Acar",
        "Blom",
        "Costa",
        "Diallo",
        "Eriksen",
        "Farkas",
        "Greco",
        "Horvat",
        "Ivanov",
        "Janssen",
    ),
)
CONTACTS = (
    # title, roles, stance
    ("Head of purchasing", "decision_maker", "neutral"),
    ("Production manager", "champion", "supporter"),
    ("Assistant to the board", "gatekeeper", "neutral"),
)
THIRD_CONTACT_SHARE = 0.2
CONTRACT_SHARE = 0.08
PAST_DEAL_SHARE = 0.5
FORGOTTEN_SHARE = 0.04
"""Of these nobody has heard for longer than the rule allows when the year begins."""


@dataclass(frozen=True)
class DemoFiles:
    """Where the files are."""

    folder: Path

    def path(self, kind: str) -> Path:
        return self.folder / f"{kind}.csv"


def write_files(folder: Path, *, first: dt.date, seed: int, accounts: int) -> DemoFiles:
    """Writes a CSV of each kind, with so many accounts, as things stood before ``first``."""
    chance = random.Random(seed)  # noqa: S311 - it invents a company, it guards nothing
    names, files = NAMES[:accounts], DemoFiles(folder)
    rows = {
        "people": _people(),
        "products": _products(),
        "accounts": _accounts(names, first=first, chance=chance),
        "contacts": _contacts(names, chance=chance),
        "contracts": _contracts(names, first=first, chance=chance),
        "opportunities": _opportunities(names, first=first, chance=chance),
        "activities": _activities(names, first=first, chance=chance),
    }
    for kind in KINDS:
        _write(files.path(kind), rows[kind])
    return files


Rows = Iterator[dict[str, str]]


def _people() -> Rows:
    for username, first, last, role, team, strengths in PEOPLE:
        yield {
            "username": username,
            "email": f"{username}@example.com",
            "first_name": first,
            "last_name": last,
            "role": role,
            "team": team,
            "region": team,
            "manager": MANAGERS.get(team, "") if role == "rep" else "",
            "strengths": strengths,
        }


def _products() -> Rows:
    for name, price in PRODUCTS:
        yield {"external_id": name, "name": name, "list_price": price}


def holder_of(number: int) -> str:
    """The username of who holds the account of that number at first."""
    return REPS[number % len(REPS)]


def _accounts(names: Sequence[str], *, first: dt.date, chance: random.Random) -> Rows:
    for number, name in enumerate(names):
        holder = holder_of(number)
        yield {
            "external_id": f"A{number + 1:03}",
            "name": name,
            "domain": f"{name.lower().replace(' ', '-')}.example.com",
            "segment": chance.choice(SEGMENTS),
            "industry": name.split()[1],
            "region": TEAMS[holder],
            "owner": holder,
            "owner_since": str(first - dt.timedelta(days=chance.randrange(100, 900))),
        }


def _contacts(names: Sequence[str], *, chance: random.Random) -> Rows:
    for number, account in enumerate(names):
        many = len(CONTACTS) if chance.random() < THIRD_CONTACT_SHARE else len(CONTACTS) - 1
        for place, (title, roles, stance) in enumerate(CONTACTS[:many], start=1):
            yield {
                "external_id": f"C{number + 1:03}-{place}",
                "account": account,
                "name": f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}",
                "title": title,
                "email": f"contact{place}@a{number + 1:03}.example.com",
                "roles": roles,
                "stance": stance,
            }


def _contracts(names: Sequence[str], *, first: dt.date, chance: random.Random) -> Rows:
    """Some run out in the course of the year, some after it."""
    for number, account in enumerate(names):
        if chance.random() >= CONTRACT_SHARE and number + 1 < len(names):
            continue
        starts_on = first - dt.timedelta(days=chance.randrange(30, 330))
        yield {
            "external_id": f"K{number + 1:03}",
            "account": account,
            "name": "Maintenance",
            "starts_on": str(starts_on),
            "ends_on": str(starts_on + dt.timedelta(days=365 * chance.choice((1, 1, 2)))),
        }


def _opportunities(names: Sequence[str], *, first: dt.date, chance: random.Random) -> Rows:
    for number, name in enumerate(names):
        if chance.random() >= PAST_DEAL_SHARE and number + 1 < len(names):
            continue
        closed = first - dt.timedelta(days=chance.randrange(2, 80))
        opened = closed - dt.timedelta(days=chance.randrange(10, 60))
        product, price = chance.choice(PRODUCTS)
        yield {
            "external_id": f"O{number + 1:03}",
            "account": name,
            "name": f"{product} for {name}",
            "owner": holder_of(number),
            "stage": "Won" if chance.random() < 0.6 else "Lost",
            "amount": str(int(price) * chance.randrange(1, 9)),
            "created_on": str(opened),
            "closed_on": str(closed),
            "product": product,
        }


def _activities(names: Sequence[str], *, first: dt.date, chance: random.Random) -> Rows:
    """The last talk before the year, of all but those that were forgotten."""
    for number, name in enumerate(names):
        forgotten = chance.random() < FORGOTTEN_SHARE
        days = chance.randrange(75, 95) if forgotten else chance.randrange(4, 40)
        yield {
            "external_id": f"T{number + 1:03}",
            "account": name,
            "channel": "call",
            "outcome": "connected",
            "occurred_at": f"{working_day(first - dt.timedelta(days=days))} 10:00",
            "logged_by": holder_of(number),
            "summary": "Went through the open points.",
        }


def _write(path: Path, rows: Iterable[dict[str, str]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
