"""Pages that begin where the last one ended. Nothing is counted, and what is added meanwhile
neither repeats a row nor skips one."""

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
SALT = "steward.api.cursor"
PARAMETERS = frozenset({"cursor", "page_size", "ordering"})


class Pages(BasePagination):
    """``{next, previous, results}`` in one of the orders that the view names in ``orderings``.

    The id settles ties, in the same direction. Rows without a value come last, whichever way.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.url = request.build_absolute_uri()
        self.ordering = _ordering(request, view)
        size, cursor = _size(request), _cursor(request, self.ordering)
        self.column = self.ordering.removeprefix("-")
        down = self.ordering.startswith("-")
        back = cursor is not None and cursor[0] == "back"
        rows: QuerySet[Model] = queryset
        if cursor is not None:
            rows = rows.filter(_beyond(rows.model, self.column, cursor, down=down, back=back))
        found = list(
            rows.order_by(*_order(self.column, down=down != back, nulls_first=back))[: size + 1]
        )
        shown = found[:size][::-1] if back else found[:size]
        more = len(found) > size
        self.has_next = bool(shown) and (more if not back else True)
        self.has_previous = bool(shown) and (more if back else cursor is not None)
        self.shown = shown
        return shown

    def get_paginated_response(self, data: Any) -> Response:
        next_url = self._url("on", self.shown[-1]) if self.has_next else None
        previous = self._url("back", self.shown[0]) if self.has_previous else None
        return Response({"next": next_url, "previous": previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        order = {"type": "string", "enum": _allowed(view), "default": _allowed(view)[0]}
        return [
            _parameter(
                "cursor",
                "Where the page begins: from next or previous.",
                {"type": "string", "minLength": 1},
            ),
            _parameter("page_size", "How many rows.", size),
            _parameter("ordering", "A minus turns it round.", order),
        ]

    def _url(self, direction: str, row: Model) -> str:
        value = getattr(row, self.column)
        if value is not None and not isinstance(value, str | int):
            value = value.isoformat() if hasattr(value, "isoformat") else str(value)
        cursor = signing.dumps([self.ordering, direction, value, row.pk], salt=SALT)
        return replace_query_param(self.url, "cursor", cursor)


def _allowed(view: APIView | None) -> list[str]:
    """Every order of the view and its reverse; the view's first is what one gets unasked."""
    names: tuple[str, ...] = getattr(view, "orderings", ("id",))
    turned = [name[1:] if name.startswith("-") else f"-{name}" for name in names]
    return [*names, *turned]


def _ordering(request: Request, view: APIView | None) -> str:
    allowed = _allowed(view)
    wished = str(request.query_params.get("ordering", allowed[0]))
    if wished not in allowed:
        raise ValidationError({"ordering": [f"Choose one of: {', '.join(allowed)}."]})
    return wished


def _size(request: Request) -> int:
    text = str(request.query_params.get("page_size", DEFAULT_SIZE))
    if not (
        text.isascii() and text.isdecimal() and len(text) <= 4 and 1 <= int(text) <= LARGEST_SIZE
    ):
        raise ValidationError({"page_size": [f"A whole number from 1 to {LARGEST_SIZE}."]})
    return int(text)


def _cursor(request: Request, ordering: str) -> tuple[str, Any, int] | None:
    text = request.query_params.get("cursor")
    if text is None:
        return None
    try:
        given, direction, value, pk = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        given = direction = value = pk = None
    if pk is None or given != ordering:
        raise ValidationError({"cursor": ["This cursor is not one of this list in this order."]})
    return direction, value, pk


def _beyond(
    model: type[Model], column: str, cursor: tuple[str, Any, int], *, down: bool, back: bool
) -> Q:
    """The rows after the cursor, or before it on the way back. Empty values stand last."""
    _, text, pk = cursor
    way = "lt" if down != back else "gt"
    if column == "id":
        return Q(**{f"id__{way}": pk})
    field = model._meta.get_field(column)
    value = _value(field, text)
    if value is None:
        here = Q(**{f"{column}__isnull": True, f"id__{way}": pk})
        return here | Q(**{f"{column}__isnull": False}) if back else here
    beyond = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": pk})
    if getattr(field, "null", False) and not back:
        return beyond | Q(**{f"{column}__isnull": True})
    # Said once more, so that the index on the column alone bounds the search.
    return Q(**{f"{column}__{way}e": value}) & beyond


def _value(field: Any, text: Any) -> Any:
    if text is None or not isinstance(field, Field):
        return None
    try:
        return field.to_python(text)
    except ModelValidationError as error:
        raise ValidationError({"cursor": ["This cursor means nothing."]}) from error


def _order(column: str, *, down: bool, nulls_first: bool) -> list[Any]:
    if column == "id":
        return ["-id" if down else "id"]
    nulls = {"nulls_first": True} if nulls_first else {"nulls_last": True}
    by = F(column).desc(**nulls) if down else F(column).asc(**nulls)
    return [by, "-id" if down else "id"]


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}
