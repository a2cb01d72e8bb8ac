"""docs/worked-examples.md is the test: each row of its tables is worked out anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from incentives.commission import (
    CommissionLine,
    CommissionTerms,
    LineFact,
    SaleForCommission,
    Split,
    commission,
    split_until,
)
from incentives.entitlement import HandoffFacts, Line, SaleFact, Terms, entitled, why_nothing
from tests.incentives.facts import ALICE, BOB, CAROL, HANDOFF, day, sale

PAGE = Path(__file__).parents[2] / "docs" / "worked-examples.md"
NONE = "—"
PEOPLE: dict[str, int | None] = {"Alice": ALICE, "Bob": BOB, "Carol": CAROL, "nobody": None}
PRODUCTS = {"GTX": 7, "MG": 8, "other": None}

HANDOFF_COLUMNS = (
    "case",
    "what is different",
    "sales",
    "first sale",
    "accelerator",
    "stands in the way",
)
COMMISSION_COLUMNS = ("case", "what is different", "lines", "net", "commission", "share")
WORDS_COLUMNS = ("case", "line", "explanation")

Cells = dict[str, str]


# Reading the page


def tables(text: str) -> Iterator[tuple[tuple[str, ...], list[Cells]]]:
    """Every table on the page: its columns and its rows. ValueError for a ragged row."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            block.append(line)
        elif block:
            columns, _, *rows = [_cells(row) for row in block]
            yield columns, [dict(zip(columns, row, strict=True)) for row in rows]
            block = []


def rows_of(text: str, columns: tuple[str, ...]) -> list[Cells]:
    return [row for found, rows in tables(text) if found == columns for row in rows]


def _cells(row: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in row.strip("|").split("|"))


def _listed(cell: str, separator: str = "; ") -> list[str]:
    return [] if cell == NONE else cell.split(separator)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _rate(text: str) -> Decimal:
    return _number(text.removesuffix(" %")) / 100


def _date(text: str) -> date:
    if text.startswith("day "):
        return day(int(text.removeprefix("day ")))
    return date.fromisoformat(text)


# From the words of a row to facts

# A phrase that stands alone, and one that is followed by a value.
HANDOFF_CHANGES: dict[str, Callable[[HandoffFacts], HandoffFacts]] = {
    "swept": lambda facts: replace(facts, kind="swept"),
    "released": lambda facts: replace(facts, kind="released"),
    "reassigned": lambda facts: replace(facts, kind="reassigned"),
    "departure": lambda facts: replace(facts, kind="departure"),
    "incentive agreed": lambda facts: replace(facts, incentive_agreed=True),
    "not transferred yet": lambda facts: replace(facts, transferred_on=None, incoming_id=None),
    "brief late": lambda facts: replace(facts, brief_on_time=False),
    "brief not accepted": lambda facts: replace(facts, brief_accepted=False),
    "Bob had held it": lambda facts: replace(facts, incoming_returned=True),
    "Alice had taken it back": lambda facts: replace(facts, outgoing_returned=True),
    "Alice never engaged": lambda facts: replace(facts, passed_over=True),
    "back to Alice": lambda facts: replace(facts, incoming_id=ALICE),
    "live opportunity": lambda facts: replace(facts, had_live_opportunity=True),
    "running contract": lambda facts: replace(facts, had_running_contract=True),
    "recent sale": lambda facts: replace(facts, had_recent_sale=True),
    "departed are paid": lambda facts: _with_terms(facts, replace(facts.terms, pays_departed=True)),
}
HANDOFF_VALUES: dict[str, Callable[[HandoffFacts, str], HandoffFacts]] = {
    "transferred ": lambda facts, value: replace(facts, transferred_on=_date(value)),
    "next transfer ": lambda facts, value: replace(facts, window_ends_on=_date(value)),
    "Alice left ": lambda facts, value: replace(facts, outgoing_left_on=_date(value)),
    "cap ": lambda facts, value: _with_terms(facts, replace(facts.terms, cap=_number(value))),
    "in ": lambda facts, value: _with_terms(facts, replace(facts.terms, currency=value)),
    "bonus ": lambda facts, value: _with_terms(
        facts, replace(facts.terms, early_release_bonus_rate=_rate(value))
    ),
}


def _with_terms(facts: HandoffFacts, terms: Terms) -> HandoffFacts:
    return replace(facts, terms=terms)


def handoff_of(row: Cells) -> HandoffFacts:
    facts = HANDOFF
    for words in _listed(row["what is different"]):
        facts = _changed(facts, words)
    listed = enumerate(_listed(row["sales"]), start=1)
    return replace(facts, sales=tuple(_sale(number, words) for number, words in listed))


