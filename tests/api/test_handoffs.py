"""Briefs, plans, ledgers and the record by the API: who reads what, and who writes."""

from decimal import Decimal
from typing import Any

import pytest

from core.models import User
from handoffs.models import Brief, Handoff
from incentives import plans
from incentives.models import LedgerEntry
from tests import factories
from tests.api.asking import Asking, asks
from tests.factories import LONG_AGO, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED

pytestmark = pytest.mark.django_db

POLITICS = "Sam and Jo do not talk."
EVERYBODY = ("alice", "bob", "mara", "finn", "ada", "otto", "olga")


@pytest.fixture
def kept(policy: Any) -> None:
    """Both plans are in force, so that the ledgers are kept."""
    by, at = factories.steward(), factories.at(LONG_AGO)
    plans.adopt_incentive_plan(by=by, at=at, effective_on=LONG_AGO)
    plans.adopt_commission_plan(by=by, at=at, effective_on=LONG_AGO, default_rate=Decimal("0.08"))


@pytest.fixture
def handoff(kept: None) -> Handoff:
    """Alice's account was swept, on which she had worked, and Bob claimed it."""
    account = factories.owned()
    factories.engage(account)
    return moves.claimed(moves.swept(account))


@pytest.fixture
def paid(handoff: Handoff) -> Handoff:
    """Alice's brief was accepted, and Bob sold within the first days."""
    moves.handed_in(handoff)
    factories.engage(handoff.account, by=factories.bob(), on=days_on(1, POOLED))
    moves.accepted(handoff)
    factories.sale(handoff.account, amount=10_000, on=days_on(10, POOLED), rep=factories.bob())
    return moves.again(handoff)


def who(name: str) -> Asking:
    person: User = getattr(factories, name)()
    return asks(person)


def test_a_brief_is_there_before_it_is_written(as_alice: Asking, handoff: Handoff) -> None:
    read = as_alice.get(f"/briefs/{handoff.pk}/").json()
    assert (read["state"], read["players"], read["politics"]) == ("owed", "", "")


def test_a_brief_from_the_first_word_to_the_judgement(
    as_alice: Asking, bob: User, handoff: Handoff
) -> None:
    path = f"/briefs/{handoff.pk}"
    empty = as_alice.post(f"{path}/hand_in/", {})
    assert (empty.status_code, empty.json()["code"]) == (409, "empty_brief")
    assert as_alice.post(f"{path}/save/", {"players": "Jo decides."}).status_code == 200
    handed_in = as_alice.post(f"{path}/hand_in/", {"politics": POLITICS}).json()
    assert handed_in["state"] == "handed_in"
    assert (handed_in["players"], handed_in["politics"]) == ("Jo decides.", POLITICS)
    asked = asks(bob).post(f"{path}/ask/", {"question": "Who is Sam?"}).json()
    assert asked["state"] == "more_needed"
    assert asked["questions"][0]["question"] == "Who is Sam?"
    as_alice.post(f"{path}/hand_in/", {"players": "Sam runs production."})
    assert asks(bob).post(f"{path}/accept/").json()["state"] == "accepted"
    settled = as_alice.post(f"{path}/save/", {"players": "More."})
    assert (settled.status_code, settled.json()["code"]) == (409, "brief_settled")


@pytest.mark.parametrize("step", ["save", "hand_in"])
def test_only_the_outgoing_rep_writes(handoff: Handoff, step: str) -> None:
    for name in EVERYBODY[1:]:
        answer = who(name).post(f"/briefs/{handoff.pk}/{step}/", {"players": "x"})
        assert answer.status_code == 403, name
    assert not Brief.objects.exists()


@pytest.mark.parametrize("step", ["accept", "reject"])
def test_only_the_incoming_rep_or_their_manager_judges(handoff: Handoff, step: str) -> None:
    moves.handed_in(handoff)
    for name in ("alice", "finn", "ada", "otto", "olga"):
        assert who(name).post(f"/briefs/{handoff.pk}/{step}/").status_code == 403, name
    assert who("mara").post(f"/briefs/{handoff.pk}/{step}/").status_code == 200


def test_politics_is_for_few(handoff: Handoff) -> None:
    moves.handed_in(handoff, politics=POLITICS)
    for name in EVERYBODY:
        answer = who(name).get(f"/briefs/{handoff.pk}/")
        reads = name in ("alice", "bob", "mara", "ada")
        assert answer.json()["politics_hidden"] is not reads, name
        assert (POLITICS in answer.content.decode()) is reads, name


