"""How many questions each page asks of the database: its number in the table, however long lists
and histories are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_app.models import Account
from pipeline import next_steps
from tests import factories
from tests.factories import at
from tests.handoffs import moves
from tests.pages.scene import Scene, on, signed_in

pytestmark = pytest.mark.django_db

# The page as Alice sees it. Raise a number only with a reason that a stranger accepts.
BASELINE = {
    "home": 7,
    "accounts": 5,
    "account": 10,
    "account_sales": 6,
    "account_release": 12,
    "contact": 6,
    "contact_new": 4,
    "activity": 4,
    "search": 9,
    "quick_log": 8,
    "quick_log_on": 8,
    "next_step_new": 3,
    "opportunity": 5,
    "opportunity_new": 5,
    "pool": 6,
    "handoffs": 4,
    "handoff": 12,
    "brief": 7,
    "brief_version": 4,
    "payouts": 7,
    "policy": 3,
    "settings": 3,
    "tokens": 3,
    "usersessions_list": 3,
    "mfa_index": 4,
    # allauth asks for each kind by itself, and keeps its challenge in the session.
    "mfa_add_webauthn": 11,
    "mfa_activate_totp": 9,
    "mfa_generate_recovery_codes": 6,
}
# Whoever holds nothing is asked about once or twice more: covers, teams, an open handoff.
MOST_ON_AN_ACCOUNT = 12


def addresses(scene: Scene) -> dict[str, str]:
    acme, handoff = [scene.acme.pk], [scene.to_read.pk]
    args = {
        "account": acme,
        "account_sales": [scene.sale.account_id],
        "account_release": acme,
        "contact": [scene.contact.pk],
        "contact_new": acme,
        "activity": [scene.call.pk],
        "quick_log_on": acme,
        "next_step_new": acme,
        "opportunity": [scene.card.pk],
        "opportunity_new": acme,
        "handoff": handoff,
        "brief": [scene.owed.pk],
        "brief_version": [*handoff, 1],
    }
    urls = {name: reverse(name, args=args.get(name, [])) for name in BASELINE}
    return {**urls, "search": urls["search"] + "?q=carla"}


def counted(scene: Scene, who: str = "alice") -> dict[str, int]:
    client = signed_in(getattr(scene.cast, who))
    numbers = {}
    for name, url in addresses(scene).items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code in (200, 403)
        numbers[name] = len(asked)
    return numbers


def test_baseline(scene: Scene) -> None:
    assert counted(scene) == BASELINE


def test_a_long_history_asks_no_more(scene: Scene) -> None:
    lengthen(scene)
    page = signed_in(scene.cast.alice).get(reverse("account", args=[scene.acme.pk]))
    assert b'rel="next"' in page.content
    assert counted(scene) == BASELINE


@pytest.mark.parametrize("who", ["alice", "bob", "otto", "mara", "olga", "finn", "ada"])
def test_the_account_page_stays_small_for_everybody(scene: Scene, who: str) -> None:
    lengthen(scene)
    client = signed_in(getattr(scene.cast, who))
    for account in Account.objects.filter(name__in=["Acme", "Globex", "Initech", "Umbrella"]):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("account", args=[account.pk])).status_code == 200
        assert len(asked) <= MOST_ON_AN_ACCOUNT, account


def lengthen(scene: Scene) -> None:
    """More of everything that a page lists."""
    alice, bob = scene.cast.alice, scene.cast.bob
    for number in range(25):
        factories.engage(scene.acme, by=alice, on=at(on(1), hour=number % 20))
    for number in range(3):
        factories.contact(scene.acme, f"Contact {number}", on=on(1))
        factories.card(scene.acme, by=alice, on=on(1), name=f"Deal {number}")
        next_steps.set_step(scene.acme, what="Call", due_on=on(5), by=alice, at=at(on(1)))
        factories.owned(alice, name=f"Held {number}", since=on(1))
        factories.sale(scene.sale.account, on=on(-20 + number), rep=bob)
        sold = factories.sale(scene.sale.account, on=on(-10 + number), rep=alice)
        factories.take_back(sold, amount=10, on=on(0))
    for number in range(4):
        moves.released(factories.owned(alice, name=f"Free {number}", since=on(-5)), on=on(-1))
    for number in range(3):
        account = factories.owned(alice, name=f"Gone {number}", since=on(-6))
        handoff = moves.released(account, on=on(-4))
        moves.handed_in(moves.claimed(handoff, on=on(-3)), on=on(-2))