def _changed(facts: HandoffFacts, words: str) -> HandoffFacts:
    if words in HANDOFF_CHANGES:
        return HANDOFF_CHANGES[words](facts)
    for prefix, change in HANDOFF_VALUES.items():
        if words.startswith(prefix):
            return change(facts, words.removeprefix(prefix))
    raise ValueError(f"The page says {words!r}, which no test understands.")


def _sale(number: int, words: str) -> SaleFact:
    booked_on, rest = words.split(": ")
    amount, *notes = rest.split(", ")
    fact = sale(number, _date(booked_on), amount.replace(",", ""))
    for note in notes:
        fact = _noted(fact, note)
    return fact


def _noted(fact: SaleFact, note: str) -> SaleFact:
    if note == "while pooled":
        return replace(fact, while_pooled=True)
    if note.startswith("by "):
        return replace(fact, credited_to=PEOPLE[note.removeprefix("by ")])
    if note.endswith(" reversed"):
        return replace(fact, net_base=fact.net_base - _number(note.removesuffix(" reversed")))
    raise ValueError(f"The page says {note!r} of a sale, which no test understands.")


@dataclass
class CommissionCase:
    sale: SaleForCommission
    terms: CommissionTerms | None
    share: Decimal | None = None
    next_transfer_on: date | None = None
    outgoing_left_on: date | None = None

    def lines(self) -> tuple[CommissionLine, ...]:
        return commission(self.sale, self.terms, self.split())

    def split(self) -> Split | None:
        if self.share is None:
            return None
        from_on = date(2026, 1, 31)
        until_on = split_until(
            from_on,
            months=3,
            next_transfer_on=self.next_transfer_on,
            outgoing_left_on=self.outgoing_left_on,
        )
        return Split(11, ALICE, BOB, self.share, from_on, until_on)


def commission_of(row: Cells) -> CommissionCase:
    case = CommissionCase(
        SaleForCommission(
            sale_id=1,
            booked_on=date(2026, 3, 10),
            credited_to=BOB,
            segment="small",
            lines=tuple(_line(words) for words in _listed(row["lines"])),
            net_base=_number(row["net"]),
        ),
        CommissionTerms(
            version=1,
            default_rate=Decimal("0.05"),
            by_segment={"enterprise": Decimal("0.04")},
            by_product={7: Decimal("0.08")},
            currency="EUR",
        ),
    )
    for words in _listed(row["what is different"]):
        _change_commission(case, words)
    return case


def _line(words: str) -> LineFact:
    product, amount = words.split(": ")
    return LineFact(PRODUCTS[product], _number(amount), product)


def _change_commission(case: CommissionCase, words: str) -> None:
    if words == "enterprise":
        case.sale = replace(case.sale, segment=words)
    elif words == "no plan":
        case.terms = None
    elif words.startswith("by "):
        case.sale = replace(case.sale, credited_to=PEOPLE[words.removeprefix("by ")])
    elif words.startswith("booked "):
        case.sale = replace(case.sale, booked_on=_date(words.removeprefix("booked ")))
    elif words.startswith("split "):
        case.share = _rate(words.removeprefix("split "))
    elif words.startswith("next transfer "):
        case.next_transfer_on = _date(words.removeprefix("next transfer "))
    elif words.startswith("Alice left "):
        case.outgoing_left_on = _date(words.removeprefix("Alice left "))
    else:
        raise ValueError(f"The page says {words!r}, which no test understands.")


# The checks


def check_handoff(row: Cells) -> None:
    facts = handoff_of(row)
    due = {line.kind: (line.amount, line.sale_id) for line in entitled(facts)}
    told = {
        kind: _amount_on(row[column])
        for kind, column in (("first_sale", "first sale"), ("accelerator", "accelerator"))
        if row[column] != NONE
    }
    assert due == told, row["case"]
    reasons = [f"`{reason.code}`" for reason in why_nothing(facts)]
    assert reasons == _listed(row["stands in the way"], ", "), row["case"]


def _amount_on(cell: str) -> tuple[Decimal, int]:
    amount, _, number = cell.partition(" on sale ")
    return _number(amount), int(number or 1)


def check_commission(row: Cells) -> None:
    due = {line.kind: (line.amount, line.beneficiary_id) for line in commission_of(row).lines()}
    told = {
        kind: _amount_to(row[column])
        for kind, column in (("commission", "commission"), ("commission_share", "share"))
        if row[column] != NONE
    }
    assert due == told, row["case"]


def _amount_to(cell: str) -> tuple[Decimal, int | None]:
    amount, name = cell.split(" to ")
    return _number(amount), PEOPLE[name]


def check_words(row: Cells, text: str) -> None:
    found = _lines_of_case(row["case"], text)
    lines: dict[str, str] = {str(line.kind): line.explanation for line in found}
    assert lines[row["line"]] == row["explanation"], row["case"]


