"""Form fields for days and instants, within what date arithmetic and both databases can bear."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from core.days import FAR, start_of

FIRST_DAY = dt.date(1900, 1, 1)
TOO_EARLY = f"Days here begin on {FIRST_DAY}."
TOO_LATE = f"That is too far ahead; days here end before {FAR}."


class DayField(forms.DateField):
    """A day, as the browser's own picker sends it (2026-03-31) or as people type it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)
        self.validators += [
            MinValueValidator(FIRST_DAY, TOO_EARLY),
            MaxValueValidator(FAR, TOO_LATE),
        ]


class MomentField(forms.DateTimeField):
    """A wall-clock time in the zone of whoever types it; cleaned to an aware instant."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        options.setdefault("widget", widget)
        super().__init__(**options)

    def to_python(self, value: Any) -> dt.datetime | None:
        try:
            moment = super().to_python(value)
        except OverflowError as error:
            raise forms.ValidationError(TOO_EARLY) from error
        if moment is not None and moment < start_of(FIRST_DAY):
            raise forms.ValidationError(TOO_EARLY)
        if moment is not None and moment >= start_of(FAR):
            raise forms.ValidationError(TOO_LATE)
        return moment


def is_id(text: str) -> bool:
    """Whether this can be the number of a row: digits, and no more than a database can count."""
    return text.isascii() and text.isdigit() and len(text) <= 18
