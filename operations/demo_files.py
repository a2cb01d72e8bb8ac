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
HISTORY_DAYS = 330
"""The files tell of what was before the first night of the demo."""

PEOPLE = (
    # username, first name, last name, role, team, strengths
    ("ada", "Ada", "Ackermann", "admin", "", ""),
    ("finn", "Finn", "Falk", "finance", "", ""),
    ("mara", "Mara", "Mertens", "manager", "North", ""),
    ("nils", "Nils", "Nowak", "manager", "South", ""),
    ("alice", "Alice", "Adler", "rep", "North", "retention"),
    ("bob", "Bob", "Brandt", "rep", "North", "acquisition"),
    ("carla", "Carla", "Conti", "rep", "North", "acquisition, retention"),
    ("dev", "Dev", "Desai", "rep", "South", "acquisition"),
    ("elif", "Elif", "Erdem", "rep", "South", "retention"),
)
MANAGERS = {"North": "mara", "South": "nils"}
REPS = ("alice", "bob", "carla", "dev", "elif")
PRODUCTS = (("Pump P1", "950"), ("Pump P4", "4800"), ("Control unit", "2400"), ("Service", "600"))
FIRST_WORDS = (
    *("Amber", "Birch", "Cedar", "Delta", "Elm", "Fjord", "Granite", "Harbour", "Iris", "Juniper"),
    *("Kestrel", "Linden", "Meadow", "North", "Oak", "Pine", "Quarry", "River", "Stone", "Tidal"),
)
LAST_WORDS = ("Foods", "Logistics")
INDUSTRIES = ("Food", "Logistics", "Machinery", "Chemicals")
SEGMENTS = ("enterprise", "mid_market", "mid_market", "small", "small", "small")


@dataclass(frozen=True)
class DemoFiles:
    """Where the files are, and which accounts they name, in order."""

    folder: Path
    accounts: Sequence[str]

    def path(self, kind: str) -> Path:
        return self.folder / f"{kind}.csv"


def write_files(folder: Path, *, today: dt.date, seed: int) -> DemoFiles:
    """Writes people, products, accounts and opportunities as CSV into ``folder``."""
    chance = random.Random(seed)  # noqa: S311 - it invents a company, it guards nothing
    names = [f"{first} {last}" for last in LAST_WORDS for first in FIRST_WORDS]
    files = DemoFiles(folder, names)
    _write(files.path("people"), _people())
    _write(files.path("products"), _products())
    _write(files.path("accounts"), _accounts(names, today=today, chance=chance))
    _write(files.path("opportunities"), _opportunities(names, today=today, chance=chance))
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
    names: Sequence[str], *, today: dt.date, chance: random.Random
) -> Iterable[dict[str, str]]:
    for number, name in enumerate(names):
        held_for = HISTORY_DAYS + chance.randrange(30)
        yield {
            "external_id": f"A{number + 1:03}",
            "name": name,
            "domain": f"{name.lower().replace(' ', '-')}.example.com",
            "segment": chance.choice(SEGMENTS),
            "industry": chance.choice(INDUSTRIES),
            "owner": holder_of(number),
            "owner_since": str(today - dt.timedelta(days=held_for)),
        }


def holder_of(number: int) -> str:
    """The username of who holds the account of that number at first."""
    return REPS[number % len(REPS)]


def _opportunities(
    names: Sequence[str], *, today: dt.date, chance: random.Random
) -> Iterable[dict[str, str]]:
    for number, name in enumerate(names):
        opened = today - dt.timedelta(days=HISTORY_DAYS - chance.randrange(40))
        closed = opened + dt.timedelta(days=20 + chance.randrange(60))
        product, price = chance.choice(PRODUCTS)
        yield {
            "external_id": f"O{number + 1:03}",
            "account": name,
            "name": f"{product} for {name}",
            "owner": holder_of(number),
            "stage": "Won" if chance.random() < 0.7 else "Lost",
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
