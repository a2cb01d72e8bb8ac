"""The demo company: its files are imported, then night follows night through the real verbs.

Most accounts are worked on and stay; some fall quiet, are warned, swept and claimed; one is let
go early. Everything happens in the order of its days, and ends yesterday.
"""

import datetime as dt
import io
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
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
from handoffs import briefs, claims, releases
from handoffs.models import Handoff, PoolEntry
from incentives import plans
from operations import nightly
from operations.demo_files import HISTORY_DAYS, PEOPLE, SOURCE, DemoFiles, write_files
from operations.verify import verify
from pipeline import activities, opportunities
from pipeline.models import Stage

ORIGIN = "command demo"
PASSWORD = "steward-demo"  # noqa: S105 - shown on the terminal, for a company that is invented
FIRST_NIGHT_DAYS_AGO = 200
NIGHTS_APART = 7
WORKED_EVERY_DAYS = 21
QUIET_SHARE = 0.3
CLAIM_AFTER_DAYS = 3
BRIEF = {
    "players": "Jo Berg decides; Sam Ruiz in production is our champion.",
    "policies": "Two offers for anything above 5,000; the budget is set in October.",
    "politics": "Production and purchasing do not talk. Ask both, never the one about the other.",
    "promises": "A visit to the new line once it runs.",
    "next_step": "Call Sam about the spare pumps.",
}


@dataclass(frozen=True)
class Worked:
    """An account and the days on which its holder reaches somebody there."""

    account_id: int
    days: frozenset[dt.date]


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


def build(*, now: dt.datetime, seed: int) -> None:
    """Fills an empty database. Raises RuntimeError if ``verify`` then finds anything."""
    with origin.working_as(ORIGIN), transaction.atomic():
        today, chance = day_of(now), random.Random(seed)  # noqa: S311 - it invents, guards nothing
        _adopt_the_rules(today)
        with tempfile.TemporaryDirectory() as folder:
            _import(write_files(Path(folder), today=today, seed=seed))
        _let_them_sign_in()
        _play(today=today, now=now, chance=chance)
        findings = [finding.sentence for finding in verify()]
        if findings:
            raise RuntimeError(f"The demo is off: {findings[0]}")


def _adopt_the_rules(today: dt.date) -> None:
    system = User.objects.system()
    first_day = today - dt.timedelta(days=HISTORY_DAYS + 60)
    at = moment(first_day, dt.time(9))
    policy = policies.propose(by=system, at=at)
    policies.adopt(policy, by=system, at=at)
    policies.apply_due(on=first_day, at=at, by=system)
    plans.adopt_incentive_plan(by=system, at=at, effective_on=first_day)
    plans.adopt_commission_plan(
        by=system, at=at, effective_on=first_day, default_rate=Decimal("0.08")
    )


def _import(files: DemoFiles) -> None:
    for kind in ("people", "products", "accounts", "opportunities"):
        said = io.StringIO()
        call_command("import", kind, str(files.path(kind)), source=SOURCE, stdout=said)


def _let_them_sign_in() -> None:
    for username, *_ in PEOPLE:
        user = User.objects.get(username=username)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])


def _play(*, today: dt.date, now: dt.datetime, chance: random.Random) -> None:
    first = today - dt.timedelta(days=FIRST_NIGHT_DAYS_AGO)
    worked = list(_plan_work(first, today, chance))
    for day in _days(first, today):
        if (today - day).days % NIGHTS_APART == 1:
            nightly.run(day, now=now, by=User.objects.system())
        _work(worked, day)
        _hand_on(day)
        if (today - day).days == 60:
            _release_one(day)


def _plan_work(first: dt.date, today: dt.date, chance: random.Random) -> Iterator[Worked]:
    """Every account is called every three weeks or so; a share of them falls quiet half-way."""
    for account in Account.objects.order_by("pk"):
        quiet = chance.random() < QUIET_SHARE
        last = first + dt.timedelta(days=chance.randrange(10, 60)) if quiet else today
        start = first + dt.timedelta(days=chance.randrange(WORKED_EVERY_DAYS))
        step = dt.timedelta(days=WORKED_EVERY_DAYS + chance.randrange(7))
        days = (start + step * n for n in range(20))
        yield Worked(account.pk, frozenset(day for day in days if day < last))


def _days(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((until - first).days))


def _work(worked: list[Worked], day: dt.date) -> None:
    for each in worked:
        account = Account.objects.get(pk=each.account_id) if day in each.days else None
        if account and account.owner:
            activities.log(
                account,
                channel="call",
                outcome="connected",
                summary="Spoke about the current orders.",
                by=account.owner,
                at=moment(day, dt.time(10)),
            )


def _hand_on(day: dt.date) -> None:
    """What follows a handoff, each step on its day: claim, brief, verdict, talk, sale."""
    for entry in PoolEntry.objects.open().select_related("account", "previous_holder"):
        if (day - day_of(entry.entered_at)).days == CLAIM_AFTER_DAYS and entry.pk % 3:
            _claim(entry, day)
    for handoff in Handoff.objects.transferred().select_related("account", "outgoing", "incoming"):
        if handoff.transferred_on is not None:
            _follow(handoff, day, days_since=(day - handoff.transferred_on).days)


def _claim(entry: PoolEntry, day: dt.date) -> None:
    """Whoever may, and has the fewest accounts to work on, takes it."""
    at = moment(day, dt.time(11))
    reps = User.objects.active().filter(role="rep")
    free = [rep for rep in reps if not any(claims.refusals(rep, entry.account, at=at))]
    if free:
        claimant = min(free, key=lambda rep: (rep.accounts.count(), rep.pk))
        claims.claim(entry, by=claimant, at=at)


def _follow(handoff: Handoff, day: dt.date, *, days_since: int) -> None:
    account, incoming = handoff.account, handoff.incoming
    if incoming is None or account.owner_id != incoming.pk:
        return
    if days_since == 1 and handoff.brief_state == "owed" and day <= handoff.brief_due_on:
        briefs.hand_in(handoff, by=handoff.outgoing, at=moment(day, dt.time(9)), **BRIEF)
    if days_since == 2 and handoff.brief_state == "handed_in":
        briefs.accept(handoff, by=incoming, at=moment(day, dt.time(9)))
    if days_since == 4:
        activities.log(
            account,
            channel="meeting",
            outcome="held",
            summary="Introduced myself, and looked at the line.",
            by=incoming,
            at=moment(day, dt.time(14)),
        )
    if days_since == 12 + handoff.pk * 7 % 60:
        _sell(account, incoming, day)


def _sell(account: Account, rep: User, day: dt.date) -> None:
    at = moment(day, dt.time(15))
    card = opportunities.open_card(
        account,
        name=f"Spare pumps for {account.name}",
        stage=Stage.objects.get(name="Proposal"),
        amount=Decimal(4_800 + 2_350 * (account.pk % 9)),
        by=rep,
        at=at,
    )
    opportunities.move(card, to=Stage.objects.won(), by=rep, at=at)


def _release_one(day: dt.date) -> None:
    """Alice lets one of hers go before the clock does."""
    alice = User.objects.get(username="alice")
    mine = Account.objects.held_by(alice).order_by("-pk").first()
    if mine:
        releases.release(mine, by=alice, at=moment(day, dt.time(16)))


def sign_ins() -> list[str]:
    """A line per person: username and what they are."""
    return [f"{username:6} {first} {last}, {role}" for username, first, last, role, *_ in PEOPLE]
