"""Errors as problems (RFC 9457): what happened, in words for people and in a code for programs."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from core.errors import NotAllowed, Refused
from core.events import plain

MEDIA_TYPE = "application/problem+json"
LOCK_NOT_AVAILABLE = ("55P03", "40P01")
RETRY_AFTER_SECONDS = 2


class Problem(exceptions.APIException):
    """A problem that the doors themselves raise."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence, code)
        self.status_code = status


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem that says this error; None for a fault of ours, which stays a 500."""
    for kind, said in SAID.items():
        if isinstance(error, kind):
            return said(error)
    return None


def response(
    status: int, code: str, sentence: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """``title`` is the same for all of a status, ``detail`` is about this one."""
    body = {
        "type": f"urn:steward:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
        **more,
    }
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def busy(code: str = "busy", status: int = 503) -> Response:
    """Somebody else is at work on the same thing for longer than one waits."""
    sentence = "Somebody else is at work on this just now. Ask again in a moment."
    return response(status, code, sentence, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def is_a_wait(error: OperationalError) -> bool:
    """Whether a lock was not to be had in time, on either database."""
    sqlstate = getattr(error.__cause__, "pgcode", None)
    return sqlstate in LOCK_NOT_AVAILABLE or "database is locked" in str(error)


def _waited(error: OperationalError) -> Response | None:
    return busy() if is_a_wait(error) else None


def _refusal(error: Refused) -> Response:
    status = 403 if isinstance(error, NotAllowed) else 409
    return response(status, error.code, error.sentence, facts=plain(error.facts))


def _bad_input(errors: Any) -> Response:
    by_field = errors if isinstance(errors, dict) else {"non_field_errors": errors}
    return response(400, "invalid", "The request cannot be taken; see errors.", errors=by_field)


def _by_field(error: ModelValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {"non_field_errors": error.messages}
    named = error.message_dict
    return {
        "non_field_errors" if name == NON_FIELD_ERRORS else name: said
        for name, said in named.items()
    }


def _of_the_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    code, sentence = error.get_codes(), str(error.detail)
    return response(
        error.status_code, code if isinstance(code, str) else "error", sentence, headers=headers
    )


SAID: dict[type[Exception], Callable[[Any], Response | None]] = {
    Refused: _refusal,
    exceptions.ValidationError: lambda error: _bad_input(error.detail),
    ModelValidationError: lambda error: _bad_input(_by_field(error)),
    Http404: lambda _: response(404, "not_found", "There is no such thing here."),
    PermissionDenied: lambda _: response(403, "not_allowed", "You may not do this."),
    RequestDataTooBig: lambda _: response(413, "too_large", "The request is too large."),
    OperationalError: _waited,
    exceptions.APIException: _of_the_framework,
}
"""The first that fits: what is more particular stands first."""
