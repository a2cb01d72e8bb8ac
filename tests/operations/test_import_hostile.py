"""Every kind of import with files and cells that nobody should send: a sentence, never a fault."""

import datetime as dt
import io
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from core.models import Event
from operations.imports.kinds import KINDS
from pipeline import sales
from pipeline.sales import NewSale
from tests import factories
from tests.factories import LONG_AGO, TODAY
from tests.operations.importing import bring, rejected_rows
from tests.operations.terminal import Terminal

pytestmark = pytest.mark.django_db

# A row of each kind that would be taken.
ROWS = {
    "people": {
        "external_id": "P9",
        "username": "pia",
        "email": "pia@example.com",
        "first_name": "Pia",
        "last_name": "Post",
        "role": "rep",
        "team": "North",
        "manager": "mara",
        "region": "South",
        "strengths": "acquisition",
        "capacity": "5",
        "active": "yes",
        "left_on": "",
    },
    "accounts": {
        "external_id": "A9",
        "name": "Newco",
        "domain": "newco.example",
        "segment": "small",
        "industry": "Retail",
        "region": "North",
        "country": "DE",
        "parent": "Acme",
        "owner": "alice",
        "owner_since": "2024-01-05",
        "state": "owned",
        "phone": "123",
    },
    "contacts": {
        "external_id": "C9",
        "account": "Acme",
        "name": "Eve",
        "email": "eve@example.com",
        "roles": "champion",
        "stance": "neutral",
        "status": "active",
        "reports_to": "Carla",
    },
    "products": {"external_id": "9", "name": "Widget", "list_price": "12.50", "currency": "EUR"},
    "contracts": {
        "external_id": "K9",
        "account": "Acme",
        "starts_on": "2024-01-01",
        "ends_on": "2024-12-31",
        "name": "Service",
    },
    "opportunities": {
        "external_id": "O9",
        "account": "Acme",
        "name": "Deal",
        "owner": "alice",
        "stage": "Prospecting",
        "amount": "100",
        "currency": "EUR",
        "created_on": "2024-01-10",
        "moved_on": "2024-01-11",
        "expected_close_on": "2024-06-01",
        "closed_on": "",
        "loss_reason": "",
    },
    "activities": {
        "external_id": "X9",
        "account": "Acme",
        "contact": "Carla",
        "channel": "call",
        "direction": "outbound",
        "outcome": "connected",
        "occurred_at": "2024-03-01 10:00",
        "logged_by": "alice",
        "summary": "Hello",
        "interested_until": "",
    },
    "sales": {
        "external_id": "S9",
        "account": "Acme",
        "booked_on": "2024-02-01",
        "amount": "100.50",
        "currency": "EUR",
        "rep": "alice",
        "opportunity": "",
        "product": "",
        "quantity": "2",
    },
    "reversals": {"external_id": "R9", "sale": "S1", "reversed_on": "2024-03-01", "amount": "5"},
    "rates": {"currency": "USD", "on": "2024-01-02", "rate": "0.9"},
}
NONSENSE = [
    *("03/04/2024", "2199-01-01", "1900-01-01", "0000-00-00", "2024-02-30"),
    *("-5", "(5)", "0", "9" * 40, "NaN", "Infinity", "1e400", "0." + "0" * 20 + "1", "1.234"),
    *("=1+1", "@SUM(A1)", "Nobody Known", "Twin", "'", "\u202e\U0001f600", "a\x07b", "y" * 60_000),
]


def scene() -> None:
    """What the rows speak of, and two accounts of one name."""
    factories.cast()
    acme = factories.owned(since=LONG_AGO)
    factories.contact(acme, on=LONG_AGO)
    sold = NewSale(
        booked_on=dt.date(2024, 2, 1),
        amount=Decimal(10),
        currency="EUR",
        credited_to=None,
        source="test",
        external_id="S1",
    )
    sales.book(acme, sold, by=factories.finn(), at=factories.at(TODAY))
    factories.pooled("Twin")
    factories.pooled("Twin")


