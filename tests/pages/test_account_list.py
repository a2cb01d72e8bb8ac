"""The list of accounts: its order and columns, kept under a name, several at once, as a file."""

import csv
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts_app import registry
from accounts_app.models import Account, ExternalRef
from core import preferences
from core.errors import Refused
from core.models import SavedList, User
from core.preferences import MOST_SAVED
from handoffs import closing
from handoffs.models import Handoff
from pipeline.models import NextStep
from tests import factories
from tests.factories import at
from tests.pages.scene import NOW, Scene, on, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(scene: Scene) -> Client:
    return signed_in(scene.cast.alice)


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def listed(client: Client, **query: Any) -> list[str]:
    html = client.get(reverse("accounts"), query).content.decode()
    return re.findall(r'<th scope="row">\s*<a href="/accounts/\d+/">([^<]+)</a>', html)


def headings(client: Client, **query: Any) -> list[str]:
    html = client.get(reverse("accounts"), query).content.decode()
    return re.findall(r'<th scope="col">([^<\s][^<]*)</th>', html)


# Order


def test_soonest_first_lists_what_has_a_clock(as_alice: Client) -> None:
    rows = Account.objects.on_the_clock().order_by("dormant_on", "id")
    assert listed(as_alice, sort="soonest") == [account.name for account in rows]
    assert "Globex" not in listed(as_alice, sort="soonest")


def test_changed_last_first(as_alice: Client, scene: Scene) -> None:
    Account.objects.exclude(name="Initech").update(updated_at=at(on(0)))
    assert listed(as_alice, sort="changed")[0] == "Initech"


@pytest.mark.parametrize("sort", ["name", "soonest", "changed"])
def test_each_order_goes_on_where_it_ended(as_alice: Client, scene: Scene, sort: str) -> None:
    for number in range(60):
        factories.owned(scene.cast.alice, name=f"Firm {number:03}", since=on(1))
    url, seen = f"{reverse('accounts')}?sort={sort}", []
    while url:
        html = as_alice.get(url).content.decode()
        seen += re.findall(r'<th scope="row">\s*<a href="/accounts/(\d+)/">', html)
        onwards = re.search(r'rel="next"\s+href="([^"]+)"', html)
        url = reverse("accounts") + onwards[1].replace("&amp;", "&") if onwards else ""
    left_out = 1 if sort == "soonest" else 0
    assert len(seen) == len(set(seen)) == Account.objects.count() - left_out


def test_closed_accounts_are_found_by_name_only(as_alice: Client, scene: Scene) -> None:
    closing.close(scene.acme, because="no_need", by=scene.cast.alice, at=NOW)
    assert "Acme" not in listed(as_alice)
    assert listed(as_alice, name="acm") == ["Acme"]
    assert listed(as_alice, state="closed") == ["Acme"]


# Columns


def test_the_usual_columns_until_one_chooses(as_alice: Client) -> None:
    assert headings(as_alice) == ["Account", "State", "Holder", "What comes"]
    assert headings(as_alice, column=["region", "quiet"]) == ["Account", "Region", "Quiet since"]
    assert headings(as_alice, column=["nonsense"]) == ["Account", "State", "Holder", "What comes"]


def test_columns_say_what_is_known(as_alice: Client, scene: Scene) -> None:
    registry.change_account(scene.acme, region="North", by=scene.cast.ada, at=NOW)
    html = as_alice.get(reverse("accounts"), {"column": ["region", "engaged"], "name": "acme"})
    assert "North 1 June 2026" in words(html.content.decode())


# Lists kept under a name


def keep(client: Client, name: str, query: str, **more: str) -> Any:
    return client.post(reverse("accounts_saved"), {"name": name, "query": query, **more})


def test_a_list_is_kept_and_comes_back_as_it_was(as_alice: Client) -> None:
    answer = keep(as_alice, "Going quiet", "mine=on&sort=soonest")
    assert answer["Location"] == "/accounts/?mine=on&sort=soonest"
    html = as_alice.get(reverse("accounts")).content.decode()
    assert 'href="/accounts/?mine=on&amp;sort=soonest"' in html


def test_the_same_name_replaces_it_and_it_is_forgotten(as_alice: Client, scene: Scene) -> None:
    keep(as_alice, "Mine", "mine=on")
    keep(as_alice, "Mine", "mine=on&state=owned")
    assert [each.query for each in SavedList.objects.all()] == ["mine=on&state=owned"]
    for _ in range(2):
        keep(as_alice, "Mine", "", forget="1")
    assert not SavedList.objects.exists()


