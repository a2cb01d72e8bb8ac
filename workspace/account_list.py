"""The list of accounts: which, in which order, with which columns (design: fast lists)."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from accounts_app import dormancy_rule
from accounts_app.dormancy import rule_in_force
from accounts_app.dormancy_rule import Rule
from accounts_app.models import Account
from accounts_app.querysets import AccountQuerySet
from core.keyset import Page, page_of
from core.models import User
from workspace.meter import Meter, meter

PAGE_SIZE = 50


@dataclass(frozen=True)
class Column:
    """One column: its name in an address, its heading, and what stands in a row."""

    name: str
    heading: str
    text: Callable[[Account, Rule | None], str] = lambda account, rule: ""


@dataclass(frozen=True)
class Sort:
    """An order that an index keeps, and what only can be ordered by it."""

    name: str
    heading: str
    by: str
    of: Callable[[AccountQuerySet], AccountQuerySet] = lambda rows: rows


@dataclass(frozen=True)
class Row:
    account: Account
    meter: Meter
    cells: list[tuple[Column, str]]


@dataclass(frozen=True)
class AccountList:
    page: Page[Account]
    columns: list[Column]
    rows: list[Row]


def _day(day: dt.date | None) -> str:
    return date_format(day, "j F Y") if day else "–"


def _quiet_since(account: Account, rule: Rule | None) -> str:
    if rule is None or account.dormant_on is None:
        return "–"
    return _day(dormancy_rule.days_later(account.dormant_on, -rule.dormant_after_days))


# The state and what the clock says are drawn by components: their text stays empty.
STATE, CLOCK = "state", "clock"
COLUMNS = (
    Column(STATE, "State"),
    Column("holder", "Holder", lambda account, rule: str(account.owner or "nobody")),
    Column("segment", "Segment", lambda account, rule: account.get_segment_display()),
    Column("industry", "Industry", lambda account, rule: account.industry),
    Column("region", "Region", lambda account, rule: account.region),
    Column("country", "Country", lambda account, rule: account.country),
    Column("quiet", "Quiet since", _quiet_since),
    Column("engaged", "Last talk", lambda account, rule: _day(account.engaged_on)),
    Column("sold", "Last sale", lambda account, rule: _day(account.sold_on)),
    Column(CLOCK, "What comes"),
)
USUAL = (STATE, "holder", CLOCK)
SORTS = (
    Sort("name", "Name", "name"),
    Sort("soonest", "Soonest to the pool", "dormant_on", lambda rows: rows.on_the_clock()),
    Sort("changed", "Changed last", "-updated_at"),
)


def account_list(
    rows: AccountQuerySet,
    *,
    reader: User,
    on: dt.date,
    sort: str,
    columns: Sequence[str],
    cursor: str = "",
) -> AccountList:
    """One page; what is not known of ``sort`` and ``columns`` is the usual."""
    order = next((each for each in SORTS if each.name == sort), SORTS[0])
    shown = [column for column in COLUMNS if column.name in (columns or USUAL)]
    page: Page[Any] = page_of(
        order.of(rows).select_related("owner"), by=order.by, size=PAGE_SIZE, cursor=cursor
    )
    rule = rule_in_force()
    return AccountList(
        page=page,
        columns=shown,
        rows=[
            Row(
                account,
                meter(account, rule, on=on, reader=reader),
                [(column, column.text(account, rule)) for column in shown],
            )
            for account in page.rows
        ],
    )