def table(kind: str, *rows: dict[str, str]) -> str:
    """A file of semicolons, because some cells hold commas."""
    lines = [";".join(ROWS[kind]), *(";".join(row.values()) for row in rows)]
    return "\n".join(lines) + "\n"


def test_every_kind_is_tried() -> None:
    assert set(ROWS) == set(KINDS)


@pytest.mark.parametrize("kind", ROWS)
def test_no_cell_of_any_kind_is_a_fault(kind: str, tmp_path: Path) -> None:
    """Each cell in turn holds each nonsense. Taken or rejected, the reason is one of ours."""
    scene()
    good = ROWS[kind]
    rows = [
        {**good, **({"external_id": f"N{number}"} if "external_id" in good else {}), field: cell}
        for field in good
        for number, cell in enumerate(NONSENSE, start=100 * list(good).index(field))
    ]
    file = tmp_path / "rows.csv"
    file.write_text(table(kind, *rows), "utf-8")
    came = bring(kind, file)
    assert came.code == 1, came.said
    assert "database" not in came.said
    reasons = [row["reason"] for row in rejected_rows(file)]
    assert len(reasons) > len(rows) / 10
    assert [each for each in reasons if each[-1] not in ".;" or len(each) > 400] == []


BAD_FILES = {
    "empty": (b"", "The file is empty"),
    "blank": (b"\n\n \n", "The file is empty"),
    "twice": (b"name,on,NAME\nA,B,C\n", "stands twice in the header. Call each column otherwise"),
    "no header": (b"zig;zag\nzip;zap\n", "None of the headings is known"),
    "UTF-16": ("name\nMüller\n".encode("utf-16"), "The file is UTF-16 or UTF-32"),
    "UTF-32": ("name\nMüller\n".encode("utf-32"), "The file is UTF-16 or UTF-32"),
    "NUL": (b"name\nAc\0me\n", "holds NUL bytes"),
    "no encoding": (b"name\n\x81\x8d\n", "Line 2 is neither UTF-8 nor Windows-1252"),
    "long line": (b"name\n" + b"x" * 10_000_000, "A line is longer than 4,000,000 bytes"),
    "open quote": (b'"name\nAcme\n', "A quotation mark is opened and never closed"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_no_file_of_any_kind_is_a_fault(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    for name, (data, sentence) in BAD_FILES.items():
        file.write_bytes(data)
        came = bring(kind, file)
        assert (came.code, sentence in came.said) == (2, True), (name, came.said)
        assert "Nothing was changed." in came.said
    assert not Event.objects.exists()


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_too_long_and_a_quotation_never_closed_take_no_other_with_them(
    kind: str, tmp_path: Path
) -> None:
    scene()
    file = tmp_path / "rows.csv"
    good = table(kind, ROWS[kind])
    file.write_text(f'{good}{";".join(["x"] * 20)}\n"never closed;', "utf-8")
    came = bring(kind, file)
    assert "created 1, updated 0, unchanged 0, rejected 2" in came.said
    assert "The row has more cells than the header." in came.said
    assert "A quotation mark is opened and never closed." in came.said


# The command line itself


@pytest.mark.parametrize("name", ["", ".", "/", "..", "/dev/null", "x" * 300, "none.csv"])
def test_what_is_no_file_is_said(run: Terminal, name: str) -> None:
    said = run("import", "products", name, "--source", "test")
    assert (said.code, said.out) == (2, "")
    assert "Nothing was changed." in said.err


def test_a_terminal_that_lacks_letters_gets_them_spelt_out(
    run: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "products.csv"
    file.write_text("name,list_price\nChai,-5\n")
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding="ascii", write_through=True))
    assert run("import", "products", str(file), "--source", "test").code == 1
    assert b"rejected 1 \\xd7 list_price: The amount is negative." in kept.getvalue()