def test_nobody_learns_of_politics_from_the_record(handoff: Handoff) -> None:
    moves.handed_in(handoff, politics=POLITICS)
    for path in ("/events/", "/handoffs/", f"/handoffs/{handoff.pk}/", "/pool/"):
        assert POLITICS not in who("otto").get(path).content.decode()


@pytest.mark.parametrize("field", ["players", "politics", "next_step", "colour"])
@pytest.mark.parametrize("value", [5, True, None, [], {}, "\0"])
def test_nonsense_in_a_brief(as_alice: Asking, handoff: Handoff, field: str, value: Any) -> None:
    answer = as_alice.post(f"/briefs/{handoff.pk}/save/", {field: value})
    assert answer.status_code == 400
    assert not Brief.objects.exists()


def amounts_of(name: str) -> set[str]:
    rows = who(name).get("/ledger/").json()["results"]
    return {row["beneficiary"]["username"] for row in rows}


def test_payouts_show_to_whom_they_belong(paid: Handoff) -> None:
    seen = {name: amounts_of(name) for name in EVERYBODY}
    both = {"alice", "bob"}
    assert seen == {
        "alice": {"alice"},
        "bob": {"bob"},
        "mara": both,
        "finn": both,
        "ada": both,
        "otto": set(),
        "olga": set(),
    }


def test_anothers_entry_is_not_found(paid: Handoff) -> None:
    entry = LedgerEntry.objects.filter(beneficiary__username="alice").latest("id")
    path = f"/ledger/{entry.pk}/"
    assert who("alice").get(path).status_code == 200
    assert who("bob").get(path).status_code == 404


def test_an_entry_explains_itself(as_alice: Asking, paid: Handoff) -> None:
    rows = as_alice.get("/ledger/", kind="first_sale").json()["results"]
    assert [row["amount"] for row in rows] == ["500.000"]
    assert rows[0]["account"] == paid.account_id
    assert "500.00 EUR" in rows[0]["explanation"]


def test_the_record_does_not_tell_anothers_amounts(paid: Handoff) -> None:
    for name in EVERYBODY:
        rows = who(name).get("/events/", page_size=200).json()["results"]
        told = {row["changes"]["to"] for row in rows if row["verb"] == "ledger.posted"}
        names = {User.objects.get(pk=pk).username for pk in told}
        assert names == amounts_of(name), name


def test_who_signs_in_how_is_for_administrators(paid: Handoff) -> None:
    for name in EVERYBODY:
        rows = who(name).get("/events/", verb="token.issued").json()["results"]
        assert bool(rows) is (name == "ada")


def test_an_event_of_another_cannot_be_had_by_its_number(paid: Handoff, ada: User) -> None:
    rows = asks(ada).get("/events/", verb="ledger.posted").json()["results"]
    first = next(row for row in rows if row["changes"]["to"] == factories.alice().pk)
    assert who("alice").get(f"/events/{first['id']}/").status_code == 200
    assert who("bob").get(f"/events/{first['id']}/").status_code == 404
    assert who("otto").get(f"/events/{first['id']}/").status_code == 404


def test_plans_and_policies_are_for_everybody(kept: None) -> None:
    for name in EVERYBODY:
        asking = who(name)
        [plan] = asking.get("/plans/incentive/").json()["results"]
        assert plan["first_sale_rate"] == "0.0500"
        [plan] = asking.get("/plans/commission/").json()["results"]
        assert plan["default_rate"] == "0.0800"
        [policy] = asking.get("/policies/").json()["results"]
        assert "After 90 quiet days it is dormant." in policy["in_words"]
        read = asking.get(f"/policies/{policy['id']}/").json()
        assert (read["comments"], read["applied_on"]) == ([], "2020-01-01")


def test_handoffs_can_be_filtered(as_alice: Asking, handoff: Handoff, bob: User) -> None:
    for query, number in (
        ({"incoming": bob.pk}, 1),
        ({"outgoing": bob.pk}, 0),
        ({"transfer": "transferred"}, 1),
        ({"brief_state": "accepted"}, 0),
    ):
        assert len(as_alice.get("/handoffs/", **query).json()["results"]) == number
