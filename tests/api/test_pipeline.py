"""Activities, next steps, opportunities and sales by the API."""

import uuid
from typing import Any

import pytest

from core.models import User
from pipeline.models import Activity, Opportunity, Sale
from tests import factories
from tests.api.asking import Asking, asks
from tests.factories import TODAY, days_on

pytestmark = pytest.mark.django_db

CALL = {"channel": "call", "outcome": "connected"}


def test_logging_moves_the_clock(as_alice: Asking, policy: Any) -> None:
    account = factories.owned(since=days_on(-300))
    before = account.dormant_on
    answer = as_alice.post("/activities/", {"account": account.pk, **CALL})
    assert answer.status_code == 201
    assert answer.json()["is_engagement"] is True
    account.refresh_from_db()
    assert before
    assert account.dormant_on
    assert account.dormant_on > before


def test_sent_twice_by_a_device_stored_once(as_alice: Asking) -> None:
    body = {"account": factories.owned().pk, **CALL, "client_id": str(uuid.uuid4())}
    first, again = (as_alice.post("/activities/", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Activity.objects.count() == 1


def test_a_stated_interest(as_alice: Asking) -> None:
    account = factories.owned()
    body = {"account": account.pk, "channel": "call", "outcome": "interested_later"}
    refused = as_alice.post("/activities/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "interest_incomplete")
    contact = factories.contact(account)
    said = {**body, "contacts": [contact.pk], "interested_until": "2027-05-01"}
    answer = as_alice.post("/activities/", said)
    assert answer.status_code == 201
    assert answer.json()["contacts"] == [{"id": contact.pk, "name": "Carla"}]


def test_void(as_alice: Asking, bob: User) -> None:
    path = f"/activities/{factories.engage(factories.owned()).pk}/void/"
    assert asks(bob).post(path, {"reason": "no"}).status_code == 403
    answer = as_alice.post(path, {"reason": "Wrong account"})
    assert (answer.status_code, answer.json()["void_reason"]) == (200, "Wrong account")
    assert as_alice.post(path, {"reason": "Again"}).json()["code"] == "already_voided"


def test_next_steps(as_alice: Asking, bob: User) -> None:
    body = {"account": factories.owned().pk, "what": "Call Carla", "due_on": "2026-12-01"}
    step = as_alice.post("/next-steps/", {**body, "assignee": bob.pk}).json()
    assert step["assignee"]["id"] == bob.pk
    path = f"/next-steps/{step['id']}"
    assert asks(bob).post(f"{path}/done/").json()["state"] == "done"
    assert as_alice.post(f"{path}/drop/").json()["code"] == "step_settled"
    assert as_alice.get("/next-steps/", state="open").json()["results"] == []


def opened(asking: Asking, **more: Any) -> dict[str, Any]:
    account = factories.owned()
    body = {"account": account.pk, "name": "Pumps", "stage": factories.stage().pk, **more}
    answer = asking.post("/opportunities/", body)
    assert answer.status_code == 201, answer.json()
    card: dict[str, Any] = answer.json()
    return card


def test_winning_books_the_sale(as_alice: Asking, alice: User) -> None:
    card = opened(as_alice, amount="1200.50")
    assert card["owner"]["id"] == alice.pk
    path = f"/opportunities/{card['id']}"
    won = as_alice.post(f"{path}/move/", {"stage": factories.stage("Won").pk})
    assert won.status_code == 200
    assert won.json()["stage"]["kind"] == "won"
    [sale] = as_alice.get("/sales/").json()["results"]
    assert (sale["amount"], sale["credited_to"]["id"]) == ("1200.500", alice.pk)
    again = as_alice.post(f"{path}/move/", {"stage": factories.stage("Lost").pk})
    assert (again.status_code, again.json()["code"]) == (409, "closed")
    assert as_alice.post(f"{path}/reopen/", {"stage": 1}).status_code == 403


def test_an_opportunity_is_changed_but_not_its_stage(as_alice: Asking) -> None:
    card = opened(as_alice)
    path = f"/opportunities/{card['id']}/"
    changed = as_alice.patch(path, {"amount": "5", "expected_close_on": "2027-01-01"})
    assert changed.json()["amount"] == "5.000"
    assert as_alice.patch(path, {"stage": 2}).status_code == 400


def test_losing_says_why(as_alice: Asking) -> None:
    card = opened(as_alice)
    body = {"stage": factories.stage("Lost").pk, "loss_reason": "Price"}
    lost = as_alice.post(f"/opportunities/{card['id']}/move/", body).json()
    assert (lost["stage"]["kind"], lost["loss_reason"]) == ("lost", "Price")
    assert not Sale.objects.exists()


def new_sale(**more: Any) -> dict[str, Any]:
    account = factories.owned()
    sale = {"account": account.pk, "booked_on": str(TODAY), "amount": "100", "currency": "EUR"}
    return {**sale, **more}


def test_finance_books_and_reverses(finn: User, alice: User) -> None:
    asking = asks(finn)
    sale = asking.post("/sales/", new_sale(credited_to=alice.pk))
    assert sale.status_code == 201
    path = f"/sales/{sale.json()['id']}/reverse/"
    part = asking.post(path, {"reversed_on": str(TODAY), "amount": "40.00"})
    assert (part.status_code, part.json()["net_amount"]) == (200, "60.000")
    too_much = asking.post(path, {"reversed_on": str(TODAY), "amount": "60.01"})
    assert (too_much.status_code, too_much.json()["code"]) == (409, "more_than_left")
    whole = asking.post(path, {"reversed_on": str(TODAY)})
    assert whole.json()["net_amount"] == "0.000"
    assert len(whole.json()["reversals"]) == 2


@pytest.mark.parametrize("who", ["alice", "mara"])
def test_nobody_else_does(who: str) -> None:
    asking = asks(getattr(factories, who)())
    assert asking.post("/sales/", new_sale()).status_code == 403
    sale = factories.sale(factories.owned(name="Sold"))
    path = f"/sales/{sale.pk}/reverse/"
    assert asking.post(path, {"reversed_on": str(TODAY)}).status_code == 403


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"booked_on": "2999-01-01"}, "in_future"),
        ({"amount": "0"}, "amount_not_positive"),
        ({"amount": "-1"}, "amount_not_positive"),
        ({"amount": "1.001"}, "too_fine"),
        ({"currency": "USD"}, "no_rate"),
    ],
)
def test_a_sale_that_a_rule_refuses(finn: User, more: dict[str, Any], code: str) -> None:
    answer = asks(finn).post("/sales/", new_sale(**more))
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_lines_add_up_and_the_opportunity_is_of_the_account(finn: User) -> None:
    products = asks(finn)
    stranger = factories.card(factories.owned(name="Other"))
    answer = products.post("/sales/", new_sale(opportunity=stranger.pk))
    assert answer.json()["code"] == "other_account"


