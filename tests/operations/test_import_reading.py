"""Reading a file of rows: encodings, delimiters, headers, and rows that do not fit."""

import tracemalloc
from pathlib import Path

import pytest

from operations.imports.reading import BadRow, Row, UnreadableFile, open_table


def read(path: Path) -> list[Row | BadRow]:
    with open_table(path) as table:
        return list(table)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_delimiter_is_found(file: Path, delimiter: str) -> None:
    file.write_text(f"name{delimiter}city\nAcme{delimiter}Basel\n")
    with open_table(file) as table:
        assert table.delimiter == delimiter
        assert table.headings == ("name", "city")
        assert list(table) == [Row(2, ("Acme", "Basel"))]


def test_a_delimiter_inside_the_cells_does_not_mislead(file: Path) -> None:
    file.write_text("name;amount, in EUR\nAcme, Inc;12,50\nBolt, Ltd;13,00\n")
    assert read(file) == [Row(2, ("Acme, Inc", "12,50")), Row(3, ("Bolt, Ltd", "13,00"))]


def test_two_delimiters_that_fit_alike_are_refused(file: Path) -> None:
    file.write_text("a;b,c\n1;2,3\n")
    with pytest.raises(UnreadableFile, match="comma or semicolon"):
        read(file)


def test_a_first_line_may_name_the_delimiter(file: Path) -> None:
    file.write_text("sep=;\na;b,c\n1;2,3\n")
    assert read(file) == [Row(3, ("1", "2,3"))]


def test_one_column_is_a_table(file: Path) -> None:
    file.write_text("name\nAcme\nBolt\n")
    assert read(file) == [Row(2, ("Acme",)), Row(3, ("Bolt",))]


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        ("name\nMüller\n".encode(), False),
        (b"\xef\xbb\xbf" + "name\nMüller\n".encode(), False),
        ("name\nMüller\n".encode("cp1252"), True),
    ],
)
def test_encodings_are_recognised_and_cp1252_is_said(file: Path, data: bytes, remark: bool) -> None:
    file.write_bytes(data)
    with open_table(file) as table:
        assert table.headings == ("name",)
        assert list(table) == [Row(2, ("Müller",))]
        assert any("cp1252" in said for said in table.remarks) is remark


def test_a_german_quotation_in_cp1252_is_not_taken_for_damaged_utf_8(file: Path) -> None:
    file.write_bytes("name\n„Spaß“ GmbH\n".encode("cp1252"))
    assert read(file) == [Row(2, ("„Spaß“ GmbH",))]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("name\nMüller\n".encode("utf-16"), "UTF-16"),
        ("name\nMüller\n".encode("utf-16-le"), "NUL"),
        (b"name\nAc\0me\n", "NUL"),
        (b"name\nAcme\n\x81\n", "Line 3 is neither"),
        ("name\nMüller\nGärtner\n".encode() + b"Stra\xdfe\n", "Line 4 is not UTF-8"),
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\n , \n", "empty"),
        (b"name,city,Name \nA,B,C\n", "twice"),
        (b'"name,city\nA,B\n', "header cannot be read"),
        (b"name\n" + b"x" * 5_000_000, "longer than"),
    ],
)
def test_what_is_no_table_is_refused(file: Path, data: bytes, sentence: str) -> None:
    file.write_bytes(data)
    with pytest.raises(UnreadableFile, match=sentence):
        read(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile, match="not a file"):
        read(tmp_path)


def test_lines_are_counted_as_an_editor_counts_them(file: Path) -> None:
    file.write_bytes(b'a,b\r\n1,"two\r\nlines"\r\n\r\n,\r\n3,4\n5,6')
    assert read(file) == [
        Row(2, ("1", "two\r\nlines")),
        Row(6, ("3", "4")),
        Row(7, ("5", "6")),
    ]


def test_a_row_that_does_not_fit_is_bad_and_the_others_go_on(file: Path) -> None:
    file.write_text("a,b\n1,2,3\n1,2,,\n1\n3,4\n")
    long, padded, short, good = read(file)
    assert isinstance(long, BadRow)
    assert (long.line_number, long.reason) == (2, "The row has 3 cells, the header has 2.")
    assert padded == Row(3, ("1", "2"))
    assert isinstance(short, BadRow)
    assert short.group == "The row has fewer cells than the header."
    assert good == Row(5, ("3", "4"))


def test_a_header_with_blank_cells_at_its_end_is_as_long_as_its_headings(file: Path) -> None:
    file.write_text("a,b,,\n1,2,,\n")
    assert read(file) == [Row(2, ("1", "2"))]


def test_a_quotation_mark_never_closed_is_said_with_its_lines(file: Path) -> None:
    file.write_text('a,b\n1,2\n3,"4\n5,6\n')
    good, bad = read(file)
    assert good == Row(2, ("1", "2"))
    assert isinstance(bad, BadRow)
    assert bad.line_number == 3
    assert "never closed" in bad.reason
    assert "Lines 3 to 4" in bad.reason


def test_a_misplaced_quotation_mark_spoils_one_row(file: Path) -> None:
    file.write_text('a,b\n"1"x,2\n3,4\n')
    bad, good = read(file)
    assert isinstance(bad, BadRow)
    assert good == Row(3, ("3", "4"))


def test_a_giant_cell_is_a_bad_row(file: Path) -> None:
    file.write_text(f"a,b\n{'x' * 200_000},2\n{'y' * 100_000},4\n")
    bad, good = read(file)
    assert isinstance(bad, BadRow)
    assert "longer than 131,072" in bad.reason
    assert isinstance(good, Row)


def test_the_apostrophe_of_our_own_exports_is_taken_off(file: Path) -> None:
    file.write_text("a,b\n'=cmd|' /C calc'!A0,'quoted'\n")
    assert read(file) == [Row(2, ("=cmd|' /C calc'!A0", "'quoted'"))]


def test_memory_stays_flat(file: Path) -> None:
    with file.open("w") as handle:
        handle.write("a,b,c\n")
        handle.writelines(f"{number},{'x' * 50},{'y' * 50}\n" for number in range(200_000))
    tracemalloc.start()
    with open_table(file) as table:
        count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 200_000
    assert peak < 12_000_000
