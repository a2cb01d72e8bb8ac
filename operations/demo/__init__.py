"""The demo company: its files are imported, then night follows night through the real verbs.

What is in the files is in ``files``, what happens on each day in ``year`` and beside it;
everything goes in the order of its days and ends yesterday. At its end ``verify`` finds nothing, or
there is no demo.
"""

import datetime as dt
import io
import random
import tempfile
from decimal import Decimal
from pathlib import Path

from django.core.management import call_command
from django.db import transaction

from accounts_app import policies
from accounts_app.models import Account
from core import origin, triggers
from core.days import day_of, moment
from core.errors import Refused
from core.models import Event, User
from incentives import plans
from operations.demo.company import Company
from operations.demo.files import DAYS, KINDS, NAMES, PEOPLE, SOURCE, DemoFiles, write_files
from operations.demo.year import Year
from operations.verify import verify

ORIGIN = "command demo"
PASSWORD = "steward-demo"  # noqa: S105 - shown on the terminal, for a company that is invented


def is_empty() -> bool:
    """Whether there is nothing yet that a demo company would disturb."""
    return not Account.objects.exists()


def is_the_demo() -> bool:
    """Whether this database was filled by the demo, and may be filled anew."""
    first = Event.objects.order_by("pk").first()
    return first is not None and first.origin == ORIGIN


def reset() -> None:
    """Empties a database that holds the demo. Refuses any other."""
    if not is_empty() and not is_the_demo():
        raise Refused("not_the_demo", "These are not the demo's data; they are not thrown away.")
    triggers.drop_all()
    call_command("flush", interactive=False, verbosity=0)


def build(*, now: dt.datetime, seed: int, accounts: int = len(NAMES), days: int = DAYS) -> None:
    """Fills an empty database with a company of so many accounts, ``len(NAMES)`` at the most, that
    has lived so many days until yesterday.

    Raises RuntimeError if ``verify`` then finds anything.
    """
    with origin.working_as(ORIGIN), transaction.atomic():
        first = day_of(now) - dt.timedelta(days=days)
        before = moment(first - dt.timedelta(days=1), dt.time(9))
        _adopt_the_rules(before)
        with tempfile.TemporaryDirectory() as folder:
            files = write_files(Path(folder), first=first, seed=seed, accounts=accounts)
            _import(files, at=before)
        _let_them_sign_in()
        chance = random.Random(seed)  # noqa: S311 - it invents a year, it guards nothing
        Year(Company(first=first, now=now, chance=chance)).live()
        findings = [finding.sentence for finding in verify()]
        if findings:
            raise RuntimeError(f"The demo is off: {findings[0]}")


def _adopt_the_rules(at: dt.datetime) -> None:
    system, on = User.objects.system(), day_of(at)
    policy = policies.propose(by=system, at=at)
    policies.adopt(policy, by=system, at=at)
    policies.apply_due(on=on, at=at, by=system)
    plans.adopt_incentive_plan(by=system, at=at, effective_on=on)
    plans.adopt_commission_plan(by=system, at=at, effective_on=on, default_rate=Decimal("0.08"))


def _import(files: DemoFiles, *, at: dt.datetime) -> None:
    """On the day before the first night."""
    for kind in KINDS:
        said = io.StringIO()
        call_command("import", kind, str(files.path(kind)), source=SOURCE, at=at, stdout=said)


def _let_them_sign_in() -> None:
    """One hash for all: it is one password, and a good hash is slow on purpose."""
    users = User.objects.get_queryset().filter(username__in=[person[0] for person in PEOPLE])
    first, *others = users
    first.set_password(PASSWORD)
    for user in (first, *others):
        user.password = first.password
        user.save(update_fields=["password"])


def sign_ins() -> list[str]:
    """A line per person: username and what they are."""
    return [f"{username:6} {first} {last}, {role}" for username, first, last, role, *_ in PEOPLE]
