"""The import command as a whole: exit codes, rejected rows, dry runs, batches that fail."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError

from accounts_app import registry
from accounts_app.models import Account
from core.models import Event
from core.spreadsheets import escaped
from operations.imports import running
from pipeline.models import Product
from tests.operations.importing import bring, counts, rejected_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "products.csv"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        ("name\nMüller\n".encode("utf-16"), "UTF-16"),
        (b"name,NAME\nA,B\n", "twice"),
        (b"price\n5\n", "required heading name is missing"),
        (b"Acme,Basel\nBolt,Bern\n", "may not be a header"),
    ],
)
def test_what_cannot_be_read_changes_nothing(file: Path, data: bytes, sentence: str) -> None:
    file.write_bytes(data)
    came = bring("products", file)
    assert came.code == 2
    assert sentence in came.said
    assert "Nothing was changed." in came.said
    assert not Event.objects.exists()
    assert came.rejected == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "nonsense"], "Heading=field"),
        (["--map", "name=nothing"], "no field nothing"),
        (["--holder-from-latest"], "opportunities and sales only"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    file: Path, options: list[str], sentence: str
) -> None:
    file.write_text("name\nAcme\n")
    came = bring("products", file, *options)
    assert (came.code, Product.objects.count()) == (2, 0)
    assert sentence in came.said


def test_a_source_has_a_name(file: Path) -> None:
    file.write_text("name\nAcme\n")
    assert bring("products", file, source=" ").code == 2
    assert bring("products", file, source="x" * 51).code == 2


def test_a_missing_file(tmp_path: Path) -> None:
    assert bring("products", tmp_path / "none.csv").code == 2


def test_rejected_rows_cannot_go_where_the_file_is(file: Path) -> None:
    file.write_text("name\nAcme\n")
    assert bring("products", file, "--rejected", str(file)).code == 2
    assert file.read_text() == "name\nAcme\n"


def test_rejected_rows_that_cannot_be_written_stop_it_before_it_begins(
    file: Path, tmp_path: Path
) -> None:
    file.write_text("name\nAcme\n")
    came = bring("products", file, "--rejected", str(tmp_path / "none" / "rejected.csv"))
    assert (came.code, Product.objects.count()) == (2, 0)
    assert "--rejected" in came.said


def test_bad_rows_stop_no_others(file: Path) -> None:
    file.write_text(
        "name;list_price;currency;note\n"
        "Chai;18.50;EUR;\n"
        "Free;-5;EUR;=cmd|' /C calc'!A0\n"
        "Huge;99999999999999999999;EUR;\n"
        "Odd;1.234;EUR;\n"
        "Short;5\n"
        ";5;EUR;\n"
        "Chang;19;XXX;\n"
        "Tea;;;\n"
    )
    came = bring("products", file)
    assert came.code == 1
    assert counts(came) == (2, 0, 0, 6)
    rejects = file.with_name("products.csv.rejected.csv").read_text(encoding="utf-8-sig")
    lines = rejects.splitlines()
    assert lines[0] == "line;reason;name;list_price;currency;note"
    assert lines[1] == "3;list_price: “-5” is negative.;Free;-5;EUR;'=cmd|' /C calc'!A0"
    assert [line.split(";")[0] for line in lines[1:]] == ["3", "4", "5", "6", "7", "8"]
    assert "rejected 1 × list_price: The amount is negative." in came.said


def test_a_corrected_file_of_rejected_rows_can_be_imported(file: Path) -> None:
    file.write_text("name,list_price\n-Chai,-5\n")
    bring("products", file)
    rejects = file.with_name("products.csv.rejected.csv")
    text = rejects.read_text(encoding="utf-8-sig")
    assert "'-Chai,-5" in text
    rejects.write_text(text.replace("-5", "5"))
    assert counts(bring("products", rejects)) == (1, 0, 0, 0)
    assert Product.objects.get().name == "-Chai"


def test_an_old_file_of_rejected_rows_goes_when_there_are_none(file: Path) -> None:
    file.write_text("name,list_price\nChai,-5\n")
    bring("products", file)
    file.write_text("name,list_price\nChai,5\n")
    assert bring("products", file).code == 0
    assert rejected_rows(file) == []
    assert not file.with_name("products.csv.rejected.csv").exists()


def test_a_dry_run_changes_nothing_and_says_the_same(file: Path) -> None:
    file.write_text("name,list_price\nChai,5\nTea,-5\n")
    came = bring("products", file, "--dry-run")
    assert came.said.startswith("Dry run, nothing was changed: products from products.csv")
    assert counts(came) == (1, 0, 0, 1)
    assert came.code == 1
    assert not Product.objects.exists()
    assert not Event.objects.exists()


def test_headings_that_mean_nothing_are_said(file: Path) -> None:
    file.write_text("name,colour\nChai,green\n")
    assert "Headings not used: colour" in bring("products", file).said


def test_headings_named_by_hand(file: Path) -> None:
    file.write_text("Bezeichnung;Preis\nTee;1.234,50\n")
    came = bring("products", file, "--map", "Bezeichnung=name", "--map", "Preis=list_price")
    assert counts(came) == (1, 0, 0, 0)
    assert str(Product.objects.get().list_price) == "1234.500"


def test_cp1252_is_said(file: Path) -> None:
    file.write_bytes("name\nMüsli\n".encode("cp1252"))
    came = bring("products", file)
    assert "cp1252" in came.said
    assert Product.objects.get().name == "Müsli"


def test_products_twice_and_changed(file: Path) -> None:
    file.write_text("external_id,name,list_price\n1,Chai,5\n")
    assert counts(bring("products", file)) == (1, 0, 0, 0)
    assert counts(bring("products", file)) == (0, 0, 1, 0)
    file.write_text("external_id,name,list_price\n1,Chai,6\n")
    assert counts(bring("products", file)) == (0, 1, 0, 0)
    file.write_text("external_id,name,list_price\n1,Chai Latte,6\n")
    assert "an import renames none" in bring("products", file).reasons[0]


class Stumbling:
    """A verb that the database refuses, once or for one name."""

    def __init__(self, error: BaseException, *, name: str = "", times: int = 10_000) -> None:
        self.error, self.name, self.left = error, name, times
        self.real = registry.add_account

    def __call__(self, name: str, **fields: Any) -> Account:
        if self.left and self.name in ("", name):
            self.left -= 1
            raise self.error
        return self.real(name, **fields)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.csv"
    path.write_text("name\nAcme\nBolt\nCast\n")
    return path


def test_a_row_that_the_database_refuses_stops_no_other(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "add_account", Stumbling(IntegrityError("no"), name="Bolt"))
    came = bring("accounts", three)
    assert counts(came) == (2, 0, 0, 1)
    assert came.reasons == ["The database refuses the row: no"]


def test_a_batch_that_fails_is_redone_row_by_row(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "add_account", Stumbling(OperationalError("locked"), times=1))
    assert counts(bring("accounts", three)) == (3, 0, 0, 0)


def test_more_rows_than_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 3)
    path = tmp_path / "accounts.csv"
    rows = "".join(f"{number},Account {number},{number + 1}\n" for number in range(10))
    path.write_text(f"external_id,name,parent\n{rows}10,Account 10,\n")
    assert counts(bring("accounts", path)) == (11, 0, 0, 0)


def test_ctrl_c_says_that_it_can_go_on(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "add_account", Stumbling(KeyboardInterrupt()))
    came = bring("accounts", three)
    assert came.code == 130
    assert "run again goes on" in came.said


def test_progress_is_for_terminals(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("name\nChai\n")
    call_command("import", "products", str(file), "--source", "test")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    call_command("import", "products", str(file), "--source", "test")
    assert "1 rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd", "'+cmd"),
        ("-cmd", "'-cmd"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("-5.00", "-5.00"),
        ("+41 44 000", "+41 44 000"),
        ("Acme", "Acme"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_escaped(cell: str, written: str) -> None:
    assert escaped(cell) == written