def _lines_of_case(case: str, text: str) -> tuple[Line, ...] | tuple[CommissionLine, ...]:
    for row in rows_of(text, HANDOFF_COLUMNS):
        if row["case"] == case:
            return entitled(handoff_of(row))
    (row,) = [row for row in rows_of(text, COMMISSION_COLUMNS) if row["case"] == case]
    return commission_of(row).lines()


TEXT = PAGE.read_text(encoding="utf-8")
HANDOFF_ROWS = rows_of(TEXT, HANDOFF_COLUMNS)
COMMISSION_ROWS = rows_of(TEXT, COMMISSION_COLUMNS)
WORDS_ROWS = rows_of(TEXT, WORDS_COLUMNS)


def _case(row: Cells) -> str:
    return "-".join([row["case"], row.get("line", "")]).strip("-")


@pytest.mark.parametrize("row", HANDOFF_ROWS, ids=_case)
def test_handoff(row: Cells) -> None:
    check_handoff(row)


@pytest.mark.parametrize("row", COMMISSION_ROWS, ids=_case)
def test_commission(row: Cells) -> None:
    check_commission(row)


@pytest.mark.parametrize("row", WORDS_ROWS, ids=_case)
def test_explanation(row: Cells) -> None:
    check_words(row, TEXT)


# That the page is really read, and that it could fail


def test_every_row_of_the_page_is_checked() -> None:
    drawn = [line for line in TEXT.splitlines() if line.startswith("|")]
    headings = 2 * sum(1 for _ in tables(TEXT))
    checked = len(HANDOFF_ROWS) + len(COMMISSION_ROWS) + len(WORDS_ROWS)
    assert checked == len(drawn) - headings
    assert len(HANDOFF_ROWS) > 60
    assert len(COMMISSION_ROWS) > 20
    assert len(WORDS_ROWS) > 15


def test_cases_have_names_of_their_own() -> None:
    names = [row["case"] for row in [*HANDOFF_ROWS, *COMMISSION_ROWS]]
    assert len(set(names)) == len(names)


def test_every_reason_and_every_change_has_a_row() -> None:
    cells = [row["stands in the way"] for row in HANDOFF_ROWS]
    assert {code for cell in cells for code in _listed(cell, ", ")} == {
        "`came_back`",
        "`departed`",
        "`departure`",
        "`incoming_returned`",
        "`live_opportunity`",
        "`not_agreed`",
        "`outgoing_returned`",
        "`passed_over`",
        "`recent_sale`",
        "`running_contract`",
        "`brief_not_accepted`",
        "`brief_not_on_time`",
    }
    words = {word for row in HANDOFF_ROWS for word in _listed(row["what is different"])}
    assert set(HANDOFF_CHANGES) <= words


def _broken(row: Cells, columns: tuple[str, ...]) -> Iterator[Cells]:
    for column in columns:
        cell = row[column]
        wrong = "0.01" if cell == NONE else cell.replace("0.", "1.").replace("1,", "2,") + "9"
        yield row | {column: wrong}
        if cell != NONE:
            yield row | {column: NONE}


@pytest.mark.parametrize("row", HANDOFF_ROWS, ids=_case)
def test_a_broken_handoff_row_would_fail(row: Cells) -> None:
    for broken in _broken(row, ("first sale", "accelerator", "stands in the way")):
        with pytest.raises(AssertionError):
            check_handoff(broken)


@pytest.mark.parametrize("row", COMMISSION_ROWS, ids=_case)
def test_a_broken_commission_row_would_fail(row: Cells) -> None:
    for column in ("commission", "share"):
        wrong = "0.01 to Bob" if row[column] == NONE else f"9{row[column]}"
        with pytest.raises(AssertionError):
            check_commission(row | {column: wrong})


@pytest.mark.parametrize("row", WORDS_ROWS, ids=_case)
def test_a_broken_explanation_would_fail(row: Cells) -> None:
    with pytest.raises(AssertionError):
        check_words(row | {"explanation": row["explanation"].replace("EUR", "USD") + "."}, TEXT)


def test_words_that_no_test_understands_are_refused() -> None:
    with pytest.raises(ValueError, match="Alice was ill"):
        handoff_of(HANDOFF_ROWS[0] | {"what is different": "Alice was ill"})
    with pytest.raises(ValueError, match="on credit"):
        handoff_of(HANDOFF_ROWS[0] | {"sales": "day 41: 20,000.00, on credit"})
    with pytest.raises(ValueError, match="a full moon"):
        commission_of(COMMISSION_ROWS[0] | {"what is different": "a full moon"})


def test_a_ragged_row_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(tables("| case | line |\n| --- | --- |\n| a |\n"))
