"""The schema says what happens, and the page to try it is served from here."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from config.api import router
from core import tokens
from core.models import User
from tests.api.asking import Asking, nobody

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    built: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return built


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_and_without_a_warning(tmp_path: Any) -> None:
    file = tmp_path / "schema.yaml"
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(file))
    assert file.read_text().startswith("openapi: 3.1")


def test_every_operation_says_what_it_may_answer(schema: dict[str, Any]) -> None:
    found = operations(schema)
    assert len(found) > 50
    for method, path, operation in found:
        answers = set(operation["responses"])
        assert {"401", "403"} <= answers, path
        assert answers & {"200", "201"}, path
        assert operation["description"], path
        if "{id}" in path:
            assert "404" in answers, path
        if method in ("post", "patch"):
            assert {"400", "409"} <= answers, path


def test_problems_are_problems(schema: dict[str, Any]) -> None:
    for _, path, operation in operations(schema):
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], path


def test_what_moves_ownership_or_money_says_that_it_needs_a_key(schema: dict[str, Any]) -> None:
    needs = {
        path.removeprefix("/api/v1/")
        for method, path, operation in operations(schema)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key" and parameter.get("required")
    }
    assert needs == {
        "accounts/{id}/release/",
        "accounts/{id}/close/",
        "accounts/{id}/reopen/",
        "opportunities/{id}/move/",
        "opportunities/{id}/reopen/",
        "sales/",
        "sales/{id}/reverse/",
        "pool/{id}/claim/",
        "briefs/{id}/hand_in/",
        "briefs/{id}/accept/",
        "briefs/{id}/reject/",
    }
    posts = [operation for method, _, operation in operations(schema) if method == "post"]
    for operation in posts:
        assert "Idempotency-Key" in [each["name"] for each in operation["parameters"]]


def test_shapes_say_what_they_take(schema: dict[str, Any]) -> None:
    shapes = {
        name: shape
        for name, shape in schema["components"]["schemas"].items()
        if name.endswith("Request")
    }
    assert len(shapes) > 10
    for name, shape in shapes.items():
        assert shape["additionalProperties"] is False, name
    sale = shapes["SaleNewRequest"]["properties"]
    assert sale["account"] == {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    assert sale["amount"]["type"] == ["string", "integer"]
    assert re.search(sale["amount"]["pattern"], "1000.50")
    assert not re.search(sale["amount"]["pattern"], "1e3")
    assert shapes["AccountShapeRequest"]["properties"]["name"]["pattern"] == r"\S"
    assert "EUR" in schema["components"]["schemas"]["CurrencyEnum"]["enum"]


def test_the_key_says_how_it_is_written(schema: dict[str, Any]) -> None:
    claim = schema["paths"]["/api/v1/pool/{id}/claim/"]["post"]
    key = next(each for each in claim["parameters"] if each["name"] == "Idempotency-Key")
    assert re.search(key["schema"]["pattern"], "a-new-one")
    assert not re.search(key["schema"]["pattern"], "two words")


def test_it_speaks_to_who_reads_it(schema: dict[str, Any]) -> None:
    """What a base class says is for who reads the code."""
    told = [each.get("description", "") for each in schema["components"]["schemas"].values()]
    assert not [words for words in told if "model's columns" in words or "request may say" in words]


def test_scopes_name_the_resources_that_there_are() -> None:
    assert {prefix.split("/")[0] for prefix, _, _ in router.registry} == set(tokens.RESOURCES)
    for prefix, viewset, _ in router.registry:
        assert getattr(viewset, "resource", "") == prefix.split("/")[0]


def test_the_schema_is_for_those_who_signed_in(as_alice: Asking) -> None:
    assert nobody().get("/schema/").status_code == 401
    answer = as_alice.get("/schema/")
    assert answer.status_code == 200
    assert b"/api/v1/pool/{id}/claim/" in answer.content


def test_the_page_to_try_it(client: Client, alice: User) -> None:
    assert client.get("/api/v1/docs/").status_code == 302
    client.force_login(alice)
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "https://" not in text
    assert "<script>" not in text
    assert "/static/drf_spectacular_sidecar/" in text
    script = client.get("/api/v1/docs/?script=")
    assert script.status_code == 200
    assert "javascript" in script["Content-Type"]
