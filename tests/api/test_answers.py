"""What is answered is what the schema says: no name more, none less, each of its kind."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from core.models import User
from tests.api.asking import Asking, asks, nobody
from tests.api.company import Company
from tests.api.query_counts import QUERIES

pytestmark = pytest.mark.django_db

READERS = ["alice", "bob", "otto", "mara", "finn", "ada"]


@cache
def the_schema() -> dict[str, Any]:
    """The schema, where a name that it does not tell of is a fault."""
    built: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for component in built["components"]["schemas"].values():
        if "properties" in component:
            component.setdefault("additionalProperties", False)
    return built


def faults(answer: Any, method: str, path: str) -> list[str]:
    """Where the answer is not what the operation says of its status."""
    responses = the_schema()["paths"][f"/api/v1{path}"][method]["responses"]
    content = responses[str(answer.status_code)]["content"]
    told = content[answer["Content-Type"]]["schema"]
    rule = {**told, "components": the_schema()["components"]}
    found = Draft202012Validator(rule, format_checker=FormatChecker()).iter_errors(answer.json())
    return [f"{error.json_path}: {error.message}"[:300] for error in found]


def reads(company: Company) -> Iterator[tuple[str, str]]:
    """The path of the schema, and the one to ask."""
    for prefix, kinds in QUERIES.items():
        if "list" in kinds:
            yield f"/{prefix}/", f"/{prefix}/"
        yield f"/{prefix}/{{id}}/", f"/{prefix}/{company.ids[prefix]}/"


@pytest.mark.parametrize("who", READERS)
def test_what_is_read_fits_the_schema(company: Company, who: str) -> None:
    reader = asks(User.objects.get(username=who))
    found = {path: faults(reader.get(asked), "get", path) for path, asked in reads(company)}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/users/", "/users/?nonsense=1", 400),
        ("/accounts/{id}/", "/accounts/999999/", 404),
        ("/accounts/{id}/release/", "/accounts/999999/release/", 404),
        ("/pool/{id}/claim/", "/pool/999999/claim/", 404),
        ("/sales/", "/sales/", 400),
        ("/contacts/", "/contacts/", 400),
    ],
)
def test_a_problem_fits_the_schema(as_ada: Asking, path: str, asked: str, status: int) -> None:
    method = "get" if path in ("/users/", "/accounts/{id}/") else "post"
    answer = as_ada.get(asked) if method == "get" else as_ada.post(asked, {})
    assert answer.status_code == status
    assert faults(answer, method, path) == []


def test_a_refusal_fits_the_schema(company: Company) -> None:
    answer = asks(User.objects.get(username="alice")).post(f"/pool/{company.ids['pool']}/claim/")
    assert answer.status_code == 409
    assert faults(answer, "post", "/pool/{id}/claim/") == []


@pytest.mark.parametrize("path", ["/users/", "/nothing/", "/schema/"])
def test_without_a_token_it_is_a_problem_in_json(db: None, path: str) -> None:
    answer = nobody().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "not_authenticated"


def test_what_does_not_fit_is_seen(as_ada: Asking) -> None:
    answer = as_ada.get("/stages/")
    rows = answer.json()
    rows["results"][0]["colour"] = "green"
    rows["results"][1]["position"] = "second"
    answer.json = lambda: rows
    assert len(faults(answer, "get", "/stages/")) == 2
