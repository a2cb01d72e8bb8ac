"""Shapes of input: numbers that fit, days that can be counted with, amounts that are no floats."""

import datetime as dt
import re
import uuid
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db import models
from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.days import FAR, start_of
from core.inputs import FIRST_DAY, TOO_EARLY, TOO_LATE

LARGEST_ID = 2**63 - 1
AN_ID = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
FROM_1900_TO_8999 = "^(19|[2-8][0-9])[0-9]{2}-"
A_DAY = {"type": "string", "format": "date", "pattern": FROM_1900_TO_8999}
A_MOMENT = {"type": "string", "format": "date-time", "pattern": FROM_1900_TO_8999}
_M = TypeVar("_M", bound=Model)


@extend_schema_field(AN_ID)
class IdField(serializers.PrimaryKeyRelatedField[_M]):
    """The number of a row that is there."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if not 0 < data <= LARGEST_ID:
            self.fail("does_not_exist", pk_value=data)
        row: _M = super().to_internal_value(cast(Any, data))
        return row


@extend_schema_field(A_DAY)
class DayField(serializers.DateField):
    """A day within what date arithmetic can bear."""

    def to_internal_value(self, value: Any) -> dt.date:
        day: dt.date = super().to_internal_value(value)
        if day < FIRST_DAY:
            raise serializers.ValidationError(TOO_EARLY)
        if day >= FAR:
            raise serializers.ValidationError(TOO_LATE)
        return day


@extend_schema_field(A_MOMENT)
class MomentField(serializers.DateTimeField):
    """An instant; without an offset it is meant in the organisation's time zone."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        moment: dt.datetime = super().to_internal_value(value)
        if moment < start_of(FIRST_DAY):
            raise serializers.ValidationError(TOO_EARLY)
        if moment >= start_of(FAR):
            raise serializers.ValidationError(TOO_LATE)
        return moment


class WordsField(serializers.CharField):
    """Text. A number is no name."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        words: str = super().to_internal_value(data)
        return words


class UuidField(serializers.UUIDField):
    """An id that a device made, in its usual form."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        made: uuid.UUID = super().to_internal_value(data)
        return made


class YesNoField(serializers.BooleanField):
    """true or false, and no word that may mean either."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class AmountField(serializers.DecimalField):
    """An amount as text or as a whole number. A fraction as a JSON number may have lost a digit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 16, "decimal_places": 3, **options})
        whole = (self.max_digits or 0) - (self.decimal_places or 0)
        sign = "-?" if self.min_value is None else ""
        self.written = rf"^{sign}[0-9]{{1,{whole}}}(\.[0-9]{{1,{self.decimal_places}}})?$"
        self.largest = 10**whole - 1

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """No text is no amount; null is, where there may be none."""
        return serializers.Field.validate_empty_values(self, data)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool | float):
            raise serializers.ValidationError('Give an amount as text, such as "12.50".')
        if isinstance(data, str) and not re.search(self.written, data):
            raise serializers.ValidationError(f'Write it such as "12.50": {self.written}')
        amount: Decimal = super().to_internal_value(data)
        return amount


class Shape(serializers.Serializer[Any]):
    """What a request may say. A name that is not known is said, not passed over."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in data if name not in writable)
            if unknown:
                raise serializers.ValidationError(
                    {name[:100]: ["There is no such field."] for name in unknown[:20]}
                )
        return super().to_internal_value(data)


class ModelShape(Shape, serializers.ModelSerializer[_M]):
    """A shape whose bounds are those of the model's columns."""

    serializer_related_field = IdField
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateField: DayField,
        models.DateTimeField: MomentField,
        models.BooleanField: YesNoField,
        models.DecimalField: AmountField,
        models.CharField: WordsField,
        models.UUIDField: UuidField,
        models.TextField: WordsField,
    }


class Nothing(Shape):
    """A step that needs no words."""
