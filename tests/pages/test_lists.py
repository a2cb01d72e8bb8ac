"""The list of accounts, payouts and the rule."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_app import policies
from accounts_app.models import Account
from core.models import User
from tests.factories import at
from tests.pages.scene import Scene, on, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(scene: Scene) -> Client:
    return signed_in(scene.cast.alice)


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).split())


def listed(client: Client, **query: str) -> list[str]:
    html = client.get(reverse("accounts"), query).content.decode()
    return re.findall(r'<th scope="row">\s*<a href="/accounts/\d+/">([^<]+)</a>', html)


# Accounts


def test_every_account_is_listed_by_name(as_alice: Client) -> None:
    assert listed(as_alice) == ["Acme", "Globex", "Initech", "Umbrella"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "LOB"}, ["Globex"]),
        ({"name": "%"}, []),
        ({"name": "_"}, []),
        ({"state": "pooled"}, ["Globex"]),
        ({"state": "owned"}, ["Acme", "Initech", "Umbrella"]),
        ({"mine": "on"}, ["Acme"]),
        ({"warning": "on"}, ["Initech"]),
        ({"mine": "on", "state": "pooled"}, []),
        ({"state": "nonsense"}, ["Acme", "Globex", "Initech", "Umbrella"]),
    ],
)
def test_it_is_searched_and_filtered(
    query: dict[str, str], names: list[str], as_alice: Client
) -> None:
    Account.objects.filter(name="Initech").update(warned_on=on(0), pool_on=on(200))
    assert listed(as_alice, **query) == names


def test_each_has_its_holder_and_what_comes(as_alice: Client) -> None:
    said = words(as_alice.get(reverse("accounts")).content)
    assert "Acme ● Owned Alice Without a sign of life you are warned on" in said
    assert "Globex ○ In the pool nobody Nobody holds it: it waits in the pool." in said


def test_it_goes_on_where_it_ended_and_never_counts(as_alice: Client) -> None:
    names = [f"Firm {number:03}" for number in range(120)] + ["Same"] * 5
    Account.objects.bulk_create(Account(name=name) for name in names)
    url, seen = reverse("accounts"), []
    with CaptureQueriesContext(connection) as asked:
        while url:
            html = as_alice.get(url).content.decode()
            seen += re.findall(r'<th scope="row">\s*<a href="/accounts/\d+/">([^<]+)</a>', html)
            onwards = re.search(r'rel="next"\s+href="([^"]+)"', html)
            url = reverse("accounts") + onwards[1].replace("&amp;", "&") if onwards else ""
    assert seen == sorted([*names, "Acme", "Globex", "Initech", "Umbrella"])
    assert not any("COUNT(" in query["sql"] for query in asked)


def test_the_filter_stays_on_the_next_page(as_alice: Client) -> None:
    Account.objects.bulk_create(Account(name=f"Firm {number:03}") for number in range(60))
    html = as_alice.get(reverse("accounts"), {"name": "firm"}).content.decode()
    onwards = re.search(r'rel="next"\s+href="([^"]+)"', html)
    assert onwards
    assert "name=firm" in onwards[1]


# Payouts


def test_both_ledgers_are_kept_apart_with_their_sums(as_alice: Client, scene: Scene) -> None:
    said = words(as_alice.get(reverse("payouts")).content)
    incentive = said[said.index("Incentive") : said.index("Commission")]
    assert incentive.startswith("Incentive 900.00 EUR")
    assert "6 % of 10,000.00 EUR = 600.00 EUR" in incentive
    assert "3 % accelerator (sold on day 9 of 60) of 10,000.00 EUR = 300.00 EUR" in incentive
    assert "Umbrella Handoff" in incentive
    assert said[said.index("Commission") :].startswith("Commission 0.00 EUR Nothing yet.")
    bobs = words(signed_in(scene.cast.bob).get(reverse("payouts")).content)
    assert "Commission 800.00 EUR" in bobs
    assert "8 % (default rate) of 10,000.00 EUR = 800.00 EUR" in bobs


def test_a_rep_chooses_nobody(as_alice: Client) -> None:
    assert b"Of whom" not in as_alice.get(reverse("payouts")).content


def test_a_manager_chooses_from_the_team(scene: Scene, mara: User) -> None:
    client = signed_in(mara)
    html = client.get(reverse("payouts")).content.decode()
    offered = re.findall(r'<option value="\d+"[^>]*>([^<]+)', html)
    assert {"Alice", "Bob"} <= set(offered)
    assert "Otto" not in offered
    said = words(client.get(reverse("payouts"), {"person": scene.cast.alice.pk}).content)
    assert "What Alice earned, and why" in said
    assert "900.00 EUR" in said


# The rule


def test_the_rule_is_said_in_plain_words_with_its_versions(as_alice: Client, ada: User) -> None:
    policies.propose(by=ada, at=at(on(1)), dormant_after_days=60)
    said = words(as_alice.get(reverse("policy")).content)
    assert "Policy 1 in force" in said
    assert "After 90 quiet days it is dormant." in said
    assert "Policy 2 proposed by Ada on 1 June 2026, open for comment" in said
    assert said.index("Policy 2") < said.index("Policy 1")


def test_without_a_policy_it_says_so(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert b"No dormancy policy is in force yet" in client.get(reverse("policy")).content
