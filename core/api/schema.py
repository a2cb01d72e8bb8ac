"""What the schema says of every endpoint alike: the key, the problems, the bearer."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter

from core.api import idempotency, problems
from core.api.endpoints import Endpoint
from core.api.fields import AmountField, ModelShape, Shape, WordsField
from core.api.serializers import ProblemOut

PROBLEMS = {
    "400": "What was sent makes no sense; `errors` says what and where.",
    "401": "No token or session, or one that opens nothing.",
    "403": "Not by this person, or not with this token.",
    "404": "Not there, or not for these eyes.",
    "409": "A rule says no; `code` says which, `facts` with which figures. Or the key is taken.",
}


class BearerScheme(OpenApiAuthenticationExtension):
    """How the page to try the API asks for a token."""

    target_class = "core.api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}


class ShapeScheme(OpenApiSerializerExtension):
    """A shape takes no name that it does not know."""

    target_class = Shape
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**shape, "additionalProperties": False}


class WordsScheme(OpenApiSerializerFieldExtension):
    """What may not be blank holds more than blanks."""

    target_class = WordsField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        words = auto_schema._map_serializer_field(field, direction, bypass_extensions=True)
        return words if field.allow_blank else {**words, "pattern": r"\S"}


class AmountScheme(OpenApiSerializerFieldExtension):
    """As text or as a whole number."""

    target_class = AmountField

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        field = self.target
        least = -field.largest if field.min_value is None else int(field.min_value)
        bounds = {"minimum": least, "maximum": field.largest}
        return {"type": ["string", "integer"], "pattern": field.written, **bounds}


def inner_docs() -> list[type]:
    """Classes whose words are for who reads the code."""
    return [*get_lib_doc_excludes(), Shape, ModelShape]


class Schema(AutoSchema):
    """Adds to each operation the problems it may answer with, and the key of a POST."""

    def get_override_parameters(self) -> list[Any]:
        given = super().get_override_parameters()
        view = self.view
        if self.method != "POST" or not isinstance(view, Endpoint):
            return given
        key = OpenApiParameter(
            idempotency.HEADER,
            type={"type": "string", "pattern": f"^{idempotency.USABLE.pattern}$"},
            location=OpenApiParameter.HEADER,
            required=view.action in view.keyed_actions,
            description="The same key and body get the first answer again, and it is done once.",
        )
        return [*given, key]

    def get_request_serializer(self) -> Any:
        view = self.view
        if isinstance(view, Endpoint) and view.action in view.shapes:
            return view.shapes[view.action]
        return super().get_request_serializer()

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "resource", "") or "schema"]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in self._problems():
            if status not in bodies:
                bodies[status] = self._problem(status, direction)
        return bodies

    def _problem(self, status: str, direction: Any) -> Any:
        built: Callable[..., dict[str, Any]] = self._get_response_for_code
        body = built(ProblemOut, status, [problems.MEDIA_TYPE], direction)
        return {**body, "description": PROBLEMS[status]}

    def _problems(self) -> list[str]:
        statuses = ["401", "403"]
        if self.method != "GET" or self._is_list_view():
            statuses.append("400")
        if "{id}" in self.path:
            statuses.append("404")
        if self.method in ("POST", "PATCH"):
            statuses.append("409")
        return sorted(statuses)
