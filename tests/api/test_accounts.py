"""Accounts and contacts by the API."""

from typing import Any

import pytest

from accounts_app.models import Account, Contact, RiskSignal
from core.models import Event, User
from handoffs.models import Handoff, PoolEntry
from incentives import plans
from tests import factories
from tests.api.asking import Asking, asks
from tests.factories import LONG_AGO, days_on
from tests.handoffs import moves

pytestmark = pytest.mark.django_db


def test_an_account_says_who_holds_it_and_why_its_clock_stands_so(
    as_alice: Asking, policy: Any, alice: User
) -> None:
    account = factories.owned(since=factories.TODAY)
    factories.engage(account, on=days_on(10))
    read = as_alice.get(f"/accounts/{account.pk}/").json()
    assert read["owner"] == {"id": alice.pk, "username": "alice", "name": "Alice"}
    assert read["since"].startswith("2026-03-02T12:00")
    assert read["quiet_since"] == "2026-03-12"
    assert read["dormant_on"] == "2026-06-10"
    assert (read["warned_on"], read["pool_on"]) == (None, None)
    assert read["signs"] == [
        {"sign": "take-over", "alive_until": "2026-03-02", "counts": True, "decides": False},
        {"sign": "engagement", "alive_until": "2026-03-12", "counts": True, "decides": True},
    ]


def test_without_a_policy_there_is_no_clock(as_alice: Asking) -> None:
    read = as_alice.get(f"/accounts/{factories.owned().pk}/").json()
    assert (read["quiet_since"], read["signs"], read["dormant_on"]) == (None, [], None)


def test_a_rep_holds_what_they_add(as_alice: Asking, alice: User) -> None:
    answer = as_alice.post("/accounts/", {"name": "Acme", "segment": "small"})
    assert answer.status_code == 201
    read = answer.json()
    assert (read["state"], read["owner"]["id"]) == ("owned", alice.pk)
    event = Event.objects.filter(verb="account.added").get()
    assert event.origin == "api POST /api/v1/accounts/"


def test_an_admin_adds_to_the_pool(as_ada: Asking) -> None:
    read = as_ada.post("/accounts/", {"name": "Acme"}).json()
    assert (read["state"], read["owner"]) == ("pooled", None)
    assert PoolEntry.objects.open().get().reason == "unassigned"


@pytest.mark.parametrize("who", ["finn", "mara"])
def test_who_holds_none_adds_none(who: str) -> None:
    person = getattr(factories, who)()
    assert asks(person).post("/accounts/", {"name": "Acme"}).status_code == 403
    assert not Account.objects.exists()


def test_an_account_is_changed_by_its_holder(as_alice: Asking) -> None:
    account = factories.owned()
    answer = as_alice.patch(f"/accounts/{account.pk}/", {"phone": "+43 1", "domain": "acme.at"})
    assert answer.status_code == 200
    account.refresh_from_db()
    assert (account.phone, account.domain, account.name) == ("+43 1", "acme.at", "Acme")


@pytest.mark.parametrize(
    "field", ["owner", "state", "dormant_on", "pool_on", "engaged_on", "merged_into", "id"]
)
def test_what_the_verbs_keep_cannot_be_sent(as_alice: Asking, field: str) -> None:
    account = factories.owned()
    answer = as_alice.patch(f"/accounts/{account.pk}/", {field: 1})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: ["There is no such field."]}


