"""What the schema says of every endpoint alike: the key, the problems, the bearer."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from core.api import idempotency, problems
from core.api.endpoints import Endpoint
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


class Schema(AutoSchema):
    """Adds to each operation the problems it may answer with, and the key of a POST."""

    def get_override_parameters(self) -> list[Any]:
        given = super().get_override_parameters()
        view = self.view
        if self.method != "POST" or not isinstance(view, Endpoint):
            return given
        key = OpenApiParameter(
            idempotency.HEADER,
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