NUMBERS = [
    *(True, 1.5, 10**40, [], {}),
    *(
        "",
        "a",
        "1e2",
        "1e400",
        "NaN",
        "Infinity",
        "9" * 40,
        "0.0001",
        "1_000",
        ".5",
        "5.",
        " 1",
        "\0",
    ),
]
DAYS = [5, True, "tomorrow", "0001-01-01", "9999-12-31", "2026-02-30", [], {}, "\0", None]
TEXTS = [5, True, [], {}, "\0", None]
IDS = [True, 1.5, "1", -1, 0, 10**40, [], {}, 2**63 - 1]

NONSENSE: dict[str, dict[str, list[Any]]] = {
    "/sales/": {
        "account": [*IDS, None],
        "booked_on": DAYS,
        "amount": [*NUMBERS, None],
        "currency": [*TEXTS, "eur", "XXX", "EURO", ""],
        "credited_to": IDS,
        "opportunity": IDS,
        "lines": [5, "a", {}, [5], [{}], [{"product": 1, "amount": "x"}], [None] * 101, None],
    },
    "/opportunities/": {
        "account": [*IDS, None],
        "stage": [*IDS, None],
        "name": [*TEXTS, "", "x" * 201],
        "amount": [*NUMBERS, "-1"],
        "currency": [*TEXTS, "eur"],
        "expected_close_on": DAYS[:-1],
        "lead_source": [*TEXTS, "x" * 101],
        "products": [5, "a", {}, [True], [10**40], None, [1] * 101],
    },
    "/activities/": {
        "account": [*IDS, None],
        "channel": [*TEXTS, "", "pigeon"],
        "direction": [*TEXTS, "up"],
        "outcome": [*TEXTS, "won"],
        "occurred_at": [5, True, "now", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
        "contacts": [5, "a", {}, ["1"], [10**40], None],
        "opportunity": IDS,
        "summary": TEXTS,
        "interested_until": DAYS[:-1],
        "client_id": [True, "a", [], {}, 2**200, "\0"],
    },
    "/next-steps/": {
        "account": [*IDS, None],
        "what": [*TEXTS, "", "  ", "x" * 201],
        "due_on": DAYS,
        "assignee": IDS,
    },
}
CASES = [
    pytest.param(path, field, values, id=f"{path.strip('/')}-{field}")
    for path, fields in NONSENSE.items()
    for field, values in fields.items()
]


def sensible(path: str) -> dict[str, Any]:
    bodies: dict[str, dict[str, Any]] = {
        "/sales/": {"booked_on": "2026-03-02", "amount": "1", "currency": "EUR"},
        "/opportunities/": {"name": "Pumps", "stage": factories.stage().pk},
        "/activities/": dict(CALL),
        "/next-steps/": {"what": "Call", "due_on": "2026-12-01"},
    }
    return {**bodies[path], "account": factories.owned().pk}


@pytest.mark.parametrize(("path", "field", "values"), CASES)
def test_nonsense_is_said_by_its_field(
    as_ada: Asking, path: str, field: str, values: list[Any]
) -> None:
    body = sensible(path)
    for value in values:
        answer = as_ada.post(path, {**body, field: value})
        assert answer.status_code == 400, (value, answer.json())
        assert field in answer.json()["errors"], value


@pytest.mark.parametrize("field", ["stage", "on", "loss_reason"])
def test_nonsense_about_a_move(as_ada: Asking, field: str) -> None:
    card = factories.card(factories.owned())
    path = f"/opportunities/{card.pk}/move/"
    values = {"stage": IDS, "on": DAYS, "loss_reason": [*TEXTS, "x" * 201]}[field]
    for value in values:
        body = {"stage": factories.stage("Engaging").pk, field: value}
        assert as_ada.post(path, body).status_code == 400, value
    assert Opportunity.objects.get().stage == factories.stage()


@pytest.mark.parametrize("field", ["reversed_on", "amount", "reason"])
def test_nonsense_about_a_reversal(as_ada: Asking, field: str) -> None:
    sale = factories.sale(factories.owned())
    values = {"reversed_on": DAYS, "amount": NUMBERS, "reason": [*TEXTS, "x" * 201]}[field]
    for value in values:
        body = {"reversed_on": str(TODAY), field: value}
        answer = as_ada.post(f"/sales/{sale.pk}/reverse/", body)
        assert answer.status_code == 400, value
