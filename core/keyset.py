"""Pages of a long list without counting it: each begins where the last one ended."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q, QuerySet

from core.days import FAR

_M = TypeVar("_M", bound=Model)
LONGEST_CURSOR = 1_000
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[_M]):
    """Some rows, and the cursor of what follows; empty at the end."""

    rows: Sequence[_M]
    next: str
    is_first: bool


def page_of(rows: "QuerySet[_M]", *, by: str, size: int, cursor: str = "") -> Page[_M]:
    """The rows after ``cursor`` in the order of the column ``by`` (``-`` first: descending), then
    of the id in the same direction. The column is never NULL. A cursor that means nothing is none.
    """
    column, down = by.removeprefix("-"), by.startswith("-")
    start = _read(cursor, rows.model._meta.get_field(column))
    if start is not None:
        value, pk = start
        way = "lt" if down else "gt"
        after = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": pk})
        # Said once more, so that the index on the column alone bounds the search.
        edge = Q(**{f"{column}__{way}e": value})
        rows = rows.filter(edge).filter(after)
    found = list(rows.order_by(by, "-id" if down else "id")[: size + 1])
    shown = found[:size]
    more = len(found) > size
    return Page(shown, _write(shown[-1], column) if more else "", is_first=start is None)


def _write(row: Model, column: str) -> str:
    text = json.dumps([getattr(row, column), row.pk], cls=_Exact)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, column: Any) -> tuple[Any, int] | None:
    if not cursor or len(cursor) > LONGEST_CURSOR or not isinstance(column, Field):
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value, pk = json.loads(base64.urlsafe_b64decode(padded))
        if type(pk) is not int or not 0 < pk <= LARGEST_ID or "\0" in str(value):
            return None
        return _bounded(column.to_python(value)), pk
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError):
        return None


def _bounded(value: Any) -> Any:
    """Days and aware instants that both databases can bear; ValueError for others."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError("An instant without a zone is none.")
    if value is None or (isinstance(value, dt.date) and not 1900 <= value.year < FAR.year):
        raise ValueError("Not a value to go on from.")
    return value


class _Exact(DjangoJSONEncoder):
    """Django cuts instants to milliseconds, and a cursor must hit its row."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)
