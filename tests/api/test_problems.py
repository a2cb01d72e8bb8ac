"""Errors are problems (RFC 9457), whatever is sent and wherever to."""

import pytest

from tests import factories
from tests.api.asking import Asking, nobody

pytestmark = pytest.mark.django_db

NOWHERE = [
    "/nothing/",
    "/accounts",
    "/accounts/x/",
    "/accounts/-1/",
    "/accounts/1.5/",
    "/accounts/%00/",
    "/accounts/99999999999999999999/",
    "/accounts/1/explode/",
    "/",
]


@pytest.mark.parametrize("path", [*NOWHERE, "/accounts/999999/"])
@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
def test_what_is_not_there_is_404(as_alice: Asking, path: str, method: str) -> None:
    answer = as_alice.send(method, path, "")
    allowed = (404,) if path in NOWHERE or method in ("get", "patch") else (405,)
    assert answer.status_code in allowed
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_whoever_is_not_signed_in_learns_nothing(db: None) -> None:
    assert nobody().get("/nothing/").status_code == 401


def test_a_problem_is_whole(as_alice: Asking) -> None:
    answer = as_alice.get("/accounts/1/")
    assert answer.json() == {
        "type": "urn:steward:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such thing here.",
        "code": "not_found",
    }


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_a_wrong_method_is_405(as_alice: Asking, method: str) -> None:
    answer = as_alice.send(method, "/stages/", "{}")
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nonsense",
        "[1]",
        '"text"',
        "null",
        "1",
        "NaN",
        '{"name": NaN}',
        '{"name": 1e999}',
        b"\xff\xfe\x00",
        '{"name": "\\u0000"}',
        '{"name": "\\ud800"}',
        '{"name": "a", "segment": "\\ud800"}',
        '{"\\ud800": "a"}',
        '{"name": null}',
        '{"name": ["a"]}',
        '{"name": {"a": 1}}',
        '{"name": true}',
        '{"name": ""}',
        '{"name": "   "}',
        '{"name": "' + "x" * 201 + '"}',
        '{"name": "a", "owner": 1}',
        '{"name": "a", "parent": "1"}',
        '{"name": "a", "parent": 1e400}',
        '{"name": "a", "parent": ' + "9" * 40 + "}",
        '{"name": "a", "parent": -1}',
        '{"name": "a", "parent": true}',
        '{"name": "a", "segment": "huge"}',
        '{"name": "a", "segment": []}',
        '{"name": "a", "segment": {}}',
        "[" * 5000,
    ],
)
def test_a_body_that_makes_no_sense_is_400(as_alice: Asking, body: str | bytes) -> None:
    answer = as_alice.send("post", "/accounts/", body)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data; x", "x"])
def test_only_json_is_taken(as_alice: Asking, media: str) -> None:
    answer = as_alice.send("post", "/accounts/", '{"name": "a"}', media=media)
    assert answer.status_code in (400, 415)
    assert answer["Content-Type"] == "application/problem+json"


def test_only_json_is_given(as_alice: Asking) -> None:
    answer = as_alice.client.get(
        "/api/v1/stages/", headers={**as_alice.headers, "Accept": "application/xml"}
    )
    assert answer.status_code == 406
    assert answer["Content-Type"] == "application/problem+json"


def test_too_much_is_413(as_alice: Asking) -> None:
    answer = as_alice.send("post", "/accounts/", '{"name": "' + "x" * 3_000_000 + '"}')
    assert answer.status_code == 413


def test_a_refusal_by_a_rule_is_409_with_its_code(as_alice: Asking) -> None:
    account = factories.owned()
    answer = as_alice.post(f"/accounts/{account.pk}/release/")
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["title"]) == ("no_policy", "Conflict")
    assert "There is no dormancy policy yet" in problem["detail"]


def test_what_one_may_not_do_is_403(as_alice: Asking) -> None:
    account = factories.owned(factories.bob())
    answer = as_alice.patch(f"/accounts/{account.pk}/", {"phone": "1"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "not_allowed"
