"""The world that the pages are looked at in, made by the verbs.

Alice holds Acme, which has a bit of everything. Globex was hers and waits in the pool, Initech
was hers and went to Bob, who has her brief to read; he has sold to Umbrella, which she let go.
"""

import datetime as dt
from dataclasses import dataclass

from django.test import Client

from accounts_app.models import Account, Contact, RoleKind
from core.models import User
from handoffs.models import Handoff, PoolEntry
from pipeline import next_steps
from pipeline.models import Activity, NextStep, Opportunity, Sale
from tests import factories
from tests.factories import LONG_AGO, Cast, at, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED
from tests.incentives import earnings

NOW = at(days_on(2, since=POOLED), 15)
"""When the pages are asked for: the afternoon two days after the sweep."""


@dataclass(frozen=True)
class Scene:
    cast: Cast
    acme: Account
    contact: Contact
    card: Opportunity
    step: NextStep
    call: Activity
    entry: PoolEntry
    owed: Handoff
    to_read: Handoff
    sale: Sale


def build() -> Scene:
    cast = factories.cast()
    factories.policy()
    earnings.plan(on=LONG_AGO)
    earnings.commission_plan(on=LONG_AGO)
    globex = factories.owned(name="Globex", segment="small")
    initech = factories.owned(name="Initech")
    umbrella = factories.owned(name="Umbrella")
    factories.engage(umbrella, on=days_on(1))
    let_go = moves.released(umbrella, on=days_on(30))
    sale = _worked_off(let_go)
    moves.swept(globex)
    moves.claimed(moves.handoff_of(initech))
    to_read = moves.handed_in(
        moves.handoff_of(initech),
        players="Jo decides.",
        policies="Two offers.",
        politics="Do not mention the flood.",
    )
    acme = factories.owned(cast.alice, name="Acme", since=POOLED)
    return Scene(
        cast=cast,
        acme=acme,
        contact=factories.contact(
            acme, "Carla", on=POOLED, title="Buyer", roles=[RoleKind.DECISION_MAKER]
        ),
        card=factories.card(acme, by=cast.alice, on=POOLED, name="New line", amount=20_000),
        step=next_steps.set_step(
            acme, what="Send the offer", due_on=on(9), by=cast.alice, at=at(POOLED)
        ),
        call=factories.engage(acme, by=cast.alice, on=on(1)),
        entry=moves.entry_of(globex),
        owed=moves.handoff_of(globex),
        to_read=to_read,
        sale=sale,
    )


def _worked_off(handoff: Handoff) -> Sale:
    """Claimed by Bob, the brief accepted, and sold to: both ledgers have lines."""
    day = days_on(31)
    moves.handed_in(moves.claimed(handoff, on=day), on=day)
    moves.accepted(handoff, on=day)
    factories.engage(handoff.account, by=factories.bob(), on=day)
    won = factories.card(handoff.account, by=factories.bob(), on=day, amount=10_000)
    return factories.win(won, by=factories.bob(), on=days_on(40))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def on(days: int) -> dt.date:
    """So many days after the sweep."""
    return days_on(days, since=POOLED)
