"""Which heading means which field: ours, other systems', and those named by hand."""

import json
from pathlib import Path

import pytest

from operations.imports import known_headings
from operations.imports.headings import find_columns, parse_named
from operations.imports.known_headings import ACCOUNTS, OPPORTUNITIES
from operations.imports.reading import UnreadableFile

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "headings" / "official_headings.json"
KINDS = [name for name in dir(known_headings) if name.isupper()]


def positions(headings: list[str], known: known_headings.Headings) -> dict[str, int]:
    return dict(find_columns(headings, known, named={}, required=()).positions)


def test_own_names_in_any_dress() -> None:
    assert positions(["External ID", "NAME", "owner-since"], ACCOUNTS) == {
        "external_id": 0,
        "name": 1,
        "owner_since": 2,
    }


def test_a_fields_own_name_wins_over_another_systems() -> None:
    columns = find_columns(["Account Name", "Name", "Id"], ACCOUNTS, named={}, required=())
    assert columns.positions == {"name": 1, "external_id": 2}
    assert columns.unused == ("Account Name",)


def test_the_surer_heading_wins() -> None:
    assert positions(["Account Name", "Account ID"], OPPORTUNITIES) == {"account": 1}


def test_what_is_named_by_hand_wins() -> None:
    columns = find_columns(
        ["account", "legal name", "Id"],
        ACCOUNTS,
        named=parse_named(["Legal Name=name", "account=external_id"]),
        required=[["name"]],
    )
    assert columns.positions == {"name": 1, "external_id": 0}
    assert columns.unused == ("Id",)
    assert columns.fields_of(("1", "Acme", "x")) == {"name": "Acme", "external_id": "1"}


def test_headings_without_a_name_are_told_by_their_place() -> None:
    assert find_columns(["name", "", "foo"], ACCOUNTS, named={}, required=()).unused == (
        "(column 2)",
        "foo",
    )


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        (["nonsense"], "not of the form"),
        (["=name"], "not of the form"),
        (["a=name", "a=domain"], "twice"),
        (["a=nothing"], "no field nothing"),
        (["a=name", "b=name"], "two headings"),
        (["c=name"], "no heading “c”"),
    ],
)
def test_bad_pairs_are_refused(pairs: list[str], sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        find_columns(["a", "b"], ACCOUNTS, named=parse_named(pairs), required=())


def test_a_heading_may_hold_an_equals_sign() -> None:
    assert parse_named(["a=b=name"]) == {"a=b": "name"}


def test_a_missing_heading_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="required heading name is missing"):
        find_columns(["domain"], ACCOUNTS, named={}, required=[["name"]])
    with pytest.raises(UnreadableFile, match="may not be a header"):
        find_columns(["Acme", "Basel"], ACCOUNTS, named={}, required=[["name"]])


@pytest.mark.parametrize("kind", KINDS)
def test_no_heading_is_written_twice_under_one_field(kind: str) -> None:
    for names in getattr(known_headings, kind).values():
        assert len(set(names)) == len(names)


CASES = [
    ("salesforce", "accounts", "api[file,doc]", "ACCOUNTS", "external_id name owner parent domain"),
    ("salesforce", "accounts", "labels[doc]", "ACCOUNTS", "external_id name owner phone street"),
    ("salesforce", "accounts", "wizard[doc]", "ACCOUNTS", "owner"),
    ("salesforce", "contacts", "api[file,doc]", "CONTACTS", "external_id account name email phone"),
    ("salesforce", "contacts", "labels[doc]", "CONTACTS", "external_id account first_name"),
    ("salesforce", "contacts", "wizard[doc]", "CONTACTS", "external_id name phone"),
    (
        "salesforce", "opportunities", "api[file,doc]", "OPPORTUNITIES",
        "external_id account name owner stage amount close_date created_on lead_source won",
    ),
    ("salesforce", "opportunities", "labels[doc]", "OPPORTUNITIES", "external_id account owner"),
    ("salesforce", "opportunities", "labels[unverified]", "OPPORTUNITIES", "name stage owner"),
    (
        "salesforce", "activities_task", "api[file,doc]", "ACTIVITIES",
        "external_id account contact occurred_at logged_by summary outcome",
    ),
    ("salesforce", "activities_task", "labels[doc]", "ACTIVITIES", "external_id account outcome"),
    ("hubspot", "companies", "labels[file]", "ACCOUNTS", "external_id name parent country"),
    ("hubspot", "companies", "labels[code]", "ACCOUNTS", "domain owner"),
    ("hubspot", "contacts", "labels[code]", "CONTACTS", "external_id account email title phone"),
    (
        "hubspot", "deals", "labels[file]", "OPPORTUNITIES",
        "external_id account name owner stage amount close_date created_on won lost",
    ),
    ("hubspot", "activities", "api[doc]", "ACTIVITIES", "occurred_at direction outcome summary"),
    ("pipedrive", "", "organizations[transcribed]", "ACCOUNTS", "external_id name owner address"),
    ("pipedrive", "", "organizations_export[code]", "ACCOUNTS", "external_id industry"),
    ("pipedrive", "", "persons[transcribed]", "CONTACTS", "external_id account name email phone"),
    ("pipedrive", "", "persons_export[code]", "CONTACTS", "external_id account title email phone"),
    (
        "pipedrive", "", "deals[transcribed]", "OPPORTUNITIES",
        "external_id account name owner stage status amount currency closed_on won_on lost_on",
    ),
    ("pipedrive", "", "deals_export[code]", "OPPORTUNITIES", "external_id account stage"),
    (
        "pipedrive", "", "activities[transcribed]", "ACTIVITIES",
        "external_id account contact channel occurred_at logged_by summary body done",
    ),
]  # fmt: skip


@pytest.mark.skipif(not OFFICIAL.exists(), reason="../shared/data/headings is not there")
@pytest.mark.parametrize(("system", "entity", "dialect", "kind", "fields"), CASES)
def test_what_other_systems_write_is_known(
    system: str, entity: str, dialect: str, kind: str, fields: str
) -> None:
    official = json.loads(OFFICIAL.read_text())[system]
    headings = (official[entity] if entity else official)[dialect]
    found = positions(headings, getattr(known_headings, kind))
    assert set(fields.split()) <= set(found)
