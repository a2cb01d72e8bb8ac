"""Nonsense: whatever is sent, the answer is a sentence, nothing is half done, never a 500.

Django's test client raises what a page would have answered with 500, so that every request here
is a test of its own.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Event
from core.querysets import SYSTEM_USERNAME
from tests.pages.scene import Scene, signed_in
from tests.permissions.test_page_matrix import ROWS, Row

pytestmark = pytest.mark.django_db

FORMS = [row for row in ROWS if row.sends]
REFUSALS = {200, 302, 400, 403, 404, 405, 409, 422}
NONSENSE = [
    "",
    "\0",
    "x" * 5_000,
    "0",
    "-1",
    "1e999",
    "NaN",
    "9" * 400,
    "99999999999999999999",
    "9999999999999.9999",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "<script>alert(1)</script>",
    "\U0001f600\u202e\u200b",
    "00000000-0000-0000-0000-000000000000",
]
EVERY_FIELD = {
    "account_log": ["channel", "outcome", "summary", "contact", "interested_until", "occurred_at"],
    "contact": ["title", "email", "phone", "roles", "stance", "reports_to", "no_calls"],
    "contact_new": ["title", "email", "phone", "roles", "stance", "reports_to", "no_calls"],
    "opportunity_new": ["expected_close_on"],
    "opportunity_change": ["expected_close_on"],
    "brief": ["policies", "politics", "next_step", "promises"],
}
ADDRESSES_WITH_QUERY = {
    "accounts": ["name", "state", "mine", "warning", "after"],
    "account": ["channel", "steward", "after"],
    "account_sales": ["after"],
    "pool": ["after"],
    "handoffs": ["after"],
    "payouts": ["person", "incentive_after", "commission_after"],
}


def who_may(row: Row, scene: Scene) -> Client:
    """Somebody for whom the form works when it is filled in well."""
    name = "alice" if row.cells.split()[0] == "ok" else "bob"
    return signed_in(getattr(scene.cast, name))


def spoilt(row: Row) -> Iterator[dict[str, Any]]:
    """The form as it should be, with one field spoilt; and once with all of them."""
    whole = row.sends or {}
    for name in {*whole, *EVERY_FIELD.get(row.name, [])}:
        for bad in NONSENSE:
            yield {**whole, "client_id": str(uuid.uuid4()), name: bad}
    for bad in NONSENSE:
        yield dict.fromkeys(whole, bad)
    yield {}


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_a_form_takes_any_nonsense(row: Row, scene: Scene) -> None:
    client, url = who_may(row, scene), row.url(scene)
    for sent in spoilt(row):
        assert client.post(url, sent).status_code in REFUSALS, sent


@pytest.mark.parametrize("name", ADDRESSES_WITH_QUERY)
def test_a_query_takes_any_nonsense(name: str, scene: Scene) -> None:
    client = signed_in(scene.cast.mara)
    url = next(row for row in ROWS if row.name == name).url(scene)
    cursors = ["W10", "WyJ4Iiwx", "WyIyMDI2LTAxLTAxIiwgMV0", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgMV0"]
    cursors += ["W251bGwsIDFd", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgMV0", "W1tbXV0sIDFd"]
    for field in ADDRESSES_WITH_QUERY[name]:
        for bad in [*NONSENSE, *cursors]:
            assert client.get(url, {field: bad}).status_code in {200, 404}, (field, bad)


def test_ids_that_are_nobodys(scene: Scene) -> None:
    client = signed_in(scene.cast.ada)
    for row in ROWS:
        for number in (0, 2**31, 2**63 - 1, 2**63, 10**30) if row.of(scene) else ():
            url = reverse(row.name, args=[number, *row.of(scene)[1:]])
            answer = client.get(url) if row.sends is None else client.post(url, row.sends)
            assert answer.status_code == 404, url


def test_methods_that_no_page_has(scene: Scene) -> None:
    client = signed_in(scene.cast.ada)
    for row in ROWS:
        for method in ("put", "patch", "delete", "trace"):
            assert getattr(client, method)(row.url(scene)).status_code == 405, (row, method)


def test_whoever_comes_by_the_address_of_a_form_is_led_to_its_page(scene: Scene) -> None:
    """As after signing in again: the form was sent, the page asked for is its address."""
    client = signed_in(scene.cast.ada)
    led = {
        "account_log": reverse("account", args=[scene.acme.pk]),
        "opportunity_win": reverse("opportunity", args=[scene.card.pk]),
        "brief_judge": reverse("handoff", args=[scene.to_read.pk]),
        "claim": reverse("pool"),
        "next_step_settle": reverse("home"),
    }
    for name, page in led.items():
        row = next(row for row in ROWS if row.name == name)
        assert client.get(row.url(scene))["Location"] == page


def test_what_changes_something_is_never_a_get(scene: Scene) -> None:
    clients = [signed_in(person) for person in scene.cast]
    urls = [row.url(scene) for row in ROWS]
    before = Event.objects.count()
    for client in clients:
        for url in urls:
            client.get(url)
    assert Event.objects.count() == before


def test_a_form_without_its_token_changes_nothing(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.cast.alice)
    before = Event.objects.count()
    for row in FORMS:
        answer = client.post(row.url(scene), row.sends)
        assert answer.status_code == 403
        assert b"expired" in answer.content
    assert Event.objects.count() == before


def test_nobody_is_the_system(scene: Scene) -> None:
    """Payouts of the system actor are nobody's to see in particular, and its id is no trick."""
    system = type(scene.cast.alice).objects.system()
    assert system.username == SYSTEM_USERNAME
    answer = signed_in(scene.cast.alice).get(reverse("payouts"), {"person": system.pk})
    assert answer.status_code == 404