def test_lists_are_ones_own(as_alice: Client, scene: Scene) -> None:
    keep(as_alice, "Secret plan", "mine=on")
    as_bob = signed_in(scene.cast.bob)
    assert "Secret plan" not in as_bob.get(reverse("accounts")).content.decode()
    keep(as_bob, "Secret plan", "", forget="1")
    assert SavedList.objects.count() == 1


def test_what_is_kept_has_a_name_and_an_end(as_alice: Client, scene: Scene) -> None:
    assert keep(as_alice, "  ", "mine=on").status_code == 409
    alice: User = scene.cast.alice
    for number in range(MOST_SAVED):
        preferences.save_list(alice, page="accounts", name=f"List {number}", query="")
    with pytest.raises(Refused, match="forget one of them first"):
        preferences.save_list(alice, page="accounts", name="One more", query="")
    preferences.save_list(alice, page="accounts", name="List 3", query="mine=on")


@pytest.mark.parametrize(
    ("name", "query"),
    [("x" * 61, ""), ("x", "y" * 1001), ("x\0", ""), ("x", "name=\0")],
)
def test_what_cannot_be_kept_is_refused(as_alice: Client, name: str, query: str) -> None:
    assert keep(as_alice, name, query).status_code == 409
    assert keep(as_alice, name, "", forget="1").status_code == 302
    assert not SavedList.objects.exists()


def test_a_kept_list_leads_nowhere_else(as_alice: Client) -> None:
    answer = keep(as_alice, "x", "//evil.example/?a=<script>")
    assert answer["Location"].startswith("/accounts/?")


# Several at once


def bulk(client: Client, *accounts: Account, **sent: Any) -> Any:
    ids = [account.pk for account in accounts]
    return client.post(reverse("accounts_bulk"), {"account": ids, **sent})


def test_a_step_is_set_on_each_that_one_may_write_on(as_alice: Client, scene: Scene) -> None:
    other = factories.owned(scene.cast.otto, name="Ottos", since=on(1))
    answer = bulk(as_alice, scene.acme, other, do="step", what="Invite", due_on=str(on(9)))
    said = words(answer.content.decode())
    assert "Acme ✓ The step is set." in said
    assert "Ottos Not done: Alice may not write on Ottos." in said
    assert [step.account.name for step in NextStep.objects.filter(what="Invite")] == ["Acme"]


def test_a_step_without_a_day_is_asked_for(as_alice: Client, scene: Scene) -> None:
    answer = bulk(as_alice, scene.acme, do="step", what="Invite")
    assert answer.status_code == 422
    assert b"A next step is something to do by a day." in answer.content
    assert not NextStep.objects.filter(what="Invite").exists()


def test_letting_go_is_asked_once_more(as_alice: Client, scene: Scene) -> None:
    before = Handoff.objects.count()
    answer = bulk(as_alice, scene.acme, do="release")
    assert b"Let go of 1 account?" in answer.content
    assert Handoff.objects.count() == before
    answer = bulk(as_alice, scene.acme, do="release", sure="1")
    assert "Acme ✓ In the pool. Alice owes a brief by" in words(answer.content.decode())
    scene.acme.refresh_from_db()
    assert scene.acme.state == "pooled"


def test_one_that_is_refused_stops_none(as_alice: Client, scene: Scene) -> None:
    globex = Account.objects.get(name="Globex")
    said = words(bulk(as_alice, globex, scene.acme, do="release", sure="1").content.decode())
    assert "Globex Not done: Nobody holds Globex." in said
    assert "Acme ✓" in said


@pytest.mark.parametrize("sent", [{}, {"account": ["x", "99999999999999999999", "-1"]}])
def test_nothing_ticked_changes_nothing(as_alice: Client, sent: dict[str, Any]) -> None:
    answer = as_alice.post(reverse("accounts_bulk"), {"do": "release", "sure": "1", **sent})
    assert b"No account is ticked" in answer.content


# As a file


def exported(client: Client, **query: str) -> list[dict[str, str]]:
    answer: Any = client.get(reverse("accounts_export"), query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_file_has_the_columns_of_the_import(as_alice: Client, scene: Scene) -> None:
    ref = ExternalRef.objects.all()
    assert not ref.exists()
    (row,) = exported(as_alice, mine="on")
    assert row["name"] == "Acme"
    assert row["owner"] == "alice"
    assert row["owner_since"] == "2026-05-31"
    assert row["state"] == "owned"


def test_a_formula_is_escaped(as_alice: Client, scene: Scene) -> None:
    factories.owned(scene.cast.alice, name="=1+1", since=on(1))
    assert "'=1+1" in [row["name"] for row in exported(as_alice)]


def test_many_accounts_are_written_in_batches(
    as_alice: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.exports.BATCH", 2)
    assert sorted(row["name"] for row in exported(as_alice)) == [
        "Acme",
        "Globex",
        "Initech",
        "Umbrella",
    ]
