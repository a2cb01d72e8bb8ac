"""The cells of one row by field, read as values; a blank cell reads as nothing."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model

from accounts_app.models import ExternalRef
from operations.imports import values
from operations.imports.values import BadValue, Forms, is_blank

T = TypeVar("T")


def longest(model: type[Model], field: str) -> int:
    """How many characters the column keeps; without a bound, 20,000."""
    bound = getattr(model._meta.get_field(field), "max_length", None)
    return int(bound) if bound else 20_000


class Cells:
    """A row. Each reader names the heading in what it refuses, as the file writes it."""

    def __init__(
        self, line_number: int, fields: Mapping[str, str], headings: Mapping[str, str], forms: Forms
    ) -> None:
        self.line_number = line_number
        self._fields = fields
        self._headings = headings
        self._forms = forms

    def __contains__(self, field: str) -> bool:
        """Whether the row says anything in this field."""
        return not is_blank(self._fields.get(field, ""))

    def has_column(self, field: str) -> bool:
        return field in self._fields

    def raw(self, field: str) -> str:
        """The cell as the file writes it; empty where there is none."""
        return self._fields.get(field, "")

    def heading(self, field: str) -> str:
        return self._headings.get(field, field)

    def text(self, field: str, *, most: int, lines: bool = False) -> str:
        return self._read(field, lambda cell: values.text(cell, most=most, lines=lines)) or ""

    def texts(self, model: type[Model], *fields: str) -> dict[str, str]:
        """Of these fields those that are not blank, as long as the model's columns keep."""
        return {
            field: self.text(field, most=longest(model, field)) for field in fields if field in self
        }

    @property
    def external_id(self) -> str:
        """What the source calls the row; empty if it has no name there."""
        text = self.text("external_id", most=longest(ExternalRef, "external_id"))
        return " ".join(text.split())

    def name(self, field: str) -> str:
        """What the file calls a thing: bounded, so that a sentence can hold it."""
        return " ".join(self.text(field, most=200).split())

    def day(self, field: str) -> dt.date | None:
        order = self._forms.day_order
        return self._read(field, lambda cell: values.day(cell, order=order))

    def instant(self, field: str) -> dt.datetime | None:
        order = self._forms.day_order
        return self._read(field, lambda cell: values.instant(cell, order=order))

    def money(self, field: str) -> Decimal | None:
        mark = self._forms.decimal_mark
        return self._read(field, lambda cell: values.money(cell, mark=mark))

    def rate(self, field: str) -> Decimal | None:
        mark = self._forms.decimal_mark
        return self._read(field, lambda cell: values.rate(cell, mark=mark))

    def whole(self, field: str, *, least: int, most: int) -> int | None:
        mark = self._forms.decimal_mark
        return self._read(field, lambda cell: values.whole(cell, least=least, most=most, mark=mark))

    def boolean(self, field: str) -> bool | None:
        return self._read(field, values.boolean)

    def choice(self, field: str, options: Mapping[str, str]) -> str | None:
        return self._read(field, lambda cell: values.choice(cell, options))

    def currency(self, field: str) -> str | None:
        return self._read(field, values.currency)

    def _read(self, field: str, reader: Callable[[str], T]) -> T | None:
        if field not in self:
            return None
        with self.blaming(field):
            return reader(self.raw(field))

    @contextmanager
    def blaming(self, field: str) -> Iterator[None]:
        """What is refused inside is refused because of this field."""
        try:
            yield
        except BadValue as bad:
            raise bad.about(self.heading(field)) from None
