"""Cells of files that spreadsheets open (interfaces: formula-like cells are escaped)."""

import re

FORMULA = re.compile(r"[=+\-@\t\r]")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*")


def escaped(cell: str) -> str:
    """The cell with an apostrophe before it if a spreadsheet would run it as a formula."""
    if FORMULA.match(cell) and not PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
