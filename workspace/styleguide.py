"""What the style guide shows: every piece, with invented data that is never saved."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from accounts_app.dormancy_rule import Rule, days_later
from accounts_app.models import Account, Contact, RoleKind, Stance, State, Status
from core.days import moment
from core.models import User
from handoffs.models import HandoffStep
from handoffs.turns import Turn
from incentives.models import Kind, LedgerEntry
from pipeline.models import Sale
from workspace.buying_map import Badge, BuyingMap, Person
from workspace.handoff_page import TrackLine
from workspace.meter import Meter, meter
from workspace.ribbon import Diamond, Dot, Ribbon, Stretch

COLOURS = ("paper", "sheet", "sunk", "accent", "alive", "warning", "trouble")
RULE = Rule()
HOLDER = User(username="alice", first_name="Alice", last_name="Adler")


@dataclass(frozen=True)
class StyleGuide:
    colours: tuple[str, ...]
    states: list[Account]
    meters: list[Meter]
    ribbon: Ribbon
    map: BuyingMap
    tracks: list[TrackLine]
    turns: list[Turn]
    entry: LedgerEntry
    currency: str


def style_guide(*, on: dt.date) -> StyleGuide:
    """All pieces as of the day ``on``; asks the database nothing."""
    accounts = [_held(on, quiet=12), _held(on, quiet=76, warned=True), _unheld(State.POOLED)]
    return StyleGuide(
        colours=COLOURS,
        states=[*accounts, _unheld(State.CLOSED)],
        meters=[meter(account, RULE, on=on) for account in accounts],
        ribbon=_ribbon(on),
        map=_map(),
        tracks=_tracks(on),
        turns=[Turn(HOLDER, "writes the brief", "write the brief", days_later(on, 4))],
        entry=_entry(on),
        currency="EUR",
    )


def _held(on: dt.date, *, quiet: int, warned: bool = False) -> Account:
    since = days_later(on, -quiet)
    account = Account(name="Acme", state=State.OWNED, owner=HOLDER)
    account.held_from, account.engaged_on = days_later(since, -200), since
    account.dormant_on = days_later(since, RULE.dormant_after_days)
    if warned:
        account.warned_on, account.pool_on = on, account.dormant_on
    return account


def _unheld(state: State) -> Account:
    return Account(name="Globex", state=state)


def _ribbon(on: dt.date) -> Ribbon:
    def ago(days: int) -> dt.date:
        return days_later(on, -days)

    return Ribbon(
        stretches=[
            Stretch("Alice Adler", "AA", 0, ago(1000), ago(450), 0, 55),
            Stretch("", "", 0, ago(450), ago(400), 55, 5),
            Stretch("Bob Brandt", "BB", 1, ago(400), None, 60, 40),
        ],
        ticks=[5, 9, 14, 22, 31, 38, 61, 66, 70, 79, 88, 95],
        dots=[
            Dot(ago(700), Decimal(12000), 30, 6.2),
            Dot(ago(300), Decimal(30000), 70, 9.0),
        ],
        diamonds=[Diamond(ago(400), "Alice Adler", "Bob Brandt", 60)],
        years=[(ago(700).year, 33), (ago(350).year, 69)],
        began_on=ago(1000),
    )


def _map() -> BuyingMap:
    gone = Contact(name="Dora Deutsch", title="Head of purchasing", status=Status.RETIRED)
    champion = Contact(name="Sam Ruiz", title="Production manager", stance=Stance.SUPPORTER)
    doubter = Contact(name="Ira Ivanov", title="Controller", stance=Stance.OPPONENT)
    top = Person(gone, [_badge(RoleKind.DECISION_MAKER)])
    top.reports = [
        Person(champion, [_badge(RoleKind.CHAMPION), _badge(RoleKind.USER)]),
        Person(doubter, [_badge(RoleKind.GATEKEEPER), _badge(RoleKind.TROUBLE_MAKER)]),
    ]
    hole = "Dora Deutsch decided here: retired. Who decides now?"
    return BuyingMap(tops=[top], people=[top, *top.reports], hidden=0, hole=hole)


def _badge(kind: RoleKind) -> Badge:
    return Badge(kind.value, str(kind.label))


def _tracks(on: dt.date) -> list[TrackLine]:
    def step(days_ago: int) -> HandoffStep:
        return HandoffStep(taken_at=moment(days_later(on, -days_ago), dt.time(12)))

    return [
        TrackLine("Transfer", [("In the pool", step(9)), ("Transferred", step(3))], is_over=True),
        TrackLine("Brief", [("Owed", step(9))], is_over=False),
        TrackLine("Transition", [("Waiting for the first talk", step(3))], is_over=False),
    ]


def _entry(on: dt.date) -> LedgerEntry:
    return LedgerEntry(
        kind=Kind.FIRST_SALE,
        amount=Decimal(1600),
        currency="EUR",
        number=1,
        explanation="5 % first sale + 3 % accelerator (sold on day 41 of 60)"
        " of 20,000.00 EUR = 1,600.00 EUR",
        posted_at=moment(on, dt.time(12)),
        sale=Sale(pk=1, account_id=1, booked_on=on),
    )