def test_no_circle_of_parents(as_alice: Asking) -> None:
    above = factories.owned(name="Above")
    below = factories.owned(name="Below", parent=above)
    answer = as_alice.patch(f"/accounts/{above.pk}/", {"parent": below.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "own_ancestor")


def test_a_release_opens_the_handoff(as_alice: Asking, policy: Any) -> None:
    account = factories.owned(since=days_on(-100))
    answer = as_alice.post(f"/accounts/{account.pk}/release/")
    assert answer.status_code == 200
    assert answer.json()["state"] == "pooled"
    assert Handoff.objects.get().kind == "released"


def test_close_and_reopen(as_alice: Asking, mara: User) -> None:
    account = factories.owned()
    path = f"/accounts/{account.pk}"
    closed = as_alice.post(f"{path}/close/", {"because": "no_need"})
    assert (closed.status_code, closed.json()["closed_because"]) == (200, "no_need")
    assert as_alice.post(f"{path}/close/", {"because": "no_need"}).status_code == 409
    assert as_alice.post(f"{path}/reopen/").status_code == 403
    assert asks(mara).post(f"{path}/reopen/").json()["state"] == "pooled"


def test_a_contact_with_roles(as_alice: Asking) -> None:
    account = factories.owned()
    body = {"account": account.pk, "name": "Carla", "roles": ["champion", "decision_maker"]}
    answer = as_alice.post("/contacts/", body)
    assert answer.status_code == 201
    assert answer.json()["roles"] == ["champion", "decision_maker"]
    path = f"/contacts/{answer.json()['id']}/"
    changed = as_alice.patch(path, {"roles": ["user"], "stance": "supporter"}).json()
    assert (changed["roles"], changed["stance"]) == (["user"], "supporter")


def test_who_goes_raises_a_risk(as_alice: Asking) -> None:
    contact = factories.contact(factories.owned())
    answer = as_alice.patch(f"/contacts/{contact.pk}/", {"status": "retired"})
    assert answer.status_code == 200
    assert RiskSignal.objects.get().kind == "buyer_retired"


def test_a_contact_stays_with_its_account(as_alice: Asking) -> None:
    contact, other = factories.contact(factories.owned()), factories.owned(name="Other")
    assert as_alice.patch(f"/contacts/{contact.pk}/", {"account": other.pk}).status_code == 400
    above = factories.contact(other, "Otto")
    answer = as_alice.patch(f"/contacts/{contact.pk}/", {"reports_to": above.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "other_account")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "\0"),
        ("name", 5),
        ("name", "x" * 201),
        ("email", "carla"),
        ("email", 5),
        ("status", "gone"),
        ("stance", ["supporter"]),
        ("roles", "champion"),
        ("roles", ["king"]),
        ("roles", ["champion"] * 100),
        ("roles", None),
        ("reports_to", 10**30),
        ("reports_to", "1"),
        ("no_calls", "perhaps"),
        ("no_calls", "on"),
        ("no_calls", 1),
        ("no_calls", []),
        ("no_calls", None),
        ("phone", "1" * 51),
    ],
)
def test_nonsense_about_a_contact_is_said(as_alice: Asking, field: str, value: Any) -> None:
    contact = factories.contact(factories.owned())
    for answer in (
        as_alice.patch(f"/contacts/{contact.pk}/", {field: value}),
        as_alice.post("/contacts/", {"account": contact.account_id, "name": "A", field: value}),
    ):
        assert answer.status_code == 400
        assert field in answer.json()["errors"]
    assert Contact.objects.count() == 1


def test_the_pool_shows_the_evidence_and_why_not(policy: Any, alice: User, bob: User) -> None:
    handoff = moves.swept()
    [entry] = asks(bob).get("/pool/").json()["results"]
    assert entry["refusal"] is None
    assert entry["reason"] == "swept"
    assert entry["evidence"]["counted"] == "take-over"
    assert entry["handoff"] == handoff.pk
    [entry] = asks(alice).get("/pool/").json()["results"]
    assert entry["refusal"]["code"] == "cooldown"
    assert entry["refusal"]["free_from"] == "2027-06-01"
    [entry] = asks(factories.finn()).get("/pool/").json()["results"]
    assert entry["refusal"]["code"] == "not_allowed"


def test_a_claim_and_who_came_too_late(policy: Any, bob: User) -> None:
    entry = moves.entry_of(moves.swept().account)
    path = f"/pool/{entry.pk}/claim/"
    won = asks(bob).post(path)
    assert won.status_code == 200
    assert won.json()["claimed_by"]["id"] == bob.pk
    assert won.json()["refusal"]["code"] == "already_claimed"
    late = asks(factories.otto()).post(path)
    assert late.status_code == 409
    assert late.json()["code"] == "already_claimed"
    assert late.json()["facts"] == {"winner": bob.pk}
    assert asks(bob).get("/pool/").json()["results"] == []


def test_the_terms_that_were_promised_show(policy: Any, bob: User) -> None:
    plans.adopt_incentive_plan(
        by=factories.steward(), at=factories.at(LONG_AGO), effective_on=LONG_AGO
    )
    handoff = moves.swept()
    [entry] = asks(bob).get("/pool/").json()["results"]
    assert entry["terms"]["plan"]["first_sale_rate"] == "0.0500"
    assert entry["terms"]["plan"]["tiers"][0] == {"within_days": 60, "rate": "0.0300"}
    read = asks(bob).get(f"/handoffs/{handoff.pk}/").json()
    assert read["terms"] == entry["terms"]
    assert read["possible"]["transfer"] == ["cancelled", "transferred"]
    assert [step["track"] for step in read["steps"]] == ["transfer", "brief", "transition"]
