"""The demo company's files, made from a seed and a day: the same two give the same rows.

They are read by the same import as anybody's files. What happens afterwards is in ``demo``.
"""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = "demo"
DAYS = 365
"""The demo plays a year. The files tell of what was before its first night."""

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
REPS = tuple(person[0] for person in PEOPLE if person[3] == "rep")
PRODUCTS = (("Pump P1", "950"), ("Pump P4", "4800"), ("Control unit", "2400"), ("Service", "600"))
FIRST_WORDS = (
    *("Amber", "Birch", "Cedar", "Delta", "Elm", "Fjord", "Granite", "Harbour", "Iris", "Juniper"),
    *("Kestrel", "Linden", "Meadow", "North", "Oak", "Pine", "Quarry", "River", "Stone", "Tidal"),
)
LAST_WORDS = (
    *("Foods", "Logistics", "Paper", "Textiles", "Glass"),
    *("Brewing", "Chemicals", "Metals", "Dairy", "Plastics"),
)
SEGMENTS = ("enterprise", "mid_market", "mid_market", "small", "small", "small")
FIRST_NAMES = ("Jo", "Sam", "Kim", "Alex", "Robin", "Toni", "Chris", "Maxi", "Luca", "Nico")
LAST_NAMES = ("Berg", "Ruiz", "Ito", "Weber", "Rossi", "Dubois", "Novotny", "Silva", "Khan", "Lind")
CONTACTS = (
    # title, roles, stance
    ("Head of purchasing", "decision_maker", "neutral"),
    ("Production manager", "champion", "supporter"),
)


@dataclass(frozen=True)
class DemoFiles:
    """Where the files are."""

    folder: Path

    def path(self, kind: str) -> Path:
        return self.folder / f"{kind}.csv"


NAMES = [f"{first} {last}" for last in LAST_WORDS for first in FIRST_WORDS]


def write_files(folder: Path, *, today: dt.date, seed: int, accounts: int) -> DemoFiles:
    """Writes people, products, so many accounts, contacts and opportunities as CSV."""
    chance = random.Random(seed)  # noqa: S311 - it invents a company, it guards nothing
    names = NAMES[:accounts]
    begins = today - dt.timedelta(days=DAYS)
    files = DemoFiles(folder)
    _write(files.path("people"), _people())
    _write(files.path("products"), _products())
    _write(files.path("accounts"), _accounts(names, begins=begins, chance=chance))
    _write(files.path("contacts"), _contacts(names, chance=chance))
    _write(files.path("opportunities"), _opportunities(names, begins=begins, chance=chance))
    return files


def _people() -> Iterable[dict[str, str]]:
    for username, first, last, role, team, strengths in PEOPLE:
        yield {
            "username": username,
            "email": f"{username}@example.com",
            "first_name": first,
            "last_name": last,
            "role": role,
            "team": team,
            "manager": MANAGERS.get(team, "") if role == "rep" else "",
            "strengths": strengths,
        }


def _products() -> Iterable[dict[str, str]]:
    for name, price in PRODUCTS:
        yield {"external_id": name, "name": name, "list_price": price}


def _accounts(
    names: Sequence[str], *, begins: dt.date, chance: random.Random
) -> Iterable[dict[str, str]]:
    for number, name in enumerate(names):
        yield {
            "external_id": f"A{number + 1:03}",
            "name": name,
            "domain": f"{name.lower().replace(' ', '-')}.example.com",
            "segment": chance.choice(SEGMENTS),
            "industry": name.split()[1],
            "owner": holder_of(number),
            "owner_since": str(begins - dt.timedelta(days=chance.randrange(5, 400))),
        }


def _contacts(names: Sequence[str], *, chance: random.Random) -> Iterable[dict[str, str]]:
    for number, account in enumerate(names):
        for place, (title, roles, stance) in enumerate(CONTACTS):
            name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
            yield {
                "external_id": f"C{number + 1:03}-{place + 1}",
                "account": account,
                "name": name,
                "title": title,
                "email": f"contact{place + 1}@a{number + 1:03}.example.com",
                "roles": roles,
                "stance": stance,
            }


def holder_of(number: int) -> str:
    """The username of who holds the account of that number at first."""
    return REPS[number % len(REPS)]


def _opportunities(
    names: Sequence[str], *, begins: dt.date, chance: random.Random
) -> Iterable[dict[str, str]]:
    for number, name in enumerate(names):
        closed = begins - dt.timedelta(days=chance.randrange(1, 80))
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


def _write(path: Path, rows: Iterable[dict[str, str]]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
